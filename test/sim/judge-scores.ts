import type { Batch, PlacedFact } from '#app/ports.ts'
import { readFeatures } from '#decisions/features/read.ts'
import { storedFeatures } from '#decisions/features/state.ts'
import { deciderOf } from '#decisions/rollout.ts'
import type { EventFact } from '#events/reaction.ts'
import type { Person } from '#journeys/person.ts'
import type { JsonObject } from '#lib/json.ts'
import { CROSSING, FRESH_MS, SCORED } from './intelligence.ts'
import type { World } from './world.ts'

const LIKELY = 'likely'
const CROSSED = `score.crossed:${LIKELY}`
const FOUND = 'pattern.found:habit'
const COOLING_MS = 3_600_000
/** A score that has moved by less than this is not told; it is told with four digits. */
const DOUBT = 0.0051
/** Names whose events are counted once more. */
const COUNTED = ['Product Added', 'Order Completed', 'Signed Up', 'Page Viewed'] as const

/** Watches what models keep of people: counts and scores are reckoned anew, from facts and from the numbers that were put into the snapshots. */
export class ScoreWatch {
  readonly #world: World
  /** By profile: the direction that was told last. */
  readonly #crossed = new Map<string, string>()
  readonly #found = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#crossed.delete(key)
      this.#found.delete(key)
    }
  }

  saved(batch: Batch, facts: readonly PlacedFact[]): void {
    const { office, judge, scenery } = this.#world
    if (!office.registry.models.everExisted) {
      const kept = batch.people.find(({ state }) => state.decisions !== undefined)
      const told = facts.find(({ fact: { table } }) => table === 'predictions')
      if (kept || told) judge.violate('nothing-without-models', `${JSON.stringify(told ?? kept)}`)
    }
    if (scenery.intelligence === null) return
    for (const { fact } of facts) if (fact.table === 'events' && fact.row.verdict === 'accepted') this.#hears(fact.row)
    const last = new Map(facts.flatMap((placed) => (placed.fact.table === 'events' ? [[placed.fact.row.profile_id, placed] as const] : [])))
    for (const placed of last.values()) this.#checkScore(placed, placed.fact.row as EventFact, batch)
  }

  #hears({ name, profile_id: key, properties, at }: EventFact): void {
    const { judge, shop, office } = this.#world
    if ((name !== CROSSED && name !== FOUND) || !shop.isAlone(key)) return
    const props = JSON.parse(properties) as JsonObject
    // Who loses all models and gets others begins anew.
    if (office.registry.models.wereArchived) return
    if (name === FOUND) {
      const before = this.#found.get(key)
      if (before !== undefined && at - before < COOLING_MS)
        judge.violate('crossings-alternate', `${key}: a pattern at ${before} and at ${at}`)
      this.#found.set(key, at)
      return
    }
    const [direction, score] = [String(props['direction']), Number(props['score'])]
    const passes = direction === 'up' ? score >= CROSSING.above : score < CROSSING.above - CROSSING.by
    if (!passes || direction === (this.#crossed.get(key) ?? 'down'))
      judge.violate('crossings-alternate', `${key} goes ${direction} with ${score}, after ${this.#crossed.get(key)}`)
    this.#crossed.set(key, direction)
  }

  /** After an event of the person's own their score is what the snapshot in force says of what is kept of them. */
  #checkScore({ partition, seq }: PlacedFact, { name, verdict, profile_id: key }: EventFact, batch: Batch): void {
    if (verdict !== 'accepted' || (name !== 'Product Added' && name !== 'Order Completed')) return
    const { db, office, judge } = this.#world
    const { places } = db.log.partitions[partition]!
    const end = batch.leases.find((lease) => lease.partition === partition)?.done ?? seq
    if (places.slice(seq, end).some(({ record }) => record.kind === 'definitions')) return
    const revision = places
      .slice(0, seq)
      .reduce((most, { record }) => (record.kind === 'definitions' ? Math.max(most, record.revision) : most), 0)
    const { models } = office.registry
    const decides = deciderOf(models.inForceAt(revision), LIKELY, key).decides
    const now = places[seq - 1]!.at
    const linear = decides?.snapshot && models.linearOf(LIKELY, decides.snapshot.serial)
    const person = db.states.get(key)?.person
    if (!linear || now - decides.snapshot!.trainedTo > FRESH_MS || person?.profile.mergedInto !== undefined) return
    const features = person && featuresIn(person, now)
    const expected = features && sigmoid(linear.bias + linear.cart * features.cart + linear.orders * features.orders)
    const seen = person?.segments.scores[LIKELY]?.[0]
    const isAbove = person?.decisions?.models?.[LIKELY]?.above?.includes(CROSSING.id) ?? false
    const agrees = expected !== undefined && seen !== undefined && Math.abs(seen - expected) <= DOUBT
    const holds = seen === undefined || (isAbove ? seen >= CROSSING.above - CROSSING.by : seen < CROSSING.above)
    if (!agrees || !holds)
      judge.violate(
        'score-agrees',
        `${key} at ${partition} ${seq}: ${seen} (${isAbove ? 'above' : 'below'}), expected ${expected} of ${JSON.stringify({ ...linear, features })}`,
      )
  }

  /** At the end: what is kept counts what was accepted, under whatever profile and before whatever watch. */
  end(): void {
    const { db, judge, office } = this.#world
    if (!office.registry.models.exist) return
    const parked = new Set(db.parked().map(({ key }) => judge.people.root(key)))
    const pasts = new Map<string, { id: string; name: string }[]>()
    for (const { fact } of db.facts) {
      if (fact.table !== 'events' || fact.row.verdict !== 'accepted' || fact.row.type === 'identify') continue
      const root = judge.people.root(fact.row.profile_id)
      pasts.set(root, [...(pasts.get(root) ?? []), { id: fact.row.message_id, name: fact.row.name }])
    }
    for (const [root, past] of pasts) {
      const person = db.states.get(root)?.person
      if (!person || judge.erased.has(root) || parked.has(root) || new Set(past.map(({ id }) => id)).size < past.length) continue
      const kept = storedFeatures(person.decisions?.features)
      for (const name of COUNTED) {
        const times = past.filter((each) => each.name === name).length
        if ((kept?.events[name]?.count ?? 0) !== times)
          judge.violate('features-recounted', `${root} did ${name} ${times} times, and ${kept?.events[name]?.count ?? 'nothing'} is kept`)
      }
    }
  }
}

function featuresIn({ decisions }: Person, now: number): { cart: number; orders: number } | undefined {
  const state = storedFeatures(decisions?.features)
  const features = state && readFeatures(state, { now })
  return features && { cart: features[SCORED.cart] ?? 0, orders: features[SCORED.orders] ?? 0 }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
