import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Cuts the demo's data from The Complete Journey 2.0 (see README.md beside this file):
 * node examples/shop/data/make.ts <folder with transactions_sample.csv and products_in_sample.csv>
 */
const FROM = '2017-03-06'
const DAYS = 9
const source = process.argv[2]
if (!source) throw new Error('Name the folder that holds transactions_sample.csv and products_in_sample.csv')

/** The files quote nothing but some texts that hold commas. */
const cells = (line: string): string[] => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((match) => match[2] ?? match[1]!).slice(0, -1)
function table(name: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(join(source!, name), 'utf8').trim().split(/\r?\n/)
  const names = cells(`${head!},`)
  return lines.map((line) => Object.fromEntries(cells(`${line},`).map((cell, i) => [names[i]!, cell])))
}

const types = new Map(table('products_in_sample.csv').map((row) => [row['product_id']!, row['product_type']!]))
const start = Date.parse(`${FROM}T00:00:00Z`)
const baskets = new Map<string, { household: string; time: string; lines: string[] }>()
for (const row of table('transactions_sample.csv')) {
  const at = Date.parse(`${row['transaction_timestamp']!.replace(' ', 'T')}Z`)
  if (at < start || at >= start + DAYS * 86_400_000) continue
  const basket = baskets.get(row['basket_id']!) ?? { household: row['household_id']!, time: row['transaction_timestamp']!, lines: [] }
  basket.lines.push(`${(types.get(row['product_id']!) ?? '').replaceAll(/[|;,"]/g, ' ').trim()};${row['quantity']};${row['sales_value']}`)
  baskets.set(row['basket_id']!, basket)
}
const rows = [...baskets].sort(([, a], [, b]) => (a.time < b.time ? -1 : 1)).map(([id, { household, time, lines }]) => `${household},${id},${time},${lines.join('|')}`)
writeFileSync(join(import.meta.dirname, 'baskets.csv'), `household_id,basket_id,time,lines\n${rows.join('\n')}\n`)
console.log(`${rows.length} baskets of ${new Set([...baskets.values()].map((basket) => basket.household)).size} households`)
