import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'
import type { Known, Product } from './catalogue.ts'
import type { Demand } from './low-stock.ts'

const COLUMNS = `id, title, url, image, price, sale_price, currency, stock, categories, attributes, updated_at as "updatedAt", trend,
  json_build_object('units', demand_units, 'days', demand_days) as demand`

/** Adds and changes products, and notes prices that are new. The last of two rows with one id holds. */
export async function saveProducts(
  tx: Queryable,
  { ws, products, feed = '', now }: { ws: string; products: readonly Product[]; feed?: string; now: number },
): Promise<void> {
  const rows = [...new Map(products.map((product) => [product.id, product])).values()]
  if (rows.length === 0) return
  await tx.query(
    `with given as (
       select * from jsonb_to_recordset($2::jsonb) p(id text, title text, url text, image text, price float8, sale_price float8, currency text, stock int, categories jsonb, attributes jsonb)
     ), priced as (
       insert into product_prices (workspace_id, product_id, at, price, sale_price, currency)
       select $1, g.id, $3, g.price, g.sale_price, g.currency from given g left join products p on p.workspace_id = $1 and p.id = g.id
       where p.id is null or (p.price, p.currency) is distinct from (g.price, g.currency) or p.sale_price is distinct from g.sale_price
       on conflict (workspace_id, product_id, at) do update set price = excluded.price, sale_price = excluded.sale_price, currency = excluded.currency
     )
     insert into products (workspace_id, id, title, url, image, price, sale_price, currency, stock, categories, attributes, updated_at, feed)
     select $1, id, title, url, image, price, sale_price, currency, stock, array(select jsonb_array_elements_text(categories)), attributes, $3, $4 from given
     on conflict (workspace_id, id) do update set title = excluded.title, url = excluded.url, image = excluded.image, price = excluded.price,
       sale_price = excluded.sale_price, currency = excluded.currency, stock = excluded.stock, categories = excluded.categories,
       attributes = excluded.attributes, updated_at = excluded.updated_at, feed = excluded.feed, gone_at = null`,
    [ws, JSON.stringify(rows), now, feed],
  )
}

export async function removeProducts(
  db: Queryable,
  { ws, ids, now }: { ws: string; ids: readonly string[]; now: number },
): Promise<number> {
  const { rowCount } = await db.query('update products set gone_at = $3 where workspace_id = $1 and id = any($2) and gone_at is null', [
    ws,
    ids,
    now,
  ])
  return rowCount ?? 0
}

/** Takes out what a feed has brought before and did not bring at `now`. */
export async function removeMissing(db: Queryable, { ws, feed, now }: { ws: string; feed: string; now: number }): Promise<number> {
  const { rowCount } = await db.query(
    'update products set gone_at = $3 where workspace_id = $1 and feed = $2 and updated_at < $3 and gone_at is null',
    [ws, feed, now],
  )
  return rowCount ?? 0
}

/** A feed that has not changed says that its products are still as they were. */
export async function freshen(db: Queryable, { ws, feed, now }: { ws: string; feed: string; now: number }): Promise<void> {
  await db.query('update products set updated_at = $3 where workspace_id = $1 and feed = $2 and gone_at is null', [ws, feed, now])
}

/** Products of the catalogue with these ids, in their order. */
export async function productsById(db: Queryable, { ws, ids }: { ws: string; ids: readonly string[] }): Promise<Known[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<Known>(`select ${COLUMNS} from products where workspace_id = $1 and id = any($2) and gone_at is null`, [
    ws,
    ids,
  ])
  const known = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => known.get(id) ?? [])
}

/** The best of a category, or of all with ''. */
export async function bestProducts(
  db: Queryable,
  { ws, by, category, limit }: { ws: string; by: 'popular' | 'trending'; category: string; limit: number },
): Promise<Known[]> {
  const order = by === 'trending' ? 'trend desc' : '(purchases_7 + purchases_28) desc, (views_7 + views_28) desc'
  const seen = by === 'trending' ? 'and trend > 0' : 'and views_7 + views_28 + purchases_7 + purchases_28 > 0'
  const { rows } = await db.query<Known>(
    `select ${COLUMNS} from products where workspace_id = $1 and gone_at is null ${seen} and ($2 = '' or categories @> array[$2]) order by ${order}, id limit $3`,
    [ws, category, limit],
  )
  return rows
}

/** What was bought by the people who bought these, the most frequent first. */
export async function boughtTogether(
  db: Queryable,
  { ws, ids, limit }: { ws: string; ids: readonly string[]; limit: number },
): Promise<Known[]> {
  const { rows } = await db.query<{ id: string }>(
    `select other_id as id from product_pairs where workspace_id = $1 and product_id = any($2) and other_id <> all($2)
     group by other_id order by sum(together) desc, other_id limit $3`,
    [ws, ids, limit],
  )
  return productsById(db, { ws, ids: rows.map(({ id }) => id) })
}

