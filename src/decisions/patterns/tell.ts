import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import type { ModelOf } from '../schema.ts'
import type { PatternBody } from './snapshot.ts'
import { CALM, robustZ, WARM_UP } from './surprise.ts'

/** An event that follows; journeys hear it like any other. */
export interface Found {
  readonly name: string
  readonly props: JsonObject
}

export interface Telling {
  readonly model: ModelOf<'pattern'>
  readonly body: PatternBody
  readonly serial: number
  /** Log time, epoch ms. */
  readonly now: number
}

export interface PatternTold {
  readonly found: readonly Found[]
  /** Left out: it can be told again. */
  readonly told?: true | undefined
  readonly cooling?: number | undefined
}

/** Tells the pattern once for each rise to the mark, not while it cools, and not again before the score fell below mark − by. */
export function tellPattern(
  telling: Telling,
  { score, told, cooling }: { readonly score: number } & Omit<PatternTold, 'found'>,
): PatternTold {
  const { model, body, serial, now } = telling
  const { found, id, target } = model
  if (!found) return { found: [], told, cooling }
  if (told && score >= found.above - found.by) return { found: [], told, cooling }
  if (told || score < found.above || now < (cooling ?? 0)) return { found: [], cooling }
  const props = { model: id, snapshot: serial, probability: score, target: target.event, within: target.within, by: body.serves }
  return { found: [{ name: `pattern.found:${id}`, props }], told: true, cooling: now + milliseconds(found.cooling)! }
}

export interface AnomalyTold {
  /** Events in a row above the mark. */
  readonly over?: number | undefined
  /** Left out: it can be told again. */
  readonly odd?: true | undefined
  readonly oddCooling?: number | undefined
}

/** Tells an anomaly when the running mean of surprise has stood above the mark for as many events as the model asks, and again only after calm. */
export function tellAnomaly(
  { model: { anomaly, id }, body, serial, now }: Telling,
  kept: AnomalyTold & { readonly heard: number; readonly mean?: number | undefined },
): AnomalyTold & { readonly found: readonly Found[] } {
  const { odd, oddCooling } = kept
  if (!anomaly || !body.surprise || kept.mean === undefined || kept.heard < WARM_UP) return { found: [], odd, oddCooling }
  const z = robustZ(kept.mean, body.surprise)
  const over = z > anomaly.z ? Math.min((kept.over ?? 0) + 1, anomaly.times) : 0
  if (odd && z >= CALM) return { found: [], over, odd, oddCooling }
  if (odd || over < anomaly.times || now < (oddCooling ?? 0)) return { found: [], over, oddCooling }
  const props = { model: id, snapshot: serial, z, events: kept.heard }
  return { found: [{ name: `anomaly.found:${id}`, props }], over, odd: true, oddCooling: now + milliseconds(anomaly.cooling)! }
}
