import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { linkKeys } from '#channels/adapters/keys.ts'
import { fetcherOf } from '#channels/machine.ts'
import { receipt } from '#channels/receipts.ts'
import type { LinkClaim } from '#channels/token.ts'
import { webAddress } from '#content/links.ts'
import type { EventRecord } from '#events/schema.ts'
import { digest } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Config } from '#platform/config.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import type { Queryable } from '#platform/log.ts'
import { confirmSent, getOutbox, type OutboxRow } from '#platform/outbox-view.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { addressHash, cancelFor, inFlightTo, keyOf, suppress, unsuppress } from '#platform/suppressions.ts'
import { consentTerms, loadPeople } from './consent-gate.ts'
import { isOfErased, unlessErased } from './erased-store.ts'
import { pseudonymOf } from './erasure-subject.ts'
import { type Leaving as LeavingView, PIXEL, page } from './link-pages.ts'
import type { Parts } from './open-parts.ts'
import { languageOf } from './preference-words.ts'
import { localeOf, registerPreferences, textsOf } from './preferences.ts'
import { appendRecords } from './settler.ts'

interface Options {
  readonly config: Config & { readonly secretKey: string }
  readonly parts: Parts
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
}

type Opening = Extract<LinkClaim, { kind: 'open' }>
type Clicking = Extract<LinkClaim, { kind: 'click' }>
type Leaving = Extract<LinkClaim, { kind: 'unsubscribe' }>

/** Scripts need no place on these pages; the form may only come back here. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
/** An opt-out waits this long (ms) for messages that are on their way at this very moment. */
const WAIT_MS = 5_000
/** Opens of one message within a minute, and clicks of one link within ten seconds, are one. */
const OPEN_MS = 60_000
const CLICK_MS = 10_000

/** The signed links of messages: they need no cookie and no log-in, and only POST changes anything. */
export async function registerLinks(server: FastifyInstance, options: Options): Promise<void> {
  const keys = linkKeys(options.config.secretKey)
  await server.register(async (scope) => {
    secureHeaders(scope, { policy: POLICY, cache: 'no-store', hsts: options.config.publicUrl.startsWith('https://') })
    scope.addHook('onRequest', async (_request, reply) => void reply.header('referrer-policy', 'no-referrer'))
    // Mail clients post `List-Unsubscribe=One-Click` as a form (RFC 8058); what else they post does not matter.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 4_096 }, (_request, body, done) => done(null, body))
    const claimed = <Kind extends LinkClaim['kind']>(token: string, kind: Kind): Extract<LinkClaim, { kind: Kind }> | undefined => {
      const claim = keys.claim(token)
      return claim?.kind === kind ? (claim as Extract<LinkClaim, { kind: Kind }>) : undefined
    }
    scope.get<{ Params: { token: string } }>('/o/:token', { exposeHeadRoute: false }, async (request, reply) => {
      const claim = claimed(request.params.token.replace(/\.gif$/, ''), 'open')
      if (claim) await recorded(request, opened(options, request, claim))
      return reply.header('cross-origin-resource-policy', 'cross-origin').type('image/gif').send(PIXEL)
    })
    scope.get<{ Params: { token: string } }>('/c/:token', { exposeHeadRoute: false }, async (request, reply) => {
      const claim = claimed(request.params.token, 'click')
      const target = claim && webAddress(claim.url)
      if (!claim || target === undefined) return lost(request, reply)
      await recorded(request, clicked(options, request, claim))
      return reply.code(302).header('location', target).send()
    })
    scope.get<{ Params: { token: string } }>('/u/:token', async (request, reply) => {
      const claim = claimed(request.params.token, 'unsubscribe')
      return claim ? html(reply, page.ask(await leavingOf(options, request, claim))) : lost(request, reply)
    })
    scope.post<{ Params: { token: string }; Body: string }>('/u/:token', async (request, reply) => {
      const claim = claimed(request.params.token, 'unsubscribe')
      if (!claim) return lost(request, reply)
      const form = new URLSearchParams(request.body ?? '')
      if (form.get('do') === 'return') {
        await returned(options, claim)
        return html(reply, page.back(await leavingOf(options, request, claim)))
      }
      const leaving = form.get('do') === 'all' ? { ...claim, topic: '' } : claim
      await left(options, leaving, (request.body ?? '').includes('One-Click') ? 'one-click' : 'page')
      return html(reply, page.gone(await leavingOf(options, request, leaving)))
    })
    registerPreferences(scope, options)
  })
  // GPC support resource: https://w3c.github.io/gpc/#gpc-support-resource
  server.get('/.well-known/gpc.json', async (_request, reply) => reply.send({ gpc: true, lastUpdate: '2026-11-23' }))
}

