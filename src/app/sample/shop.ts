import type { Product } from '#content/catalogue.ts'
import type { JsonObject } from '#lib/json.ts'
import {
  type Answer,
  cents,
  DAY,
  HOUR,
  type Letter,
  MINUTE,
  moment,
  mood,
  pick,
  reading,
  rounded,
  type Saying,
  type Setting,
  type Somebody,
  type StoryOf,
  Telling,
} from './story.ts'

export const SHOP: Setting = {
  name: 'Sample shop',
  timezone: 'America/New_York',
  currency: 'USD',
  consentMode: 'opt-out',
  postalAddress: 'The corner shop, 12 Market Street, Springfield, OH 45502, USA',
  documents: ['shop', 'samples/shop'],
  lately: ['samples/shop-lately'],
  goods: {
    get products() {
      return PRODUCTS.map(productOf)
    },
    codes: [{ pool: 'friends', prefix: 'FRIEND', count: 250 }],
  },
}

/** What the win-back mail does, planted: so many of those who get it order because of it. `docs/guides/first-steps.md` names it. */
export const WIN_BACK_LIFT = 0.4
/** So many who follow a reminder's link buy the cart because of it. */
const REMINDED = 0.4

const PRODUCTS = [
  ['lamp-oak', 'Oak table lamp', 64, 'Light'],
  ['lamp-clip', 'Clip lamp', 24, 'Light'],
  ['mug-blue', 'Blue mug', 14, 'Kitchen'],
  ['mug-set', 'Set of four mugs', 44, 'Kitchen'],
  ['board-ash', 'Ash cutting board', 38, 'Kitchen'],
  ['knife-small', 'Paring knife', 22, 'Kitchen'],
  ['towel-linen', 'Linen towel', 18, 'Bath'],
  ['soap-olive', 'Olive soap', 7, 'Bath'],
  ['rug-wool', 'Wool rug', 149, 'Living'],
  ['throw-grey', 'Grey throw', 72, 'Living'],
  ['cushion-dot', 'Dotted cushion', 29, 'Living'],
  ['shelf-pine', 'Pine shelf', 95, 'Living'],
  ['plant-pot', 'Stoneware pot', 26, 'Garden'],
  ['watering-can', 'Watering can', 34, 'Garden'],
] as const

/** What is reduced, and what is hardly there or not at all any more. */
const REDUCED: Readonly<Record<string, number>> = { 'rug-wool': 119, 'lamp-clip': 19 }
const LEFT: Readonly<Record<string, number>> = { 'mug-blue': 6, 'throw-grey': 3, 'soap-olive': 0 }

/** As the catalogue has it. */
const productOf = ([id, title, price, category]: (typeof PRODUCTS)[number], i: number): Product => ({
  id,
  title,
  url: `https://shop.example/products/${id}`,
  image: '',
  price,
  sale_price: REDUCED[id] ?? null,
  currency: 'USD',
  stock: LEFT[id] ?? 40 + ((i * 37) % 160),
  categories: [category],
  attributes: {},
})

const PLACES = [
  ['US', 'Springfield'],
  ['US', 'Columbus'],
  ['US', 'Dayton'],
  ['CA', 'Toronto'],
  ['GB', 'Leeds'],
] as const
const CAME_BY = [
  { source: 'google', medium: 'cpc', name: 'autumn' },
  { source: 'instagram', medium: 'social', name: 'kitchen' },
  { source: 'newsletter', medium: 'email', name: 'friends' },
] as const

