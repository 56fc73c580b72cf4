import type { Json } from '#lib/json.ts'
import { BANK } from './bank.ts'
import { SAAS } from './saas.ts'
import type { Industry, Preset, WrittenModel } from './schema.ts'
import { SHOP } from './shop.ts'

/** One line each. */
export const PRESETS: Readonly<Record<Industry, Preset>> = { shop: SHOP, saas: SAAS, bank: BANK }

/** The documents of an industry, with the workspace's own names of events (`{ "Order Completed": "Purchase" }`). */
export const documentsOf = (industry: Industry, names: Readonly<Record<string, string>> = {}): readonly WrittenModel[] =>
  PRESETS[industry].documents.map((document) => renamed(document, names) as WrittenModel)

/** Events are named by `event`, and in lists of `events`. */
function renamed(value: unknown, names: Readonly<Record<string, string>>, field = ''): unknown {
  if (typeof value === 'string') return (field === 'event' || field === 'events') && Object.hasOwn(names, value) ? names[value] : value
  if (Array.isArray(value)) return value.map((each: Json) => renamed(each, names, field))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, renamed(inner, names, name)]))
}
