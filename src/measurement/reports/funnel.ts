import { z } from 'zod'
import { explain } from '#journeys/reasons.ts'
import { period, Version } from './input.ts'
import { coded, column, count, type Row, tableOf } from './tables.ts'
import type { Column, Doubt, Table, Told } from './told.ts'
import { definition, doubt, percent, plural } from './words.ts'

const Id = z.string().min(1).max(200)

/** What runs are parted by, each run once. */
export const Cut = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('version') }),
  /** Treated, or held out of the journey. */
  z.strictObject({ by: z.literal('arm') }),
  /** The option of a choose, or the arm of a split, that the run got the first time it came to the step. */
  z.strictObject({ by: z.literal('choice'), step: Id }),
  /** Whether the person was in the segment when they entered, or is in it now. */
  z.strictObject({ by: z.literal('segment'), segment: Id, when: z.enum(['entry', 'now']).default('entry') }),
  /** What an attribute of the person is now: how it was at entry is not kept. */
  z.strictObject({ by: z.literal('attribute'), attribute: Id }),
])
export type Cut = z.output<typeof Cut>

export const FunnelInput = z.strictObject({
  journey: Id,
  version: Version.optional(),
  cut: Cut.optional(),
  /** Runs that entered in this stretch; left out: since ever. */
  days: period.days.removeDefault().optional(),
  from: period.from,
  to: period.to,
})
export type FunnelInput = z.output<typeof FunnelInput>

/** How often moves of one shape happened in one part. */
export interface FunnelMove {
  readonly kind: 'entered' | 'refused' | 'moved' | 'migrated' | 'exited'
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly times: number
  readonly cut: string
  /** Epoch ms of the first of them: steps are listed in the order in which people came to them. */
  readonly first: number
}
/** Messages of a step by what became of them. */
export interface FunnelMessage {
  readonly cut: string
  readonly step: string
  readonly channel: string
  readonly outcome: string
  readonly reason: string
  readonly messages: number
}
export interface FunnelGoals {
  readonly cut: string
  readonly runs: number
  readonly value: number
}
export interface FunnelCounts {
  readonly moves: readonly FunnelMove[]
  readonly messages: readonly FunnelMessage[]
  readonly goals: readonly FunnelGoals[]
}

export const FUNNEL_MEANS = [
  definition('Run', 'One enrollment of one person. Somebody who enters twice has two runs.'),
  definition('Entered', 'Runs that were let in, those held out included. Entered and came over = standing + left + went over, always.'),
  definition('Refused', 'Times that somebody was not let in; there is no run then.'),
  definition(
    'Arrived',
    'Times that a run came to the step. Arrived and came over = passed + left + went over + standing, for each step. In a repeat a run arrives in each round.',
  ),
  definition('Passed', 'Times that a run went on to another step.'),
  definition('Left', 'Runs that left the journey from there, by the end, an exit or a stop.'),
  definition(
    'Came over, went over',
    'Runs that changed the version of the journey: each came over to one version, and went over from another.',
  ),
  definition('Standing', 'Runs that are there now.'),
  definition('Reached the goal', 'Runs that reached the journey’s goal within its window, also after they had left.'),
  definition(
    'Cut',
    'Each run belongs to one part. Version, arm and choice are those of the run; a segment is asked at entry or now, an attribute as it is now.',
  ),
]

export function toldOfFunnel(input: FunnelInput, { moves, messages, goals }: FunnelCounts, now: number): Told {
  const cuts = [...new Set(moves.map(({ cut }) => cut))].sort()
  const shown = { totals: totals(cuts, moves, goals), steps: stepRows(cuts, moves), ways: wayRows(moves), messages: messageRows(messages) }
  const tables: Table[] = [
    tableOf({ id: 'totals', title: 'Runs', columns: TOTALS }, shown.totals),
    tableOf({ id: 'steps', title: 'By step', columns: STEPS }, shown.steps),
    tableOf({ id: 'ways', title: 'Why they went on, left, or were not let in', columns: WAYS }, shown.ways),
    tableOf({ id: 'messages', title: 'Messages by step', columns: MESSAGES }, shown.messages),
  ]
  return { asOf: now, sentences: sentencesOf(shown.totals, shown.steps), tables, doubts: doubtsOf(input) }
}

