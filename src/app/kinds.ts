import { checkPolicy } from '#consent/check-policy.ts'
import { ContactPolicy } from '#consent/policy.ts'
import { checkTopic, Topic, Wording } from '#consent/topics.ts'
import { Sender, Template } from '#content/schema.ts'
import { Calendar } from '#journeys/calendar.ts'
import { check, type JourneyLibrary } from '#journeys/check.ts'
import { Journey } from '#journeys/schema.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { type DocumentKind, kindsOf } from '#platform/documents-plan.ts'
import { checkSegment } from '#segments/check.ts'
import { List, Segment } from '#segments/schema.ts'

/** Warnings do not stand in the way of publishing; screens and the CLI show them. */
const errorsOf = (journey: Journey, library: JourneyLibrary) => check(journey, library).filter(({ severity }) => severity === 'error')

const policyErrors = (policy: ContactPolicy) => checkPolicy(policy).filter(({ severity }) => severity === 'error')

/** A marketing mail without a way out is refused here, before anybody can be written to with it. */
async function faultsOf(template: Template): Promise<readonly Problem[]> {
  // Loaded only here: MJML takes most of a second to load.
  const [{ compileTemplate }, { flat }] = await Promise.all([import('#content/adapters/compile.ts'), import('#content/actions.ts')])
  const compiled = await compileTemplate(template, 0)
  const problems = isRefusal(compiled) ? flat(compiled.refused) : compiled.problems
  return problems.filter(({ severity }) => severity === 'error').map(({ severity: _severity, ...problem }) => ({ status: 422, ...problem }))
}

/** The authored things, one line each: what people write, what is checked, what publishing needs. */
export const KINDS: ReadonlyMap<string, DocumentKind> = kindsOf([
  { kind: 'journey', schema: Journey, publish: 'journeys:publish', check: errorsOf },
  { kind: 'template', schema: Template, examine: faultsOf },
  { kind: 'sender', schema: Sender },
  { kind: 'segment', schema: Segment, check: checkSegment },
  { kind: 'list', schema: List },
  { kind: 'calendar', schema: Calendar },
  { kind: 'topic', schema: Topic, publish: 'journeys:publish', check: checkTopic },
  { kind: 'wording', schema: Wording, publish: 'journeys:publish' },
  { kind: 'contact-policy', schema: ContactPolicy, publish: 'journeys:publish', check: policyErrors },
] as unknown as DocumentKind[])
