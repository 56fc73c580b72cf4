import { type Micros, micros } from '#decisions/budgets/schema.ts'
import { allocate, dailyOf, daysBetween } from './allocate.ts'
import { type CostLine, LINE, rateOn } from './lines.ts'
import type { ChargeOf, CostRate } from './schema.ts'

/** What the ledger is made of: facts by day, and what was stated. Amounts in millionths. */
export interface Books {
  readonly days: { readonly from: string; readonly until: string }
  readonly currency: string
  readonly rates: readonly CostRate[]
  readonly provider: readonly (Where & {
    readonly provider: string
    readonly currency: string
    readonly amount: Micros
    readonly messages: number
  })[]
  /** What options say that they cost, by message or choice. */
  readonly options: readonly Offered[]
  /** What options say that their conversions give away. */
  readonly given: readonly Offered[]
  readonly coupons: readonly (Where & {
    readonly pool: string
    readonly currency: string
    readonly gave: Micros | null
    readonly codes: number
  })[]
  readonly entries: readonly CostLine[]
  /** `role`: of the person, '' when they are no member any more. */
  readonly work: readonly { readonly day: string; readonly role: string; readonly journeys: readonly string[]; readonly ms: number }[]
  readonly learning: readonly { readonly day: string; readonly model: string; readonly ms: number }[]
  readonly asked: readonly { readonly day: string; readonly model: string; readonly journey: string; readonly asked: number }[]
  readonly reach: readonly { readonly day: string; readonly journey: string; readonly messages: number; readonly people: number }[]
}

interface Where {
  readonly day: string
  readonly journey: string
  readonly step: string
  readonly channel: string
}
export interface Offered extends Where {
  readonly offer: string
  readonly amount: Micros
  readonly items: number
}

/** Every line of the ledger, each in the currency in which it was charged. */
export const ledgerOf = (books: Books): CostLine[] => [
  ...books.provider.map(
    ({ provider, messages, ...row }): CostLine => ({
      ...LINE,
      ...row,
      kind: 'provider',
      of: provider,
      items: messages,
      source: 'deliveries',
    }),
  ),
  ...books.options.map((row) => offered(row, books.currency, 'options')),
  ...books.given.map((row) => offered(row, books.currency, 'conversions')),
  ...books.coupons.flatMap((row) => couponLine(row, books)),
  ...books.entries,
  ...books.work.flatMap((row) => workLines(row, books)),
  ...learningLines(books),
  ...books.rates.flatMap((rate) => (rate.charge.per === 'month' ? monthLines(rate, rate.charge, books) : [])),
]

const offered = (row: Offered, currency: string, source: 'options' | 'conversions'): CostLine => ({
  ...LINE,
  ...row,
  kind: 'incentive',
  of: row.offer,
  currency,
  basis: 'estimated',
  source,
})

const ratesPer = <Per extends CostRate['charge']['per']>(rates: readonly CostRate[], per: Per): (CostRate & { charge: ChargeOf<Per> })[] =>
  rates.filter((rate): rate is CostRate & { charge: ChargeOf<Per> } => rate.charge.per === per)

/** What a code gave away: as its order said, else as somebody stated for its pool. One of which nobody says anything costs nothing that is known. */
function couponLine({ pool, gave, codes, currency, ...where }: Books['coupons'][number], { rates, currency: own }: Books): CostLine[] {
  const line = { ...LINE, ...where, kind: 'incentive', of: pool, items: codes, source: 'coupons' } as const
  if (gave !== null) return [{ ...line, amount: gave, currency: currency === '' ? own : currency }]
  const fitting = ratesPer(rates, 'coupon').filter(({ charge }) => charge.pool === pool)
  const rate = rateOn(fitting, where.day) as (typeof fitting)[number] | undefined
  return rate
    ? [{ ...line, amount: micros(rate.charge.amount) * codes, currency: rate.currency, basis: 'estimated', spread: rate.spread }]
    : []
}

/** Codes that were redeemed, of which nobody says what they gave away. */
export const unpricedCodes = (books: Books): number =>
  books.coupons.filter((row) => row.gave === null && couponLine(row, books).length === 0).reduce((sum, { codes }) => sum + codes, 0)

const HOUR = 3_600_000

