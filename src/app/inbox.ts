import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isIdentityProof } from '#channels/adapters/keys.ts'
import { countUnseen, listInbox, MARKS, type Mark, markInbox } from '#channels/inbox-store.ts'
import { receipt } from '#channels/receipts.ts'
import type { Problem } from '#lib/problem.ts'
import { PROBLEM_JSON, problemBody } from '#platform/http/problem-reply.ts'
import { getOutbox } from '#platform/outbox-view.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { owners, sameAs } from '#profiles/store.ts'
import { appendRecords } from './settler.ts'

export interface InboxRoutes {
  readonly pool: Pool
  readonly secretKey: string
  readonly partitions: number
  /** The workspace of a write key, or undefined. */
  readonly writeKey: (key: string) => Promise<{ readonly workspace: string } | undefined>
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
}

/** Requests that one reader may make within a minute. */
const PER_MINUTE = 120
const PAGE = 50

const Marks = z.strictObject({ ids: z.array(z.string().min(1).max(300)).min(1).max(100), mark: z.enum(MARKS) })

/**
 * What the SDK asks for a signed-in reader. A write key is public, so it alone opens nobody's inbox: the workspace's own server
 * says by an HMAC who it is (`Cadenza-User`, `Cadenza-User-Hash`).
 */
export async function registerInbox(server: FastifyInstance, routes: InboxRoutes): Promise<void> {
  const busy = limiter(PER_MINUTE)
  await server.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => void allowAnyOrigin(request, reply))
    scope.options('/v1/inbox', (_request, reply) => reply.code(204).send())
    scope.options('/v1/inbox/marks', (_request, reply) => reply.code(204).send())
    scope.get<{ Querystring: { before?: string } }>('/v1/inbox', async (request, reply) => {
      const reader = await readerOf(request, routes)
      if ('code' in reader) return refuse(reply, reader)
      if (busy(reader.name, routes.now())) return refuse(reply.header('retry-after', '30'), TOO_MANY)
      const { before } = request.query
      const items = await listInbox(routes.pool, reader, {
        before: before && /^\d{1,15}$/.test(before) ? Number(before) : null,
        limit: PAGE,
      })
      return reply.header('cache-control', 'no-store').send({ items, unseen: await countUnseen(routes.pool, reader) })
    })
    scope.post('/v1/inbox/marks', { bodyLimit: 65_536 }, async (request, reply) => {
      const reader = await readerOf(request, routes)
      if ('code' in reader) return refuse(reply, reader)
      if (busy(reader.name, routes.now())) return refuse(reply.header('retry-after', '30'), TOO_MANY)
      const said = Marks.safeParse(request.body)
      if (!said.success) return refuse(reply, { ...WRONG_MARKS, detail: said.error.issues[0]?.message ?? '' })
      await note(routes, reader, said.data)
      return reply.header('cache-control', 'no-store').send({ unseen: await countUnseen(routes.pool, reader) })
    })
  })
}

interface Reader {
  readonly workspace: string
  readonly profiles: readonly string[]
  readonly now: number
  readonly name: string
}

/** Somebody of whom no event has come yet has an empty inbox. */
async function readerOf(request: FastifyRequest, { pool, secretKey, writeKey, now }: InboxRoutes): Promise<Reader | Problem> {
  const known = await writeKey(keyOf(request.headers.authorization))
  if (!known) return UNKNOWN_KEY
  const { workspace } = known
  const [userId, hash] = [decoded(request.headers['cadenza-user']), textOf(request.headers['cadenza-user-hash'])]
  if (userId === '' || !isIdentityProof(secretKey, { workspace, userId, hash })) return NOT_PROVED
  const [owner] = await owners(pool, [{ ws: workspace, kind: 'user_id', value: userId }])
  return {
    workspace,
    profiles: owner ? await sameAs(pool, workspace, owner.profile) : [],
    now: now(),
    name: `${workspace} ${userId}`,
  }
}

const textOf = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '')
/** A header carries ASCII, a user id any letters. */
function decoded(value: string | string[] | undefined): string {
  try {
    return decodeURIComponent(textOf(value))
  } catch (error) {
    if (error instanceof URIError) return ''
    throw error
  }
}
/** `Basic` with the write key as the name, as events are sent. */
const keyOf = (header: string | undefined): string =>
  Buffer.from((header ?? '').replace(/^Basic /i, ''), 'base64')
    .toString('utf8')
    .split(':')[0]!

/** What a mark says on the log; that a message was only seen in the list, or put away, says nothing. */
const NAMES: Readonly<Partial<Record<Mark, string>>> = { read: 'message.opened', clicked: 'message.clicked' }

async function note({ pool, partitions, appended }: InboxRoutes, reader: Reader, { ids, mark }: z.output<typeof Marks>): Promise<void> {
  const said = await transaction(pool, async (tx) => {
    const fresh = await markInbox(tx, reader, { ids, mark })
    const name = NAMES[mark]
    if (name === undefined || fresh.length === 0) return 0
    const records = await Promise.all(fresh.map((id) => recordOf(tx, reader, { id, name })))
    await appendRecords(tx, records, { partitions, now: reader.now })
    return records.length
  })
  if (said > 0) appended()
}

async function recordOf(
  tx: Parameters<typeof getOutbox>[0],
  { workspace, profiles, now }: Reader,
  { id, name }: { id: string; name: string },
) {
  const row = await getOutbox(tx, workspace, id)
  const subject = { ws: workspace, key: row?.key ?? profiles[0]!, id, channel: 'inapp', payload: row?.payload ?? {} }
  return receipt(subject, { name, at: now, once: '', props: { fetcher: 'person' } })
}

function allowAnyOrigin(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.headers.origin) return
  reply.header('access-control-allow-origin', '*')
  reply.header('access-control-expose-headers', 'retry-after')
  if (request.method !== 'OPTIONS') return
  reply.header('access-control-allow-methods', 'GET, POST, OPTIONS')
  reply.header('access-control-allow-headers', 'authorization, content-type, cadenza-user, cadenza-user-hash')
  reply.header('access-control-max-age', '86400')
}

const refuse = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.code(problem.status).type(PROBLEM_JSON).send(problemBody(problem, reply.request.id))

const UNKNOWN_KEY: Problem = {
  code: 'key.unknown',
  status: 401,
  title: 'This write key is not known.',
  hint: 'Copy it again from Settings.',
}
const NOT_PROVED: Problem = {
  code: 'inbox.identity',
  status: 403,
  title: 'It is not proved who reads.',
  hint: 'Give userHash: HMAC-SHA256 of the user id in hexadecimal, made by your own server with the identity secret of the workspace.',
}
const TOO_MANY: Problem = {
  code: 'inbox.busy',
  status: 429,
  title: 'Too many requests of this reader.',
  hint: 'Ask again in half a minute.',
}
const WRONG_MARKS: Problem = {
  code: 'inbox.marks',
  status: 422,
  title: 'This is not what a mark looks like.',
  hint: `Send { "ids": ["…"], "mark": one of ${MARKS.join(', ')} }.`,
}

/** Whether somebody has asked more often than so many times within this minute. */
function limiter(most: number): (name: string, now: number) => boolean {
  let minute = 0
  let counts = new Map<string, number>()
  return (name, now) => {
    const current = Math.floor(now / 60_000)
    if (current !== minute) {
      minute = current
      counts = new Map()
    }
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count > most
  }
}
