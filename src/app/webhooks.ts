import { randomUUID } from 'node:crypto'
import { type WebhookAttempt, webhookChannel } from '#channels/adapters/webhook.ts'
import {
  GetWebhookSecret,
  ListWebhookAttempts,
  ListWebhooks,
  RotateWebhookSecret,
  TestWebhook,
  type WebhookAttemptLine,
} from '#channels/webhook-api.ts'
import { type AttemptRow, addAttempts, countAttempts, listAttempts, nextSecret } from '#channels/webhook-store.ts'
import type { JsonObject } from '#lib/json.ts'
import { refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Egress, EgressRequest } from '#platform/egress.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { isSample, STAYS_HERE } from './sample/nothing-leaves.ts'
import { signingSecrets } from './webhook-secrets.ts'
import { webhookUrls } from './webhook-urls.ts'

interface Options {
  readonly pool: Pool
  readonly secretKey: string
  readonly now: () => number
  readonly egress: Egress
}

const WEEK = 7 * 86_400_000
const BOTH_MS = 86_400_000
const PAGE = 50
const TEST_MS = 15_000
const NOBODY = 'test'

/** Outgoing webhooks: where they go, what came back, and the secret that signs them. */
export const webhookBindings = (options: Options): Binding[] => [
  bind(ListWebhooks, async (_input, { workspace: ws }) => {
    const { pool, now } = options
    const { counts, journeys } = await inWorkspace(pool, ws, async (tx) => ({
      counts: await countAttempts(tx, ws, now() - WEEK),
      journeys: (await liveDocuments(tx, ws)).filter(({ kind }) => kind === 'journey'),
    }))
    const users = webhookUrls(journeys)
    const urls = [...new Set([...users.keys(), ...counts.map(({ url }) => url)])]
    return {
      endpoints: urls.map((url) => {
        const { calls = 0, failed = 0, medianMs = null, last = null, lastStatus = null } = counts.find((each) => each.url === url) ?? {}
        return { url, journeys: users.get(url) ?? [], calls, failed, medianMs, last, lastStatus }
      }),
    }
  }),
  bind(ListWebhookAttempts, async ({ cursor, ...query }, { workspace: ws, permissions }) => {
    const rows = await inWorkspace(options.pool, ws, (tx) => listAttempts(tx, { ws, ...query, before: cursor, limit: PAGE }))
    const people = permissions.has('people:read')
    return { attempts: rows.map((row) => lineOf(row, people)), next: rows.length === PAGE ? String(rows.at(-1)!.id) : null }
  }),
  bind(GetWebhookSecret, async (_input, { workspace: ws }) => {
    const { secrets, beforeUntil } = await inWorkspace(options.pool, ws, (tx) => signingSecrets({ ...options, db: tx }, ws))
    return { secret: secrets[0]!, beforeUntil }
  }),
  bindAudited(RotateWebhookSecret, async (_input, { workspace: ws }, call) => {
    const { now } = options
    const beforeUntil = now() + BOTH_MS
    return inWorkspace(options.pool, ws, async (tx) => {
      await nextSecret(tx, ws, { now: now(), beforeUntil })
      const { secrets } = await signingSecrets({ ...options, db: tx }, ws)
      await call.audit(tx, { object: 'webhooks:secret' })
      return { secret: secrets[0]!, beforeUntil }
    })
  }),
  bind(TestWebhook, async ({ url, body }, { workspace: ws }, call) => {
    if (await inWorkspace(options.pool, ws, (tx) => isSample(tx, ws))) return refuse(STAYS_HERE)
    call.note({ object: `webhook:${new URL(url).host}` })
    return tested(options, ws, { url, body: body ?? sample(options.now()) })
  }),
]

const sample = (now: number): JsonObject => ({
  type: 'cadenza.test',
  timestamp: new Date(now).toISOString(),
  data: { message: 'This is a test.' },
})

/** Goes out by the same channel as those of journeys, so that what works here works there. */
async function tested({ pool, secretKey, now, egress }: Options, ws: string, { url, body }: { url: string; body: unknown }) {
  let sent: EgressRequest | undefined
  let attempt: WebhookAttempt | undefined
  const channel = webhookChannel({
    egress: {
      ...egress,
      send: (request) => {
        sent = request
        return egress.send(request)
      },
    },
    secrets: (workspace) =>
      inWorkspace(pool, workspace, async (tx) => (await signingSecrets({ db: tx, secretKey, now }, workspace)).secrets),
    now,
    note: (told) => {
      attempt = told
    },
  })
  const id = `${NOBODY}:${randomUUID()}`
  await channel.send(
    { kind: 'webhook', id, workspace: ws, url, method: 'POST', headers: [], body: JSON.stringify(body) } as Parameters<
      typeof channel.send
    >[0],
    AbortSignal.timeout(TEST_MS),
  )
  const { workspace: _workspace, effect: message, ...rest } = attempt!
  await inWorkspace(pool, ws, (tx) => addAttempts(tx, [{ ws, message, profile: '', ...rest }]))
  const row: AttemptRow = { id: 0, message, profile: '', ...rest }
  return {
    attempt: lineOf(row, true),
    headers: Object.entries(sent?.headers ?? {}).map(([name, value]): [string, string] => [name, value]),
  }
}

const lineOf = ({ profile: _profile, excerpt, message, ...row }: AttemptRow, people: boolean): WebhookAttemptLine => ({
  ...row,
  message,
  test: message.startsWith(`${NOBODY}:`),
  excerpt: people ? excerpt : '',
})
