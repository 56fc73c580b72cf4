import { z } from 'zod'
import { type BounceClass, classOf } from '#channels/bounce.ts'
import { LIMITS } from '#channels/reputation.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { messageScope, PERIOD_MEANS, period } from './input.ts'
import type { SendingDomain, WarmingUp } from './kind.ts'
import { coded, column, count, type Row, tableOf } from './tables.ts'
import type { Column, Doubt, Told } from './told.ts'
import { definition, doubt, percent, plural, shareOf } from './words.ts'

export const DeliverabilityInput = z.strictObject({
  ...period,
  mail_domain: messageScope.mail_domain,
  provider: messageScope.provider,
  lane: messageScope.lane,
})
export type DeliverabilityInput = z.output<typeof DeliverabilityInput>

export interface DomainCount {
  readonly mail_domain: string
  readonly tried: number
  readonly retried: number
  readonly refused: number
  readonly bounced: number
  readonly arrived: number
  readonly opened: number
  readonly complained: number
  readonly unsubscribed: number
}
export interface DayCount {
  readonly day: string
  readonly tried: number
  readonly retried: number
  readonly bounced: number
  readonly complained: number
}
export interface BounceCount {
  readonly mail_domain: string
  /** Enhanced status (RFC 3463); '' where the reason holds none. */
  readonly status: string
  readonly messages: number
}
export interface DeliverabilityCounts {
  readonly domains: readonly DomainCount[]
  readonly days: readonly DayCount[]
  readonly bounces: readonly BounceCount[]
  readonly sending: readonly SendingDomain[]
  readonly warmUps: readonly WarmingUp[]
}

const { complaints, bounces, refusals } = LIMITS
export const DELIVERABILITY_MEANS = [
  ...PERIOD_MEANS,
  definition('Receiving domain', 'What stands behind the @ of the address that a mail went to.'),
  definition('Offered', 'Mails that a server was asked to take, taken or not.'),
  definition(
    'Deferred',
    'Mails that it took more than one try to hand over: a server said “later” (4xx, greylisting, a limit), or could not be reached.',
  ),
  definition(
    'Bounced',
    `Came back, at once or later. Of a sending domain from ${percent(bounces.warn)} on there is a warning, from ${percent(bounces.pause)} on its marketing is paused.`,
  ),
  definition(
    'Complained',
    `Readers pressed “this is spam”. Of those that arrived; from ${percent(complaints.warn)} on there is a warning, from ${percent(complaints.pause)} on marketing is paused (what Gmail and Yahoo ask of senders).`,
  ),
  definition(
    'Kind of bounce',
    'By the status that the server gave (RFC 3463): the address does not exist; the mailbox does not take it now; policy: they do not want our mail, or it is not authenticated; content: this mail.',
  ),
  definition(
    'Standing',
    'What keeps a sending domain’s marketing going or pauses it: its counts of the last seven days, since somebody last let it go on.',
  ),
  definition('Warm-up', 'How many messages a new sending name may have today.'),
]

const DOMAINS: readonly Column[] = [
  column('mail_domain', 'Receiving domain'),
  count('tried', 'Offered', { list: 'messages', where: { tried: '1' }, by: ['mail_domain'] }),
  count('retried', 'Deferred', { list: 'messages', where: { retried: '1', tried: '1' }, by: ['mail_domain'] }),
  column('retried_rate', 'Deferred of all', 'share'),
  count('refused', 'Refused at once', { list: 'messages', where: { outcome: 'refused' }, by: ['mail_domain'] }),
  count('bounced', 'Bounced', { list: 'messages', where: { bounced: '1' }, by: ['mail_domain'] }),
  column('bounce_rate', 'Bounced of all', 'share'),
  count('opened', 'Opened', { list: 'messages', where: { opened: '1' }, by: ['mail_domain'] }),
  column('open_rate', 'Opened of those that arrived', 'share'),
  count('complained', 'Complained', { list: 'messages', where: { complained: '1' }, by: ['mail_domain'] }),
  column('complaint_rate', 'Complaint rate', 'share'),
  column('complaint_low', 'From (95 %)', 'share'),
  column('complaint_high', 'To (95 %)', 'share'),
  column('complaint_says', 'Against the limit'),
  count('unsubscribed', 'Unsubscribed', { list: 'messages', where: { unsubscribed: '1' }, by: ['mail_domain'] }),
]
const DAYS: readonly Column[] = [
  column('day', 'Day (UTC)'),
  count('tried', 'Offered', { list: 'messages', where: { tried: '1' }, by: ['day'] }),
  count('retried', 'Deferred', { list: 'messages', where: { retried: '1', tried: '1' }, by: ['day'] }),
  count('bounced', 'Bounced', { list: 'messages', where: { bounced: '1' }, by: ['day'] }),
  column('bounce_rate', 'Bounced of all', 'share'),
  count('complained', 'Complained', { list: 'messages', where: { complained: '1' }, by: ['day'] }),
]
const BOUNCES: readonly Column[] = [
  column('mail_domain', 'Receiving domain'),
  column('words', 'Kind of bounce'),
  column('status', 'Status'),
  count('messages', 'Mails', { list: 'messages', where: { bounced: '1' }, by: ['mail_domain', 'status'] }),
]
const SENDING: readonly Column[] = [
  column('domain', 'Sending domain'),
  coded('state', 'Standing', 'domain'),
  coded('cause', 'Because of', 'domain'),
  column('sent', 'Sent in 7 days', 'count'),
  column('complaints', 'Complaints', 'count'),
  column('complaint_rate', 'Complaint rate', 'share'),
  column('bounces', 'Addresses that do not exist', 'count'),
  column('bounce_rate', 'Of all', 'share'),
  column('refusals', 'Refused for policy or authentication', 'count'),
  column('refusal_rate', 'Of all', 'share'),
]
const WARM_UPS: readonly Column[] = [
  column('provider', 'Provider'),
  column('sentToday', 'Today', 'count'),
  column('allowance', 'Today at most', 'count'),
]