/** An hour's price by role; what an approval or a template is for, its journeys bear in equal parts. */
function workLines({ day, role, journeys, ms }: Books['work'][number], { rates }: Books): CostLine[] {
  const rate = rateOn(ratesPer(rates, 'hour'), day)
  if (rate?.charge.per !== 'hour') return []
  const { rates: hourly } = rate.charge
  const price = hourly[role as keyof typeof hourly] ?? hourly.anybody
  if (price === undefined) return []
  const bearers = journeys.length === 0 ? [''] : journeys
  const parts = allocate(
    Math.round((micros(price) * ms) / HOUR),
    bearers.map(() => 1),
  )!
  const of = role === '' ? 'anybody' : role
  const line = {
    ...LINE,
    day,
    kind: 'people',
    of,
    currency: rate.currency,
    basis: 'estimated',
    spread: rate.spread,
    source: 'work',
  } as const
  return bearers.map((journey, i): CostLine => ({ ...line, journey, amount: parts[i]!, items: ms / 60_000 / bearers.length }))
}

function learningLines(books: Books): CostLine[] {
  const priced = ratesPer(books.rates, 'learning-hour')
  return books.learning.flatMap(({ day, model, ms }) => {
    const rate = rateOn(priced, day) as (typeof priced)[number] | undefined
    if (!rate) return []
    const weights = new Map(
      books.asked.filter((row) => row.day === day && row.model === model).map(({ journey, asked }) => [journey, asked]),
    )
    const amount = Math.round((micros(rate.charge.amount) * ms) / HOUR)
    const line = {
      ...LINE,
      day,
      kind: 'platform',
      of: model,
      currency: rate.currency,
      basis: 'estimated',
      spread: rate.spread,
      source: 'learning',
    } as const
    return shared(amount, weights).map(
      ([journey, part, share]): CostLine => ({ ...line, journey, amount: part, items: (ms / 60_000) * share }),
    )
  })
}

/** A monthly amount, for each of its days shared out among journeys. A day on which nobody did anything is nobody's. */
function monthLines(rate: CostRate, { amount, of, by }: ChargeOf<'month'>, books: Books): CostLine[] {
  const from = [rate.from ?? '', books.days.from].sort().at(-1)!
  const until = [rate.until ?? '9999-12-31', books.days.until].sort()[0]!
  const weights = weightsBy(by, books)
  const line = {
    ...LINE,
    kind: of,
    of: rate.id,
    currency: rate.currency,
    basis: 'estimated',
    spread: rate.spread,
    source: 'rates',
  } as const
  return (from > until ? [] : daysBetween(from, until)).flatMap((day) =>
    shared(dailyOf(micros(amount), day), weights.get(day) ?? new Map()).map(
      ([journey, part]): CostLine => ({ ...line, day, journey, amount: part }),
    ),
  )
}

/** Weights of journeys by day. */
function weightsBy(by: ChargeOf<'month'>['by'], { reach, learning, asked }: Books): Map<string, Map<string, number>> {
  const weights = new Map<string, Map<string, number>>()
  const add = (day: string, journey: string, weight: number): void => {
    const own = weights.get(day) ?? new Map<string, number>()
    weights.set(day, own.set(journey, (own.get(journey) ?? 0) + weight))
  }
  switch (by) {
    case 'nobody':
      break
    case 'messages':
    case 'people':
      for (const row of reach) add(row.day, row.journey, row[by])
      break
    case 'learning': {
      // A model's time goes to journeys by how often they asked it that day.
      const totals = Map.groupBy(asked, ({ day, model }) => `${day} ${model}`)
      for (const { day, model, ms } of learning) {
        const own = totals.get(`${day} ${model}`) ?? []
        const all = own.reduce((sum, row) => sum + row.asked, 0)
        if (all === 0) add(day, '', ms)
        for (const row of own) add(day, row.journey, (ms * row.asked) / all)
      }
    }
  }
  return weights
}

/** An amount by weight; without any it is nobody's. Parts of nothing are left out. */
function shared(amount: Micros, weights: ReadonlyMap<string, number>): [journey: string, part: Micros, share: number][] {
  const keys = [...weights.keys()].sort()
  const parts = allocate(
    amount,
    keys.map((key) => weights.get(key)!),
  )
  if (!parts) return [['', amount, 1]]
  const total = keys.reduce((sum, key) => sum + weights.get(key)!, 0)
  return keys.flatMap((key, i): [string, Micros, number][] =>
    parts[i] === 0 && amount !== 0 ? [] : [[key, parts[i]!, weights.get(key)! / total]],
  )
}
