import type { Micros } from '#decisions/budgets/schema.ts'
import type { Basis, CostKind, CostRate, CostSource } from './schema.ts'

/** One line of the ledger: what was spent on one thing in one day. */
export interface CostLine {
  /** `2026-11-23`, where the workspace is. */
  readonly day: string
  readonly kind: CostKind
  /** '': no journey's, the workspace's own. */
  readonly journey: string
  readonly step: string
  readonly channel: string
  readonly offer: string
  readonly campaign: string
  /** Who charged, or what was given: the provider, the model, the pool, the role, the rate. */
  readonly of: string
  readonly amount: Micros
  readonly currency: string
  /** Messages, codes, tokens, minutes: what was counted. */
  readonly items: number
  readonly basis: Basis
  /** Relative standard error of the amount. */
  readonly spread: number
  readonly source: CostSource
}

export const LINE = { journey: '', step: '', channel: '', offer: '', campaign: '', of: '', items: 0, basis: 'measured', spread: 0 } as const

/** The rate of a kind that holds on a day: of several the one that began last, then the last by id. */
export function rateOn(rates: readonly CostRate[], day: string): CostRate | undefined {
  return rates
    .filter(({ from = '', until = '9999-12-31' }) => from <= day && day <= until)
    .sort((a, b) => ((a.from ?? '') === (b.from ?? '') ? (a.id < b.id ? -1 : 1) : (a.from ?? '') < (b.from ?? '') ? -1 : 1))
    .at(-1)
}

export interface Converted {
  readonly lines: readonly CostLine[]
  /** Of currencies for which nobody has said a rate. */
  readonly strange: readonly CostLine[]
}

/** Lines in the workspace's currency; those of others by the rates that somebody has stated. */
export function inCurrency(lines: readonly CostLine[], { currency, rates }: { currency: string; rates: readonly CostRate[] }): Converted {
  const done: CostLine[] = []
  const strange: CostLine[] = []
  for (const line of lines) {
    if (line.currency === currency || line.amount === 0) done.push({ ...line, currency })
    else {
      const fitting = rates.filter(
        ({ charge, currency: to }) => charge.per === 'unit-of-currency' && charge.of === line.currency && to === currency,
      )
      const rate = rateOn(fitting, line.day)
      if (rate?.charge.per !== 'unit-of-currency') strange.push(line)
      else
        done.push({
          ...line,
          amount: Math.round(line.amount * rate.charge.amount),
          currency,
          spread: Math.hypot(line.spread, rate.spread),
        })
    }
  }
  return { lines: done, strange }
}

export interface Sum {
  readonly amount: Micros
  readonly measured: Micros
  readonly estimated: Micros
  readonly items: number
  /** Standard error from what was stated: lines of one thing are off together, different things on their own. */
  readonly se: Micros
}

export function sumOf(lines: readonly CostLine[]): Sum {
  const spreads = new Map<string, number>()
  let [amount, measured, items] = [0, 0, 0]
  for (const line of lines) {
    amount += line.amount
    if (line.basis === 'measured') measured += line.amount
    items += line.items
    const thing = `${line.source} ${line.kind} ${line.of}`
    if (line.spread > 0) spreads.set(thing, (spreads.get(thing) ?? 0) + line.amount * line.spread)
  }
  return { amount, measured, estimated: amount - measured, items, se: Math.hypot(...spreads.values()) }
}

/** Lines by the value of a field, the dearest first. */
export function by<Key extends 'day' | 'kind' | 'journey' | 'channel' | 'of' | 'offer' | 'campaign'>(
  lines: readonly CostLine[],
  key: Key,
): { readonly key: CostLine[Key]; readonly sum: Sum }[] {
  return [...Map.groupBy(lines, (line) => line[key])]
    .map(([value, of]) => ({ key: value, sum: sumOf(of) }))
    .sort((a, b) => b.sum.amount - a.sum.amount || (a.key < b.key ? -1 : 1))
}

/** Kinds whose cost grows with each message: what one person more costs. The others are there whether or not. */
export const GROWS: Readonly<Record<CostKind, boolean>> = {
  provider: true,
  incentive: true,
  tokens: true,
  platform: false,
  data: false,
  people: false,
  other: false,
}
