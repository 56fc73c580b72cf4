import { addSnapshot, dateSnapshots, holdModel, wasReset } from '#decisions/store.ts'
import type { Trained } from '#decisions/trainer.ts'
import { type Claim, type Ended, endTraining } from '#decisions/training-store.ts'
import { type Announce, nextRevision } from '#platform/documents.ts'
import { type Pool, type Tx, transaction } from '#platform/postgres/pool.ts'
import { packed } from './body.ts'

export interface InstallOptions {
  readonly pool: Pool
  readonly now: () => number
  readonly announce: Announce
  /** Records were put on the log. */
  readonly appended: () => void
}

/** Something that was learned, and whoever learned it. */
export interface Installing {
  readonly claim: Claim
  readonly trained: Trained
  /** The model's last serial when the training began: a reset since then has forgotten what it rests on. */
  readonly since: number
  readonly ended: Ended
}

export type Installed =
  | { readonly kind: 'installed'; readonly serial: number }
  | { readonly kind: 'not_ours' }
  | { readonly kind: 'forgotten' }

interface Waiting {
  readonly installing: Installing
  readonly done: PromiseWithResolvers<Installed>
}

/** What is learned within this time (real ms) comes into force by one revision: each is a record on every partition of the log. */
const GATHER_MS = 200

/**
 * Puts what was learned into the database and in force: snapshot, end of the training and announcement on the log are one transaction,
 * so that a replay of the log has the same snapshots at the same place.
 */
export class Installer {
  readonly #options: InstallOptions
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #busy: Promise<void> = Promise.resolve()

  constructor(options: InstallOptions) {
    this.#options = options
  }

  install(installing: Installing): Promise<Installed> {
    const done = Promise.withResolvers<Installed>()
    this.#waiting.push({ installing, done })
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#busy = this.#busy.then(() => this.#flush())
    }, GATHER_MS)
    return done.promise
  }

  async #flush(): Promise<void> {
    const all = this.#waiting.splice(0).sort((a, b) => order(a.installing.claim, b.installing.claim))
    if (!(await this.#together(all))) for (const each of all) await this.#together([each])
  }

  /** False when it failed and may go well one by one: one bad snapshot must not keep the others back. */
  async #together(all: readonly Waiting[]): Promise<boolean> {
    try {
      const bodies = await Promise.all(all.map(({ installing }) => packed(installing.trained.body)))
      const installed = await transaction(this.#options.pool, (tx) =>
        this.#write(
          tx,
          all.map(({ installing }, i) => ({ installing, kept: bodies[i]! })),
        ),
      )
      if (installed.some(({ kind }) => kind === 'installed')) this.#options.appended()
      for (const [i, { done }] of all.entries()) done.resolve(installed[i]!)
    } catch (error) {
      if (all.length > 1) return false
      for (const { done } of all) done.reject(error)
    }
    return true
  }

  async #write(
    tx: Tx,
    all: readonly { readonly installing: Installing; readonly kept: Awaited<ReturnType<typeof packed>> }[],
  ): Promise<Installed[]> {
    const { now, announce } = this.#options
    const installed: Installed[] = []
    for (const { installing, kept } of all) installed.push(await add(tx, installing, { kept, madeAt: now() }))
    if (!installed.some(({ kind }) => kind === 'installed')) return installed
    const revision = await nextRevision(tx)
    await dateSnapshots(tx, revision)
    await announce(tx, revision)
    return installed
  }
}

/** Models are locked in one order, so that two installers cannot wait for each other. */
const order = (a: Claim, b: Claim): number => (nameOf(a) < nameOf(b) ? -1 : 1)
const nameOf = ({ ws, model, task }: Claim): string => `${ws} ${model} ${task}`

async function add(
  tx: Tx,
  { claim, trained: { trainedTo, examples, report }, since, ended }: Installing,
  { kept, madeAt }: { kept: Awaited<ReturnType<typeof packed>>; madeAt: number },
): Promise<Installed> {
  const { ws, model, task, version } = claim
  await holdModel(tx, ws, model)
  const forgotten = await wasReset(tx, { ws, model, after: since })
  if (!(await endTraining(tx, claim, forgotten ? { ...ended, outcome: 'nothing_new', due: ended.endedAt } : ended)))
    return { kind: 'not_ours' }
  if (forgotten) return { kind: 'forgotten' }
  const serial = await addSnapshot(tx, { ws, model, task, version, madeAt, trainedTo, examples, report, ...kept })
  return { kind: 'installed', serial }
}
