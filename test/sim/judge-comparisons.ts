import { channelOf } from '#app/consent-gate.ts'
import type { Batch, PlacedFact } from '#app/ports.ts'
import type { AssignmentFact } from '#events/reaction.ts'
import { chance } from '#lib/hash.ts'
import { OUT, periodAt } from './comparisons.ts'
import type { Attempt } from './delivery.ts'
import type { World } from './world.ts'

interface Told {
  readonly arm: string
  readonly period: string
  /** Real time at which it was saved (epoch ms). */
  readonly saved: number
}

/** Watches hold-outs and experiments, by what was told of people and by the hash alone. It only speaks up where there is no doubt. */
export class ComparisonWatch {
  readonly #world: World
  /** By profile: where the hold-out has put them. */
  readonly #held = new Map<string, Told[]>()
  /** `profile experiment period` → arm. */
  readonly #arms = new Map<string, string>()
  /** The profile that each one went into, and when (real time) its state had arrived there. */
  readonly #into = new Map<string, { readonly key: string; readonly at: number }>()
  readonly #looked: number[] = []

  constructor(world: World) {
    this.#world = world
  }

  /** Whoever was erased and comes back is somebody new. */
  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#held.delete(key)
      this.#into.delete(key)
    }
    for (const name of this.#arms.keys()) if (keys.includes(name.split(' ')[0]!)) this.#arms.delete(name)
  }

  saved({ leases }: Batch, facts: readonly PlacedFact[]): void {
    for (const { fact } of facts) {
      if (fact.table === 'assignments') this.#hears(fact.row)
      if (fact.table === 'transitions' && fact.row.kind === 'entered' && fact.row.journey_id === 'texts') this.#enters(fact.row.profile_id)
    }
    for (const { partition, done } of leases) this.#follow(partition, done)
  }

  /** States that have arrived where their profile was merged into. */
  #follow(partition: number, done: number): void {
    const { db, timeline } = this.#world
    const { places } = db.log.partitions[partition]!
    for (let seq = (this.#looked[partition] ?? 0) + 1; seq <= done; seq++) {
      const { record } = places[seq - 1]!
      if (record.kind !== 'absorb' || db.states.get(record.key)?.person.profile.mergedInto !== undefined) continue
      if (!db.parked().some(({ key }) => key === record.key)) this.#into.set(record.from, { key: record.key, at: timeline.now })
    }
    this.#looked[partition] = done
  }

  #hears({ profile_id, experiment, period, arm, crossed }: AssignmentFact): void {
    const { judge, shop, timeline } = this.#world
    if (experiment === 'all') {
      const before = this.#held.get(profile_id) ?? []
      this.#held.set(profile_id, [...before, { arm, period, saved: timeline.now }])
    }
    const name = `${profile_id} ${experiment} ${period}`
    if (crossed === 0 && this.#arms.has(name) && shop.isAlone(profile_id))
      judge.violate('arm-told-once', `${profile_id} was told to be ${this.#arms.get(name)} and then ${arm} of ${experiment} ${period}`)
    this.#judgeWhole(profile_id, { experiment, crossed })
    this.#arms.set(name, arm)
  }

  /** Whoever one of the profiles that became somebody had put into an arm is not drawn again. */
  #judgeWhole(profile: string, { experiment, crossed }: Pick<AssignmentFact, 'experiment' | 'crossed'>): void {
    const { judge, timeline } = this.#world
    if (experiment !== 'whole' || crossed === 1) return
    const parts = [...this.#into.keys()].filter((part) => part !== profile && this.#rootAt(part, timeline.now) === profile)
    const drawn = parts.find((part) => this.#arms.has(`${part} whole `))
    if (drawn) judge.violate('arm-told-once', `${profile} is drawn, and ${drawn}, who became them, had an arm`)
  }

  #enters(profile: string): void {
    const { judge, shop } = this.#world
    if (this.#arms.get(`${profile} whole `) === 'out' && shop.isAlone(profile))
      judge.violate('arm-kept', `${profile} comes into texts, and their arm does not`)
  }

  /** An attempt begins to leave. */
  leaves({ entry, since, asked }: Attempt): void {
    const { scenery, judge, timeline, surroundings, db } = this.#world
    if (!scenery.comparisons.exist || entry.lane !== 'marketing' || channelOf(entry) === null) return
    const [from, to] = [periodAt(Math.min(since, asked) - surroundings.skewMs), periodAt(timeline.now + surroundings.skewMs)]
    if (from !== to) return
    const root = this.#rootAt(entry.key, since)
    if (db.parked().some(({ key }) => key === root || key === entry.key)) return
    for (const [profile, all] of this.#held)
      for (const { arm, period, saved } of all)
        if (arm === 'held_out' && period === from && saved < since && this.#rootAt(profile, since) === root)
          judge.violate('held-out-never-contacted', `${entry.id} leaves for ${entry.key}, and ${profile} was held out of ${period}`)
    const isOut = chance(`holdout all ${from}`, entry.key) < OUT
    if (isOut && this.#world.shop.isAlone(entry.key) && !judge.erased.has(entry.key))
      judge.violate('held-out-never-contacted', `${entry.id} leaves for ${entry.key}, who is drawn for ${from}`)
  }

  #rootAt(profile: string, at: number): string {
    let root = profile
    for (let hop = 0, next = this.#into.get(root); next && next.at < at && hop < 20; next = this.#into.get(root), hop++) root = next.key
    return root
  }
}