export async function searchProducts(
  db: Queryable,
  { ws, q, category, after, limit }: { ws: string; q: string; category: string; after: string; limit: number },
): Promise<{ products: Known[]; total: number }> {
  const wanted = `workspace_id = $1 and gone_at is null and ($2 = '' or position(lower($2) in lower(title)) > 0 or id = $2) and ($3 = '' or categories @> array[$3])`
  const { rows } = await db.query<Known>(`select ${COLUMNS} from products where ${wanted} and id > $4 order by id limit $5`, [
    ws,
    q,
    category,
    after,
    limit,
  ])
  const { rows: all } = await db.query<{ total: number }>(`select count(*)::int as total from products where ${wanted}`, [ws, q, category])
  return { products: rows, total: all[0]!.total }
}

export interface Counts {
  readonly views7: number
  readonly views28: number
  readonly purchases7: number
  readonly purchases28: number
}

export async function productHistory(db: Queryable, { ws, id }: { ws: string; id: string }) {
  const { rows: prices } = await db.query<{ at: number; price: number; sale_price: number | null; currency: string }>(
    'select at, price, sale_price, currency from product_prices where workspace_id = $1 and product_id = $2 order by at desc limit 200',
    [ws, id],
  )
  const { rows: counts } = await db.query<Counts>(
    `select views_7 as "views7", views_28 as "views28", purchases_7 as "purchases7", purchases_28 as "purchases28" from products where workspace_id = $1 and id = $2`,
    [ws, id],
  )
  return { prices, counts: counts[0]! }
}

export async function workspacesWithProducts(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ ws: string }>('select distinct workspace_id as ws from products')
  return rows.map(({ ws }) => ws)
}

/** Product ids of an event: its own, or those of its list. */
const IDS = `arrayFilter(id -> id != '', arrayConcat([JSONExtractString(properties, 'product_id')], arrayMap(each -> JSONExtractString(each, 'product_id'), JSONExtractArrayRaw(properties, 'products'))))`
/** The same, each with how many of it. */
const ITEMS = `arrayFilter(item -> item.1 != '', arrayConcat([(JSONExtractString(properties, 'product_id'), JSONExtractInt(properties, 'quantity'))],
  arrayMap(each -> (JSONExtractString(each, 'product_id'), JSONExtractInt(each, 'quantity')), JSONExtractArrayRaw(properties, 'products'))))`
const VIEWED = `name = 'Product Viewed'`
const BOUGHT = `name = 'Order Completed'`

/** What was counted: of 35 days, by product and hour (since 1970), and which products were bought by the same people. */
export interface Counted {
  readonly counts: readonly ({ readonly id: string } & Counts)[]
  readonly hours: readonly { readonly id: string; readonly hour: number; readonly views: number; readonly purchases: number }[]
  readonly pairs: readonly { readonly id: string; readonly other: string; readonly together: number }[]
}

/** What the workspace's events of the last 35 days say of its products, and which were bought by the same people. */
export async function countEvents(analytics: Analytics, { ws, now }: { ws: string; now: number }): Promise<Counted> {
  const params = { ws, now: now / 1_000 }
  const moment = `fromUnixTimestamp64Milli(toInt64({now:Float64} * 1000))`
  const recent = `at > ${moment} - INTERVAL 7 DAY`
  const counts = await analytics.query<{ id: string } & Counts>(
    `SELECT id, countIf(${VIEWED} AND ${recent}) AS views7, countIf(${VIEWED} AND NOT (${recent})) AS views28,
       countIf(${BOUGHT} AND ${recent}) AS purchases7, countIf(${BOUGHT} AND NOT (${recent})) AS purchases28
     FROM events ARRAY JOIN ${IDS} AS id
     WHERE workspace_id = {ws:String} AND verdict = 'accepted' AND (${VIEWED} OR ${BOUGHT}) AND at > ${moment} - INTERVAL 35 DAY AND at <= ${moment}
     GROUP BY id`,
    params,
  )
  const hours = await analytics.query<Counted['hours'][number]>(
    `SELECT item.1 AS id, toFloat64(intDiv(toUnixTimestamp64Milli(at), 3600000)) AS hour, toFloat64(countIf(${VIEWED})) AS views,
       toFloat64(sumIf(greatest(1, least(item.2, 1000)), ${BOUGHT})) AS purchases
     FROM events ARRAY JOIN ${ITEMS} AS item
     WHERE workspace_id = {ws:String} AND verdict = 'accepted' AND (${VIEWED} OR ${BOUGHT}) AND at > ${moment} - INTERVAL 36 DAY AND at <= ${moment}
     GROUP BY id, hour`,
    params,
  )
  const pairs = await analytics.query<{ id: string; other: string; together: number }>(
    `WITH bought AS (
       SELECT profile_id, arraySlice(groupUniqArrayArray(100)(${IDS}), 1, 100) AS ids FROM events
       WHERE workspace_id = {ws:String} AND verdict = 'accepted' AND ${BOUGHT} AND at > ${moment} - INTERVAL 28 DAY AND at <= ${moment} GROUP BY profile_id
     )
     SELECT id, other, count() AS together FROM bought ARRAY JOIN ids AS id ARRAY JOIN ids AS other WHERE id != other
     GROUP BY id, other ORDER BY together DESC, other LIMIT 20 BY id`,
    params,
  )
  return { counts, hours, pairs }
}

