import type { Pool } from 'pg'
import { CheckContactPolicy, GetContactPressure } from '#consent/api.ts'
import { usage } from '#consent/caps.ts'
import { checkPolicy, type Sendable } from '#consent/check-policy.ts'
import { type CompiledPolicy, ContactPolicy, compilePolicy, IN_FORCE, NO_POLICY } from '#consent/policy.ts'
import { quietness, zoneOf } from '#consent/quiet-hours.ts'
import { Template } from '#content/schema.ts'
import { places } from '#journeys/lanes.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { explain } from '#journeys/reasons.ts'
import { Journey } from '#journeys/schema.ts'
import { sends, templatesOf, waysOf } from '#journeys/sends.ts'
import type { Step } from '#journeys/steps.ts'
import type { OutputOf } from '#lib/action.ts'
import { durationText } from '#lib/duration.ts'
import { isRefusal, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Live } from '#platform/documents-plan.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { attribute } from '#profiles/react.ts'
import { sameAs } from '#profiles/store.ts'
import type { JourneyNames } from './journey-names.ts'
import { heldMessages } from './pressure-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly names: JourneyNames
  readonly now: () => number
}

type Pressure = OutputOf<typeof GetContactPressure>
type Names = Awaited<ReturnType<JourneyNames>>

const LATELY = 20

export const pressureBindings = ({ pool, analytics, names, now }: Options): Binding[] => [
  bind(GetContactPressure, async ({ id }, { workspace }) => {
    const found = await inWorkspace(pool, workspace, async (tx) => ({
      states: await loadStates<Person>(tx, 'profile', [{ ws: workspace, id }]),
      policy: policyAmong(await liveDocuments(tx, workspace)),
      profiles: await sameAs(tx, workspace, id),
    }))
    const [state] = found.states
    if (!state) return refuse({ code: 'profile.unknown', status: 404, title: 'There is no such person', detail: id })
    const known = await names(workspace)
    const held = await heldMessages(analytics, workspace, { profiles: found.profiles, limit: LATELY })
    return {
      ...pressureOf(upgraded(state.state), found.policy, now()),
      waiting: waitingRuns(upgraded(state.state), known),
      held: held.map(({ version, reason, ...row }) => ({
        ...row,
        journeyName: known.version(row.journey, version)?.name ?? row.journey,
        reason,
        sentence: explain(reason),
      })),
    }
  }),
  bind(CheckContactPolicy, async (_input, { workspace }) => {
    const documents = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
    const policy = policyDocument(documents)
    const problems = policy ? checkPolicy(policy, sendableOf(documents)) : []
    return { problems: problems.map(({ severity, code, title, hint, at }) => ({ severity, code, title, hint, at })) }
  }),
]

/** The document that is in force. */
export const policyDocument = (documents: readonly Live[]): ContactPolicy | undefined => {
  const found = documents.find(({ kind, id }) => kind === 'contact-policy' && id === IN_FORCE)
  return found && ContactPolicy.parse(found.body)
}

/** The policy in force; one that cannot be read was never published. */
export function policyAmong(documents: readonly Live[]): CompiledPolicy {
  const found = policyDocument(documents)
  const compiled = found ? compilePolicy(found) : NO_POLICY
  if (isRefusal(compiled)) throw new Error(`The contact policy cannot be read: ${compiled.refused.title}`)
  return compiled
}

function pressureOf({ profile, contacts }: Person, policy: CompiledPolicy, now: number): Omit<Pressure, 'waiting' | 'held'> {
  const told = attribute(profile, 'timezone')
  const { zone, known } = zoneOf(policy, told)
  const channels = [...new Set(policy.quiet.map(({ channel }) => channel ?? null))]
  return {
    policy: policy.exists,
    zone,
    zoneKnown: known,
    caps: policy.caps.map((cap) => {
      const { counted, freeAt } = usage(contacts, cap, { now, zone })
      return {
        id: cap.id,
        channel: cap.channel ?? null,
        topic: cap.topic ?? null,
        lane: cap.lane,
        max: cap.max,
        per: typeof cap.per === 'number' ? durationText(cap.per) : cap.per,
        used: counted.length,
        freeAt,
        counted: counted.flatMap(({ id, channel, topic, at, status }) =>
          status === 'released' ? [] : [{ id, channel, topic, at, status }],
        ),
      }
    }),
    quiet: channels.map((channel) => {
      // Rules of no channel hold for all: e-mail stands for those without rules of their own.
      const quiet = quietness(policy, { channel: channel ?? 'email', zone: told, now, unit: profile.id })
      const reason = quiet.kind === 'refused' ? quiet.reason : quiet.kind === 'quiet' ? 'quiet_hours' : ''
      return {
        channel,
        state: quiet.kind,
        until: quiet.kind === 'quiet' ? quiet.until : null,
        reason,
        sentence: reason === '' ? '' : explain(reason),
      }
    }),
  }
}

/** Runs that stand before a message with nothing in the outbox yet: they wait for room, or for the morning. */
function waitingRuns({ journeys }: Person, names: Names): Pressure['waiting'] {
  return journeys.enrollments.flatMap((run) => {
    const journey = names.version(run.journey, run.version)
    const step = journey?.steps.get(run.step)
    if (!journey || !step || !sends(step) || run.due === null || run.memo === undefined) return []
    const { version, since, due } = run
    return [{ journey: run.journey, journeyName: journey.name, version, step: run.step, stepName: step.name ?? run.step, since, due }]
  })
}

/** What the live journeys send, by channel and topic. */
export function sendableOf(documents: readonly Live[]): Sendable {
  const topics = new Set<string>()
  const channels = new Set<string>()
  const templates = new Map(documents.filter(({ kind }) => kind === 'template').map(({ id, body }) => [id, Template.parse(body).topic]))
  for (const { kind, body } of documents) {
    if (kind !== 'journey') continue
    for (const { step } of places(Journey.parse(body).steps)) {
      for (const { template } of templatesOf(step)) topics.add(templates.get(template) ?? '')
      for (const way of contactsOf(step)) {
        channels.add(way.channel)
        if (way.topic !== undefined) topics.add(way.topic)
      }
    }
  }
  return { channels, topics }
}

interface Way {
  readonly channel: string
  readonly topic?: string | undefined
}

const contactsOf = (step: Step): Way[] =>
  waysOf(step).flatMap((each): Way[] => {
    if (each.channel === 'webhook') return each.way.contact ? [each.way.contact] : []
    return [{ channel: each.channel, topic: each.way.topic }]
  })
