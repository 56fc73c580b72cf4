import { countMail, countRepeatedMail } from '#channels/store.ts'
import type { OutputOf } from '#lib/action.ts'
import type { ReadReturns } from '#measurement/cost/api.ts'
import type { ListOutcomes } from '#measurement/goals/api.ts'
import type { ReadJourneyReport } from '#measurement/schema.ts'
import type { App } from '../start.ts'
import { countProfiles, messagesByStatus, remindersSent } from './demo-store.ts'
import { call } from './set-up.ts'

type Report = OutputOf<typeof ReadJourneyReport>['total']

/** The demo in figures, all of them read from the running product and from what the senders were told. */
export interface Result {
  readonly eventsAccepted: number
  readonly profiles: number
  readonly enrollments: number
  readonly exitsByReason: Readonly<Record<string, number>>
  readonly messagesSent: number
  readonly messagesByStatus: Readonly<Record<string, number>>
  readonly mailsReceived: number
  /** Mails that arrived more than once. */
  readonly duplicates: number
  /** Reminders that were claimed for sending after their order had been acknowledged to the shop. */
  readonly wronglyMailed: number
  readonly heldOut: number
  readonly conversions: { readonly treated: Arm; readonly heldOut: Arm; readonly difference: unknown }
  /** What the reports say of the reminder, in their own sentences. */
  readonly told: { readonly outcome: string; readonly returned: string }
  /** Real milliseconds from an event's arrival to the commit of what follows from it. */
  readonly eventToDecisionMs: { readonly p50: number; readonly p95: number; readonly p99: number }
  readonly seconds: number
}
type Arm = Pick<Report['treated'], 'people' | 'converted' | 'rate' | 'value' | 'valuePerPerson'>

interface Told {
  readonly secretKey: string
  readonly workspace: string
  /** By cart: when its order was acknowledged (epoch ms of the demo's clock). */
  readonly acknowledged: ReadonlyMap<string, number>
  readonly seconds: number
}

export async function resultOf(app: App, { secretKey, workspace, acknowledged, seconds }: Told): Promise<Result> {
  const { pool } = app.parts
  const { total } = await call<{ total: Report }>(app.url, { method: 'GET', path: '/api/reports/journeys/abandoned-cart', key: secretKey })
  const thanks = (await call<{ total: Report }>(app.url, { method: 'GET', path: '/api/reports/journeys/thank-you', key: secretKey })).total
  const reminders = await remindersSent(pool, workspace)
  const accepted = await app.metrics.registry.getSingleMetric('cadenza_events_accepted_total')!.get()
  const statuses = await messagesByStatus(pool, workspace)
  const round = (ms: number): number => Math.round(ms * 10) / 10
  return {
    eventsAccepted: accepted.values.reduce((sum, { value }) => sum + value, 0),
    profiles: await countProfiles(pool, workspace),
    enrollments: total.entered.all + thanks.entered.all,
    exitsByReason: exits([total, thanks]),
    messagesSent: statuses['sent'] ?? 0,
    messagesByStatus: statuses,
    mailsReceived: await countMail(pool, workspace),
    duplicates: await countRepeatedMail(pool, workspace),
    wronglyMailed: reminders.filter(({ cart, claimedAt }) => claimedAt > (acknowledged.get(cart) ?? Infinity)).length,
    heldOut: total.entered.heldOut,
    conversions: { treated: total.treated, heldOut: total.heldOut, difference: total.lift?.conversion ?? null },
    told: await sentencesOf(app, secretKey),
    eventToDecisionMs: { p50: round(app.latency.at(0.5)), p95: round(app.latency.at(0.95)), p99: round(app.latency.at(0.99)) },
    seconds: Math.round(seconds),
  }
}

async function sentencesOf(app: App, key: string): Promise<Result['told']> {
  const read = <T>(path: string): Promise<T> => call<T>(app.url, { method: 'GET', path, key })
  const { outcomes } = await read<OutputOf<typeof ListOutcomes>>('/api/outcomes')
  const { returns } = await read<OutputOf<typeof ReadReturns>>('/api/reports/returns?id=abandoned-cart')
  return {
    outcome: outcomes.find(({ journey }) => journey === 'abandoned-cart')?.sentence ?? '',
    returned: returns[0]?.sentence ?? '',
  }
}

function exits(reports: readonly Report[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { left } of reports) for (const { reason, runs } of left.reasons) counts[reason] = (counts[reason] ?? 0) + runs
  return counts
}
