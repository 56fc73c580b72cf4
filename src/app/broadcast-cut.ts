import { ProviderDocument } from '#channels/provider-document.ts'
import { type Cut, cutAt, isWithin } from '#decisions/budgets/allocate.ts'
import { covers } from '#decisions/budgets/in-force.ts'
import { periodOf } from '#decisions/budgets/period.ts'
import { type Budget, micros } from '#decisions/budgets/schema.ts'
import { accountsOf, meanCosts } from '#decisions/budgets/store.ts'
import type { Door } from '#journeys/definitions.ts'
import { recordFor } from '#journeys/entries/selection.ts'
import { places } from '#journeys/lanes.ts'
import { BEYOND_BUDGET } from '#journeys/money.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { worthOf } from '#journeys/rank.ts'
import { isMarketing, waysOf } from '#journeys/sends.ts'
import type { Context } from '#journeys/turn.ts'
import { chance } from '#lib/hash.ts'
import { liveDocuments } from '#platform/documents.ts'
import { pageStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { BroadcastRow } from './broadcast-store.ts'

/** Whom a budget does not reach for; empty: it reaches for all. */
export type BroadcastCut = (Cut & { readonly budget: string }) | Record<string, never>

/** People whose states are read at once while they are weighed. */
const PAGE = 1_000

interface Weighing {
  readonly row: BroadcastRow
  readonly door: Door
  readonly context: Context
}

/**
 * Who of a broadcast's audience comes first where a budget has not enough for all: those for whom the journey's messages are worth most;
 * who is worth the same by hash, so that nobody's place hangs on the order of ids. The whole audience is looked at once.
 */
export async function cutOf(tx: Queryable, { row, door, context }: Weighing): Promise<BroadcastCut> {
  // By everyone's own clock the hour is another for each: hand-over says whom the money still reaches for.
  if (row.kind === 'dates' || door.entry.appointment !== null || !context.definitions.budgets.exist) return {}
  const tight = await tightest(tx, { row, door, context })
  if (!tight) return {}
  const people: { value: number; order: number }[] = []
  let after = ''
  for (;;) {
    const page = await pageStates<Person>(tx, 'profile', { workspace: row.ws, after, limit: PAGE })
    for (const { state } of page) {
      const person = upgraded(state)
      if (recordFor(person, { door, broadcast: row, context })) people.push(placeOf(person, { row, door }))
    }
    if (page.length < PAGE) break
    after = page.at(-1)!.id
  }
  const cut = cutAt(people, tight.count)
  return cut ? { ...cut, budget: tight.budget } : {}
}

/** What a record says besides to somebody for whom the money does not reach. */
export function beyondCut(cut: BroadcastCut, person: Person, where: Pick<Weighing, 'row' | 'door'>): { [BEYOND_BUDGET]?: string } {
  if (cut.budget === undefined || isWithin(cut as Cut, placeOf(person, where))) return {}
  return { [BEYOND_BUDGET]: cut.budget }
}

const placeOf = (person: Person, { row, door }: Pick<Weighing, 'row' | 'door'>) => ({
  value: worthOf(person, door.journey),
  order: chance(`broadcast ${row.journey}:${row.occurrence}`, person.profile.id),
})

/** The budget that reaches for the fewest first messages, and for how many; undefined: none covers them at a price. */
async function tightest(tx: Queryable, { row, door, context }: Weighing): Promise<{ budget: string; count: number } | undefined> {
  const channel = firstChannel(door)
  const budgets = context.definitions.budgets.all.filter(
    (budget) => channel !== undefined && budget.covers.costs && covers(budget, { journey: row.journey, channel }),
  )
  const counts: { budget: string; count: number }[] = []
  for (const budget of budgets) {
    const cost = await costOf(tx, { ws: row.ws, budget, channel: channel! })
    if (cost > 0) counts.push({ budget: budget.id, count: Math.floor((await leftOf(tx, { ws: row.ws, budget, now: context.now })) / cost) })
  }
  return counts.sort((a, b) => a.count - b.count)[0]
}

/** The channel of the first marketing message that a run comes to. */
function firstChannel({ journey }: Door): string | undefined {
  const [first] = places(journey.source.steps).filter(({ step }) => isMarketing(step))
  return first && waysOf(first.step)[0]?.channel
}

/** Millionths that one message takes: as it has been of late, else as the provider says. */
async function costOf(tx: Queryable, { ws, budget, channel }: { ws: string; budget: Budget; channel: string }): Promise<number> {
  const known = (await meanCosts(tx, { ws, budget: budget.id }))[channel]
  if (known !== undefined) return micros(known)
  const providers = (await liveDocuments(tx, ws)).filter(({ kind }) => kind === 'provider').map(({ body }) => ProviderDocument.parse(body))
  const ours = providers.filter((each) => each.channel === channel)
  const provider = ours.find((each) => each.default) ?? ours[0]
  return micros(provider?.cost?.perUnit ?? 0)
}

async function leftOf(tx: Queryable, { ws, budget, now }: { ws: string; budget: Budget; now: number }): Promise<number> {
  const { id: period, open } = periodOf(budget, now)
  const [account] = await accountsOf(tx, [{ ws, budget: budget.id, period }])
  return open ? Math.max(0, micros(budget.amount) - (account?.taken ?? 0)) : 0
}
