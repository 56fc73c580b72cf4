import type { Models } from '#decisions/snapshot.ts'
import { type Definitions, definitions } from '#journeys/definitions.ts'
import type { Edit } from '#journeys/in-flight.ts'
import type { ModeChange, Timers } from '#journeys/modes.ts'
import { type Catalogue, catalogue, slotName, type Watch, watchChanges } from '#segments/catalogue.ts'
import { readyMark } from '#segments/react.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { ModelTables } from './models.ts'
import { type Condition, journeyOf, KEEN, LIBRARY, loyal, POISON, RICH, type Scenery, WORKSPACE } from './published.ts'

interface Version {
  readonly id: string
  readonly version: number
  readonly live: boolean
  /** Epoch ms. */
  readonly since: number
}

/** What a build has to bring in, as app/segment-build.ts plans it. */
export interface BuildPlan {
  readonly slots: readonly string[]
  readonly marks: readonly string[]
  readonly catalogue: Catalogue
  /** What models keep of everybody is brought in for these; left out: nothing is. */
  readonly models?: Models
}

/** Nobody can handle the poison. */
class Poisoned<T> extends Map<string, T> {
  override get(event: string): T | undefined {
    if (event === POISON) throw new Error('Nobody can handle this')
    return super.get(event)
  }
}

/** The documents of the workspace: what is published, what is watched since when, and in which mode journeys are. */
export class Registry {
  revision = 0
  readonly scenery: Scenery
  readonly models: ModelTables
  readonly modes: ({ readonly journey: string } & ModeChange)[] = []
  readonly edits: ({ readonly journey: string } & Edit)[] = []
  watches: readonly Watch[] = []
  #versions: readonly Version[] = []
  #segments: readonly { readonly id: string; readonly conditions: readonly Condition[] }[] = []
  readonly #made = new Map<number, { readonly plain: Definitions; readonly poisoned: Definitions }>()

