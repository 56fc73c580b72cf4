import { type Outcome, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { ReturnLine, ReturnScope, ReturnsAsked, ReturnsReport } from './api.ts'
import { dayOf } from './books-store.ts'
import { type GainAsked, type GainRead, holdoutGain, journeyGain } from './gains-store.ts'
import { unknown } from './incremental.ts'
import { type CostParts, type Days, type Ledger, MOST_DAYS, readLedger } from './ledger-store.ts'
import { by, type CostLine } from './lines.ts'
import { type CostFilter, drillOf, filtered } from './report.ts'
import { returnOf } from './returns.ts'
import { RETURN_WORDS } from './words.ts'

const MOST_RETURNS = 20

/** What journeys, a channel, an offer or everything returned. */
export async function readReturns(
  parts: CostParts,
  { workspace, scope, id, metric }: ReturnsAsked & { readonly workspace: string },
): Promise<Outcome<ReturnsReport>> {
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
  let read: Ledger | undefined
  let cut = false
  switch (scope) {
    case 'journey': {
      if (id === undefined) read = await readLedger(parts, { workspace, from: lately, until: today })
      const found = id === undefined ? dearest(read!, about.live) : [id]
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
  // What was read for the order of journeys mostly goes back far enough.
  const ledger = read && from >= lately ? read : await readLedger(parts, { workspace, from, until: today })
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
function dearest({ lines }: Ledger, live: GainAsked['live']): string[] {
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
