import { z } from 'zod'
import { action } from '#lib/action.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { at } from '#lib/json.ts'
import { webAddress } from './links.ts'
import { type Demand, isLow } from './low-stock.ts'
import { LiveName } from './slots.ts'

const Text = z
  .string()
  .regex(/^[^\p{Cc}]*$/u, 'no control characters')
  .refine((text) => text.isWellFormed(), 'no halves of characters')
const Web = z
  .string()
  .max(2_000)
  .refine((url) => webAddress(url) !== undefined, 'write a whole http(s) address')
const Price = z.number().min(0).max(1e12)

/** Something that is sold. Prices in units of the currency, not in cents. */
export const Product = z.object({
  id: Text.min(1).max(200),
  title: Text.min(1).max(500),
  url: Web,
  image: z.union([z.literal(''), Web]).default(''),
  price: Price,
  /** While it is lower than the price. */
  sale_price: Price.nullable().default(null),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'write three capital letters such as EUR'),
  /** Null: not counted. */
  stock: z.int().min(0).max(1e9).nullable().default(null),
  categories: z.array(Text.max(200)).max(50).default([]),
  attributes: z.record(z.string().max(100), z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()])).default({}),
})
export type Product = z.output<typeof Product>

/** A product with what the workspace's events say of it. */
export interface Known extends Product {
  /** Epoch ms: the last time that somebody said how it is. */
  readonly updatedAt: number
  /** How surprising its last day is: −log10 of the chance of so many views or purchases; 0: no trend. */
  readonly trend: number
  readonly demand: Demand
}

/** Words that headers and feeds use for our names; what is unknown becomes an attribute. */
const NAMES: Readonly<Record<string, keyof Product | 'availability'>> = {
  id: 'id',
  product_id: 'id',
  sku: 'id',
  title: 'title',
  name: 'title',
  url: 'url',
  link: 'url',
  image: 'image',
  image_link: 'image',
  image_url: 'image',
  price: 'price',
  sale_price: 'sale_price',
  currency: 'currency',
  stock: 'stock',
  quantity: 'stock',
  inventory: 'stock',
  availability: 'availability',
  categories: 'categories',
  category: 'categories',
  product_type: 'categories',
}

/** Reads a row of a file or an entry of a feed; a text says what is wrong with it. */
export function productOf(row: Readonly<Record<string, unknown>>, currency: string): Product | string {
  const read: Record<string, unknown> = { currency }
  const attributes: Record<string, unknown> = {}
  for (const [header, value] of Object.entries(row)) {
    const key = header.trim().toLowerCase().replace(/^g:/, '').replaceAll(' ', '_')
    if (key === '' || value === undefined || value === null || value === '') continue
    if (key === 'attributes' && typeof value === 'object') Object.assign(attributes, value)
    else if (Object.hasOwn(NAMES, key)) take(read, NAMES[key]!, value)
    else attributes[key] = value
  }
  const parsed = Product.safeParse({ ...read, attributes })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return `${issue!.path.join('.') || 'The row'}: ${issue!.message}`
}

function take(read: Record<string, unknown>, name: keyof Product | 'availability', value: unknown): void {
  switch (name) {
    case 'price':
    case 'sale_price': {
      const amount = amountOf(value)
      read[name] = amount?.amount ?? value
      if (amount?.currency) read['currency'] = amount.currency
      return
    }
    case 'stock':
      read['stock'] = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value
      return
    case 'availability':
      if (/^(?:out[ _]of[ _]stock|sold[ _]out)$/i.test(String(value))) read['stock'] ??= 0
      return
    case 'categories':
      read['categories'] = Array.isArray(value)
        ? value
        : String(value)
            .split(/\s*[>|;]\s*/)
            .filter((part) => part !== '')
      return
    case 'id':
      read['id'] = typeof value === 'number' ? String(value) : value
      return
    default:
      read[name] = value
  }
}

/** `12.50`, `12,50` or `12.50 EUR`; undefined when it is no amount. */
function amountOf(value: unknown): { amount: number; currency?: string } | undefined {
  if (typeof value === 'number') return { amount: value }
  const match = typeof value === 'string' ? /^\s*(?:([A-Z]{3})\s*)?(\d{1,12})(?:[.,](\d{1,4}))?(?:\s*([A-Z]{3}))?\s*$/.exec(value) : null
  if (!match) return undefined
  const currency = match[1] ?? match[4]
  return { amount: Number(`${match[2]}.${match[3] ?? 0}`), ...(currency === undefined ? {} : { currency }) }
}

/** As templates see it. */
export const shown = ({ updatedAt, demand, ...product }: Known): JsonObject => ({
  ...product,
  low_stock: isLow({ stock: product.stock, demand }),
  in_stock: product.stock === null || product.stock > 0,
  on_sale: product.sale_price !== null && product.sale_price < product.price,
  updated_at: updatedAt,
})

