import { z } from 'zod'
import { isRefusal } from '#lib/problem.ts'
import type { Chart } from '../reports/chart.ts'
import { reportKind } from '../reports/kind.ts'
import { coded, column, tableOf } from '../reports/tables.ts'
import type { Told } from '../reports/told.ts'
import { type CostReport, type ReturnLine, ReturnScope, type ReturnsReport } from './api.ts'
import type { RatioSet } from './fieller.ts'
import { KIND_WORDS } from './returns.ts'
import { CostKind, Day } from './schema.ts'
import { COST_WORDS, RETURN_WORDS } from './words.ts'

const Id = z.string().min(1).max(200)

/** The ledger of costs as a report that can be saved, sent and exported. */
export const costs = reportKind({
  id: 'costs',
  title: 'Costs',
  question: 'What was spent, and on what?',
  input: z.strictObject({
    from: Day.optional(),
    until: Day.optional(),
    kind: CostKind.optional(),
    journey: Id.optional(),
    channel: Id.optional(),
    offer: Id.optional(),
    campaign: Id.optional(),
  }),
  definitions: [...COST_WORDS],
  lists: {},
  async run({ ports, workspace }, input) {
    const report = await ports.costs(workspace, input)
    return isRefusal(report) ? report : toldOfCosts(report)
  },
})

export const returns = reportKind({
  id: 'returns',
  title: 'Return',
  question: 'What did it bring that would not be there otherwise, for what it cost?',
  input: z.strictObject({ scope: ReturnScope.default('journey'), id: Id.optional(), metric: Id.optional() }),
  definitions: [...RETURN_WORDS],
  lists: {},
  async run({ ports, workspace }, input) {
    const report = await ports.returns(workspace, input)
    return isRefusal(report) ? report : toldOfReturns(report)
  },
})

const SUM = [
  column('amount', 'Cost', 'money'),
  column('measured', 'Measured', 'money'),
  column('estimated', 'Estimated', 'money'),
  column('items', 'Counted', 'number'),
]

export function toldOfCosts(report: CostReport): Told {
  const { asOf, sentence, kinds, journeys, channels, offers, days, doubts, strange } = report
  const named = (id: string, title: string, rows: CostReport['kinds']) =>
    tableOf(
      {
        id,
        title,
        columns: [
          id === 'kinds' ? coded('name', title, 'cost') : id === 'channels' ? coded('name', title, 'channel') : column('name', title),
          ...SUM,
        ],
      },
      rows.map(({ name, amount, measured, estimated, items }) => ({ name: name === '' ? '–' : name, amount, measured, estimated, items })),
    )
  const tables = [
    named('kinds', 'Kind', kinds),
    named('journeys', 'Journey', journeys),
    named('channels', 'Channel', channels),
    named('offers', 'Offer', offers),
    tableOf(
      { id: 'days', title: 'Day', columns: [column('day', 'Day'), column('amount', 'Cost', 'money')] },
      days.map(({ day, amount }) => ({ day, amount })),
    ),
    tableOf(
      { id: 'strange', title: 'Without a rate', columns: [column('currency', 'Currency'), column('amount', 'Amount', 'number')] },
      strange,
    ),
  ]
  const bars = waterfall(kinds.map(({ name, amount }) => ({ label: KIND_WORDS[name as keyof typeof KIND_WORDS], value: amount })))
  return {
    asOf,
    sentences: [sentence],
    tables: tables.filter(({ rows }) => rows.length > 0),
    charts: bars.length > 0 ? [{ kind: 'bars', title: 'Cost by kind', format: 'money', ours: true, bars }] : [],
    doubts: [...doubts],
  }
}

/** Each begins where the one before ended; the last is what they come to. */
function waterfall(parts: readonly { readonly label: string; readonly value: number }[], whole = 'All') {
  let sum = 0
  const bars = parts.map(({ label, value }) => {
    const bar = { label, value, from: sum }
    sum += value
    return bar
  })
  return bars.length < 2 ? bars : [...bars, { label: whole, value: sum, from: 0 }]
}

/** Ends of an interval where it has both. */
const ends = (set: RatioSet | undefined): { low: number | null; high: number | null } =>
  set?.kind === 'between' ? { low: set.low, high: set.high } : { low: null, high: null }

export function toldOfReturns({ asOf, returns: lines, cut }: ReturnsReport): Told {
  const rows = lines.map((line) => ({
    name: line.name,
    cost: line.cost.amount,
    margin: line.margin?.estimate ?? null,
    return: line.return?.estimate ?? null,
    ...ends(line.return?.interval),
    net: line.net?.estimate ?? null,
    marginal: line.marginal?.estimate ?? null,
    perOutcome: line.perOutcome?.estimate ?? null,
    credited: line.credited?.value ?? null,
    treated: line.treated,
    control: line.control,
  }))
  const columns = [
    column('name', 'What'),
    column('cost', 'Cost', 'money'),
    column('margin', 'Margin that would not be there otherwise', 'money'),
    column('return', 'Return', 'number'),
    column('low', 'From', 'number'),
    column('high', 'To', 'number'),
    column('net', 'Margin − cost', 'money'),
    column('marginal', 'Marginal return', 'number'),
    column('perOutcome', 'Cost of an additional conversion', 'money'),
    column('credited', 'Credited value', 'money'),
    column('treated', 'Treated', 'number'),
    column('control', 'Held out', 'number'),
  ]
  const known = lines.filter(
    (line): line is ReturnLine & { return: NonNullable<ReturnLine['return']> } => line.return?.interval.kind === 'between',
  )
  const bars = known.flatMap(({ name, return: { estimate, interval } }) =>
    estimate === null || interval.kind !== 'between' ? [] : [{ label: name, value: estimate, low: interval.low, high: interval.high }],
  )
  return {
    asOf,
    sentences: lines.map(({ name, sentence }) => `“${name}”: ${sentence}`),
    tables: [{ ...tableOf({ id: 'returns', title: 'Return', columns }, rows), cut }],
    charts: [
      ...(bars.length > 0 ? [{ kind: 'bars' as const, title: 'Return', format: 'number' as const, bars }] : []),
      ...lines
        .flatMap(({ name, cost, margin }) => (margin ? [fromMarginToNet(name, { margin: margin.estimate, cost: cost.amount })] : []))
        .slice(0, 3),
    ],
    doubts: lines.flatMap(({ name, doubts }) => doubts.map(({ code, sentence }) => ({ code, sentence: `“${name}”: ${sentence}` }))),
  }
}

/** From the margin that would not be there otherwise, less all cost, to what is left. */
const fromMarginToNet = (name: string, { margin, cost }: { margin: number; cost: number }): Chart => ({
  kind: 'bars',
  title: `“${name}”: from margin to what is left`,
  format: 'money',
  ours: true,
  bars: waterfall(
    [
      { label: 'Margin, incremental', value: margin },
      { label: 'Cost', value: -cost },
    ],
    'Left',
  ),
})
