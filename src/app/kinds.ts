import { Sender, Template } from '#content/schema.ts'
import { check } from '#journeys/check.ts'
import { Journey } from '#journeys/schema.ts'
import { type DocumentKind, kindsOf } from '#platform/documents-plan.ts'

/** The authored things, one line each: what people write, what is checked, what publishing needs. */
export const KINDS: ReadonlyMap<string, DocumentKind> = kindsOf([
  { kind: 'journey', schema: Journey, publish: 'journeys:publish', check },
  { kind: 'template', schema: Template },
  { kind: 'sender', schema: Sender },
] as unknown as DocumentKind[])