/** A shop of household goods: visits, carts that are left, orders, and customers who stop coming. */
class Shop extends Telling {
  #product(key: string) {
    return pick(PRODUCTS, this.dice('product', key) ** 1.4)
  }

  #basket(cart: string) {
    const count = 1 + Math.floor(2.4 * this.dice('lines', cart) ** 2)
    const lines = Array.from({ length: count }, (_, i) => this.#product(`${cart} ${i}`)).map(([product_id, name, price, category], i) => ({
      product_id,
      name,
      price,
      category,
      quantity: this.dice('quantity', `${cart} ${i}`) < 0.15 ? 2 : 1,
    }))
    return { lines, total: cents(lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0)) }
  }

  #order(who: Somebody, cart: string, at: number): Saying {
    const { lines, total } = this.#basket(cart)
    const props = { order_id: `o-${cart}`, cart_id: cart, total, currency: 'USD', products: lines }
    return { at, who, type: 'track', name: 'Order Completed', props }
  }

  /** How long after it was filled a cart is bought by itself (ms); never, for most. */
  #boughtAfter(cart: string): number {
    const roll = this.dice('buys', cart)
    if (roll < 0.38) return rounded(4 * MINUTE + 30 * MINUTE * this.dice('till', cart))
    return roll < 0.48 ? rounded(3 * HOUR + 55 * HOUR * this.dice('later', cart)) : Number.POSITIVE_INFINITY
  }

  #arrival(who: Somebody): Saying {
    const [country, city] = pick(PLACES, this.dice('place', who.n) ** 1.5)
    const loyalty = this.dice('loyalty', who.n) < 0.2 ? 'gold' : 'basic'
    const at = moment(who, this.told, { day: who.comes, roll: this.dice('comes at', who.n) }) - HOUR
    const by = this.dice('came by', who.n) < 0.6 ? { context: { campaign: pick(CAME_BY, this.dice('campaign', who.n)) } } : {}
    const props = { name: who.name, email: who.email, country, city, loyalty, language: 'en' }
    return { at, who, type: 'identify', name: 'Profile Updated', props, ...by }
  }

  visit(who: Somebody, at: number, key: string): Saying[] {
    const mine = `${who.n} ${key}`
    const looked = 1 + Math.floor(3 * this.dice('looks', mine) ** 2)
    const said: Saying[] = [{ at, who, type: 'page', name: 'Page Viewed', props: { name: 'Home', path: '/' } }]
    for (let i = 0; i < looked; i++) {
      const [product_id, name, price, category] = this.#product(`${mine} look ${i}`)
      said.push({ at: at + (i + 1) * 40_000, who, type: 'track', name: 'Product Viewed', props: { product_id, name, price, category } })
    }
    if (this.dice('fills', mine) >= 0.5) return said
    const cart = `c${who.n + 1}-${key}`
    const filled = at + 4 * MINUTE
    const { lines, total } = this.#basket(cart)
    for (const line of lines)
      said.push({ at: filled, who, type: 'track', name: 'Product Added', props: { cart_id: cart, value: total, ...line } })
    const after = this.#boughtAfter(cart)
    return Number.isFinite(after) ? [...said, this.#order(who, cart, filled + after)] : said
  }

  #comesBy(who: Somebody, day: number): Saying[] {
    // A weekend of low prices, every four weeks.
    const sale = day % 28 === 25 || day % 28 === 26 ? 1.9 : 1
    const key = `${who.n} ${day}`
    if (this.dice('visits', key) >= 0.15 * mood(who, this.told, day) * sale) return []
    return this.visit(who, moment(who, this.told, { day, roll: this.dice('moment', key) }), String(day))
  }

  answer(who: Somebody, letter: Letter): Answer {
    const read = reading(this.dice, who, letter)
    const cart = String((letter.entry['properties'] as JsonObject | undefined)?.['cart_id'] ?? '')
    if (letter.journey === 'abandoned-cart' && read.clicks !== undefined && this.dice('reminded', cart) < REMINDED)
      return { ...read, caused: Number.isFinite(this.#boughtAfter(cart)) ? [] : [this.#order(who, cart, read.clicks + 6 * MINUTE)] }
    const back = `${who.n} ${Math.floor((letter.at - this.told.from) / DAY)}`
    if (letter.journey === 'win-back' && this.dice('won back', back) < WIN_BACK_LIFT) {
      const at = rounded(letter.at + 4 * HOUR + 5 * DAY * this.dice('comes back', back))
      return { ...read, caused: [this.#order(who, `w${back.replace(' ', '-')}`, at)] }
    }
    return { ...read, caused: [] }
  }

  day(day: number): Saying[] {
    return [
      ...this.people.filter(({ comes }) => comes === day).map((who) => this.#arrival(who)),
      ...this.people.flatMap((who) => this.#comesBy(who, day)),
    ]
  }
}

export const shopStory: StoryOf = (told) => new Shop(told)
