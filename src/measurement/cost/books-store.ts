import { places } from '#journeys/lanes.ts'
import { Journey } from '#journeys/schema.ts'
import { templatesOf } from '#journeys/sends.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { everyVersion } from '#platform/document-versions.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Live } from '#platform/documents-plan.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { type Days, entryLines, type WorkRow, workRows } from './costs-store.ts'
import { askedRows, chosenRows, givenRows, offeredRows, providerRows, reachRows } from './facts-store.ts'
import type { Books } from './ledger.ts'
import { type JourneyVersion, offersOf } from './offers.ts'
import { CostRate } from './schema.ts'

/** What other folders keep, asked in a transaction of the workspace. */
export interface OtherBooks {
  readonly workspace: (db: Queryable, workspace: string) => Promise<{ readonly zone: string; readonly currency: string }>
  /** Redeemed codes of coupons. Times are epoch ms, the end not included. */
  readonly redeemed: (db: Queryable, days: Days) => Promise<Books['coupons']>
  /** How long models learned, by hour. */
  readonly learned: (db: Queryable, days: Days) => Promise<readonly { readonly model: string; readonly at: number; readonly ms: number }[]>
  /** Roles by actor (`person:<id>`). */
  readonly roles: (db: Queryable, workspace: string) => Promise<ReadonlyMap<string, string>>
}

export interface BookParts {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly others: OtherBooks
}

/** Days in the workspace's zone, both included. */
export interface DaysAsked {
  readonly workspace: string
  readonly from: string
  readonly until: string
}

/** The first moment of a day, epoch ms. */
export const startOf = (day: string, zone: string): number => Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds
export const dayOf = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString()
export const nextDay = (day: string): string => Temporal.PlainDate.from(day).add({ days: 1 }).toString()

/** Everything that the ledger of these days is made of. */
export async function readBooks({ pool, analytics, others }: BookParts, { workspace, from, until }: DaysAsked): Promise<Books> {
  const kept = await inWorkspace(pool, workspace, async (tx) => {
    const { zone, currency } = await others.workspace(tx, workspace)
    const days = { workspace, zone, from: startOf(from, zone), until: startOf(nextDay(until), zone) }
    const live = await liveDocuments(tx, workspace)
    const rates = live.filter(({ kind }) => kind === 'cost-rate').map(({ body }) => CostRate.parse(body))
    return {
      days,
      currency,
      rates,
      offers: offersOf(await versionsWithOffers(tx)),
      entries: await entryLines(tx, days),
      coupons: await others.redeemed(tx, days),
      learned: await others.learned(tx, days),
      work: await workOf(tx, days, { live, rates, roles: others.roles }),
    }
  })
  const { days, currency, rates, offers, entries, coupons, learned, work } = kept
  const isShared = (by: string): boolean => rates.some(({ charge }) => charge.per === 'month' && charge.by === by)
  const isLearning = isShared('learning') || rates.some(({ charge }) => charge.per === 'learning-hour')
  const [provider, sent, chosen, given, reach, asked] = await Promise.all([
    providerRows(analytics, days),
    offeredRows(analytics, days, offers.messages),
    chosenRows(analytics, days, offers.choosing),
    givenRows(analytics, days, offers.giving),
    isShared('messages') || isShared('people') ? reachRows(analytics, days) : [],
    isLearning ? askedRows(analytics, days) : [],
  ])
  const learning = learned.map(({ at, ...row }) => ({ ...row, day: dayOf(at, days.zone) }))
  return {
    days: { from, until },
    currency,
    rates,
    provider,
    options: [...sent, ...chosen],
    given,
    coupons,
    entries,
    work,
    learning,
    asked,
    reach,
  }
}

/** Published versions of journeys with options that cost or give something. */
async function versionsWithOffers(db: Queryable): Promise<JourneyVersion[]> {
  const all = await everyVersion(db, 'journey')
  return all
    .filter(({ body }) => /"(cost|gives)":/.test(JSON.stringify(body)))
    .map(({ id, version, body }) => ({ id, version, journey: Journey.parse(body) }))
}

interface Known extends Pick<OtherBooks, 'roles'> {
  readonly live: readonly Live[]
  readonly rates: readonly CostRate[]
}

/** Work by role, with the journeys that it was for. */
async function workOf(db: Queryable, days: Days, { live, rates, roles: rolesOf }: Known): Promise<Books['work']> {
  const hourly = rates.flatMap(({ charge }) => (charge.per === 'hour' ? [milliseconds(charge.idle)!] : []))
  if (hourly.length === 0) return []
  const rows = await workRows(db, days, Math.max(...hourly))
  const roles = await rolesOf(db, days.workspace)
  const using = usersOf(live)
  return rows.map((row) => ({ day: row.day, role: roles.get(row.actor) ?? '', journeys: journeysOf(row, using), ms: row.ms }))
}

function journeysOf({ object, journeys }: WorkRow, using: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const [kind = '', ...id] = object.split(':')
  if (kind === 'journey') return [id.join(':')]
  return journeys.length > 0 ? journeys : (using.get(object) ?? [])
}

/** Live journeys by the template that they send. */
function usersOf(live: readonly Live[]): Map<string, string[]> {
  const users = new Map<string, Set<string>>()
  for (const { id, body } of live.filter(({ kind }) => kind === 'journey'))
    for (const { step } of places(Journey.parse(body).steps))
      for (const { template } of templatesOf(step)) {
        const own = users.get(`template:${template}`) ?? new Set<string>()
        users.set(`template:${template}`, own.add(id))
      }
  return new Map([...users].map(([template, ids]) => [template, [...ids].sort()]))
}