/** Writes what was counted; products that nobody looked at any more go back to nothing. */
export async function saveCounts(
  tx: Queryable,
  ws: string,
  {
    counts,
    pairs,
    trends,
    demands,
  }: Pick<Counted, 'counts' | 'pairs'> & {
    /** By product; left out: no trend, no demand. */
    readonly trends: ReadonlyMap<string, number>
    readonly demands: ReadonlyMap<string, Demand>
  },
): Promise<void> {
  const rows = counts.map((each) => {
    const { units = 0, days = 0 } = demands.get(each.id) ?? {}
    return { ...each, trend: trends.get(each.id) ?? 0, units, days }
  })
  await tx.query(
    `with told as (select * from jsonb_to_recordset($2::jsonb) c(id text, views7 int, views28 int, purchases7 int, purchases28 int, trend float8, units float8, days float8))
     update products p set views_7 = coalesce(t.views7, 0), views_28 = coalesce(t.views28, 0), purchases_7 = coalesce(t.purchases7, 0),
       purchases_28 = coalesce(t.purchases28, 0), trend = coalesce(t.trend, 0), demand_units = coalesce(t.units, 0), demand_days = coalesce(t.days, 0)
     from products o left join told t on t.id = o.id
     where o.workspace_id = $1 and p.workspace_id = $1 and p.id = o.id
       and (p.views_7, p.views_28, p.purchases_7, p.purchases_28, p.trend, p.demand_units, p.demand_days)
         is distinct from (coalesce(t.views7, 0), coalesce(t.views28, 0), coalesce(t.purchases7, 0), coalesce(t.purchases28, 0), coalesce(t.trend, 0),
           coalesce(t.units, 0), coalesce(t.days, 0))`,
    [ws, JSON.stringify(rows)],
  )
  await tx.query('delete from product_pairs where workspace_id = $1', [ws])
  await tx.query(
    `insert into product_pairs (workspace_id, product_id, other_id, together)
     select $1, id, other, together from jsonb_to_recordset($2::jsonb) p(id text, other text, together int)`,
    [ws, JSON.stringify(pairs)],
  )
}

/** What people have looked at and bought, the newest first. */
export interface Touched {
  readonly viewed: readonly string[]
  readonly bought: readonly string[]
  /** Both in one order. */
  readonly recent?: readonly string[]
}

export async function touchedBy(
  analytics: Analytics,
  { ws, profiles, now }: { ws: string; profiles: readonly string[]; now: number },
): Promise<Map<string, Touched>> {
  const rows = await analytics.query<{ profile: string; id: string; bought: number }>(
    `SELECT profile_id AS profile, id, max(${BOUGHT}) AS bought, maxIf(at, ${VIEWED}) AS seen FROM events ARRAY JOIN ${IDS} AS id
     WHERE workspace_id = {ws:String} AND profile_id IN {profiles:Array(String)} AND (${VIEWED} OR ${BOUGHT}) AND verdict = 'accepted'
       AND at > fromUnixTimestamp64Milli(toInt64({now:Float64} * 1000)) - INTERVAL 365 DAY
     GROUP BY profile, id ORDER BY profile, max(at) DESC, id LIMIT 200 BY profile`,
    { ws, profiles, now: now / 1_000 },
  )
  const touched = new Map<string, { viewed: string[]; bought: string[]; recent: string[] }>()
  for (const { profile, id, bought } of rows) {
    const mine = touched.get(profile) ?? { viewed: [], bought: [], recent: [] }
    touched.set(profile, mine)
    mine[bought ? 'bought' : 'viewed'].push(id)
    mine.recent.push(id)
  }
  return touched
}

/** How a feed stands. */
export interface FeedState {
  readonly nextAt: number
  readonly etag: string
}

export async function feedState(db: Queryable, { ws, id }: { ws: string; id: string }): Promise<FeedState> {
  const { rows } = await db.query<FeedState>('select next_at as "nextAt", etag from product_feeds where workspace_id = $1 and id = $2', [
    ws,
    id,
  ])
  return rows[0] ?? { nextAt: 0, etag: '' }
}

export async function noteFeed(
  db: Queryable,
  run: {
    ws: string
    id: string
    nextAt: number
    etag: string
    at: number
    result: string
    rows: number
    refused: number
    faults: readonly object[]
  },
): Promise<void> {
  await db.query(
    `insert into product_feeds (workspace_id, id, next_at, etag, at, result, rows, refused, faults) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, id) do update set next_at = excluded.next_at, etag = excluded.etag, at = excluded.at, result = excluded.result,
       rows = excluded.rows, refused = excluded.refused, faults = excluded.faults`,
    [run.ws, run.id, run.nextAt, run.etag, run.at, run.result, run.rows, run.refused, JSON.stringify(run.faults)],
  )
}
