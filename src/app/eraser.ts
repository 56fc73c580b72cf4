import { Client } from 'pg'
import { type ErasureParts, NotYet, runErasure } from './erasure.ts'
import { openErasures } from './erasure-store.ts'

export interface Eraser {
  wake(): void
  stop(): Promise<void>
}

/** Any number that nobody else uses for an advisory lock. */
const LOCK_KEY = 7_236_101_466
const LOOK_MS = 5_000

/** Goes on with erasures, one after the other; of several processes one does. */
export function startEraser(parts: ErasureParts): Eraser {
  const stopping = new AbortController()
  let awake = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await round(parts, stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) parts.logger.error({ err: error }, 'erasures could not be looked for')
      })
      const timer = setTimeout(() => awake.resolve(), LOOK_MS)
      await awake.promise
      clearTimeout(timer)
      awake = Promise.withResolvers<void>()
    }
  }
  const running = run()
  return {
    wake: () => awake.resolve(),
    async stop() {
      stopping.abort()
      awake.resolve()
      await running
    },
  }
}

async function round(parts: ErasureParts, signal: AbortSignal): Promise<void> {
  const open = await openErasures(parts.pool)
  if (open.length === 0) return
  const holder = new Client({ connectionString: parts.url, application_name: 'cadenza eraser' })
  await holder.connect()
  try {
    const { rows } = await holder.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK_KEY])
    if (!rows[0]?.held) return
    for (const erasure of open) await one(parts, erasure, signal)
  } finally {
    await holder.end()
  }
}

/** One that cannot go on must not keep the others waiting. */
async function one(parts: ErasureParts, { ws, id }: { ws: string; id: string }, signal: AbortSignal): Promise<void> {
  try {
    await runErasure(parts, { ws, id }, signal)
    parts.logger.info({ erasure: id }, 'a person was erased')
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof NotYet) parts.logger.info({ erasure: id, why: error.message }, 'an erasure waits')
    else parts.logger.error({ err: error, erasure: id }, 'an erasure failed; it is tried again')
  }
}
