import { join } from 'node:path'
import { Client } from 'pg'
import type { Logger } from 'pino'
import type { Config } from '#platform/config.ts'
import { secretBox } from '#platform/secrets.ts'
import { subjectKeys } from '#platform/subject-keys.ts'
import type { Stream } from './carrier.ts'
import { type ErasureParts, NotYet, runErasure } from './erasure.ts'
import { eraseAgain } from './erasure-ledger.ts'
import { holdErasures, openErasures } from './erasure-store.ts'
import { keyRingOf } from './key-ring-file.ts'
import type { Parts } from './open-parts.ts'

export interface Eraser {
  wake(): void
  stop(): Promise<void>
}

interface Starting {
  readonly config: Config & { readonly secretKey: string }
  readonly parts: Parts
  readonly logger: Logger
  readonly stream: Stream | null
  readonly now: () => number
}

/** Erases again whom an old back-up has brought back, and goes on with erasures that were asked for. Resolves with its end. */
export async function startErasing({ config, parts, logger, stream, now }: Starting): Promise<() => Promise<void>> {
  const { secretKey, partitions } = config
  const box = secretBox(secretKey)
  const { url, work: pool, analytics } = parts
  const ledger = join(config.dataDir, 'erased.jsonl')
  const keyRing = keyRingOf(config.dataDir)
  const own = { url, pool, analytics, partitions, secretKey, box, keys: subjectKeys(box), now, logger, ledger, keyRing }
  const again = await eraseAgain(own)
  if (again > 0) logger.warn({ people: again }, 'the database was set back to before these people were erased; they are erased again')
  const eraser = startEraser(stream ? { ...own, barrier: stream.barrier } : own)
  return () => eraser.stop()
}

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
    if (!(await holdErasures(holder))) return
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
