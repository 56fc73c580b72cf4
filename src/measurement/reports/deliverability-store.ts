import {
  type BounceCount,
  type DayCount,
  DELIVERABILITY_MEANS,
  DeliverabilityInput,
  type DomainCount,
  toldOfDeliverability,
} from './deliverability.ts'
import { periodOf } from './input.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { type MessagesAsked, messages } from './messages-store.ts'

/** The enhanced status (RFC 3463) within a reason such as `dsn_5.1.1`, with points. */
const STATUS = "replaceAll(extract(toString(reason), '(?:^|[^0-9])([45][._][0-9]{1,3}[._][0-9]{1,3})(?:[^0-9]|$)'), '_', '.')"

const sent = (
  { workspace, now }: ReportParts,
  { days, from, to, ...scope }: DeliverabilityInput,
  without: MessagesAsked['without'],
): Listing => messages({ workspace, ...periodOf({ days, from, to }, now), scope: { ...scope, channel: 'email' }, without })

function mails(parts: ReportParts, input: DeliverabilityInput): Listing {
  const { sql, params } = sent(parts, input, ['goals'])
  return { params, sql: `SELECT *, ${STATUS} AS status FROM (${sql})` }
}

const lists = {
  messages: {
    unit: 'messages',
    dims: () => ['mail_domain', 'day', 'status', 'tried', 'retried', 'outcome', 'bounced', 'opened', 'complained', 'unsubscribed'],
    listing: mails,
  },
} as const satisfies Record<string, ListKind<DeliverabilityInput>>

interface Counts {
  readonly domains: DomainCount[]
  readonly days: DayCount[]
  readonly bounces: BounceCount[]
}
const SUMS = ['tried', 'bounced', 'arrived', 'opened', 'complained', 'unsubscribed'] as const

/** By domain, by day, and what was returned by domain and status: three tables of one reading. */
async function countsOf(parts: ReportParts, input: DeliverabilityInput): Promise<Counts> {
  const { sql, params } = sent(parts, input, ['people', 'goals'])
  const rows = await parts.facts.query<DomainCount & DayCount & BounceCount & { readonly part: keyof Counts }>(
    `SELECT multiIf(grouping(day) = 0, 'days', grouping(status) = 0, 'bounces', 'domains') AS part, mail_domain, day, status,
        ${SUMS.map((name) => `sum(m.${name}) AS ${name}`).join(', ')}, countIf(m.was_retried) AS retried, countIf(m.was_refused) AS refused, bounced AS messages
      FROM (SELECT toString(mail_domain) AS mail_domain, day, if(bounced = 1, ${STATUS}, '') AS status, ${SUMS.join(', ')},
          retried = 1 AND tried = 1 AS was_retried, outcome = 'refused' AS was_refused FROM (${sql})) AS m
      GROUP BY GROUPING SETS ((mail_domain), (day), (mail_domain, status)) HAVING part != 'bounces' OR messages > 0
      ORDER BY part, multiIf(part = 'domains', tried, part = 'bounces', messages, 0) DESC, day, mail_domain, status LIMIT 801 BY part`,
    params,
  )
  const of = (part: keyof Counts) => rows.filter((row) => row.part === part)
  return {
    domains: of('domains')
      .slice(0, 501)
      .map(({ part: _, day: _d, status: _s, messages: _m, ...domain }) => domain),
    days: of('days').map(({ day, tried, retried, bounced, complained }) => ({ day, tried, retried, bounced, complained })),
    bounces: of('bounces')
      .slice(0, 501)
      .map(({ mail_domain, status, messages: returned }) => ({ mail_domain, status, messages: returned })),
  }
}

export const deliverability = reportKind({
  id: 'deliverability',
  title: 'Deliverability',
  question: 'Does mail arrive, and how do mailbox providers take it?',
  input: DeliverabilityInput,
  definitions: DELIVERABILITY_MEANS,
  lists,
  async run(parts, input) {
    const { ports, workspace } = parts
    const [counts, sending, warmUps] = await Promise.all([countsOf(parts, input), ports.sending(workspace), ports.warmUps(workspace)])
    return toldOfDeliverability({ ...counts, sending, warmUps }, parts.now)
  },
})
