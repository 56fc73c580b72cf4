import { z } from 'zod'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import type { Cell } from './column.ts'
import { MOST_ROWS, messageScope, PERIOD_MEANS, period } from './input.ts'
import type { Behind, Column, Doubt, Table, Told } from './told.ts'
import { definition, doubt, percent, plural, shareOf } from './words.ts'

export const ChannelsInput = z.strictObject({
  ...period,
  ...messageScope,
  by: z.enum(['channel', 'provider', 'mail_domain', 'topic', 'lane', 'journey', 'step', 'template', 'day']).default('channel'),
})
export type ChannelsInput = z.output<typeof ChannelsInput>

/** One line, as counted. */
export interface ChannelCount {
  readonly about: string
  readonly messages: number
  readonly people: number
  readonly tried: number
  readonly sent: number
  readonly refused: number
  readonly ambiguous: number
  readonly failed: number
  readonly skipped: number
  readonly cancelled: number
  readonly waiting: number
  readonly confirmed: number
  readonly bounced: number
  readonly arrived: number
  readonly opened: number
  readonly machine_opened: number
  readonly clicked: number
  readonly unsubscribed: number
  readonly complained: number
  readonly followed: number
  readonly cost: number
  /** '' where nothing cost anything; `several` where money of several currencies cannot be added. */
  readonly currency: string
}

export const CHANNEL_MEANS = [
  ...PERIOD_MEANS,
  definition(
    'Messages',
    'Everything that was put into the outbox; it is parted into sent, refused, ambiguous, failed, skipped, cancelled and waiting.',
  ),
  definition('Sent', 'A provider or a mail server has taken it.'),
  definition('Refused', 'The first server that it was offered to did not take it, for good.'),
  definition('Bounced', 'It came back, at once or later. The rate is of those sent and refused.'),
  definition('Arrived', 'Sent and not come back. Whether mail landed in the inbox or in junk, nobody tells.'),
  definition('Confirmed', 'The provider said that it was delivered; not all providers do.'),
  definition(
    'Opened',
    'By a person: programs that fetch pictures ahead of people are left out, and stand beside. A click counts as an opening.',
  ),
  definition('Clicked', 'By a person: at least one link, once for each message.'),
  definition(
    'Followed by the goal',
    'The run that sent it reached its goal after it was sent. It says what came after, not what was caused: that takes a hold-out.',
  ),
  definition('Cost', 'What providers charge for what was handed over, by their price in the provider document.'),
]

const OUTCOMES = ['sent', 'refused', 'ambiguous', 'failed', 'skipped', 'cancelled', 'waiting'] as const
const TITLES: Readonly<Record<string, string>> = { mail_domain: 'Receiving domain' }
const title = (text: string): string => TITLES[text] ?? text.slice(0, 1).toUpperCase() + text.slice(1).replaceAll('_', ' ')

export function toldOfChannels({ by }: Pick<ChannelsInput, 'by'>, counts: readonly ChannelCount[], now: number): Told {
  const shown = counts.slice(0, MOST_ROWS)
  const table: Table = {
    id: 'channels',
    title: `Messages by ${title(by).toLowerCase()}`,
    columns: columnsOf(by),
    rows: shown.map((count) => rowOf(by, count)),
    cut: counts.length > shown.length,
  }
  return { asOf: now, sentences: sentencesOf(shown), tables: [table], doubts: doubtsOf(shown) }
}

