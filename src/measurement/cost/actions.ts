import { money } from '#decisions/budgets/schema.ts'
import { isRefusal, type Outcome, type Refusal, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { badCursor, readCursor } from '../cursor.ts'
import { ImportCosts, ListCostMessages, ListCosts, ListRecordedCosts, ReadCosts, ReadReturns, RecordCosts } from './api.ts'
import { dayOf, startOf } from './books-store.ts'
import { addEntries, entriesCalled, listEntries } from './costs-store.ts'
import { pricedMessages } from './facts-store.ts'
import { type CostParts, daysOf, readCosts, readLedger, spanOf } from './ledger-store.ts'
import { entriesIn, priced } from './recording.ts'
import { filtered, inOrder, listed } from './report.ts'
import { readReturns } from './returns-store.ts'
import { type CostEntry, CostRate } from './schema.ts'

/** The ledger of costs, and what came of them. */
export function costBindings(parts: CostParts): Binding[] {
  const { pool, analytics } = parts
  return [
    bind(ReadCosts, (asked, { workspace }) => readCosts(parts, { ...asked, workspace })),
    bind(ListCosts, async ({ from, until, cursor = '0', limit, ...filter }, { workspace }) => {
      const days = await daysOf(parts, { workspace, from, until })
      if (isRefusal(days)) return days
      if (!/^\d{1,9}$/.test(cursor)) return badCursor(cursor)
      const { lines, strange, currency } = await readLedger(parts, { workspace, ...days })
      const all = filtered([...lines, ...strange], filter).sort(inOrder)
      const end = Number(cursor) + limit
      return { currency, total: all.length, lines: all.slice(Number(cursor), end).map(listed), next: end < all.length ? String(end) : null }
    }),
    bind(ListCostMessages, async ({ from, until, cursor, limit, journey, step = '', channel = '', provider = '' }, { workspace }) => {
      const days = await daysOf(parts, { workspace, from, until })
      if (isRefusal(days)) return days
      const after = cursor === undefined ? undefined : readCursor(cursor)
      if (cursor !== undefined && !after) return badCursor(cursor)
      const span = { workspace, ...(await spanOf(parts, workspace, days)), journey }
      const found = await pricedMessages(analytics, {
        ...span,
        step,
        channel,
        provider,
        limit,
        after: after && { at: after.at, effect: after.key },
      })
      const messages = found.slice(0, limit)
      const last = found.length > limit ? messages.at(-1) : undefined
      return { messages, next: last ? `${last.at}.${last.effectId}` : null }
    }),
    bind(ListRecordedCosts, async ({ from, until, cursor, limit }, { workspace }) => {
      const days = await daysOf(parts, { workspace, from, until })
      if (isRefusal(days)) return days
      const after = cursor === undefined ? undefined : readCursor(cursor)
      if (cursor !== undefined && !after) return badCursor(cursor)
      const span = { workspace, ...(await spanOf(parts, workspace, days)) }
      const found = await inWorkspace(pool, workspace, (tx) =>
        listEntries(tx, span, { after: after && { at: after.at, id: after.key }, limit }),
      )
      const entries = found.slice(0, limit)
      const last = found.length > limit ? entries.at(-1) : undefined
      return { entries, next: last ? `${last.at}.${last.id}` : null }
    }),
    bindAudited(RecordCosts, ({ entries }, { workspace, actor }, call) =>
      record(parts, { workspace, actor, call, entries: async () => entries }),
    ),
    bindAudited(ImportCosts, ({ csv }, { workspace, actor }, call) =>
      record(parts, { workspace, actor, call, entries: async (zone) => entriesIn(csv, (day) => startOf(day, zone)) }),
    ),
    bind(ReadReturns, (asked, { workspace }) => readReturns(parts, { ...asked, workspace })),
  ]
}

interface Recording {
  readonly workspace: string
  readonly actor: string
  readonly call: Call
  readonly entries: (zone: string) => Promise<Outcome<readonly CostEntry[]>>
}

/** All entries or none. One that is there already under its id must say the same. */
async function record(
  { pool, now, others }: CostParts,
  { workspace, actor, call, entries }: Recording,
): Promise<Outcome<{ added: number; known: number }>> {
  return inWorkspace(pool, workspace, async (tx): Promise<Outcome<{ added: number; known: number }>> => {
    const { zone } = await others.workspace(tx, workspace)
    const said = await entries(zone)
    if (isRefusal(said)) return said
    const rates = (await liveDocuments(tx, workspace)).filter(({ kind }) => kind === 'cost-rate').map(({ body }) => CostRate.parse(body))
    const ready = priced(said, { rates, dayOf: (at) => dayOf(at, zone) })
    if (isRefusal(ready)) return ready
    const twice = ready.find(({ id }, i) => ready.findIndex((each) => each.id === id) < i)
    if (twice) return differs(twice.id)
    const before = await entriesCalled(
      tx,
      workspace,
      ready.map(({ id }) => id),
    )
    const other = ready.find(
      ({ id, amount, kind }) =>
        before.has(id) && !(Math.abs(money(before.get(id)!.amount) - amount) < 1e-6 && before.get(id)!.kind === kind),
    )
    if (other) return differs(other.id)
    const added = await addEntries(tx, ready, { workspace, by: actor, at: now() })
    await call.audit(tx, { object: `costs:${added.length}` })
    return { added: added.length, known: ready.length - added.length }
  })
}

const differs = (id: string): Refusal =>
  refuse({
    code: 'cost.differs',
    status: 409,
    title: 'There is an entry of this id that says something else.',
    detail: id,
    hint: 'Entries do not change: take it back by one with a negative amount, and record the right one under another id.',
  })
