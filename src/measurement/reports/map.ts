import { z } from 'zod'
import { leftWord } from './cells.ts'
import { period, Version } from './input.ts'
import { coded, column, count, type Row, tableOf } from './tables.ts'
import type { Column, Doubt, Told } from './told.ts'
import { definition, doubt, percent, plural, whole } from './words.ts'

const Id = z.string().min(1).max(200)

export const MapInput = z.strictObject({
  journey: Id,
  version: Version.optional(),
  /** `messages`: what people got and did. `steps`: every step that they came to as well. */
  detail: z.enum(['messages', 'steps']).default('messages'),
  /** Runs of this arm only. */
  arm: z.enum(['treated', 'held_out']).optional(),
  days: period.days.removeDefault().optional(),
  from: period.from,
  to: period.to,
})
export type MapInput = z.output<typeof MapInput>

/** A touch as it is named: `entered`, `step:<id>`, `sent:<step>`, `opened:<step>`, `clicked:<step>`, `unsubscribed:<step>`, `bounced:<step>`, `goal`, `left:<code>`. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly times: number
  /** Milliseconds: 10 %, median, 90 %. */
  readonly between: readonly [number, number, number]
}
export interface Touch {
  readonly touch: string
  readonly times: number
  readonly runs: number
  /** Runs for which nothing came after it. */
  readonly last: number
}
export interface Order {
  readonly path: string
  readonly runs: number
  readonly reached: number
}
export interface MapCounts {
  readonly touches: readonly Touch[]
  readonly edges: readonly Edge[]
  readonly orders: readonly Order[]
  readonly runs: number
}

/** A run of more touches is cut there: its later ones are not shown. */
export const LONGEST = 100

export const MAP_MEANS = [
  definition(
    'Touch',
    'One thing in a run’s life: that it entered, came to a step, was sent a message, read it, reached the goal, left. Of one message only the first opening and the first click by a person count.',
  ),
  definition('Came', 'Times that the touch happened. Came = went on + nothing after it, for each touch.'),
  definition(
    'Then',
    'The touch that came next in the same run. The arrows into a touch are as many as it came, but for the first of each run.',
  ),
  definition(
    'Time between',
    'From one touch to the next: a tenth of the times are shorter than the first number, half than the second, nine tenths than the third.',
  ),
  definition('Order', 'The touches of a run from the first to the last.'),
]

const TOUCHES: readonly Column[] = [
  coded('touch', 'Touch', 'touch'),
  column('words', 'What it is'),
  count('times', 'Came', { list: 'touches', by: ['touch'] }),
  count('runs', 'Runs', { list: 'runs', by: ['touch'] }),
  count('on', 'Went on', { list: 'touches', where: { is_last: '0' }, by: ['touch'] }),
  count('last', 'Nothing after it', { list: 'touches', where: { is_last: '1' }, by: ['touch'] }),
  column('drop', 'Nothing after it, of all', 'share'),
]
const EDGES: readonly Column[] = [
  coded('touch', 'From', 'touch'),
  coded('next', 'Then', 'touch'),
  count('times', 'Times', { list: 'touches', by: ['touch', 'next'] }),
  column('share', 'Of all that came from there', 'share'),
  column('soon', 'A tenth sooner than', 'duration'),
  column('median', 'Half sooner than', 'duration'),
  column('late', 'Nine tenths sooner than', 'duration'),
]
const ORDERS: readonly Column[] = [
  coded('path', 'Order', 'touch'),
  count('runs', 'Runs', { list: 'orders', by: ['path'] }),
  column('share', 'Of all runs', 'share'),
  count('reached', 'With the goal', { list: 'orders', where: { reached: '1' }, by: ['path'] }),
]

export function toldOfMap(input: MapInput, { touches, edges, orders, runs }: MapCounts, now: number): Told {
  const came = new Map(touches.map((touch) => [touch.touch, touch]))
  const touchRows = touches.map(
    ({ touch, times, runs: of, last }): Row => ({
      touch,
      words: wordsOf(touch),
      times,
      runs: of,
      on: times - last,
      last,
      drop: last / times,
    }),
  )
  const edgeRows = edges.map(
    ({ from, to, times, between: [soon, median, late] }): Row => ({
      touch: from,
      next: to,
      times,
      share: times / (came.get(from)?.times ?? times),
      soon,
      median,
      late,
    }),
  )
  return {
    asOf: now,
    sentences: sentencesOf({ touches, edges, orders, runs }),
    tables: [
      tableOf({ id: 'touches', title: 'Touches', columns: TOUCHES }, touchRows),
      tableOf({ id: 'edges', title: 'What came after what', columns: EDGES }, edgeRows),
      tableOf(
        { id: 'orders', title: 'Most common orders', columns: ORDERS },
        orders.map((order): Row => ({ ...order, share: order.runs / Math.max(1, runs) })),
      ),
    ],
    doubts: doubtsOf(input),
  }
}

const WHAT: Readonly<Record<string, string>> = {
  entered: 'Entered',
  goal: 'Reached the goal',
  step: 'Came to step',
  sent: 'Was sent the message of step',
  opened: 'Opened the message of step',
  clicked: 'Clicked in the message of step',
  unsubscribed: 'Unsubscribed by the message of step',
  complained: 'Complained of the message of step',
  bounced: 'Got back the message of step',
  left: 'Left:',
}
export function wordsOf(touch: string): string {
  const colon = touch.indexOf(':')
  if (colon < 0) return WHAT[touch] ?? touch
  const left = touch.startsWith('left:') ? touch.slice(colon + 1) : ''
  if (left !== '' && leftWord(left) !== left) return `Left: ${leftWord(left)}`
  return `${WHAT[touch.slice(0, colon)] ?? touch.slice(0, colon)} “${touch.slice(colon + 1)}”`
}

function sentencesOf({ touches, edges, orders, runs }: MapCounts): string[] {
  if (runs === 0) return ['Nobody has entered this journey.']
  const sentences: string[] = []
  const [first] = orders
  if (first)
    sentences.push(
      `The most common way is that of ${plural(first.runs, 'run')} of ${whole(runs)} (${percent(first.runs / runs)}): ${first.path.split(' → ').map(wordsOf).join(', ')}.`,
    )
  const [end] = touches.filter(({ touch }) => touch !== 'goal' && !touch.startsWith('left:')).toSorted((a, b) => b.last - a.last)
  if (end && end.last > 0)
    sentences.push(
      `After this most often nothing came any more: ${wordsOf(end.touch)} (${plural(end.last, 'time')} of ${plural(end.times, 'time')}).`,
    )
  const slow = edges.filter(({ to }) => to === 'goal').toSorted((a, b) => b.times - a.times)[0]
  if (slow)
    sentences.push(`The goal came most often after this: ${wordsOf(slow.from)} (half of the times within ${hours(slow.between[1])}).`)
  return sentences
}

const hours = (ms: number): string => {
  const value = ms / 3_600_000
  return value >= 48 ? `${(value / 24).toFixed(1)} days` : value >= 1 ? `${value.toFixed(1)} hours` : `${(value * 60).toFixed(1)} minutes`
}

function doubtsOf({ from, days }: MapInput): Doubt[] {
  const doubts = [
    doubt('order_is_not_cause', 'What came before the goal did not by that bring it about: a hold-out tells what the journey causes.'),
  ]
  if (from !== undefined || days !== undefined)
    doubts.push(doubt('young_runs', 'Runs that entered late in the stretch have had less time to go on.'))
  return doubts
}
