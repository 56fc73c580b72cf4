import { z } from 'zod'
import { explain } from '#journeys/reasons.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { newcombe, welch } from '../intervals.ts'
import { messageScope, PERIOD_MEANS, period } from './input.ts'
import type { ModelSays } from './kind.ts'
import { coded, column, count, type Row, tableOf } from './tables.ts'
import type { Column, Doubt, Table, Told } from './told.ts'
import { definition, doubt, percent, plural, points, shareOf } from './words.ts'

export const PressureInput = z.strictObject({
  ...period,
  days: period.days.default(90),
  channel: messageScope.channel,
  topic: messageScope.topic,
})
export type PressureInput = z.output<typeof PressureInput>

/** More than this in a week are one class. */
export const MOST_IN_WEEK = 10

export interface WeekCount {
  /** Marketing messages that one person got in one week. */
  readonly size: number
  readonly weeks: number
  readonly people: number
}
export interface BeforeCount {
  /** Other marketing messages that the person had got in the seven days before. */
  readonly before: number
  readonly messages: number
  readonly opened: number
  readonly clicked: number
  readonly gone: number
}
export interface HeldCount {
  readonly reason: string
  readonly channel: string
  readonly times: number
  readonly people: number
}
/** People with one lot of the pressure model: sums over people. */
export interface LotCount {
  readonly lot: string
  readonly people: number
  readonly asked: number
  readonly messages: number
  readonly kept_back: number
  readonly clicks: number
  readonly clicks_squared: number
  readonly gone: number
}
export interface PressureCounts {
  readonly weeks: readonly WeekCount[]
  readonly before: readonly BeforeCount[]
  readonly held: readonly HeldCount[]
  readonly lots: readonly LotCount[]
  readonly models: readonly ModelSays[]
}

export const PRESSURE_MEANS = [
  ...PERIOD_MEANS,
  definition('Messages', 'Marketing messages that were handed over; what people need (receipts, passwords) is not counted.'),
  definition('Week', 'From Monday, in UTC. One person in one week is one person-week; whoever got nothing in a week is not in the table.'),
  definition(
    'Before',
    `Other marketing messages that the same person got in the seven days up to this one; ${MOST_IN_WEEK} stands for ${MOST_IN_WEEK} and more.`,
  ),
  definition('Gone', 'Unsubscribed or complained by this message.'),
  definition(
    'Held',
    'Times that a message had to wait or could not go: caps, quiet hours, budgets, a better hour. One message can be held several times.',
  ),
  definition(
    'Lot',
    'What the pressure model drew for the person and the quarter: the contact policy alone (the control), each message weighed, or a weekly cap.',
  ),
]

const withRates = (name: string, title: string): Column[] => [
  column(`${name}_rate`, title, 'share'),
  column(`${name}_low`, 'From (95 %)', 'share'),
  column(`${name}_high`, 'To (95 %)', 'share'),
]
const WEEKS: readonly Column[] = [
  column('size', 'Messages in a week', 'count'),
  count('weeks', 'Person-weeks', { list: 'weeks', by: ['size'] }),
  column('share', 'Of all', 'share'),
  column('people', 'People with such a week', 'count'),
]
const BEFORE: readonly Column[] = [
  column('before', 'Messages in the seven days before', 'count'),
  count('messages', 'Messages', { list: 'messages', by: ['before'] }),
  count('opened', 'Opened', { list: 'messages', where: { opened: '1' }, by: ['before'] }),
  count('clicked', 'Clicked', { list: 'messages', where: { clicked: '1' }, by: ['before'] }),
  ...withRates('clicked', 'Clicked of all'),
  count('gone', 'Gone', { list: 'messages', where: { gone: '1' }, by: ['before'] }),
  ...withRates('gone', 'Gone of all'),
]
const HELD: readonly Column[] = [
  column('sentence', 'Why'),
  column('reason', 'Reason code'),
  coded('channel', 'Channel', 'channel'),
  count('times', 'Times', { list: 'held', by: ['reason', 'channel'] }),
  column('people', 'People', 'count'),
]
const LOTS: readonly Column[] = [
  column('words', 'Lot'),
  count('people', 'People', { list: 'lots', by: ['lot'] }),
  column('asked', 'Messages wanted', 'count'),
  column('messages', 'Messages sent', 'count'),
  column('kept_back', 'Kept back by the lot', 'count'),
  column('per_person', 'Clicks per person', 'number'),
  column('difference', 'Against the control', 'number'),
  column('difference_low', 'From (95 %)', 'number'),
  column('difference_high', 'To (95 %)', 'number'),
  count('gone', 'People gone', { list: 'lots', where: { is_gone: '1' }, by: ['lot'] }),
  column('gone_difference', 'Share gone, against the control', 'points'),
  column('gone_low', 'From (95 %)', 'points'),
  column('gone_high', 'To (95 %)', 'points'),
]

const rated = (name: string, x: number, n: number): Row => {
  const [low, high] = wilson({ x, n }, Z95)
  return { [`${name}_rate`]: shareOf(x, n), [`${name}_low`]: n === 0 ? null : low, [`${name}_high`]: n === 0 ? null : high }
}

