import type { Broadcast } from '#journeys/entries/selection.ts'
import type { ModeChange } from '#journeys/modes.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import type { ErasureRow } from './eraser.ts'
import { MODEL_IDS, type ModelId } from './intelligence.ts'
import type { TrainingRow } from './learning.ts'
import type { SnapshotRow } from './models.ts'
import { count } from './process.ts'
import { lastStep, MOST_VERSIONS } from './published.ts'
import { Registry } from './registry.ts'
import type { World } from './world.ts'

export interface BuildRow {
  readonly since: number
  /** Where the watch began, by partition. */
  readonly places: readonly number[]
  slices: number
  slice: number
  after: string
  status: 'waiting' | 'running' | 'built'
}

export interface SweepRow {
  readonly journey: string
  readonly revision: number
  factsTo: number | null
  after: string
  done: boolean
  /** How long the log was when it was done, by partition: behind that nobody may be left. */
  heads: readonly number[]
}

export interface BroadcastRow extends Broadcast {
  readonly journey: string
  /** Whom it was for when it began. */
  readonly there: readonly string[]
  status: 'running' | 'done' | 'missed' | 'cancelled'
  after: string
}

/** What is published and what follows from that for the jobs: the tables of the database that app/segment-build.ts, the sweeper and the broadcaster work by. */
export class Office {
  readonly registry: Registry
  readonly builds: BuildRow[] = []
  readonly sweeps: SweepRow[] = []
  readonly broadcasts: BroadcastRow[] = []
  readonly erasures: ErasureRow[] = []
  readonly #trainings = new Map<string, TrainingRow>()
  /** Trainings go on; when the faults are over they have ended for good. */
  learns: boolean
  /** Who holds the lock of erasures. */
  eraser = ''
  /** By which revision broadcasts were looked for last, and when the next one begins (epoch ms). */
  begun = 0
  nextBroadcast = -Infinity
  /** Who holds the lock of builds. */
  builder = ''
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.registry = new Registry(world.scenery, world.timeline.now)
    this.learns = world.scenery.intelligence !== null
    this.#announce(false)
  }

  /** Its record reaches every partition in the transaction of the publish. */
  #announce(began: boolean): void {
    const { db, timeline } = this.#world
    const { revision } = this.registry
    timeline.tell(`revision ${revision} is published`)
    db.log.appendTo([...db.leases.keys()], { kind: 'definitions', revision }, timeline.now)
    if (!began) return
    const places = db.log.partitions.map(({ head }) => head)
    this.builds.push({ since: revision, places, slices: 0, slice: 0, after: '', status: 'waiting' })
  }

  #sweep(journey: string): void {
    this.sweeps.push({ journey, revision: this.registry.revision, factsTo: null, after: '', done: false, heads: [] })
  }

  finish(build: BuildRow): void {
    build.status = 'built'
    this.#announce(this.registry.built(build.since))
  }

  /** A new version goes live; people inside stay, go along, or are led to another step. */
  publish(): void {
    const { dice, surroundings, timeline } = this.#world
    const { registry } = this
    const version = registry.versionOf('cart') + 1
    if (version > MOST_VERSIONS) return
    const here = lastStep(version)
    const gone = here === 'rest' ? 'repose' : 'rest'
    const inFlight = dice.pick<InFlight>([
      { kind: 'pin' },
      { kind: 'follow' },
      { kind: 'migrate', map: { [gone]: here } },
      { kind: 'migrate', map: { [gone]: null } },
      { kind: 'migrate', map: { settle: here, [gone]: here } },
    ])
    count(surroundings, inFlight.kind === 'pin' ? 'new version' : `new version, ${inFlight.kind}`)
    timeline.tell(`version ${version} of the cart journey: ${JSON.stringify(inFlight)}`)
    this.#announce(registry.edit(inFlight, timeline.now))
    if (inFlight.kind !== 'pin') this.#sweep('cart')
  }

  /** Somebody pauses, resumes, drains or stops a journey, or changes what is watched. */
  operate(): void {
    const { dice, surroundings, timeline } = this.#world
    const { registry } = this
    const choice = dice.roll()
    if (choice < 0.15 && !registry.hasLoyal) {
      count(surroundings, 'new segment')
      this.#announce(registry.addLoyal(timeline.now))
    } else if (choice < 0.3) {
      count(surroundings, 'changed segment')
      this.#announce(registry.changeKeen())
    } else {
      const journey = dice.pick(['cart', 'promo', 'daily'])
      const kind = dice.pick<ModeChange['kind']>(CHOICES[registry.modeOf(journey)])
      this.#change(journey, kind)
    }
  }

  #change(journey: string, kind: ModeChange['kind']): void {
    const { dice, surroundings, timeline } = this.#world
    const { registry } = this
    const ending = registry.modeOf(journey) === 'pause' && kind !== 'stop'
    count(surroundings, ending ? 'pause ended' : `journey: ${kind}`)
    timeline.tell(`${journey} is to ${kind}`)
    const timers = ending ? dice.pick(['run', 'shift', 'exit'] as const) : undefined
    this.#announce(registry.mode(journey, { kind, timers, now: timeline.now }))
    if (ending || kind === 'stop') this.#sweep(journey)
  }

  /** Somebody asks to be erased, with all that turns out to be them. */
  erase(): void {
    const { dice, surroundings, timeline, knobs, shop } = this.#world
    const profile = `u${dice.between(0, knobs.people - 1)}`
    if (this.erasures.some(({ family }) => family.includes(profile))) return
    count(surroundings, 'erasure')
    timeline.tell(`${profile} asks to be erased`)
    this.erasures.push({ profile, family: shop.familyOf([profile]), step: 'suppress', heads: [] })
  }

  training(model: ModelId, version: number): TrainingRow {
    const name = `${model} ${version}`
    const known = this.#trainings.get(name) ?? { model, version, owner: '', claim: 0, until: 0, due: this.#world.timeline.now }
    this.#trainings.set(name, known)
    return known
  }

  /** In the transaction of the training's end. */
  learned(row: Omit<SnapshotRow, 'serial' | 'read'>): SnapshotRow {
    const made = this.registry.models.add(row)
    this.#announce(this.registry.learned())
    return made
  }

  /** Somebody publishes models, tries another version, lets it act, or takes all of them away. */
  operateModels(): void {
    const { dice, surroundings, timeline } = this.#world
    const { models } = this.registry
    const choice = dice.roll()
    let what = 'models: published'
    if (!models.exist) models.publishAll()
    else if (choice < 0.15) {
      what = 'models: archived'
      models.archiveAll()
    } else if (choice < 0.4 && models.hasTried) {
      what = 'models: promoted'
      models.promote()
    } else {
      const stage = dice.pick(['share', 'shadow'] as const)
      what = `models: ${stage}`
      models.try(dice.pick(MODEL_IDS), stage)
    }
    count(surroundings, what)
    timeline.tell(what)
    this.#announce(this.registry.learned())
  }

  /** What is paused could never come to an end. */
  resumeAll(): void {
    for (const journey of ['cart', 'promo', 'daily']) if (this.registry.modeOf(journey) === 'pause') this.#change(journey, 'run')
  }

  /** Which messages must not leave now, as `heldBackAmong` of journeys/store.ts. */
  holdsBack(journey: string, createdAt: number): boolean {
    const changes = this.registry.modes.filter((mode) => mode.journey === journey)
    const stopped = Math.max(...changes.map(({ kind, at }) => (kind === 'stop' ? at : -Infinity)))
    return changes.at(-1)?.kind === 'pause' || stopped >= createdAt
  }

  /** What the jobs have still to do; null: nothing. */
  busy(): string | null {
    const build = this.builds.find(({ status }) => status !== 'built')
    if (build) return `the build since ${build.since} is ${build.status} at slice ${build.slice} of ${build.slices}`
    const sweep = this.sweeps.find(({ done }) => !done)
    if (sweep) return `the sweep of ${sweep.journey} at revision ${sweep.revision} is not done`
    const erasure = this.erasures.find(({ step }) => step !== 'done')
    if (erasure) return `the erasure of ${erasure.profile} is at ${erasure.step}`
    const broadcast = this.broadcasts.find(({ status }) => status === 'running')
    return broadcast ? `broadcast ${broadcast.journey} ${broadcast.occurrence} is running` : null
  }
}

const CHOICES: Readonly<Record<ModeChange['kind'], readonly ModeChange['kind'][]>> = {
  run: ['pause', 'pause', 'drain', 'stop'],
  pause: ['run', 'run', 'drain', 'stop'],
  drain: ['run', 'pause', 'stop'],
  stop: ['run'],
}
