import { z } from 'zod'
import { type Lift, liftFrom, type Rate } from '#decisions/send-time/lift.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { messageScope, PERIOD_MEANS, period } from './input.ts'
import { coded, column, count, type Row, tableOf } from './tables.ts'
import type { Column, Doubt, Told } from './told.ts'
import { definition, doubt, percent, plural, shareOf } from './words.ts'

export const SendTimeInput = z.strictObject({
  ...period,
  days: period.days.default(90),
  channel: messageScope.channel,
  journey: messageScope.journey,
  topic: messageScope.topic,
  /** One model only; left out: all that choose hours. */
  model: z.string().min(1).max(100).optional(),
  /** Hours after the hand-over within which a reading counts. */
  within: z.coerce.number().int().min(1).max(336).default(72),
  /** Zone of people of whom none is known. */
  zone: z.string().min(1).max(60).default('UTC'),
})
export type SendTimeInput = z.output<typeof SendTimeInput>

/** Messages that left in one hour of the week, as the clock of their people shows it. */
export interface HourCount {
  /** `109` is Monday from 9 to 10, `723` Sunday from 23. */
  readonly hour: string
  readonly messages: number
  readonly read: number
  readonly clicked: number
  /** Of these, to people whose zone is known. */
  readonly zoned: number
}
/** Messages whose hour was drawn by lot from those allowed, by the hour of the day. */
export interface DrawnCount {
  readonly hour: number
  readonly messages: number
  readonly read: number
}
/**
 * Sums over people of what they got (m) and read (r) in the group at once (c) and at the chosen hour (b), with squares and products: all that the
 * difference of the two rates needs.
 */
export interface PairSums {
  readonly people: number
  readonly control_people: number
  readonly best_people: number
  readonly mc: number
  readonly rc: number
  readonly mb: number
  readonly rb: number
  readonly mc_mc: number
  readonly mc_rc: number
  readonly rc_rc: number
  readonly mb_mb: number
  readonly mb_rb: number
  readonly rb_rb: number
  readonly mb_mc: number
  readonly mb_rc: number
  readonly rb_mc: number
  readonly rb_rc: number
}
export interface SendTimeCounts {
  readonly hours: readonly HourCount[]
  readonly drawn: readonly DrawnCount[]
  readonly sums: PairSums | undefined
}

export const SEND_TIME_MEANS = [
  ...PERIOD_MEANS,
  definition(
    'Hour',
    'Of the week, by the clock of the person’s own time zone; where none is known, by the zone that the report is asked with.',
  ),
  definition('Read', 'Opened or clicked by a person within the hours that the report is asked with; programs do not count.'),
  definition('At once', 'A share of messages that is not put off, drawn by lot: what the chosen hours are measured against.'),
  definition('Chosen hour', 'Messages that the model put off to the hour that it thought best.'),
  definition(
    'Drawn hour',
    'Messages whose hour was drawn by lot from the hours that were allowed: only of these hours can be compared with each other.',
  ),
]

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

const RATES: readonly Column[] = [
  column('rate', 'Read of all', 'share'),
  column('low', 'From (95 %)', 'share'),
  column('high', 'To (95 %)', 'share'),
]
const HOURS: readonly Column[] = [
  coded('day', 'Day', 'weekday'),
  column('clock', 'Hour'),
  count('messages', 'Messages', { list: 'messages', by: ['hour'] }),
  count('read', 'Read', { list: 'messages', where: { was_read: '1' }, by: ['hour'] }),
  count('clicks', 'Clicked', { list: 'messages', where: { was_clicked: '1' }, by: ['hour'] }),
  ...RATES,
]
const DRAWN: readonly Column[] = [
  column('clock', 'Drawn hour'),
  count('messages', 'Messages', { list: 'decisions', where: { side: 'explore' }, by: ['drawn_hour'] }),
  count('read', 'Read', { list: 'decisions', where: { side: 'explore', was_read: '1' }, by: ['drawn_hour'] }),
  ...RATES,
]
const GROUPS: readonly Column[] = [
  column('words', 'Group'),
  count('messages', 'Messages', { list: 'decisions', by: ['side'] }),
  column('people', 'People', 'count'),
  count('read', 'Read', { list: 'decisions', where: { was_read: '1' }, by: ['side'] }),
  ...RATES,
]