function columnsOf(by: string): Column[] {
  const behind = (where: Behind['where']): Behind => ({ list: 'messages', where, by: [by] })
  const count = (id: string, where: Behind['where']): Column => ({ id, title: title(id), type: 'count', behind: behind(where) })
  const share = (id: string, text: string): Column => ({ id, title: text, type: 'share' })
  return [
    { id: by, title: title(by), type: 'text', ...(by === 'channel' && { codes: 'channel' as const }) },
    count('messages', {}),
    { id: 'people', title: 'People', type: 'count', behind: { list: 'people', where: {}, by: ['part'] } },
    ...OUTCOMES.map((outcome) => count(outcome, { outcome })),
    ...['confirmed', 'bounced', 'arrived', 'opened', 'machine_opened', 'clicked', 'unsubscribed', 'complained'].map((flag) =>
      count(flag, { [flag]: '1' }),
    ),
    { ...count('followed', { followed: '1' }), title: 'Followed by the goal' },
    share('bounce_rate', 'Bounce rate'),
    share('open_rate', 'Open rate'),
    share('click_rate', 'Click rate'),
    share('click_low', 'Click rate from'),
    share('click_high', 'Click rate to'),
    share('unsubscribe_rate', 'Unsubscribe rate'),
    share('complaint_rate', 'Complaint rate'),
    { id: 'cost', title: 'Cost', type: 'money' },
    { id: 'cost_per_thousand', title: 'Cost per 1,000 sent', type: 'money' },
    { id: 'cost_per_click', title: 'Cost per click', type: 'money' },
  ]
}

function rowOf(by: string, { about, currency, ...count }: ChannelCount): Record<string, Cell> {
  const { tried, bounced, arrived, opened, clicked, unsubscribed, complained, sent } = count
  // Binary sums; providers charge in millionths.
  const cost = currency === 'several' ? null : Math.round(count.cost * 1e6) / 1e6
  const [low, high] = wilson({ x: clicked, n: Math.max(arrived, clicked) }, Z95)
  return {
    [by]: about,
    part: about,
    ...count,
    bounce_rate: shareOf(bounced, tried),
    open_rate: shareOf(opened, arrived),
    click_rate: shareOf(clicked, arrived),
    click_low: arrived === 0 ? null : low,
    click_high: arrived === 0 ? null : high,
    unsubscribe_rate: shareOf(unsubscribed, arrived),
    complaint_rate: shareOf(complained, arrived),
    cost,
    cost_per_thousand: cost === null || sent === 0 ? null : (1_000 * cost) / sent,
    cost_per_click: cost === null || clicked === 0 ? null : cost / clicked,
  }
}

const total = (
  counts: readonly ChannelCount[],
  of: 'messages' | 'sent' | 'arrived' | 'bounced' | 'tried' | 'opened' | 'machine_opened' | 'clicked' | 'unsubscribed',
): number => counts.reduce((sum, count) => sum + count[of], 0)

function sentencesOf(counts: readonly ChannelCount[]): string[] {
  const [sent, arrived, clicked] = [total(counts, 'sent'), total(counts, 'arrived'), total(counts, 'clicked')]
  if (total(counts, 'messages') === 0) return ['No message was put into the outbox in this period.']
  const [low, high] = wilson({ x: Math.min(clicked, arrived), n: arrived }, Z95)
  const rate =
    arrived === 0
      ? ''
      : ` ${percent(Math.min(1, clicked / arrived))} of those were clicked by people (95 %: ${percent(low)} to ${percent(high)}).`
  return [
    `Of ${plural(total(counts, 'messages'), 'message')} ${plural(sent, 'was', 'were')} sent and ${plural(arrived, 'was', 'were')} not returned.${rate}`,
  ]
}

function doubtsOf(counts: readonly ChannelCount[]): Doubt[] {
  const doubts = [
    doubt(
      'not_caused',
      'Rates of channels are not to be compared as if one caused more than another: who gets which message is no chance. Only a hold-out tells what messages cause.',
    ),
  ]
  const machines = total(counts, 'machine_opened')
  if (machines > 0)
    doubts.push(
      doubt(
        'machines',
        `${plural(machines, 'message')} ${machines === 1 ? 'was' : 'were'} opened by programs only. Some of those may have hidden a person, and some programs look like people.`,
      ),
    )
  if (counts.some(({ currency }) => currency === 'several'))
    doubts.push(doubt('currencies', 'Providers charge in several currencies, so their cost is not added up.'))
  return doubts
}
