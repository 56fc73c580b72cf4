import type { Logger } from 'pino'
import type { ModelVersion } from '#decisions/rollout.ts'
import type { Model } from '#decisions/schema.ts'
import type { ModelInForce, Snapshot } from '#decisions/snapshot.ts'
import { type PublishedModel, publishedModels, versionsOf } from '#decisions/standings.ts'
import { bodiesOf, type SnapshotLine, snapshotsAt } from '#decisions/store.ts'
import { historyAt } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { unpacked } from './body.ts'
import { LEARNERS, type Learners } from './learners.ts'

export interface ShelfOptions {
  readonly db: Queryable
  readonly logger: Logger
  readonly learners?: Learners | undefined
  /** A snapshot that is in force cannot be read. */
  readonly onBroken?: (broken: { ws: string; model: string; type: Model['type']; serial: number }) => void
}

interface Held {
  readonly serial: number
  readonly snapshot: Snapshot | null
  readonly broken?: string
}

const NOTHING: Held = { serial: 0, snapshot: null }
const nameOf = ({ ws, model, task }: { ws: string; model: string; task: string }): string => `${ws} ${model} ${task}`

/** Reads what models have learned. A snapshot never changes, so each is read and decoded once. */
export class ModelShelf {
  readonly #options: ShelfOptions
  /** The newest that was read of each task. */
  readonly #held = new Map<string, Held>()

  constructor(options: ShelfOptions) {
    this.#options = options
  }

  /** The published models of all workspaces at a revision. */
  async published(revision: number): Promise<PublishedModel[]> {
    return publishedModels(await historyAt(this.#options.db, { kind: 'model', revision }))
  }

  /** These models with their snapshots at a revision, by workspace. */
  async inForce(revision: number, published: readonly PublishedModel[]): Promise<Map<string, ModelInForce[]>> {
    const tasks = published.flatMap(({ ws, id, standing }) =>
      versionsOf(standing).map(({ task, model }) => ({ ws, model: id, task, type: model.type })),
    )
    const lines = await snapshotsAt(this.#options.db, revision, tasks)
    const held = await this.#read(lines, new Map(tasks.map((task) => [nameOf(task), task.type])))
    const byWorkspace = new Map<string, ModelInForce[]>()
    for (const { ws, id, standing } of published) {
      const of = ({ model, version, task }: ModelVersion): ModelInForce => {
        const { snapshot, broken } = held.get(nameOf({ ws, model: id, task })) ?? NOTHING
        return { model, version, snapshot, ...(broken === undefined ? {} : { broken }) }
      }
      const made = standingInForce(standing, of)
      const list = byWorkspace.get(ws)
      if (list) list.push(made)
      else byWorkspace.set(ws, [made])
    }
    return byWorkspace
  }

  /** One snapshot, decoded; `broken` says why it cannot be. */
  async decoded(line: SnapshotLine, type: Model['type']): Promise<Omit<Held, 'serial'>> {
    const [body = null] = await bodiesOf(this.#options.db, [line])
    return this.#decode(line, body, type)
  }

  /** Why the newest snapshot of a task cannot be read, as this process met it; undefined when it can. */
  async checked(line: SnapshotLine, type: Model['type']): Promise<string | undefined> {
    return (await this.#read([line], new Map([[nameOf(line), type]]))).get(nameOf(line))?.broken
  }

  async #read(lines: readonly SnapshotLine[], types: ReadonlyMap<string, Model['type']>): Promise<Map<string, Held>> {
    const held = new Map<string, Held>()
    const missing: SnapshotLine[] = []
    for (const line of lines) {
      const known = this.#held.get(nameOf(line))
      if (known?.serial === line.serial) held.set(nameOf(line), known)
      else missing.push(line)
    }
    const bodies = await bodiesOf(this.#options.db, missing)
    for (const [i, line] of missing.entries()) {
      const name = nameOf(line)
      const read: Held = { serial: line.serial, ...(await this.#decode(line, bodies[i]!, types.get(name)!)) }
      held.set(name, read)
      if (read.broken !== undefined) this.#options.onBroken?.({ ...line, type: types.get(name)! })
      if (read.serial > (this.#held.get(name)?.serial ?? 0)) this.#held.set(name, read)
    }
    return held
  }

  async #decode(line: SnapshotLine, packed: Buffer | null, type: Model['type']): Promise<Omit<Held, 'serial'>> {
    const { ws, model, serial, trainedTo, examples, report, checksum } = line
    const { learners = LEARNERS, logger } = this.#options
    try {
      const learner = learners.get(type)
      if (!learner) throw new Error(`nobody here knows how models of the type ${type} learn`)
      return { snapshot: { serial, trainedTo, examples, report, body: learner.decode(await unpacked(packed, checksum)) } }
    } catch (error) {
      // Said, and lived with: whoever asks the model gets its fallback, until the next snapshot.
      logger.error({ err: error, ws, model, serial }, 'what a model has learned cannot be read')
      return { snapshot: null, broken: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** What decides is the version that was let act in full; what is being tried hangs on it. */
function standingInForce({ full, candidate }: PublishedModel['standing'], of: (version: ModelVersion) => ModelInForce): ModelInForce {
  if (!candidate) return of(full!)
  const tried = of(candidate)
  if (full) return { ...of(full), candidate: tried }
  return { model: tried.model, version: tried.version, snapshot: null, inShadow: true, candidate: tried }
}
