import type { PersonFact } from '#events/reaction.ts'
import { canonical, type Json } from '#lib/json.ts'
import { put } from '#lib/record.ts'
import { attributesOf } from '#profiles/react.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import type { PermitOnRecord } from './condition/scope.ts'
import type { SegmentsSection } from './schema.ts'

/** The part of a person that the row in ClickHouse tells. */
export interface Told {
  readonly profile: ProfileSection
  readonly consent: { readonly permits: Readonly<Record<string, PermitOnRecord>> }
  readonly segments: SegmentsSection
}

/** The person's row as of now. */
export function personFact(workspace: string, { profile, consent, segments }: Told, at: number): PersonFact {
  const lists: Record<string, number> = {}
  for (const [list, since] of Object.entries(segments.lists)) if (since > 0) put(lists, list, since)
  const scores: Record<string, number> = {}
  for (const [score, [value]] of Object.entries(segments.scores)) put(scores, score, value)
  return {
    workspace_id: workspace,
    profile_id: profile.id,
    attributes: readableJson(attributesOf(profile)),
    permits: readableJson(consent.permits as unknown as Json),
    lists: readableJson(lists),
    scores: readableJson(scores),
    merged_into: profile.mergedInto ?? '',
    at,
  }
}

/** Whether the row would say something else: repeats of the same attributes do not count. */
export function tellsMore(before: Told | null, after: Told): boolean {
  if (before === null) return true
  const { profile, consent, segments } = after
  if (profile.mergedInto !== before.profile.mergedInto) return true
  if (consent.permits !== before.consent.permits || segments.scores !== before.segments.scores) return true
  if (segments.lists !== before.segments.lists) return true
  return profile.attributes !== before.profile.attributes && isTold(profile.attributes, before.profile.attributes)
}

function isTold(after: ProfileSection['attributes'], before: ProfileSection['attributes']): boolean {
  // An attribute is never taken out of the section: a removed one stays there as null.
  for (const name in after) {
    const [now] = after[name]!
    const was = before[name]?.[0] ?? null
    if (now !== was && (typeof now !== 'object' || typeof was !== 'object' || canonical(now) !== canonical(was))) return true
  }
  return false
}

/** JSON text as ClickHouse's parser reads it: it refuses a document over one integer beyond 64 bits, so such integers get a `.0`. */
export function readableJson(value: Json): string {
  // The order of keys is not kept by the database, and a replay must tell the same.
  const text = canonical(value)
  if (!/\d{19}/.test(text)) return text
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (/^-?\d{19,}$/.test(token) ? `${token}.0` : token))
}
