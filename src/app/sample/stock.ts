import { saveProducts } from '#content/catalogue-store.ts'
import { codeOf } from '#content/coupons.ts'
import { addCodes } from '#content/coupons-store.ts'
import { chance } from '#lib/hash.ts'
import type { Queryable } from '#platform/log.ts'
import type { Goods } from './story.ts'

const SIGNS = 8

/** Puts the goods of a shop into its catalogue, and codes into its pools: the same for the same seed. */
export async function stock(tx: Queryable, { ws, goods, seed, at }: { ws: string; goods: Goods; seed: number; at: number }): Promise<void> {
  await saveProducts(tx, { ws, products: goods.products, now: at })
  for (const { pool, prefix, count } of goods.codes) {
    const codes = Array.from({ length: count }, (_, i) => codeAt({ seed, pool, prefix, i }))
    await addCodes(tx, { ws, pool, codes: [...new Set(codes)], expires: undefined, now: at })
  }
}

function codeAt({ seed, pool, prefix, i }: { seed: number; pool: string; prefix: string; i: number }): string {
  for (let round = 0; ; round++) {
    const bytes = Uint8Array.from({ length: SIGNS * 2 }, (_, n) =>
      Math.floor(256 * chance(`sample ${seed} code ${pool}`, `${i} ${round} ${n}`)),
    )
    const code = codeOf(bytes, { prefix, length: SIGNS })
    if (code !== undefined) return code
  }
}
