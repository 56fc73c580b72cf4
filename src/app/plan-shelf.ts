import type { Logger } from 'pino'
import { PlannedEvent, TrackingPlan } from '#events/plan.ts'
import { type CompiledPlan, compilePlan } from '#events/plan-check.ts'
import type { Json } from '#lib/json.ts'
import { ofKinds } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'

/** A plan that was published works everywhere after this (real ms). */
const FRESH_MS = 1_000
/** A workspace that sends nothing is forgotten. */
const IDLE_MS = 600_000

interface Kept {
  plan: CompiledPlan | null
  /** Names the versions that it was made of. */
  mark: string
  /** By the clock of the process. */
  read: number
  used: number
  reading: Promise<void> | null
}

/** The compiled tracking plan of each workspace that sends events. */
export class PlanShelf {
  readonly #db: Queryable
  readonly #logger: Pick<Logger, 'warn'>
  readonly #kept = new Map<string, Kept>()

  constructor({ db, logger }: { readonly db: Queryable; readonly logger: Pick<Logger, 'warn'> }) {
    this.#db = db
    this.#logger = logger
  }

  /** From memory; read anew behind the answer when it is a second old. The first asking waits. */
  async of(ws: string): Promise<CompiledPlan | null> {
    const now = performance.now()
    const kept = this.#kept.get(ws)
    if (!kept) return this.now(ws)
    kept.used = now
    if (now - kept.read > FRESH_MS) {
      // While the database does not answer, the plan of before goes on: a stream may stand in front of it.
      kept.reading ??= this.#read(ws, kept)
        .catch((error: unknown) =>
          this.#logger.warn({ err: error, workspace: ws }, 'the tracking plan could not be read; the one of before holds'),
        )
        .finally(() => {
          kept.reading = null
        })
    }
    return kept.plan
  }

  /** As it is published at this moment. */
  async now(ws: string): Promise<CompiledPlan | null> {
    const kept: Kept = this.#kept.get(ws) ?? { plan: null, mark: '', read: 0, used: performance.now(), reading: null }
    await this.#read(ws, kept)
    this.#kept.set(ws, kept)
    return kept.plan
  }

  async #read(ws: string, kept: Kept): Promise<void> {
    const asked = performance.now()
    const documents = await ofKinds(this.#db, ws, ['event', 'tracking-plan'])
    const mark = documents.map(({ id, kind, version }) => `${kind}/${id}@${version}`).join(' ')
    if (mark !== kept.mark) kept.plan = compiled(documents)
    Object.assign(kept, { mark, read: asked })
    for (const [name, { used }] of this.#kept) if (asked - used > IDLE_MS) this.#kept.delete(name)
  }
}

function compiled(documents: readonly { readonly kind: string; readonly body: Json }[]): CompiledPlan | null {
  const events = documents.flatMap(({ kind, body }) => (kind === 'event' ? [PlannedEvent.parse(body)] : []))
  const plan = documents.find(({ kind }) => kind === 'tracking-plan')
  return compilePlan(events, plan && TrackingPlan.parse(plan.body))
}