export function toldOfDeliverability({ domains, days, bounces: returned, sending, warmUps }: DeliverabilityCounts, now: number): Told {
  const rows = domains.map(domainRow)
  const bounceRows = returned.map(
    ({ status, ...each }): Row => ({ ...each, status, words: KINDS[status === '' ? 'unknown' : classOf(status)] }),
  )
  return {
    asOf: now,
    sentences: sentencesOf(domains, rows, sending),
    tables: [
      tableOf({ id: 'domains', title: 'By receiving domain', columns: DOMAINS }, rows),
      tableOf(
        { id: 'days', title: 'By day', columns: DAYS },
        days.map((day): Row => ({ ...day, bounce_rate: shareOf(day.bounced, day.tried) })),
      ),
      tableOf({ id: 'bounces', title: 'Why mail came back', columns: BOUNCES }, bounceRows),
      tableOf({ id: 'sending', title: 'Sending domains', columns: SENDING }, sending.map(sendingRow)),
      tableOf(
        { id: 'warm-ups', title: 'Warm-up', columns: WARM_UPS },
        warmUps.map((each): Row => ({ ...each })),
      ),
    ],
    doubts: doubtsOf(domains),
  }
}

const KINDS: Readonly<Record<BounceClass | 'unknown', string>> = {
  address: 'The address does not exist',
  mailbox: 'The mailbox does not take it now',
  policy: 'They do not want it (policy, authentication)',
  content: 'This mail (size, form)',
  unknown: 'The server did not say',
}

function domainRow(each: DomainCount): Row {
  const { tried, retried, bounced, arrived, opened, complained } = each
  const told = Math.min(complained, arrived)
  const [low, high] = wilson({ x: told, n: arrived }, Z95)
  return {
    ...each,
    retried_rate: shareOf(retried, tried),
    bounce_rate: shareOf(bounced, tried),
    open_rate: shareOf(opened, arrived),
    complaint_rate: shareOf(told, arrived),
    complaint_low: arrived === 0 ? null : low,
    complaint_high: arrived === 0 ? null : high,
    complaint_says: complaintSays(told, arrived, low),
  }
}

/** Against what mailbox providers ask; a few mails are no verdict. */
function complaintSays(told: number, arrived: number, low: number): string {
  const rate = arrived === 0 ? 0 : told / arrived
  if (rate < complaints.warn) return 'below'
  if (arrived < complaints.least || low < complaints.warn) return `over ${percent(complaints.warn)}, but too few mails to be sure`
  return rate >= complaints.pause ? `over ${percent(complaints.pause)}` : `over ${percent(complaints.warn)}`
}

const sendingRow = (each: SendingDomain): Row => ({
  ...each,
  complaint_rate: shareOf(each.complaints, each.sent),
  bounce_rate: shareOf(each.bounces, each.sent),
  refusal_rate: shareOf(each.refusals, each.sent),
})

function sentencesOf(domains: readonly DomainCount[], rows: readonly Row[], sending: readonly SendingDomain[]): string[] {
  const sum = (name: 'tried' | 'bounced' | 'retried' | 'complained'): number => domains.reduce((all, each) => all + each[name], 0)
  const tried = sum('tried')
  if (tried === 0) return ['No mail was handed over in this period.']
  const [low, high] = wilson({ x: sum('bounced'), n: tried }, Z95)
  const sentences = [
    `Of ${plural(tried, 'mail')} ${percent(sum('bounced') / tried)} came back (95 %: ${percent(low)} to ${percent(high)}), ${percent(sum('retried') / tried)} took more than one try, and ${plural(sum('complained'), 'reader')} complained.`,
  ]
  for (const { domain, state, cause } of sending)
    if (state !== 'good')
      sentences.push(`${domain} is ${state === 'paused' ? 'paused: its marketing waits' : 'warned of'} because of ${cause}.`)
  const over = rows.filter(({ complaint_says: says }) => String(says).startsWith('over') && !String(says).includes('too few'))
  for (const row of over.slice(0, 3))
    sentences.push(`At ${row['mail_domain']} the complaint rate is ${row['complaint_says']}: ${percent(Number(row['complaint_rate']))}.`)
  return sentences
}

const GMAIL = new Set(['gmail.com', 'googlemail.com'])
function doubtsOf(domains: readonly DomainCount[]): Doubt[] {
  const doubts = [
    doubt(
      'inbox_unknown',
      'No server says whether a mail that it took lies in the inbox or in junk. Openings that fall at one domain only are a hint.',
    ),
    doubt(
      'complaints_told',
      `Complaints are known only from providers that tell them${domains.some(({ mail_domain }) => GMAIL.has(mail_domain)) ? '; Gmail tells no single ones: look at Postmaster Tools beside this' : ''}.`,
    ),
  ]
  if (domains.some(({ mail_domain, tried }) => mail_domain === '' && tried > 0))
    doubts.push(doubt('domain_unknown', 'Of mails from before receiving domains were noted, the domain is not known.'))
  const policy = refusals.warn
  doubts.push(
    doubt(
      'authentication',
      `A server that refuses mail for its authentication (SPF, DKIM, DMARC) counts among refusals for policy; from ${percent(policy)} on there is a warning.`,
    ),
  )
  return doubts
}