const TOTALS: readonly Column[] = [
  column('cut', 'Part'),
  count('entered', 'Entered', { list: 'moves', where: { kind: 'entered' }, by: ['cut'] }),
  count('cameOver', 'Came over', { list: 'moves', where: { kind: 'migrated', arrives: '1' }, by: ['cut'] }),
  count('standing', 'Standing', { list: 'standing', by: ['cut'] }),
  count('left', 'Left', { list: 'moves', where: { kind: 'exited' }, by: ['cut'] }),
  count('wentOver', 'Went over', { list: 'moves', where: { kind: 'migrated', arrives: '0' }, by: ['cut'] }),
  count('refused', 'Refused', { list: 'moves', where: { kind: 'refused' }, by: ['cut'] }),
  count('goal', 'Reached the goal', { list: 'goals', by: ['cut'] }),
  column('goal_share', 'Of those who entered', 'share'),
  column('value', 'Value', 'money'),
]
const STEPS: readonly Column[] = [
  column('cut', 'Part'),
  column('step', 'Step'),
  count('arrived', 'Arrived', { list: 'moves', where: { came: '1' }, by: ['cut', 'to'] }),
  count('cameOver', 'Came over', { list: 'moves', where: { kind: 'migrated', arrives: '1' }, by: ['cut', 'to'] }),
  count('passed', 'Passed', { list: 'moves', where: { kind: 'moved' }, by: ['cut', 'from'] }),
  count('left', 'Left', { list: 'moves', where: { kind: 'exited' }, by: ['cut', 'from'] }),
  count('wentOver', 'Went over', { list: 'moves', where: { kind: 'migrated', arrives: '0' }, by: ['cut', 'from'] }),
  count('standing', 'Standing', { list: 'standing', by: ['cut', 'step'] }),
  column('on_share', 'Went on', 'share'),
]
const WAYS: readonly Column[] = [
  column('cut', 'Part'),
  coded('kind', 'What', 'move'),
  column('from', 'From step'),
  column('to', 'To step'),
  column('reason', 'Reason code'),
  column('sentence', 'Reason'),
  count('times', 'Times', { list: 'moves', by: ['cut', 'kind', 'from', 'to', 'reason'] }),
]
const MESSAGES: readonly Column[] = [
  column('cut', 'Part'),
  column('step', 'Step'),
  coded('channel', 'Channel', 'channel'),
  coded('outcome', 'Outcome', 'outcome'),
  column('reason', 'Reason code'),
  column('sentence', 'Reason'),
  count('messages', 'Messages', { list: 'messages', by: ['cut', 'step', 'channel', 'outcome', 'reason'] }),
]

const sum = (moves: readonly FunnelMove[], which: (move: FunnelMove) => boolean): number =>
  moves.reduce((all, move) => all + (which(move) ? move.times : 0), 0)

function totals(cuts: readonly string[], moves: readonly FunnelMove[], goals: readonly FunnelGoals[]): Row[] {
  return cuts.map((cut) => {
    const own = moves.filter((move) => move.cut === cut)
    const entered = sum(own, ({ kind }) => kind === 'entered')
    const left = sum(own, ({ kind }) => kind === 'exited')
    const cameOver = sum(own, ({ kind, to }) => kind === 'migrated' && to !== '')
    const wentOver = sum(own, ({ kind, from }) => kind === 'migrated' && from !== '')
    const goal = goals.find((each) => each.cut === cut)
    return {
      cut,
      entered,
      cameOver,
      standing: entered + cameOver - left - wentOver,
      left,
      wentOver,
      refused: sum(own, ({ kind }) => kind === 'refused'),
      goal: goal?.runs ?? 0,
      goal_share: entered === 0 ? null : (goal?.runs ?? 0) / entered,
      value: goal?.value ?? 0,
    }
  })
}

