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
import { counted } from './list-store.ts'
import { messages } from './messages-store.ts'

/** The enhanced status (RFC 3463) within a reason such as `dsn_5.1.1`, with points. */
const STATUS = "replaceAll(extract(toString(reason), '(?:^|[^0-9])([45][._][0-9]{1,3}[._][0-9]{1,3})(?:[^0-9]|$)'), '_', '.')"

function mails({ workspace, now }: ReportParts, { days, from, to, ...scope }: DeliverabilityInput): Listing {
  const { sql, params } = messages({ workspace, ...periodOf({ days, from, to }, now), scope: { ...scope, channel: 'email' } })
  return { params, sql: `SELECT *, ${STATUS} AS status FROM (${sql})` }
}

const lists = {
  messages: {
    unit: 'messages',
    dims: () => ['mail_domain', 'day', 'status', 'tried', 'retried', 'outcome', 'bounced', 'opened', 'complained', 'unsubscribed'],
    listing: mails,
  },
} as const satisfies Record<string, ListKind<DeliverabilityInput>>

const total = (name: string): [string, string] => [name, `sum(list.${name})`]
const TRIED = { tried: 'sum(list.tried)', retried: 'countIf(list.retried = 1 AND list.tried = 1)' }

export const deliverability = reportKind({
  id: 'deliverability',
  title: 'Deliverability',
  question: 'Does mail arrive, and how do mailbox providers take it?',
  input: DeliverabilityInput,
  definitions: DELIVERABILITY_MEANS,
  lists,
  async run(parts, input) {
    const all = mails(parts, input)
    const { facts, ports, workspace } = parts
    const [domains, days, bounces, sending, warmUps] = await Promise.all([
      counted<DomainCount>(facts, all, {
        by: { mail_domain: 'toString(list.mail_domain)' },
        measures: {
          ...TRIED,
          refused: "countIf(list.outcome = 'refused')",
          ...Object.fromEntries(['bounced', 'arrived', 'opened', 'complained', 'unsubscribed'].map(total)),
        },
      }),
      counted<DayCount>(facts, all, {
        by: { day: 'list.day' },
        measures: { ...TRIED, ...Object.fromEntries(['bounced', 'complained'].map(total)) },
        order: 'day',
        most: 801,
      }),
      counted<BounceCount>(facts, all, {
        by: { mail_domain: 'toString(list.mail_domain)', status: 'list.status' },
        measures: { messages: 'count()' },
        where: 'list.bounced = 1',
      }),
      ports.sending(workspace),
      ports.warmUps(workspace),
    ])
    return toldOfDeliverability({ domains, days, bounces, sending, warmUps }, parts.now)
  },
})
