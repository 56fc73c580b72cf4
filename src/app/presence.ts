import type { Logger } from 'pino'
import type { Queryable } from '#platform/log.ts'
import { beat, leave, schemaFloor, type WorkerRole } from '#platform/workers.ts'

interface Options {
  readonly db: Queryable
  readonly owner: string
  readonly roles: ReadonlySet<WorkerRole>
  /** Number of the newest migration that this process knows. */
  readonly schema: number
  readonly logger: Logger
  /** The process must end: it may not write here any more. */
  readonly onFatal: (error: Error) => void
}

/** This process among the living. */
export interface Presence {
  /** How many living processes have this role, this one included; at least 1. */
  among(role: WorkerRole): number
  /** Counts in a role only while this says so: a share that fails again and again goes to others. */
  watch(role: WorkerRole, works: () => boolean): void
  /** Has left a role: others take its share at once. */
  drop(role: WorkerRole): Promise<void>
  stop(): Promise<void>
}

/** A process that has not been heard of for this long (s) is taken for dead. */
const ALIVE_SECONDS = 7
const BEAT_MS = 1_500

/** Says every moment that this process is alive and what it does, and asks whether it still may write. */
export async function startPresence({ db, owner, roles: had, schema, logger, onFatal }: Options): Promise<Presence> {
  const roles = new Set(had)
  const works = new Map<WorkerRole, () => boolean>()
  let counts: ReadonlyMap<WorkerRole, number> = new Map()
  const say = async (): Promise<void> => {
    const able = [...roles].filter((role) => works.get(role)?.() ?? true)
    counts = await beat(db, { owner, seconds: ALIVE_SECONDS, roles: able })
    const least = await schemaFloor(db)
    if (least > schema)
      onFatal(new Error(`The database wants schema ${least} or newer, and this process knows ${schema}: a newer Cadenza has taken over`))
  }
  await say()
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = say().catch((error: unknown) => logger.warn({ err: error }, 'this process could not say that it is alive'))
  }, BEAT_MS)
  return {
    among: (role) => Math.max(1, counts.get(role) ?? 1),
    watch: (role, check) => void works.set(role, check),
    async drop(role) {
      roles.delete(role)
      await say()
    },
    async stop() {
      clearInterval(timer)
      await running
      await leave(db, owner)
    },
  }
}
