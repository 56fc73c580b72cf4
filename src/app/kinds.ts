import { Sender, Template } from '#content/schema.ts'
import { check, type JourneyLibrary } from '#journeys/check.ts'
import { Journey } from '#journeys/schema.ts'
import { type DocumentKind, kindsOf } from '#platform/documents-plan.ts'

/** Warnings do not stand in the way of publishing; screens and the CLI show them. */
const errorsOf = (journey: Journey, library: JourneyLibrary) => check(journey, library).filter(({ severity }) => severity === 'error')

/** The authored things, one line each: what people write, what is checked, what publishing needs. */
export const KINDS: ReadonlyMap<string, DocumentKind> = kindsOf([
  { kind: 'journey', schema: Journey, publish: 'journeys:publish', check: errorsOf },
  { kind: 'template', schema: Template },
  { kind: 'sender', schema: Sender },
] as unknown as DocumentKind[])
