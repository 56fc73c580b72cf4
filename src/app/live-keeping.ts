import type { Logger } from 'pino'
import { targetOf } from '#content/adapters/connected.ts'
import { type CatalogueChange, ProductFeed, productOf } from '#content/catalogue.ts'
import {
  countEvents,
  feedState,
  freshen,
  noteFeed,
  removeMissing,
  saveCounts,
  saveProducts,
  workspacesWithProducts,
} from '#content/catalogue-store.ts'
import { CouponPool } from '#content/coupons.ts'
import { closeHeld, freeCodes, type Held, heldCodes, placeCodes, redeem, unplacedCodes } from '#content/coupons-store.ts'
import { forgetContents } from '#content/live-store.ts'
import { demands, trending } from '#decisions/trending/trending.ts'
import { milliseconds } from '#lib/duration.ts'
import { at, type Json } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveOfKind } from '#platform/documents.ts'
import type { Egress } from '#platform/egress.ts'
import type { Schedule, Task } from '#platform/jobs.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { couponOrders, endedMessages, messagePlaces } from './live-store.ts'
import { productsIn } from './product-files.ts'
import { isSample, STAYS_HERE } from './sample/nothing-leaves.ts'

interface Parts {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
}

const PAGE = 500
const NOBODY: Held = { ws: '', effect: '' }

/** Gives codes back to their pools when their message did not go out, and leaves them where it did. Repeatable. */
export async function returnCoupons({ pool, now }: Pick<Parts, 'pool' | 'now'>): Promise<{ returned: number; doubtful: number }> {
  let after = NOBODY
  const sum = { returned: 0, doubtful: 0 }
  for (;;) {
    const held = await heldCodes(pool, { after, limit: PAGE })
    const done = await closeHeld(pool, await endedMessages(pool, held, now()))
    sum.returned += done.returned
    sum.doubtful += done.doubtful
    if (held.length < PAGE) return sum
    after = held.at(-1)!
  }
}

/** Orders are looked for among what arrived within this long (ms): facts may come late, and a second look changes nothing. */
const LOOK_BACK_MS = 2 * 86_400_000

export async function redeemCoupons({ pool, analytics, now }: Pick<Parts, 'pool' | 'analytics' | 'now'>): Promise<number> {
  const redeemed = await redeem(pool, await couponOrders(analytics, now() - LOOK_BACK_MS))
  await placeRedeemed({ pool, analytics })
  return redeemed
}

/** Notes which message brought each redeemed code, for the ledger of costs. What facts do not know any more stays nobody's. */
async function placeRedeemed({ pool, analytics }: Pick<Parts, 'pool' | 'analytics'>): Promise<void> {
  for (;;) {
    const codes = await unplacedCodes(pool, PAGE)
    for (const [ws, own] of Map.groupBy(codes, (each) => each.ws)) {
      const places = await messagePlaces(
        analytics,
        ws,
        own.map(({ effect }) => effect),
      )
      const nowhere = { journey: '', step: '', channel: '', told: false }
      const placed = own.map(({ effect, ...code }) => ({ ...code, ...(places.get(effect) ?? nowhere) }))
      await placeCodes(pool, placed)
    }
    if (codes.length < PAGE) return
  }
}

/** Tells of pools that run low. */
export async function warnOfLowPools({ pool, now, logger }: Pick<Parts, 'pool' | 'now' | 'logger'>): Promise<string[]> {
  const free = new Map((await freeCodes(pool, now())).map((each) => [`${each.ws} ${each.pool}`, each.free]))
  const low: string[] = []
  for (const { ws, id, body } of await liveOfKind(pool, 'coupon-pool')) {
    const left = free.get(`${ws} ${id}`) ?? 0
    if (left >= CouponPool.parse(body).lowWater) continue
    low.push(id)
    logger.warn({ workspace: ws, pool: id, free: left }, 'a coupon pool runs low')
  }
  return low
}

