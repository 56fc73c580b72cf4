import type { FastifyInstance } from 'fastify'
import { answers as analyticsAnswers } from '#platform/analytics/analytics.ts'
import { createServer, stop as stopServer } from '#platform/http/server.ts'
import { answers } from '#platform/postgres/pool.ts'
import { registerApi } from './api.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { type Delivery, exitParts, guardedWayOut } from './delivery.ts'
import { registerHooks } from './hooks.ts'
import { registerInbox } from './inbox.ts'
import type { Intake } from './ingest.ts'
import { registerIngest } from './ingest-routes.ts'
import type { ModelShelf } from './learning/shelf.ts'
import { registerLinks } from './links.ts'
import { hasFacts } from './open-parts.ts'
import { arrivals } from './receive.ts'
import type { Reception } from './reception.ts'
import { announcement, type Roles } from './roles.ts'
import { registerStatus } from './status-page.ts'

export interface Serving {
  readonly registry: DefinitionsRegistry
  readonly shelf: ModelShelf
  readonly intake: Intake | null
  readonly reception: Reception
  readonly delivery: Delivery | null
  readonly now: () => number
  readonly appended: () => void
  /** Mail is delivered into the built-in mailbox. */
  readonly receiving: boolean
}

/** Everything that is reached over HTTP. */
export async function serve(
  roles: Roles,
  { registry, shelf, intake, reception, delivery, now, appended, receiving }: Serving,
): Promise<{ server: FastifyInstance; setupToken: string }> {
  const { config, parts, metrics, logger, closing } = roles
  const server = createServer({ log: logger, metrics, checks: checksOf(roles), trustProxy: config.trustedProxies })
  closing.push(() => stopServer(server))
  const guarded = guardedWayOut(config)
  closing.push(() => guarded.close())
  const providers = exitParts({ ...roles, reception, now, guarded })
  const api = await registerApi(server, {
    ...roles,
    providers,
    registry,
    shelf,
    now,
    appended: () => delivery?.wake(),
    recordsAppended: appended,
    announce: announcement(roles, now),
    receiving,
  })
  closing.push(() => api.idle())
  await registerHooks(server, { db: parts.work, reception, metrics, parts: providers })
  await registerLinks(server, { ...roles, now, appended })
  await registerStatus(server, { now, hsts: config.publicUrl.startsWith('https://') })
  if (!intake) return { server, setupToken: api.setupToken }
  closing.push(() => intake.idle())
  const { plans, counts } = api
  const arrived = arrivals({ db: parts.work, ingest: intake, plan: (workspace) => plans.of(workspace), counts })
  await registerIngest(server, { arrived, writeKey: api.writeKey, now, onVerdict: (verdict) => roles.readings.verdict(verdict) })
  const { secretKey, partitions } = config
  await registerInbox(server, { pool: parts.pool, secretKey, partitions, writeKey: api.writeKey, now, appended })
  return { server, setupToken: api.setupToken }
}

function checksOf({ parts: { work, analytics }, config, stream }: Roles): Readonly<Record<string, () => Promise<void>>> {
  const nats: Record<string, () => Promise<void>> = stream ? { nats: () => stream.nats.connection.flush() } : {}
  if (stream && config.roles.size === 1 && config.roles.has('ingest')) return nats
  return { ...nats, database: () => answers(work), ...(hasFacts(config) && { analytics: () => analyticsAnswers(analytics) }) }
}
