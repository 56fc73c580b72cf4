import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '#platform/config.ts'
import { addressHash } from '#platform/suppressions.ts'
import { guardedWayOut } from './delivery.ts'
import { Ingest } from './ingest.ts'
import type { Parts } from './open-parts.ts'
import { PlanShelf } from './plan-shelf.ts'
import { SourceCounts } from './source-counts.ts'

interface Options {
  readonly config: Pick<Config, 'partitions'> & { readonly secretKey: string }
  readonly parts: Pick<Parts, 'work'>
  readonly now: () => number
  readonly recordsAppended: () => void
  readonly logger: Logger
}

/** Lists and scores go straight to the log, whatever carries the events of sources. */
export const ingestOf = ({ config, parts, now, recordsAppended }: Options): Ingest =>
  new Ingest({
    pool: parts.work,
    partitions: config.partitions,
    now,
    maxWaiting: 10_000,
    addressHash: addressHash(config.secretKey),
    onAppended: recordsAppended,
  })

/** The guarded way out, for as long as the server runs. */
export function wayOut(server: FastifyInstance, config: Config) {
  const out = guardedWayOut(config)
  server.addHook('onClose', () => out.close())
  return out
}

/** What events are held against as they come, and what is counted of them. */
export const gathering = ({ parts: { work: db }, logger }: Pick<Options, 'parts' | 'logger'>) => ({
  plans: new PlanShelf({ db, logger }),
  counts: new SourceCounts({ db, logger }),
})
