import { LEARNERS } from '#app/learning/learners.ts'
import type { Model } from '#decisions/schema.ts'
import { type ModelInForce, type Models, modelsOf, type Snapshot } from '#decisions/snapshot.ts'
import { type Drawn, documentOf, type Intelligence, type Linear, MODEL_IDS, type ModelId } from './intelligence.ts'

interface Version {
  readonly version: number
  readonly model: Model
}

/** What a training has left in the table of snapshots. */
export interface SnapshotRow {
  readonly model: ModelId
  readonly serial: number
  /** Of the document for which it was learned. */
  readonly version: number
  readonly trainedTo: number
  readonly drawn: Drawn
  /** Decoded anew by whoever asks; a sentence: it cannot be. */
  readonly read: Snapshot | string
}

/** Documents of models and what they have learned: who acts, who is tried, and which snapshots are in force at each revision. */
export class ModelTables {
  readonly snapshots: SnapshotRow[] = []
  readonly #intelligence: Intelligence | null
  readonly #full = new Map<ModelId, Version>()
  readonly #tried = new Map<ModelId, Version>()
  /** By `model version`: the newest snapshot. */
  readonly #newest = new Map<string, SnapshotRow>()
  readonly #at = new Map<number, readonly ModelInForce[]>()
  readonly #versions = new Map<ModelId, number>()
  everExisted = false
  wereArchived = false

  constructor(intelligence: Intelligence | null) {
    this.#intelligence = intelligence
    if (intelligence?.atOnce) this.publishAll()
  }

  get exist(): boolean {
    return this.#full.size > 0
  }

  get hasTried(): boolean {
    return this.#tried.size > 0
  }

  publishAll(): void {
    const intelligence = this.#intelligence!
    this.everExisted = true
    for (const id of MODEL_IDS) {
      if (id === 'habit' && !intelligence.patterns) continue
      this.#full.set(id, { version: this.#next(id), model: documentOf(id, intelligence, 'full') })
    }
  }

  archiveAll(): void {
    this.wereArchived = true
    this.#full.clear()
    this.#tried.clear()
  }

  /** Another version, in shadow or for half of the people. */
  try(id: ModelId, stage: 'share' | 'shadow'): void {
    if (this.#full.has(id)) this.#tried.set(id, { version: this.#next(id), model: documentOf(id, this.#intelligence!, stage) })
  }

  /** What was tried acts for everybody. */
  promote(): void {
    for (const [id] of this.#tried) this.#full.set(id, { version: this.#next(id), model: documentOf(id, this.#intelligence!, 'full') })
    this.#tried.clear()
  }

  #next(id: ModelId): number {
    const version = (this.#versions.get(id) ?? 0) + 1
    this.#versions.set(id, version)
    return version
  }

  /** Which versions want to be learned for. */
  wanted(): readonly { readonly model: ModelId; readonly version: number }[] {
    return [...this.#full, ...this.#tried].map(([model, { version }]) => ({ model, version }))
  }

  lastSerial(model: ModelId): number {
    return Math.max(0, ...this.snapshots.filter((row) => row.model === model).map(({ serial }) => serial))
  }

  /** As app/learning/install.ts puts it into the table; what cannot be read is found out by whoever reads it. */
  add(row: Omit<SnapshotRow, 'serial' | 'read'>): SnapshotRow {
    const serial = this.lastSerial(row.model) + 1
    const made: SnapshotRow = { ...row, serial, read: readSnapshot({ ...row, serial }) }
    this.snapshots.push(made)
    this.#newest.set(`${row.model} ${row.version}`, made)
    return made
  }

  /** Keeps what is in force now as that of a revision. */
  date(revision: number): readonly ModelInForce[] {
    const all = [...this.#full].map(([id, full]): ModelInForce => {
      const tried = this.#tried.get(id)
      return { ...this.#inForce(id, full), ...(tried && { candidate: this.#inForce(id, tried) }) }
    })
    this.#at.set(revision, all)
    return all
  }

  #inForce(id: ModelId, { version, model }: Version): ModelInForce {
    const row = this.#newest.get(`${id} ${version}`)
    if (!row) return { model, version, snapshot: null }
    return typeof row.read === 'string' ? { model, version, snapshot: null, broken: row.read } : { model, version, snapshot: row.read }
  }

  inForceAt(revision: number): Models {
    return modelsOf(this.#at.get(revision) ?? [])
  }

  /** With nothing learned: what is kept of people hangs on the documents only. */
  without(): Models {
    return modelsOf([...this.#full.values()].map(({ model, version }) => ({ model, version, snapshot: null })))
  }

  /** Read from the table once more; undefined: there is none, or it cannot be read. */
  snapshot(model: string, serial: number): Snapshot | undefined {
    const row = this.snapshots.find((each) => each.model === model && each.serial === serial)
    const read = row && readSnapshot(row)
    return typeof read === 'string' ? undefined : read
  }

  linearOf(model: string, serial: number): Linear | undefined {
    return this.snapshots.find((each) => each.model === model && each.serial === serial)?.drawn.linear
  }
}

const TYPES = { nudges: 'choice', hours: 'send-time', likely: 'propensity', habit: 'pattern' } as const

/** By the learner of its type, as app/learning/shelf.ts reads it. */
function readSnapshot({ model, serial, trainedTo, drawn: { text } }: Omit<SnapshotRow, 'read'>): Snapshot | string {
  try {
    return { serial, trainedTo, examples: 100 * serial, body: LEARNERS.get(TYPES[model])!.decode(text), report: {} }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
