import { money } from '#decisions/budgets/schema.ts'
import { isRefusal, type Outcome, type Refusal, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import {
  ImportCosts,
  ListCostMessages,
  ListCosts,
  ListRecordedCosts,
  ReadCosts,
  ReadReturns,
  RecordCosts,
  type ReturnLine,
  type ReturnScope,
} from './api.ts'
import { type BookParts, dayOf, nextDay, readBooks, startOf } from './books-store.ts'
import { addEntries, entriesCalled, listEntries } from './costs-store.ts'
import { pricedMessages } from './facts-store.ts'
import { type GainAsked, type GainRead, holdoutGain, journeyGain } from './gains-store.ts'
import { unknown } from './incremental.ts'
import { ledgerOf, unpricedCodes } from './ledger.ts'
import { by, type CostLine, inCurrency } from './lines.ts'
import { entriesIn, priced } from './recording.ts'
import { type CostFilter, drillOf, filtered, inOrder, listed, reportOf } from './report.ts'
import { returnOf } from './returns.ts'
import { type CostEntry, CostRate } from './schema.ts'
import { RETURN_WORDS } from './words.ts'

export interface CostParts extends BookParts {
  /** Epoch ms. */
  readonly now: () => number
}

const MOST_DAYS = 400
const MOST_RETURNS = 20

/** The ledger of costs, and what came of them. */
export function costBindings(parts: CostParts): Binding[] {
  const { pool, analytics, now } = parts
  return [
    bind(ReadCosts, async ({ from, until, ...filter }, { workspace }) => {
      const days = await daysOf(parts, { workspace, from, until })
      if (isRefusal(days)) return days
      const { lines, strange, currency, unpriced } = await readLedger(parts, { workspace, ...days })
      return reportOf({
        ...days,
        asOf: now(),
        currency,
        filter,
        lines: filtered(lines, filter),
        strange: filtered(strange, filter),
        unpriced,
      })
    }),
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
      const after = cursor === undefined ? undefined : placeIn(cursor)
      if (after === null) return badCursor(cursor!)
      const span = { workspace, ...(await spanOf(parts, workspace, days)), journey }
      const found = await pricedMessages(analytics, {
        ...span,
        step,
        channel,
        provider,
        limit,
        after: after && { at: after.at, effect: after.id },
      })
      const messages = found.slice(0, limit)
      const last = found.length > limit ? messages.at(-1) : undefined
      return { messages, next: last ? `${last.at}.${last.effectId}` : null }
    }),
    bind(ListRecordedCosts, async ({ from, until, cursor, limit }, { workspace }) => {
      const days = await daysOf(parts, { workspace, from, until })
      if (isRefusal(days)) return days
      const after = cursor === undefined ? undefined : placeIn(cursor)
      if (after === null) return badCursor(cursor!)
      const span = { workspace, ...(await spanOf(parts, workspace, days)) }
      const found = await inWorkspace(pool, workspace, (tx) => listEntries(tx, span, { after, limit }))
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

interface Days {
  readonly from: string
  readonly until: string
}

/** The days that are asked about; left out: thirty up to today. */
async function daysOf(
  { pool, now, others }: CostParts,
  { workspace, from, until }: { workspace: string; from?: string | undefined; until?: string | undefined },
): Promise<Outcome<Days>> {
  const { zone } = await inWorkspace(pool, workspace, (tx) => others.workspace(tx, workspace))
  const last = until ?? dayOf(now(), zone)
  const first = from ?? Temporal.PlainDate.from(last).subtract({ days: 29 }).toString()
  const count = Temporal.PlainDate.from(first).until(last, { largestUnit: 'days' }).days + 1
  if (count >= 1 && count <= MOST_DAYS) return { from: first, until: last }
  return refuse({
    code: 'costs.days',
    status: 422,
    title: count < 1 ? 'The days end before they begin.' : `At most ${MOST_DAYS} days can be told at once.`,
    at: '/from',
    detail: `${first} to ${last}`,
  })
}

async function spanOf({ pool, others }: CostParts, workspace: string, { from, until }: Days) {
  const { zone } = await inWorkspace(pool, workspace, (tx) => others.workspace(tx, workspace))
  return { zone, from: startOf(from, zone), until: startOf(nextDay(until), zone) }
}

interface Ledger {
  readonly lines: readonly CostLine[]
  readonly strange: readonly CostLine[]
  readonly currency: string
  readonly unpriced: number
}

/** The ledger in the workspace's currency. Days that have not come yet bear nothing. */
async function readLedger(parts: CostParts, { workspace, from, until }: Days & { readonly workspace: string }): Promise<Ledger> {
  const { zone } = await inWorkspace(parts.pool, workspace, (tx) => parts.others.workspace(tx, workspace))
  const today = dayOf(parts.now(), zone)
  const books = await readBooks(parts, { workspace, from, until: until > today && from <= today ? today : until })
  const isFuture = from > today
  const lines = ledgerOf(isFuture ? { ...books, rates: books.rates.filter(({ charge }) => charge.per !== 'month') } : books)
  return { ...inCurrency(lines, books), currency: books.currency, unpriced: unpricedCodes(books) }
}

function placeIn(cursor: string): { readonly at: number; readonly id: string } | null {
  const parts = /^(\d{1,16})\.(.*)$/s.exec(cursor)
  return parts ? { at: Number(parts[1]), id: parts[2]! } : null
}

const badCursor = (cursor: string): Refusal =>
  refuse({
    code: 'cursor.unknown',
    status: 400,
    title: 'This place in the list is not known.',
    detail: cursor,
    hint: 'Give back what `next` said, or leave `cursor` out to begin at the top.',
    at: '/cursor',
  })

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

interface ReturnsAsked {
  readonly workspace: string
  readonly scope: ReturnScope
  readonly id?: string | undefined
  readonly metric?: string | undefined
}

async function readReturns(parts: CostParts, { workspace, scope, id, metric }: ReturnsAsked) {
  const asOf = parts.now()
  const about = await inWorkspace(parts.pool, workspace, async (tx) => ({
    live: await liveDocuments(tx, workspace),
    ...(await parts.others.workspace(tx, workspace)),
  }))
  const asked: GainAsked = { analytics: parts.analytics, workspace, live: about.live, now: asOf }
  const today = dayOf(asOf, about.zone)
  const lately = Temporal.PlainDate.from(today)
    .subtract({ days: MOST_DAYS - 1 })
    .toString()
  const gains: { id: string; read: GainRead }[] = []
  let cut = false
  switch (scope) {
    case 'journey': {
      const found = id === undefined ? await dearest(parts, { workspace, from: lately, until: today, live: about.live }) : [id]
      cut = found.length > MOST_RETURNS
      for (const journey of found.slice(0, MOST_RETURNS)) gains.push({ id: journey, read: await journeyGain(asked, journey) })
      break
    }
    case 'programme':
      gains.push({ id: '', read: await holdoutGain(asked, { metric }) })
      break
    case 'channel':
    case 'offer':
      if (id === undefined) return refuse({ code: 'returns.which', status: 422, title: `Say which ${scope}.`, at: '/id' })
      gains.push({ id, read: scope === 'channel' ? await holdoutGain(asked, { channel: id, metric }) : OFFER })
  }
  const firsts = gains.map(({ read: { since } }) => (since === null ? lately : dayOf(since, about.zone)))
  const from = [today, ...firsts].sort()[0]!
  const ledger = await readLedger(parts, { workspace, from, until: today })
  const names = new Map(
    about.live.filter(({ kind }) => kind === 'journey').map((each) => [each.id, (each.body as { name?: string }).name ?? each.id]),
  )
  const returns = gains.map(({ id: one, read }, i) =>
    lineOf(
      { scope, id: one, name: scope === 'programme' ? 'All marketing' : (names.get(one) ?? one), days: { from: firsts[i]!, until: today } },
      { read, ledger },
    ),
  )
  return { asOf, returns, cut, definitions: [...RETURN_WORDS] }
}

const OFFER: GainRead = {
  gain: unknown(
    'no_control',
    'Return unknown: nobody was held out of this offer alone. Put it into an arm of a split or an experiment, and look at that.',
  ),
  margin: null,
  credited: null,
  since: null,
  experiment: null,
}

/** Journeys that cost something, the dearest first, then those that are live. */
async function dearest(
  parts: CostParts,
  { live, ...days }: Days & { readonly workspace: string; readonly live: GainAsked['live'] },
): Promise<string[]> {
  const { lines } = await readLedger(parts, days)
  const journeys = live.filter(({ kind }) => kind === 'journey').map(({ id }) => id)
  const spent = by(lines, 'journey').flatMap(({ key }) => (journeys.includes(key) ? [key] : []))
  return [...new Set([...spent, ...journeys])]
}

interface About {
  readonly scope: ReturnScope
  readonly id: string
  readonly name: string
  readonly days: Days
}

function lineOf({ scope, id, name, days }: About, { read, ledger }: { read: GainRead; ledger: Ledger }): ReturnLine {
  const filter: CostFilter = scope === 'programme' ? {} : { [scope]: id }
  const inDays = ({ day }: CostLine): boolean => day >= days.from && day <= days.until
  const lines = filtered(ledger.lines, filter).filter(inDays)
  const strange = filtered(ledger.strange, filter).filter(inDays)
  const { gain, margin, credited, experiment } = read
  const figures = returnOf({ currency: ledger.currency, lines, strange, gain, margin, credited })
  const doubts = scope === 'channel' ? [...figures.doubts, CHANNEL_DOUBT] : figures.doubts
  return {
    scope,
    id,
    name,
    ...days,
    currency: ledger.currency,
    ...figures,
    doubts: [...doubts],
    level: 0.95,
    drill: {
      cost: drillOf({ ...days, ...filter }),
      gain: experiment === null ? null : { action: 'experiments.report', query: { key: experiment } },
    },
  }
}

const CHANNEL_DOUBT = {
  code: 'channel_cost',
  sentence: 'Only what is charged by channel is counted: platform, data and people’s work are borne by journeys.',
}