const html = (reply: FastifyReply, text: string): FastifyReply => reply.type('text/html; charset=utf-8').send(text)
const lost = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  html(reply.code(404), page.lost(languageOf(request.headers['accept-language'])))

/** What the page says, in the reader’s language. It must come also while nobody says who they are: then the browser’s language counts. */
async function leavingOf({ parts }: Options, request: FastifyRequest, claim: Leaving): Promise<LeavingView> {
  const accepted = request.headers['accept-language']
  const plain = { language: languageOf(accepted), address: claim.address, topic: claim.topic.replaceAll('-', ' ') }
  try {
    const [people, terms] = await Promise.all([
      loadPeople(parts.pool, [{ ws: claim.ws, key: claim.profile }]),
      consentTerms(parts.pool, claim.ws),
    ])
    const language = languageOf(localeOf(people.get(keyOf(claim.ws, claim.profile))), accepted)
    const topic = terms.topics.get(claim.topic)
    if (!topic) return { ...plain, language }
    const { name, lang } = textsOf(topic, language)
    return { ...plain, language, topic: name, topicLanguage: lang }
  } catch (error) {
    request.log.error({ err: error }, 'the language of a reader could not be looked up')
    return plain
  }
}

/** People get where they were going also while the database does not answer: the loss of a count is logged. */
async function recorded(request: FastifyRequest, writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (error) {
    request.log.error({ err: error }, 'an opening or a click could not be recorded')
  }
}

/** Messages of before the clock moved on or of a dropped outbox row still count: the claim says all that is needed. */
async function subjectOf(
  db: Queryable,
  { ws, profile, effect }: LinkClaim,
): Promise<{ row: OutboxRow | undefined; subject: Parameters<typeof receipt>[0] }> {
  const row = await getOutbox(db, ws, effect)
  return { row, subject: { ws, key: row?.key ?? profile, id: effect, channel: 'email', payload: row?.payload ?? {} } }
}

async function opened(options: Options, request: FastifyRequest, claim: Opening): Promise<void> {
  const { row, subject } = await subjectOf(options.parts.pool, claim)
  const at = options.now()
  const said = receipt(subject, {
    name: 'message.opened',
    at,
    once: String(Math.floor(at / OPEN_MS)),
    props: { fetcher: fetcher(request, row, at) },
  })
  await write(options, said, { row, claim })
}

async function clicked(options: Options, request: FastifyRequest, claim: Clicking): Promise<void> {
  const { row, subject } = await subjectOf(options.parts.pool, claim)
  const at = options.now()
  const once = `${claim.index}:${digest(claim.url).slice(0, 8)}:${Math.floor(at / CLICK_MS)}`
  await write(
    options,
    receipt(subject, { name: 'message.clicked', at, once, props: { url: claim.url, fetcher: fetcher(request, row, at) } }),
    { row, claim },
  )
}

