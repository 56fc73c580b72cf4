import type { Batch, PlacedFact } from '#app/ports.ts'
import type { TransitionFact } from '#events/reaction.ts'
import type { Enrollment } from '#journeys/enrollment.ts'
import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Deed } from './published.ts'
import type { StateRow } from './tables.ts'
import type { World } from './world.ts'

/** Watches people: where they stand, what they are in, and how often they have come. */
export class PeopleWatch {
  readonly #world: World
  /** By `profile segment`: whether the last that was told is that they are in it. */
  readonly #told = new Map<string, boolean>()
  /** When each run came to the step that it stands on (log time, epoch ms), and that step. */
  readonly #arrived = new Map<string, { at: number; step: string }>()
  /** The profile that each run began under, and where on its partition. */
  readonly #began = new Map<string, { readonly key: string; readonly seq: number }>()
  /** Runs that began by an occurrence, by `journey occurrence`. */
  readonly #entered = new Map<string, { readonly run: string; readonly key: string }[]>()
  readonly #swept = new Set<number>()

  constructor(world: World) {
    this.#world = world
  }

  saved({ people }: Batch, facts: readonly PlacedFact[]): void {
    for (const { fact, seq } of facts) {
      if (fact.table === 'memberships') this.#hears(fact.row)
      if (fact.table === 'transitions') this.#moves(fact.row, seq)
    }
    for (const { id } of people) {
      for (const run of this.#world.db.states.get(id)?.person.journeys.enrollments ?? []) this.#look(id, run)
    }
    this.#afterSweeps()
  }

  /** Whoever was erased and comes back begins anew. */
  forget(keys: readonly string[]): void {
    for (const name of this.#told.keys()) if (keys.includes(name.split(' ')[0]!)) this.#told.delete(name)
    for (const [name, others] of this.#entered)
      this.#entered.set(
        name,
        others.filter(({ key }) => !keys.includes(key)),
      )
  }

  #hears({ profile_id, segment_id, kind, reason }: { profile_id: string; segment_id: string; kind: string; reason: string }): void {
    const name = `${profile_id} ${segment_id}`
    const isIn = kind === 'entered'
    if ((this.#told.get(name) ?? false) === isIn)
      this.#world.judge.violate('deltas-alternate', `${profile_id} ${kind} ${segment_id} (${reason}) once more`)
    this.#told.set(name, isIn)
  }

  #moves({ enrollment_id: run, profile_id, kind, to_step: step, at }: TransitionFact, seq: number): void {
    if (kind === 'entered') this.#began.set(run, { key: profile_id, seq })
    if (run === '' || step === '') return
    const before = this.#arrived.get(run)
    const stays = kind === 'migrated' && before && this.#isWait(before.step) && this.#isWait(step)
    if (kind === 'entered' || kind === 'moved' || kind === 'migrated')
      this.#arrived.set(run, { at: stays || step === before?.step ? before!.at : at, step })
  }

  #isWait(step: string): boolean {
    return step === 'settle' || step === 'rest' || step === 'repose'
  }

  #look(key: string, run: Enrollment): void {
    const { office, judge } = this.#world
    const step = office.registry.current.version(run.journey, run.version)?.nodes.get(run.step)?.step
    if (!step) {
      judge.violate('step-exists', `${run.id} of ${key} stands on ${run.step}, which version ${run.version} of ${run.journey} has not`)
      return
    }
    const isCalm = !office.registry.modes.some(({ journey }) => journey === run.journey)
    const here = this.#arrived.get(run.id)
    if (step.kind === 'wait' && isCalm && here?.step === run.step && run.due !== null && run.due > here.at + milliseconds(step.for!)!)
      judge.violate('wait-kept', `${run.id} came to ${run.step} at ${here.at}, and its ${step.for} end at ${run.due}`)
    this.#enters(run)
  }

  #enters({ id: run, journey, entry }: Enrollment): void {
    const place = this.#began.get(run)
    if (!place) return
    const { key, seq } = place
    const occurrence = entry.properties['occurrence']
    if (typeof occurrence !== 'string' || !/^journey\.(scheduled|date):/.test(entry.name)) return
    // One that is named by a moment is one of that day.
    const name = `${journey} ${journey === 'daily' ? occurrence.slice(0, 10) : occurrence}`
    const others = this.#entered.get(name) ?? []
    if (others.some((other) => other.run === run)) return
    const twin = others.find((other) => other.key === key || this.#hasAbsorbed(key, other.key, seq))
    if (twin) this.#world.judge.violate('occurrence-once', `${key} enters ${name} by ${run}, and entered by ${twin.run} of ${twin.key}`)
    this.#entered.set(name, [...others, { run, key }])
  }

