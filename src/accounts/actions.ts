import type { Json } from '#lib/json.ts'
import { type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { GetAccount, ListAccountPeople, ListAccounts } from './api.ts'
import { accountPeople, accountRows, accountTogether, accountTraits, accountWeeks } from './store.ts'

interface Options {
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
  /** Their names, in the order of the ids; who is gone is left out. */
  readonly people: (
    workspace: string,
    ids: readonly string[],
  ) => Promise<readonly { readonly id: string; readonly name: string; readonly email: string | null }[]>
}

const PAGE = 50
const WEEKS = 12
const WEEK_MS = 7 * 86_400_000
const HOUR_MS = 3_600_000
const nextOf = (rows: readonly unknown[], offset: number): string | null => (rows.length === PAGE ? String(offset + PAGE) : null)
const unknown = (id: string): Problem => ({
  code: 'account.unknown',
  status: 404,
  title: 'There is no such company.',
  detail: id,
  hint: 'A company is known as soon as a group call names it.',
})

export const companyBindings = ({ analytics, now, people }: Options): Binding[] => [
  bind(ListAccounts, async ({ q, cursor }, { workspace }) => {
    const offset = Number(cursor ?? 0)
    const rows = await accountRows(analytics, { workspace, now: now(), q: q.trim(), offset, limit: PAGE })
    return { accounts: rows, next: nextOf(rows, offset) }
  }),
  bind(GetAccount, async ({ id }, { workspace }) => {
    const at = now()
    const [rows, traits, weeks, together] = await Promise.all([
      accountRows(analytics, { workspace, now: at, id, offset: 0, limit: 1 }),
      accountTraits(analytics, { workspace, id }),
      accountWeeks(analytics, { workspace, id, now: at, weeks: WEEKS }),
      accountTogether(analytics, { workspace, id, now: at }),
    ])
    const [row] = rows
    if (!row) return refuse(unknown(id))
    const byAge = new Map(weeks.map((week) => [week.ago, week]))
    return {
      ...row,
      traits: traits.map(({ value, ...each }) => ({ ...each, value: JSON.parse(value) as Json as never })),
      weeks: Array.from({ length: WEEKS }, (_, i) => {
        const ago = WEEKS - 1 - i
        return { from: at - (ago + 1) * WEEK_MS, people: byAge.get(ago)?.people ?? 0, events: byAge.get(ago)?.events ?? 0 }
      }),
      together,
    }
  }),
  bind(ListAccountPeople, async ({ id, event, hours, cursor }, { workspace }) => {
    const offset = Number(cursor ?? 0)
    const since = hours === undefined ? 0 : now() - hours * HOUR_MS
    const rows = await accountPeople(analytics, { workspace, id, now: now(), event, since, offset, limit: PAGE })
    const named = await people(
      workspace,
      rows.map((row) => row.id),
    )
    const seen = new Map(rows.map((row) => [row.id, row]))
    return {
      people: named.map((each) => ({
        ...each,
        events30d: seen.get(each.id)!.events30d,
        lastSeen: Math.max(0, seen.get(each.id)!.lastSeen),
      })),
      next: nextOf(rows, offset),
    }
  }),
]