/** Counts anew what people look at and buy. */
export async function countProducts({ pool, analytics, now }: Parts): Promise<void> {
  for (const ws of await workspacesWithProducts(pool)) {
    const counted = await countEvents(analytics, { ws, now: now() })
    const { counts, pairs } = counted
    const products = Map.groupBy(counted.hours, ({ id }) => id)
    const learned = { trends: trending(products, now()), demands: demands(products, now()) }
    await transaction(pool, (tx) => saveCounts(tx, ws, { counts, pairs, ...learned }))
  }
}

type FeedParts = Parts & {
  readonly egress: Egress
  readonly secret: (asked: { workspace: string; name: string; target: string }) => Promise<string | undefined>
}

/** Fetches the product feeds that are due. One that fails is tried again at its next time; the others do not wait for it. */
export async function fetchFeeds(parts: FeedParts): Promise<void> {
  for (const { ws, id, body } of await liveOfKind(parts.pool, 'product-feed')) {
    const feed = ProductFeed.parse(body)
    const { nextAt, etag } = await feedState(parts.pool, { ws, id })
    const now = parts.now()
    if (nextAt > now) continue
    const run = { ws, id, nextAt: now + milliseconds(feed.every)!, at: now }
    const answer = await fetchFeed(parts, { ws, feed, etag })
    if (isRefusal(answer)) {
      parts.logger.warn({ workspace: ws, feed: id, code: answer.refused.code, detail: answer.refused.detail }, 'a product feed failed')
      await noteFeed(parts.pool, {
        ...run,
        etag,
        result: `${answer.refused.code}: ${answer.refused.detail ?? ''}`,
        rows: 0,
        refused: 0,
        faults: [],
      })
    } else if (answer.body === null) {
      await freshen(parts.pool, { ws, feed: id, now })
      await noteFeed(parts.pool, { ...run, etag, result: 'same', rows: 0, refused: 0, faults: [] })
    } else await takeFeed(parts.pool, { ...run, feed, etag: answer.etag, body: answer.body, logger: parts.logger })
  }
}

/** Bytes of a feed. */
const LARGEST_FEED = 256 * 1_048_576

/** `body: null`: it is as it was. */
async function fetchFeed(
  { pool, egress, secret }: FeedParts,
  { ws, feed, etag }: { ws: string; feed: ProductFeed; etag: string },
): Promise<Outcome<{ body: string | null; etag: string }>> {
  if (await isSample(pool, ws)) return refuse(STAYS_HERE)
  const failed = (detail: string) => refuse({ code: 'feed.failed', status: 502, title: 'The product feed could not be fetched', detail })
  const headers: Record<string, string> = {
    accept: feed.format === 'json' ? 'application/json' : 'text/csv',
    ...(etag === '' ? {} : { 'if-none-match': etag }),
  }
  const target = targetOf(feed.url)
  for (const [name, { secret: kept, prefix }] of Object.entries(feed.headers)) {
    const value = await secret({ workspace: ws, name: kept, target })
    if (value === undefined) return failed(`There is no secret ${kept} for ${target}`)
    headers[name.toLowerCase()] = `${prefix}${value}`
  }
  const answer = await egress.send({ method: 'GET', url: feed.url, headers, follow: 3, most: LARGEST_FEED })
  if (answer.kind !== 'answer') return failed(answer.reason)
  if (answer.status === 304) return { body: null, etag }
  if (answer.status !== 200) return failed(`Status ${answer.status}`)
  if (Buffer.byteLength(answer.body) >= LARGEST_FEED) return failed('The feed is too large')
  const told = answer.headers['etag']
  return { body: answer.body, etag: typeof told === 'string' ? told : '' }
}