export function toldOfPressure({ weeks, before, held, lots, models }: PressureCounts, now: number): Told {
  const all = weeks.reduce((sum, each) => sum + each.weeks, 0)
  const lotRows = lots.map((lot) =>
    lotRow(
      lot,
      lots.find((each) => each.lot === CONTROL),
    ),
  )
  const tables: Table[] = [
    tableOf(
      { id: 'weeks', title: 'Messages per person and week', columns: WEEKS },
      weeks.map((each): Row => ({ ...each, share: shareOf(each.weeks, all) })),
    ),
    tableOf(
      { id: 'before', title: 'Response by what came before', columns: BEFORE },
      before.map(
        (each): Row => ({ ...each, ...rated('clicked', each.clicked, each.messages), ...rated('gone', each.gone, each.messages) }),
      ),
    ),
    tableOf(
      { id: 'held', title: 'Held messages', columns: HELD },
      held.map((each): Row => ({ ...each, sentence: explain(each.reason) })),
    ),
    tableOf({ id: 'lots', title: 'By lot of the pressure model', columns: LOTS }, lotRows),
    ...curveTables(models),
  ]
  return {
    asOf: now,
    sentences: [...weekSentence(weeks, all), ...lotSentences(lotRows), ...models.flatMap(wordsOf)],
    tables,
    doubts: doubtsOf(lots),
  }
}

const CONTROL = 'policy'
const lotWords = (lot: string): string =>
  lot === CONTROL ? 'Contact policy alone (control)' : lot === 'weighed' ? 'Each message weighed' : `At most ${lot.slice(4)} a week`

function lotRow(lot: LotCount, control: LotCount | undefined): Row {
  const base = { ...lot, words: lotWords(lot.lot), per_person: shareOf(lot.clicks, lot.people) }
  const none = { difference: null, difference_low: null, difference_high: null, gone_difference: null, gone_low: null, gone_high: null }
  if (!control || control === lot) return { ...base, ...none }
  const clicks = welch(sampleOf(lot), sampleOf(control))
  const gone = newcombe({ x: lot.gone, n: lot.people }, { x: control.gone, n: control.people })
  const difference = clicks ? { difference: clicks.difference, difference_low: clicks.low, difference_high: clicks.high } : {}
  return { ...base, ...none, ...difference, gone_difference: gone.difference, gone_low: gone.low, gone_high: gone.high }
}

const sampleOf = ({ people: n, clicks, clicks_squared }: LotCount) => ({
  n,
  mean: n === 0 ? 0 : clicks / n,
  variance: n < 2 ? 0 : Math.max(0, (clicks_squared - (clicks * clicks) / n) / (n - 1)),
})

function weekSentence(weeks: readonly WeekCount[], all: number): string[] {
  if (all === 0) return ['No marketing message was sent in this period.']
  const one = weeks.find(({ size }) => size === 1)?.weeks ?? 0
  const many = weeks.filter(({ size }) => size >= 4).reduce((sum, each) => sum + each.weeks, 0)
  return [
    `In ${percent(one / all)} of the weeks in which somebody got anything they got one marketing message, in ${percent(many / all)} four or more.`,
  ]
}

function lotSentences(rows: readonly Row[]): string[] {
  const control = rows.find(({ lot }) => lot === CONTROL)
  const weighed = rows.find(({ lot }) => lot === 'weighed')
  if (!control || !weighed)
    return rows.length === 0 ? [] : ['There is no control beside the lots, so nothing can be said of what the pressure model changes.']
  if (weighed['difference'] === null) return ['There are too few people with each lot to compare them.']
  const low = Number(weighed['difference_low'])
  const high = Number(weighed['difference_high'])
  const verdict = low > 0 ? 'more clicks' : high < 0 ? 'fewer clicks' : 'no sure change in clicks'
  return [
    `Weighing each message brought ${verdict} than the contact policy alone: ${signed(Number(weighed['difference']))} per person (95 %: ${signed(low)} to ${signed(high)}), and ${points(Number(weighed['gone_difference']))} percentage points of people gone (95 %: ${points(Number(weighed['gone_low']))} to ${points(Number(weighed['gone_high']))}), of ${plural(Number(weighed['people']), 'person', 'people')} beside ${plural(Number(control['people']), 'person', 'people')}.`,
  ]
}
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`

const wordsOf = ({ report }: ModelSays): string[] =>
  Array.isArray(report['words']) ? report['words'].filter((each) => typeof each === 'string') : []

/** What the newest snapshots say of messages under each drawn cap: what their curve rests on. */
function curveTables(models: readonly ModelSays[]): Table[] {
  return models.flatMap(({ model, report }) => {
    const caps = z.array(CapLine).safeParse(report['by_cap'])
    if (!caps.success || caps.data.length === 0) return []
    const rows = caps.data.map(
      ({ cap, messages, people, responded, left, pressure }): Row => ({
        cap,
        messages,
        people,
        pressure,
        responded,
        ...rated('responded', responded, messages),
        left,
        ...rated('left', left, messages),
      }),
    )
    return [tableOf({ id: `curve-${model}`, title: `What model “${model}” learned from drawn caps`, columns: CURVE }, rows)]
  })
}
const CapLine = z.object({
  cap: z.number(),
  messages: z.number(),
  people: z.number(),
  responded: z.number(),
  left: z.number(),
  pressure: z.number(),
})
const CURVE: readonly Column[] = [
  column('cap', 'Drawn cap', 'count'),
  column('messages', 'Messages', 'count'),
  column('people', 'People', 'count'),
  column('pressure', 'Pressure before a message', 'number'),
  column('responded', 'Responded', 'count'),
  ...withRates('responded', 'Responded of all'),
  column('left', 'Left', 'count'),
  ...withRates('left', 'Left of all'),
]

function doubtsOf(lots: readonly LotCount[]): Doubt[] {
  const doubts = [
    doubt(
      'not_drawn',
      'Who gets many messages is not who gets few: response by what came before is no proof of what pressure does. Only lots (drawn caps) show that.',
    ),
  ]
  if (lots.length > 0)
    doubts.push(doubt('quarters', 'A lot holds for a quarter. Who had different lots within the period counts once with each.'))
  return doubts
}
