import { startApp } from '#app/start.ts'
import { scaledClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { backlog } from '#platform/leases.ts'
import { logger } from '#platform/log-lines.ts'
import { setUp } from './set-up.ts'

/** What the parent may ask. */
export type Ask = 'reset' | 'read' | 'stop'
export interface Reading {
  readonly handled: number
  readonly backlog: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const [dataDir, smtpUrl, rateText = '1'] = process.argv.slice(2)
const rate = Number(rateText)
const config = await withSecretKey(
  readConfig({
    DATA_DIR: dataDir!,
    SMTP_URL: smtpUrl!,
    PORT: '0',
    PUBLIC_URL: 'https://shop.example',
    LOG_LEVEL: 'error',
    ROLES: 'ingest,engine,delivery,jobs',
  }),
)
const app = await startApp({
  config,
  clock: scaledClock({ start: Date.now(), rate }),
  rate: () => rate,
  logger: logger({ level: 'error' }),
})
const { writeKey, secretKey } = await setUp(app.listening, app.setupToken)

const handled = async (): Promise<number> => {
  const { values } = await app.metrics.registry.getSingleMetric('cadenza_events_handled_total')!.get()
  return values.reduce((sum, { value }) => sum + value, 0)
}

async function answer(ask: Ask): Promise<void> {
  if (ask === 'stop') {
    await app.reported()
    const [facts] = await app.parts.analytics.query<{ events: number }>(
      `SELECT countIf(verdict = 'accepted' AND type != 'system') AS events FROM events`,
    )
    const { rows } = await app.parts.pool.query<{ status: string; reason: string; count: number }>(
      'select status, reason, count(*)::int as count from outbox group by 1, 2',
    )
    process.send!({ facts: facts!.events, outbox: rows })
    await app.stop()
    process.exit(0)
  }
  if (ask === 'reset') app.latency.clear()
  const { latency } = app
  process.send!({
    handled: await handled(),
    backlog: await backlog(app.parts.pool),
    p50: latency.at(0.5),
    p95: latency.at(0.95),
    p99: latency.at(0.99),
  } satisfies Reading)
}

process.on('message', (ask: Ask) => void answer(ask))
process.on('disconnect', () => process.exit(1))
process.send!({ url: app.listening, writeKey, secretKey })
