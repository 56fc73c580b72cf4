import { money } from '#decisions/budgets/schema.ts'
import { daysBetween } from './allocate.ts'
import type { CostReport, LedgerLine } from './api.ts'
import type { Doubt } from './incremental.ts'
import { by, type CostLine, type Sum, sumOf } from './lines.ts'
import { costSentence } from './returns.ts'
import { COST_WORDS } from './words.ts'

/** What of the ledger is asked about. */
export interface CostFilter {
  readonly kind?: string | undefined
  readonly journey?: string | undefined
  readonly channel?: string | undefined
  readonly offer?: string | undefined
  readonly campaign?: string | undefined
}
const FIELDS = ['kind', 'journey', 'channel', 'offer', 'campaign'] as const

export const filtered = (lines: readonly CostLine[], filter: CostFilter): CostLine[] =>
  lines.filter((line) => FIELDS.every((field) => filter[field] === undefined || line[field] === filter[field]))

export interface ReportAsked {
  readonly asOf: number
  readonly currency: string
  readonly from: string
  readonly until: string
  readonly filter: CostFilter
  readonly lines: readonly CostLine[]
  readonly strange: readonly CostLine[]
  /** Redeemed codes of which nobody says what they gave away. */
  readonly unpriced: number
}

export function reportOf({ lines, strange, currency, from, until, filter, asOf, unpriced }: ReportAsked): CostReport {
  const drill = (more: Readonly<Record<string, string>> = {}) => drillOf({ from, until, ...filter, ...more })
  const named = (key: 'kind' | 'journey' | 'channel' | 'offer') =>
    by(lines, key).map(({ key: name, sum }) => ({ name, ...shown(sum), drill: drill({ [key]: name }) }))
  const days = daysBetween(from, until)
  const ofDay = Map.groupBy(lines, ({ day }) => day)
  const total = sumOf(lines)
  return {
    asOf,
    currency,
    from,
    until,
    sentence: costSentence(lines, { currency, days: days.length }),
    total: { ...shown(total), se: money(total.se), drill: drill() },
    kinds: named('kind'),
    journeys: named('journey'),
    channels: named('channel').filter(({ name }) => name !== ''),
    offers: named('offer').filter(({ name }) => name !== ''),
    days: days.map((day) => {
      const own = ofDay.get(day) ?? []
      return {
        day,
        amount: money(sumOf(own).amount),
        kinds: Object.fromEntries(by(own, 'kind').map(({ key, sum }) => [key, money(sum.amount)])),
      }
    }),
    strange: byCurrency(strange),
    doubts: doubtsOf(strange, unpriced),
    definitions: [...COST_WORDS],
  }
}

const shown = ({ amount, measured, estimated, items }: Sum) => ({
  amount: money(amount),
  measured: money(measured),
  estimated: money(estimated),
  items,
})

const byCurrency = (lines: readonly CostLine[]): { currency: string; amount: number }[] =>
  [...Map.groupBy(lines, ({ currency }) => currency)]
    .map(([currency, of]) => ({ currency, amount: money(sumOf(of).amount) }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1))

function doubtsOf(strange: readonly CostLine[], unpriced: number): Doubt[] {
  const currencies = byCurrency(strange).map(({ currency }) => currency)
  return [
    ...(strange.length > 0
      ? [
          {
            code: 'currency',
            sentence: `Cost in ${currencies.join(', ')} is in none of the sums: no \`cost-rate\` says what that is worth.`,
          },
        ]
      : []),
    ...(unpriced > 0
      ? [
          {
            code: 'unpriced_codes',
            sentence: `${unpriced} redeemed codes are in none of the sums: neither their orders nor a \`cost-rate\` say what they gave away.`,
          },
        ]
      : []),
  ]
}

/** The lines behind a sum. */
export const drillOf = (query: Readonly<Record<string, string | undefined>>) => ({
  action: 'costs.entries',
  query: Object.fromEntries(Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')),
})

/** As it is listed; lines of providers lead on to their messages. */
export function listed(line: CostLine): LedgerLine {
  const { amount, spread: _, ...rest } = line
  const { day, journey, step, channel, of } = line
  const query = { from: day, until: day, journey, step, channel, provider: of }
  return {
    ...rest,
    amount: money(amount),
    drill: line.source === 'deliveries' ? { ...drillOf(query), action: 'costs.messages' } : null,
  }
}

/** The order in which lines are listed: newest days first, then the dearest. */
export const inOrder = (a: CostLine, b: CostLine): number =>
  a.day === b.day ? b.amount - a.amount || (placeOf(a) < placeOf(b) ? -1 : 1) : a.day < b.day ? 1 : -1
const placeOf = ({ kind, journey, step, channel, offer, campaign, of, source, currency, basis }: CostLine): string =>
  [kind, journey, step, channel, offer, campaign, of, source, currency, basis].join('\u0000')
