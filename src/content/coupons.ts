import { z } from 'zod'
import { action } from '#lib/action.ts'
import { LiveName } from './slots.ts'

export const PoolId = z.string().regex(/^[a-z0-9][a-z0-9-_]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')

/** Codes of which each is given to one person only. */
export const CouponPool = z.strictObject({
  kind: z.literal('coupon-pool'),
  id: PoolId,
  name: z.string().max(200).optional(),
  /** With fewer free codes than these somebody is told. */
  lowWater: z.int().min(0).max(1_000_000).default(100),
})
export type CouponPool = z.output<typeof CouponPool>

/** A code in a template: `{{ coupons.welcome.code }}`. */
export const CouponUse = z.strictObject({
  pool: PoolId,
  /** The code for everybody when the pool is empty; left out: then the message does not go out (`coupon_empty`). */
  otherwise: z.string().min(1).max(64).optional(),
})
export const CouponUses = z.record(LiveName, CouponUse)
export type CouponUses = z.output<typeof CouponUses>

/** What a code may be: it is read aloud, typed and printed. */
export const CouponCode = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-_.]{2,63}$/, 'use 3 to 64 letters, digits, - _ and .')

/** Without 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: nothing that is mistaken for something else, and no words of four letters with U. */
export const CODE_SIGNS = '34679ACDEFGHJKMNPQRTWXY'

/** A code of random bytes: `PREFIX-ABCD-EFGH`. Bytes that would favour some signs are passed over; undefined when too few are left. */
export function codeOf(bytes: Uint8Array, { prefix, length }: { prefix: string; length: number }): string | undefined {
  const fair = 256 - (256 % CODE_SIGNS.length)
  let signs = ''
  for (const byte of bytes) if (byte < fair && signs.length < length) signs += CODE_SIGNS[byte % CODE_SIGNS.length]
  if (signs.length < length) return undefined
  const groups = signs.match(/.{1,4}/g)!
  return prefix === '' ? groups.join('-') : `${prefix}-${groups.join('-')}`
}

export const CouponCount = z.object({
  pool: z.string(),
  free: z.int(),
  /** With a message that is on its way. */
  held: z.int(),
  sent: z.int(),
  redeemed: z.int(),
  expired: z.int(),
  /** Perhaps handed over, though nobody confirmed it: never given again. */
  doubtful: z.int(),
  /** Fewer are free than the pool's low water. */
  low: z.boolean(),
})
export type CouponCount = z.output<typeof CouponCount>

export const ListCoupons = action({
  name: 'coupons.list',
  does: 'Lists the coupon pools with how many codes are free, held, sent and redeemed.',
  may: 'documents:read',
  route: 'GET /api/coupons',
  input: z.object({}),
  output: z.object({ pools: z.array(CouponCount) }),
})

export const ImportCoupons = action({
  name: 'coupons.import',
  does: 'Adds codes to a pool, given as a list or as CSV text whose first column is the code. Codes that are there already are left alone.',
  may: 'documents:write',
  route: 'POST /api/coupons/:pool/import',
  audited: true,
  largestBody: 64 * 1_048_576,
  input: z.object({
    pool: PoolId,
    codes: z.array(z.string()).max(1_000_000).optional(),
    csv: z.string().optional(),
    /** Not given to anybody after this. Epoch ms. */
    expires: z.int().positive().optional(),
  }),
  output: z.object({ added: z.int(), known: z.int(), rejected: z.int(), faults: z.array(z.object({ row: z.int(), title: z.string() })) }),
})

export const GenerateCoupons = action({
  name: 'coupons.generate',
  does: 'Makes random codes without signs that look alike, and adds them to a pool. Answers with the codes, for your shop.',
  may: 'documents:write',
  route: 'POST /api/coupons/:pool/generate',
  audited: true,
  input: z.object({
    pool: PoolId,
    count: z.int().min(1).max(10_000),
    prefix: z
      .string()
      .regex(/^[A-Z0-9]{0,12}$/, 'use at most 12 capital letters and digits')
      .default(''),
    /** Random signs: 12 of 23 make about 54 bits. */
    length: z.int().min(8).max(32).default(12),
    expires: z.int().positive().optional(),
  }),
  output: z.object({ codes: z.array(z.string()) }),
})
