import { readFileSync } from 'node:fs'
import { chance } from '#lib/hash.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** One basket of the record, with the cart that is derived from it. Times are epoch ms of 2017. */
export interface Cart {
  readonly household: string
  readonly id: string
  /** Derived: when the products were put into the cart. */
  readonly openedAt: number
  /** Recorded: when they were bought. */
  readonly boughtAt: number
  readonly lines: readonly { readonly name: string; readonly quantity: number; readonly price: number }[]
  readonly total: number
}

/** One thing that a household's device says. */
export interface Saying {
  readonly at: number
  readonly household: string
  readonly say: 'identify' | 'page' | 'Product Added' | 'Order Completed'
  readonly cart: Cart
  readonly line: number
}

/** The recorded baskets, oldest purchase first. */
export function readCarts(file: string): Cart[] {
  const [, ...rows] = readFileSync(file, 'utf8').trim().split('\n')
  return rows.map((row) => {
    const [household = '', id = '', time = '', text = ''] = row.split(',')
    const boughtAt = Date.parse(`${time.replace(' ', 'T')}Z`)
    const lines = text.split('|').map((part) => {
      const [name = '', quantity = '1', price = '0'] = part.split(';')
      return { name, quantity: Number(quantity), price: Number(price) }
    })
    const total = Math.round(lines.reduce((sum, line) => sum + line.price, 0) * 100) / 100
    return { household, id, openedAt: boughtAt - lead(id), boughtAt, lines, total }
  })
}

/** How long before the purchase the cart was filled: minutes, hours or days, by a hash of the basket. */
export function lead(basket: string): number {
  const kind = chance('kind of lead', basket)
  const within = chance('lead', basket)
  if (kind < 0.3) return 12 * MINUTE + within * 28 * MINUTE
  if (kind < 0.75) return 2 * HOUR + within * 28 * HOUR
  return 3.2 * DAY + within * 1.8 * DAY
}

/** What is said between two moments, in order: the first time a household is seen it says who it is. */
export function sayings(carts: readonly Cart[], from: number, until: number): Saying[] {
  const all: Saying[] = []
  for (const cart of carts) {
    // A cart that was filled before the story begins is left out of it.
    if (cart.openedAt < from) continue
    const add = (at: number, say: Saying['say'], line = 0): void => void all.push({ at, household: cart.household, say, cart, line })
    add(cart.openedAt - MINUTE, 'page')
    for (const i of cart.lines.keys()) add(cart.openedAt + i * 1_000, 'Product Added', i)
    add(cart.boughtAt, 'Order Completed')
  }
  all.sort((a, b) => a.at - b.at)
  const seen = new Set<string>()
  const told: Saying[] = []
  for (const saying of all) {
    if (saying.at >= until) break
    if (!seen.has(saying.household)) told.push({ ...saying, say: 'identify' })
    seen.add(saying.household)
    told.push(saying)
  }
  return told
}

export type Reading = 'ignores' | 'opens' | 'clicks' | 'leaves'

/** What a household does with a message: 45 % open it, a third of those click, 1 % unsubscribe. */
export function reading(household: string, message: string): Reading {
  const dice = chance('reader', `${household} ${message}`)
  return dice < 0.01 ? 'leaves' : dice < 0.16 ? 'clicks' : dice < 0.46 ? 'opens' : 'ignores'
}