function stepRows(cuts: readonly string[], moves: readonly FunnelMove[]): Row[] {
  const first = new Map<string, number>()
  for (const { to, first: at } of moves) if (to !== '') first.set(to, Math.min(first.get(to) ?? at, at))
  const steps = [...new Set(moves.flatMap(({ from, to }) => [from, to]))].filter((step) => step !== '')
  steps.sort((a, b) => (first.get(a) ?? 0) - (first.get(b) ?? 0) || (a < b ? -1 : 1))
  return cuts.flatMap((cut) => {
    const own = moves.filter((move) => move.cut === cut && move.kind !== 'refused')
    return steps.filter((step) => own.some(({ from, to }) => from === step || to === step)).map((step) => stepRow(cut, step, own))
  })
}

function stepRow(cut: string, step: string, own: readonly FunnelMove[]): Row {
  const arrived = sum(own, ({ kind, to }) => to === step && kind !== 'migrated')
  const cameOver = sum(own, ({ kind, to }) => to === step && kind === 'migrated')
  const passed = sum(own, ({ kind, from }) => from === step && kind === 'moved')
  const left = sum(own, ({ kind, from }) => from === step && kind === 'exited')
  const wentOver = sum(own, ({ kind, from }) => from === step && kind === 'migrated')
  const standing = arrived + cameOver - passed - left - wentOver
  return {
    cut,
    step,
    from: step,
    to: step,
    arrived,
    cameOver,
    passed,
    left,
    wentOver,
    standing,
    on_share: arrived === 0 ? null : passed / arrived,
  }
}

const wayRows = (moves: readonly FunnelMove[]): Row[] =>
  moves
    .toSorted((a, b) => (a.cut < b.cut ? -1 : a.cut > b.cut ? 1 : a.first - b.first || b.times - a.times))
    .map(({ cut, kind, from, to, reason, times }) => ({
      cut,
      kind,
      from,
      to,
      reason,
      sentence: reason === '' ? '' : explain(reason),
      times,
    }))

const messageRows = (messages: readonly FunnelMessage[]): Row[] =>
  messages.map((message) => ({ ...message, sentence: message.reason === '' ? '' : explain(message.reason) }))

function sentencesOf(all: readonly Row[], steps: readonly Row[]): string[] {
  const add = (name: string): number => all.reduce((total, row) => total + Number(row[name]), 0)
  const entered = add('entered')
  if (entered + add('cameOver') === 0) return ['Nobody has entered this journey.']
  const sentences = [
    `${plural(entered, 'run')} entered: ${plural(add('standing'), 'is', 'are')} still inside, ${plural(add('left'), 'has', 'have')} left. ${plural(add('goal'), 'run')} reached the goal.`,
  ]
  const [worst] = steps.filter((row) => Number(row['left']) > 0).toSorted((a, b) => Number(b['left']) - Number(a['left']))
  if (worst)
    sentences.push(
      `Most left from step “${worst['step']}”${worst['cut'] === '' ? '' : ` (${worst['cut']})`}: ${plural(Number(worst['left']), 'run')}, ${percent(Number(worst['left']) / Math.max(1, Number(worst['arrived']) + Number(worst['cameOver'])))} of those who came to it.`,
    )
  return sentences
}

function doubtsOf({ cut, from, days }: FunnelInput): Doubt[] {
  const doubts: Doubt[] = []
  if (cut?.by === 'attribute')
    doubts.push(
      doubt(
        'attribute_now',
        'People are parted by what the attribute is now, not by what it was when they entered; a journey may itself have changed it.',
      ),
    )
  if (cut?.by === 'segment' && cut.when === 'now')
    doubts.push(
      doubt('segment_now', 'People are parted by the segment as it is now; who reached the goal may have come into it or left it by that.'),
    )
  if (cut && cut.by !== 'arm' && cut.by !== 'version')
    doubts.push(doubt('not_caused', 'The parts differ in more than the journey, so a difference between them is not caused by it.'))
  if (from !== undefined || days !== undefined)
    doubts.push(doubt('young_runs', 'Runs that entered late in the stretch have had less time to go on or to reach the goal.'))
  return doubts
}