  /** Whether the state of another profile had arrived here by a place of the log. */
  #hasAbsorbed(key: string, other: string, seq: number): boolean {
    const { log } = this.#world.db
    const before = log.partitions[log.partitionOf(key)]!.places.slice(0, seq)
    return before.some(({ record }) => record.kind === 'absorb' && record.key === key && record.from === other)
  }

  /** When what a sweep has put on the log is handled nobody is left who has not followed. */
  #afterSweeps(): void {
    const { office, db } = this.#world
    for (const { done, heads, revision, journey } of office.sweeps) {
      if (!done || this.#swept.has(revision) || db.leases.some(({ partition, done: handled }) => handled < heads[partition]!)) continue
      // What was forwarded to another profile, and states on their way, come a little later.
      if (db.leases.some(({ partition, done: handled }) => handled < db.log.partitions[partition]!.head)) continue
      this.#swept.add(revision)
      for (const row of db.states.values()) this.#hasFollowed(row, { revision, journey })
    }
  }

  #hasFollowed({ id, person }: StateRow, { revision, journey }: { revision: number; journey: string }): void {
    const { office, db, judge } = this.#world
    const { registry } = office
    if (registry.modeOf(journey) === 'pause' || db.parked().some(({ key }) => key === id)) return
    // A pause in between makes them wait for the sweep that ends it.
    if (registry.modes.some((mode) => mode.journey === journey && mode.revision > revision)) return
    const edits = registry.edits.filter((edit) => edit.journey === journey)
    for (const run of person.journeys.enrollments) {
      if (run.journey !== journey) continue
      const isBehind = registry.modes.some((mode) => mode.journey === journey && mode.revision === revision && (run.mode ?? 0) < revision)
      const edit = edits.find(({ version }) => version > run.version && registry.of(revision).version(journey, version))
      const target = edit && (edit.inFlight.kind === 'migrate' ? (edit.inFlight.map[run.step] ?? run.step) : run.step)
      const isLeft = edit && target !== undefined && registry.current.version(journey, edit.version)!.nodes.has(target)
      if (isBehind || isLeft)
        judge.violate('sweep-leaves-nobody', `${run.id} of ${id} stands on ${run.version}:${run.step} after revision ${revision}`)
    }
  }

  /** At the end: everybody is where they should be. */
  end(): void {
    this.#recount()
    this.#reached()
  }

  /** The profile that a profile has become, whatever became of it. */
  root(key: string): string {
    const { db } = this.#world
    let root = key
    for (let hops = 0; hops < 100; hops++) {
      const into = db.states.get(root)?.person.profile.mergedInto
      if (into === undefined) return root
      root = into
    }
    return root
  }

  /** Segments by the plain reading of all that was accepted of a person, under whatever profile. */
  #recount(): void {
    const { db, judge, office, timeline } = this.#world
    const pasts = new Map<string, { id: string; deed: Deed }[]>()
    for (const { fact } of db.facts) {
      if (fact.table !== 'events' || fact.row.verdict !== 'accepted' || fact.row.type === 'identify') continue
      const { message_id: id, profile_id, name, properties } = fact.row
      const root = this.root(profile_id)
      // What the client said counts, whatever was made of it on the way.
      const at = judge.acked.get(id)?.at ?? fact.row.at
      pasts.set(root, [...(pasts.get(root) ?? []), { id, deed: { name, at, props: JSON.parse(properties) as JsonObject } }])
    }
    const parked = new Set(db.parked().map(({ key }) => this.root(key)))
    for (const [root, past] of pasts) {
      const holds = db.states.get(root)?.person.segments.holds
      // Who was told the same twice, on both sides of a merge, has counted it twice.
      if (!holds || judge.erased.has(root) || parked.has(root) || new Set(past.map(({ id }) => id)).size < past.length) continue
      const deeds = past.map(({ deed }) => deed)
      for (const [segment, condition] of office.registry.conditions()) {
        const isIn = Object.hasOwn(holds, segment)
        if (isIn !== condition.holds(deeds, timeline.now))
          judge.violate(
            'membership-recounted',
            `${root} is ${isIn ? '' : 'not '}in ${segment} (${condition.when}): ${JSON.stringify(deeds)}`,
          )
      }
    }
  }

  #reached(): void {
    const { db, judge, office } = this.#world
    for (const { journey, occurrence, kind, status, there } of office.broadcasts) {
      if (status !== 'done' || kind !== 'scheduled') continue
      const id = `broadcast:${journey}:${occurrence}`
      const reached = new Set(
        db.facts.flatMap(({ fact }) => (fact.table === 'events' && fact.row.message_id === id ? [this.root(fact.row.profile_id)] : [])),
      )
      const parked = new Set(db.parked().map(({ key }) => this.root(key)))
      for (const key of there) {
        const root = this.root(key)
        // Who has become another since may have become one who was passed already.
        if (key === root && !reached.has(key) && !parked.has(key) && !judge.erased.has(key))
          judge.violate('broadcast-reaches-all', `${id} has not reached ${key}`)
      }
    }
  }
}