const rated = (x: number, n: number): Row => {
  const [low, high] = wilson({ x, n }, Z95)
  return { rate: shareOf(x, n), low: n === 0 ? null : low, high: n === 0 ? null : high }
}
const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

export function toldOfSendTime({ hours, drawn, sums }: SendTimeCounts, now: number): Told {
  const lift = sums && liftOfSums(sums)
  const rows = hours.map(
    ({ hour, messages, read, clicked }): Row => ({
      hour,
      day: DAYS[Number(hour[0]) - 1] ?? '',
      clock: clock(Number(hour.slice(1))),
      messages,
      read,
      clicks: clicked,
      ...rated(read, messages),
    }),
  )
  const drawnRows = drawn.map(
    ({ hour, messages, read }): Row => ({ drawn_hour: hour, clock: clock(hour), messages, read, ...rated(read, messages) }),
  )
  return {
    asOf: now,
    sentences: [...(lift ? [lift.says] : ['No model has chosen the hour of a message in this period.']), ...bestSentence(drawn)],
    tables: [
      tableOf({ id: 'groups', title: 'The chosen hour beside at once', columns: GROUPS }, groupRows(lift)),
      tableOf({ id: 'drawn', title: 'Hours drawn by lot', columns: DRAWN }, drawnRows),
      tableOf({ id: 'hours', title: 'Hour of the week', columns: HOURS }, rows),
    ],
    doubts: doubtsOf(hours),
  }
}

const groupRows = (lift: Lift | undefined): Row[] =>
  lift
    ? (['control', 'best'] as const).map((side) => {
        const { messages, people, read } = lift[side]
        return { side, words: side === 'control' ? 'At once' : 'Chosen hour', messages, people, read, ...rated(read, messages) }
      })
    : []

/** What the choice of hours has changed, from sums over people: messages of one person are not independent. */
export function liftOfSums(sums: PairSums): Lift {
  const control: Rate = { messages: sums.mc, people: sums.control_people, read: sums.rc }
  const best: Rate = { messages: sums.mb, people: sums.best_people, read: sums.rb }
  return liftFrom({ control, best, variance: varianceOf(sums) })
}

/** Σ z² n ⁄ (n−1) with z = (r_b − R_b m_b) ⁄ M_b − (r_c − R_c m_c) ⁄ M_c of each person: the linearised difference of two ratios of means. */
function varianceOf(sums: PairSums): number {
  const { mc, mb } = sums
  if (mc === 0 || mb === 0) return 0
  const [best, control] = [sums.rb / mb, sums.rc / mc]
  const bb = (sums.rb_rb - 2 * best * sums.mb_rb + best * best * sums.mb_mb) / (mb * mb)
  const cc = (sums.rc_rc - 2 * control * sums.mc_rc + control * control * sums.mc_mc) / (mc * mc)
  const bc = (sums.rb_rc - control * sums.rb_mc - best * sums.mb_rc + best * control * sums.mb_mc) / (mb * mc)
  // Rounding may not make a variance negative.
  return (Math.max(0, bb + cc - 2 * bc) * sums.people) / Math.max(1, sums.people - 1)
}

function bestSentence(drawn: readonly DrawnCount[]): string[] {
  const known = drawn.filter(({ messages }) => messages >= 30).toSorted((a, b) => b.read / b.messages - a.read / a.messages)
  const [best] = known
  if (!best || known.length < 2) return []
  const [low, high] = wilson({ x: best.read, n: best.messages }, Z95)
  return [
    `Of hours drawn by lot, messages at ${clock(best.hour)} were read most: ${percent(best.read / best.messages)} of ${plural(best.messages, 'message')} (95 %: ${percent(low)} to ${percent(high)}). The best of several is partly luck.`,
  ]
}

function doubtsOf(hours: readonly HourCount[]): Doubt[] {
  const doubts = [
    doubt(
      'hours_not_drawn',
      'In the table of the week, other messages went to other people at other hours: what was read more there need not be due to the hour. Compare drawn hours, or the two groups.',
    ),
  ]
  const [messages, zoned] = [hours.reduce((sum, each) => sum + each.messages, 0), hours.reduce((sum, each) => sum + each.zoned, 0)]
  if (messages > 0 && zoned < messages)
    doubts.push(doubt('zones', `Of ${percent(1 - zoned / messages)} of the messages the zone of the person is not known.`))
  return doubts
}