async function takeFeed(
  pool: Pool,
  {
    feed,
    body,
    logger,
    ...run
  }: { ws: string; id: string; nextAt: number; at: number; etag: string; feed: ProductFeed; body: string; logger: Parts['logger'] },
): Promise<void> {
  const rows = feed.format === 'csv' ? body : listIn(body, feed.list)
  if (rows === undefined) {
    await noteFeed(pool, { ...run, etag: '', result: 'feed.shape: there is no list of products', rows: 0, refused: 0, faults: [] })
    return
  }
  const change = await takeProducts(pool, { ws: run.ws, rows, currency: feed.currency, feed: run.id, now: run.at })
  // A file that is half broken must not empty the shop.
  if (feed.complete && change.taken > 0 && change.rejected * 10 <= change.rows)
    await removeMissing(pool, { ws: run.ws, feed: run.id, now: run.at })
  logger.info({ workspace: run.ws, feed: run.id, rows: change.rows, refused: change.rejected }, 'a product feed was read')
  await noteFeed(pool, { ...run, result: 'done', rows: change.rows, refused: change.rejected, faults: change.faults })
}

function listIn(body: string, path: string | undefined): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const whole = JSON.parse(body) as Json
    const list = path === undefined ? whole : at(whole, path.split('.'))
    return Array.isArray(list) ? (list as readonly Readonly<Record<string, unknown>>[]) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export type LiveKeeping = FeedParts

/** How long it can be shown which slots a message had (ms): as long as most archives are kept. */
const SHOWN_MS = 400 * 86_400_000

/** What has to be done again and again for live content. Each can be repeated. */
export const liveTasks = (parts: LiveKeeping): Readonly<Record<string, Task>> => ({
  'return-coupons': async () => void (await returnCoupons(parts)),
  'redeem-coupons': async () => void (await redeemCoupons(parts)),
  'warn-of-low-pools': async () => void (await warnOfLowPools(parts)),
  'count-products': () => countProducts(parts),
  'fetch-feeds': () => fetchFeeds(parts),
  'forget-live-content': async () => {
    while ((await forgetContents(parts.pool, { before: parts.now() - SHOWN_MS, limit: 1_000 })) > 0);
  },
})

export const LIVE_SCHEDULE: readonly Schedule[] = [
  { task: 'return-coupons', cron: '* * * * *' },
  { task: 'redeem-coupons', cron: '*/5 * * * *' },
  { task: 'warn-of-low-pools', cron: '11 * * * *' },
  { task: 'count-products', cron: '*/10 * * * *' },
  { task: 'fetch-feeds', cron: '* * * * *' },
  { task: 'forget-live-content', cron: '31 4 * * *' },
]

const FAULTS_SHOWN = 100
const ROWS_PER_COMMIT = 2_000

/** Takes rows of CSV text or of a list into the catalogue; `dryRun` only counts. Lines are counted as a spreadsheet does, the header is line 1. */
export async function takeProducts(
  pool: Pool,
  {
    ws,
    rows,
    currency,
    feed = '',
    now,
    dryRun = false,
  }: {
    ws: string
    rows: string | readonly Readonly<Record<string, unknown>>[]
    currency: string
    feed?: string
    now: number
    dryRun?: boolean
  },
): Promise<CatalogueChange> {
  const faults: { row: number; title: string }[] = []
  let [count, taken] = [0, 0]
  let batch: Exclude<ReturnType<typeof productOf>, string>[] = []
  const save = async (): Promise<void> => {
    const products = batch
    batch = []
    if (!dryRun) await transaction(pool, (tx) => saveProducts(tx, { ws, products, feed, now }))
  }
  for (const { line, row } of productsIn(rows)) {
    count += 1
    const product = typeof row === 'string' ? row : productOf(row, currency)
    if (typeof product === 'string') {
      if (faults.length < FAULTS_SHOWN) faults.push({ row: line, title: product })
    } else {
      taken += 1
      batch.push(product)
    }
    if (batch.length >= ROWS_PER_COMMIT) await save()
  }
  await save()
  return { rows: count, taken, rejected: count - taken, faults }
}
