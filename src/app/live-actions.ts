import { randomBytes } from 'node:crypto'
import { GetProduct, ImportProducts, ListProducts, listed, RemoveProducts } from '#content/catalogue.ts'
import { productHistory, productsById, removeProducts, searchProducts } from '#content/catalogue-store.ts'
import { CouponCode, CouponPool, codeOf, GenerateCoupons, ImportCoupons, ListCoupons } from '#content/coupons.ts'
import { addCodes, poolCounts } from '#content/coupons-store.ts'
import { refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { takeProducts } from './live-keeping.ts'
import { productsIn } from './product-files.ts'

interface Options {
  readonly pool: Pool
  /** Not stepped down: for imports that are committed part by part. */
  readonly work: Pool
  readonly now: () => number
}

const unknown = (id: string) => refuse({ code: 'product.unknown', status: 404, title: 'There is no such product', detail: id })
const noPool = (id: string) =>
  refuse({
    code: 'coupon.pool.unknown',
    status: 404,
    title: 'There is no such coupon pool',
    detail: id,
    hint: 'Publish the coupon-pool first.',
  })

/** The product catalogue and the coupon pools. */
export const liveBindings = (options: Options): Binding[] => [...productBindings(options), ...couponBindings(options)]

const productBindings = ({ pool, work, now }: Options): Binding[] => [
  bind(ImportProducts, async ({ csv, products, currency, dryRun }, { workspace }, call) => {
    if ((csv === undefined) === (products === undefined))
      return refuse({ code: 'products.empty', status: 422, title: 'Give either csv or products' })
    const change = await takeProducts(work, { ws: workspace, rows: csv ?? products!, currency, now: now(), dryRun })
    call.note({ object: `products:${change.taken}` })
    return change
  }),
  bind(ListProducts, ({ category = '', ...query }, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const { products, total } = await searchProducts(tx, { ws: workspace, category, ...query })
      return { products: products.map(listed), total }
    }),
  ),
  bind(GetProduct, async ({ id }, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const [product] = await productsById(tx, { ws: workspace, ids: [id] })
      return product ? { product: listed(product), ...(await productHistory(tx, { ws: workspace, id })) } : unknown(id)
    }),
  ),
  bind(RemoveProducts, async ({ ids }, { workspace }, call) => {
    const removed = await inWorkspace(pool, workspace, (tx) => removeProducts(tx, { ws: workspace, ids, now: now() }))
    call.note({ object: `products:${removed}` })
    return { removed }
  }),
]

const couponBindings = ({ pool, now }: Options): Binding[] => [
  bind(ListCoupons, async (_input, { workspace }) => {
    const [counts, pools] = await inWorkspace(pool, workspace, async (tx) => [
      await poolCounts(tx, { ws: workspace, now: now() }),
      (await liveDocuments(tx, workspace)).filter(({ kind }) => kind === 'coupon-pool').map(({ body }) => CouponPool.parse(body)),
    ])
    const none = { free: 0, held: 0, sent: 0, redeemed: 0, expired: 0, doubtful: 0 }
    return {
      pools: pools.map(({ id, lowWater }) => {
        const counted = { ...none, ...counts.find((each) => each.pool === id), pool: id }
        return { ...counted, low: counted.free < lowWater }
      }),
    }
  }),
  bind(ImportCoupons, async ({ pool: id, codes, csv, expires }, { workspace }, call) => {
    if ((csv === undefined) === (codes === undefined))
      return refuse({ code: 'coupons.empty', status: 422, title: 'Give either csv or codes' })
    if (!(await isPool(pool, workspace, id))) return noPool(id)
    const faults: { row: number; title: string }[] = []
    let rejected = 0
    const good: string[] = []
    for (const [i, code] of (codes ?? columnOf(csv!)).entries()) {
      const read = CouponCode.safeParse(code.trim())
      if (read.success) good.push(read.data)
      else {
        rejected += 1
        if (faults.length < 100) faults.push({ row: csv === undefined ? i + 1 : i + 2, title: read.error.issues[0]!.message })
      }
    }
    const wanted = [...new Set(good)]
    const added = await inWorkspace(pool, workspace, (tx) => addCodes(tx, { ws: workspace, pool: id, codes: wanted, expires, now: now() }))
    call.note({ object: `coupon-pool:${id}` })
    return { added: added.length, known: wanted.length - added.length, rejected, faults }
  }),
  bind(GenerateCoupons, async ({ pool: id, count, prefix, length, expires }, { workspace }, call) => {
    if (!(await isPool(pool, workspace, id))) return noPool(id)
    const made: string[] = []
    while (made.length < count) {
      const codes = Array.from({ length: count - made.length }, () => newCode({ prefix, length }))
      // One that is there already is made anew.
      made.push(...(await inWorkspace(pool, workspace, (tx) => addCodes(tx, { ws: workspace, pool: id, codes, expires, now: now() }))))
    }
    call.note({ object: `coupon-pool:${id}` })
    return { codes: made }
  }),
]

const isPool = (pool: Pool, workspace: string, id: string): Promise<boolean> =>
  inWorkspace(pool, workspace, async (tx) =>
    (await liveDocuments(tx, workspace)).some((each) => each.kind === 'coupon-pool' && each.id === id),
  )

/** The first column of CSV text, without its header. */
const columnOf = (csv: string): string[] =>
  [...productsIn(csv)].map(({ row }) => (typeof row === 'string' ? '' : String(Object.values(row)[0] ?? '')))

function newCode(shape: { prefix: string; length: number }): string {
  for (;;) {
    const code = codeOf(randomBytes(shape.length * 2), shape)
    if (code !== undefined) return code
  }
}