function fetcher(request: FastifyRequest, row: OutboxRow | undefined, at: number): string {
  const purpose = request.headers['purpose'] ?? request.headers['sec-purpose'] ?? request.headers['x-purpose'] ?? ''
  return fetcherOf({
    agent: request.headers['user-agent'] ?? '',
    purpose: String(purpose),
    soon: row?.settledAt ? at - row.settledAt : undefined,
  })
}

/** Effective when it returns: remembered, what is queued taken back, what is on its way at this moment waited for. */
async function left(options: Options, claim: Leaving, source: 'one-click' | 'page'): Promise<void> {
  const { parts, now, config, appended } = options
  const at = now()
  const { subject } = await subjectOf(parts.pool, claim)
  const props: JsonObject = { channel: 'email', topic: claim.topic, address: claim.address, source }
  const said = receipt(subject, { name: 'message.unsubscribed', at, once: `${claim.topic}:${at}`, props })
  const whom = { ws: claim.ws, address: claim.address, topic: claim.topic }
  const sent = sentOf(options, claim)
  await transaction(parts.pool, async (tx) => {
    const plain = !(await isOfErased(tx, sent))
    await suppress(
      tx,
      [plain ? { ...whom, reason: 'unsubscribed' } : { ...unnamed(options, whom), reason: 'unsubscribed', hashed: true }],
      at,
    )
    const cancelled = await cancelFor(tx, whom, { now: at, reason: 'consent_withdrawn' })
    const taken = cancelled.map((row) =>
      receipt({ ...row, ws: claim.ws }, { name: 'message.cancelled', at, props: { reason: 'consent_withdrawn' } }),
    )
    await appendRecords(tx, taken, { partitions: config.partitions, now: at })
    await unlessErased(tx, sent, () => appendRecords(tx, [said], { partitions: config.partitions, now: at }))
  })
  appended()
  const until = performance.now() + WAIT_MS
  while (performance.now() < until && (await inFlightTo(parts.pool, whom)) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function returned(options: Options, claim: Leaving): Promise<void> {
  const { parts, now, config, appended } = options
  const at = now()
  const { subject } = await subjectOf(parts.pool, claim)
  const said = receipt(subject, {
    name: 'message.resubscribed',
    at,
    once: `${claim.topic}:${at}`,
    props: { channel: 'email', topic: claim.topic, address: claim.address, source: 'page' },
  })
  await transaction(parts.pool, async (tx) => {
    const whom = { ws: claim.ws, address: claim.address, topic: claim.topic }
    await unsuppress(tx, whom)
    await unsuppress(tx, unnamed(options, whom))
    await unlessErased(tx, sentOf(options, claim), () => appendRecords(tx, [said], { partitions: config.partitions, now: at }))
  })
  appended()
}

/** A message that got no answer, and is opened, was sent after all: its step need not wait for the end of the hold. */
async function write(options: Options, said: EventRecord, { row, claim }: { row: OutboxRow | undefined; claim: LinkClaim }): Promise<void> {
  const { parts, config, now, appended } = options
  const at = now()
  await transaction(parts.pool, async (tx) => {
    const sent = row?.status === 'ambiguous' ? await confirmSent(tx, { ws: row.ws, id: row.id, now: at, reason: 'seen' }) : undefined
    const records = sent ? [receipt(sent, { name: 'message.sent', at, props: { reason: 'seen' } }), said] : [said]
    await unlessErased(tx, sentOf(options, claim), () => appendRecords(tx, records, { partitions: config.partitions, now: at }))
  })
  appended()
}

const sentOf = ({ config }: Pick<Options, 'config'>, { ws, profile, effect }: LinkClaim) => ({
  ws,
  effect,
  pseudonym: pseudonymOf(config.secretKey)(ws, profile),
})

/** The place without the address: of somebody who was erased no name comes back. */
const unnamed = ({ config }: Pick<Options, 'config'>, { ws, address, topic }: { ws: string; address: string; topic: string }) => ({
  ws,
  topic,
  address: addressHash(config.secretKey)(ws, address),
})