/** Products that a template shows: `{% for product in products.cart %}`. */
export const ProductUse = z
  .strictObject({
    as: LiveName,
    /** Where the ids stand: a path such as `entry.properties.products`, to an id, to a list of ids, or to a list of objects with `product_id`. */
    from: z
      .string()
      .regex(/^(?:profile|entry|event|run|connected)(?:\.[A-Za-z0-9_ -]{1,100}){1,8}$/, 'write a path such as entry.properties.products')
      .optional(),
    ids: z.array(z.string().max(200)).min(1).max(50).optional(),
    max: z.int().min(1).max(50).default(10),
    inStock: z.boolean().default(false),
    /** Only those that are low in stock, asked again until the message leaves. */
    lowStock: z.boolean().default(false),
    /** Products of which nobody has said anything for longer than this are left out. */
    fresherThan: z
      .string()
      .refine((text) => milliseconds(text) !== undefined, 'write a duration such as 6h')
      .optional(),
    least: z.int().min(0).max(50).default(0),
    /** With fewer than `least`: `omit` leaves the list empty, `skip` means that the message does not go out. */
    otherwise: z.enum(['omit', 'skip']).default('omit'),
  })
  .refine(({ from, ids }) => (from === undefined) !== (ids === undefined), 'give either from or ids')
export type ProductUse = z.output<typeof ProductUse>

/** The ids that a use asks for in these data, each once, in order. */
export function idsOf({ from, ids }: Pick<ProductUse, 'from' | 'ids'>, data: Readonly<Record<string, Json | undefined>>): string[] {
  const [root = '', ...path] = from?.split('.') ?? []
  const value = from === undefined ? (ids ?? []) : Object.hasOwn(data, root) ? at(data[root], path) : undefined
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value as Json | undefined]
  const found = list.map(idIn).filter((id) => id !== undefined)
  return [...new Set(found)].slice(0, 200)
}

function idIn(value: Json | undefined): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const { product_id: own, id } = value as JsonObject
  return idIn((own ?? id) as Json | undefined)
}

/** Those that may be shown, as of now (epoch ms). */
export function presentable(
  products: readonly Known[],
  {
    inStock,
    lowStock = false,
    fresherThan,
    max,
  }: Pick<ProductUse, 'inStock' | 'fresherThan' | 'max'> & Partial<Pick<ProductUse, 'lowStock'>>,
  now: number,
): Known[] {
  const oldest = fresherThan === undefined ? Number.NEGATIVE_INFINITY : now - milliseconds(fresherThan)!
  return products
    .filter((each) => (!inStock || each.stock === null || each.stock > 0) && (!lowStock || isLow(each)) && each.updatedAt >= oldest)
    .slice(0, max)
}

/** A file of products that is fetched again and again. */
export const ProductFeed = z.strictObject({
  kind: z.literal('product-feed'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-_]{0,63}$/),
  name: z.string().max(200).optional(),
  url: Web,
  format: z.enum(['csv', 'json']).default('json'),
  /** Where the list stands in JSON: `data.items`; left out: the whole is the list. */
  list: z.string().max(200).optional(),
  every: z
    .string()
    .refine((text) => (milliseconds(text) ?? 0) >= 300_000, 'write a duration of at least 5m')
    .default('1h'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.strictObject({ secret: z.string(), prefix: z.string().max(50).default('') }))
    .default({}),
  /** What is not in the file any more is taken out of the catalogue. */
  complete: z.boolean().default(false),
})
export type ProductFeed = z.output<typeof ProductFeed>

const Fault = z.object({ row: z.int(), title: z.string() })
export const CatalogueChange = z.object({ rows: z.int(), taken: z.int(), rejected: z.int(), faults: z.array(Fault) })
export type CatalogueChange = z.output<typeof CatalogueChange>
/** `lowStock`: the next three days likely want more than there is. */
const Shown = Product.extend({ updatedAt: z.number(), trend: z.number(), lowStock: z.boolean() })
export const listed = ({ demand, ...product }: Known): z.output<typeof Shown> => ({
  ...product,
  lowStock: isLow({ stock: product.stock, demand }),
})

export const ImportProducts = action({
  name: 'products.import',
  does: 'Adds and changes products, given as CSV text or as a list. Rows that cannot be read are named with their line and the reason.',
  may: 'documents:write',
  route: 'POST /api/products/import',
  audited: true,
  largestBody: 128 * 1_048_576,
  input: z.object({
    csv: z.string().optional(),
    products: z.array(z.record(z.string(), z.json())).max(200_000).optional(),
    /** Of rows that name none. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('USD'),
    /** Only says what would happen. */
    dryRun: z.boolean().default(false),
  }),
  output: CatalogueChange,
})

export const ListProducts = action({
  name: 'products.list',
  does: 'Lists products of the catalogue, by text, category and stock.',
  may: 'documents:read',
  route: 'GET /api/products',
  input: z.object({
    q: z.string().max(200).default(''),
    category: z.string().max(200).optional(),
    after: z.string().default(''),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  output: z.object({ products: z.array(Shown), total: z.int() }),
})

export const GetProduct = action({
  name: 'products.get',
  does: 'Shows one product with the history of its price and how often it is viewed and bought.',
  may: 'documents:read',
  route: 'GET /api/products/:id',
  input: z.object({ id: z.string() }),
  output: z.object({
    product: Shown,
    prices: z.array(z.object({ at: z.number(), price: z.number(), sale_price: z.number().nullable(), currency: z.string() })),
    counts: z.object({ views7: z.int(), views28: z.int(), purchases7: z.int(), purchases28: z.int() }),
  }),
})

export const RemoveProducts = action({
  name: 'products.remove',
  does: 'Takes products out of the catalogue.',
  may: 'documents:write',
  route: 'POST /api/products/remove',
  audited: true,
  input: z.object({ ids: z.array(z.string()).min(1).max(10_000) }),
  output: z.object({ removed: z.int() }),
})