  constructor(scenery: Scenery, now: number) {
    this.scenery = scenery
    this.models = new ModelTables(scenery.intelligence)
    const yesterday = now - 2 * 3_600_000
    this.#versions = [
      'cart',
      'welcome',
      'promo',
      'texts',
      'daily',
      'renewal',
      ...(scenery.intelligence ? ['advice', 'hunch', 'routine'] : []),
    ].map((id) => ({
      id,
      version: 1,
      live: true,
      since: yesterday,
    }))
    this.#segments = [
      { id: 'keen', conditions: [KEEN[0]] },
      { id: 'rich', conditions: [RICH] },
    ]
    this.#publish()
    // Nothing has happened yet, so all of the past is known.
    this.watches = this.watches.map((watch) => ({ ...watch, built: true }))
    this.#made.clear()
    this.#make()
  }

  /** As the engine has them: with an entry that breaks on poison. */
  of(revision: number): Definitions {
    return this.#made.get(revision)!.poisoned
  }

  get current(): Definitions {
    return this.#made.get(this.revision)!.plain
  }

  versionOf(id: string): number {
    return this.#versions.findLast((each) => each.id === id && each.live)?.version ?? 0
  }

  /** When a journey was published as it is (epoch ms). */
  since(id: string): number {
    return this.#versions.findLast((each) => each.id === id && each.live)?.since ?? Infinity
  }

  modeOf(journey: string): ModeChange['kind'] {
    return this.modes.findLast((mode) => mode.journey === journey)?.kind ?? 'run'
  }

  /** The condition in force of each segment. */
  conditions(): ReadonlyMap<string, Condition> {
    return new Map(this.#segments.map(({ id, conditions }) => [id, id === 'loyal' ? loyal(this.#keen()) : conditions[0]!]))
  }

  #keen(): Condition {
    return this.#segments.find(({ id }) => id === 'keen')!.conditions[0]!
  }

  /** Another version of the cart journey. */
  edit(inFlight: InFlight, now: number): boolean {
    const version = this.versionOf('cart') + 1
    this.#versions = [
      ...this.#versions.map((each) => (each.id === 'cart' ? { ...each, live: false } : each)),
      { id: 'cart', version, live: true, since: now },
    ]
    if (inFlight.kind !== 'pin') this.edits.push({ journey: 'cart', version, inFlight })
    return this.#publish()
  }

  mode(journey: string, { kind, timers, now }: { kind: ModeChange['kind']; timers: Timers | undefined; now: number }): boolean {
    this.modes.push({ journey, kind, revision: this.revision + 1, at: now, ...(timers ? { timers } : {}) })
    return this.#publish()
  }

  get hasLoyal(): boolean {
    return this.#segments.some(({ id }) => id === 'loyal')
  }

  addLoyal(now: number): boolean {
    this.#segments = [...this.#segments, { id: 'loyal', conditions: [loyal(this.#keen())] }]
    this.#versions = [...this.#versions, { id: 'loyalty', version: 1, live: true, since: now }]
    return this.#publish()
  }

  /** The other condition of keen people: the one in force decides until the new one is built. */
  changeKeen(): boolean {
    const next = this.#keen() === KEEN[0] ? KEEN[1] : KEEN[0]
    this.#segments = this.#segments.map((segment) =>
      segment.id === 'keen' ? { ...segment, conditions: [next, ...segment.conditions] } : segment,
    )
    return this.#publish()
  }

  /** From the next revision on what was watched since that one is complete. */
  built(since: number): boolean {
    this.watches = this.watches.map((watch) => (watch.since === since ? { ...watch, built: true } : watch))
    return this.#publish()
  }

  /** Something was learned, or models are others. */
  learned(): boolean {
    return this.#publish()
  }

  /** Undefined: nothing of it is wanted any more. */
  planOf(since: number): BuildPlan | undefined {
    const watches = this.watches.filter((watch) => watch.since === since && !watch.built)
    if (watches.length === 0) return undefined
    const made = catalogue({ ...this.#input(), watches })
    return {
      catalogue: made,
      marks: [...made.deciders.values()].flatMap(({ pending, mark }) => (pending ? [readyMark(mark)] : [])),
      slots: watches
        .filter(({ kind }) => kind === 'aggregate')
        .map(slotName)
        .filter((slot) => made.slots.has(slot)),
      ...(watches.some(({ kind }) => kind === 'models') && { models: this.models.without() }),
    }
  }

  #input() {
    return {
      segments: this.#segments.map(({ id, conditions }) => ({ id, conditions: conditions.map(({ when }) => when) })),
      aggregates: [],
    }
  }

  /** True when something began to be watched, so that its past has to be built. */
  #publish(): boolean {
    this.revision++
    const [ofModels, others] = [this.watches.filter(({ kind }) => kind === 'models'), this.watches.filter(({ kind }) => kind !== 'models')]
    const changes = watchChanges(this.#input(), others)
    const begins = this.models.exist && ofModels.length === 0
    const begin = begins ? [...changes.begin, { kind: 'models' as const, id: 'all' }] : changes.begin
    const end = this.models.exist ? changes.end : [...changes.end, ...ofModels]
    const began = begin.map((watch): Watch => ({ ...watch, since: this.revision, built: false }))
    this.watches = [...this.watches.filter((watch) => !end.includes(watch)), ...began]
    this.#make()
    return began.length > 0
  }

  #make(): void {
    const plain = definitions(
      {
        workspace: WORKSPACE,
        revision: this.revision,
        consent: 'opt-out',
        journeys: this.#versions.map(({ id, version, live }) => ({ journey: journeyOf(id, version, this.scenery), version, live })),
        templates: [
          { id: 'cart', version: this.revision, topic: 'offers' },
          { id: 'receipt', version: 1 },
          { id: 'text', version: this.revision, topic: 'offers', channel: 'sms' },
          { id: 'confirm', version: 1, topic: 'offers' },
        ],
        policy: this.scenery.policy,
        policies: this.scenery.law,
        topics: this.scenery.topic ? [this.scenery.topic] : [],
        segments: this.#input().segments,
        watches: this.watches,
        edits: [...this.edits],
        modes: [...this.modes],
        models: this.models.date(this.revision),
        experiments: this.scenery.comparisons,
      },
      this.#made.get(this.revision - 1)?.plain ?? {
        ...LIBRARY,
        version: (id, v) => (isOfLibrary(id) ? LIBRARY.version(id, v) : undefined),
      },
    )
    const broken = [...plain.broken, ...plain.catalogue.broken]
    if (broken.length > 0) throw new Error(JSON.stringify(broken))
    const poisoned = { ...plain, entriesByEvent: new Poisoned(plain.entriesByEvent) }
    this.#made.set(this.revision, { plain, poisoned })
  }
}

const isOfLibrary = (id: string): boolean => id !== 'daily' && id !== 'renewal'
