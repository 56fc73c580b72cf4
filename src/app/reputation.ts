import type { Logger } from 'pino'
import { domainOf } from '#channels/address.ts'
import { isWorn, type Trouble, troubleOf, WORN } from '#channels/bounce.ts'
import { TemplatePayload } from '#channels/payload.ts'
import type { ProviderReceipt } from '#channels/provider.ts'
import { receipt } from '#channels/receipts.ts'
import { firstHour, type Standing, standingOf, WINDOWS } from '#channels/reputation.ts'
import {
  countHanded,
  lockIdentity,
  noteTrouble,
  pausedDomains,
  softBounces,
  tallySince,
  writeStanding,
} from '#channels/reputation-store.ts'
import type { EventRecord } from '#events/schema.ts'
import { isRefusal } from '#lib/problem.ts'
import type { AuditTrail } from '#platform/http/audit.ts'
import type { Queryable } from '#platform/log.ts'
import type { Claimed } from '#platform/outbox.ts'
import { suppress } from '#platform/suppressions.ts'
import type { Due, PrepareParts } from './prepare.ts'
import type { Weigh } from './reception.ts'
import type { Ending } from './settler.ts'
import { isAmongUs } from './test-message.ts'

export interface ReputationParts {
  readonly db: Queryable
  readonly trail: AuditTrail
  readonly render: Pick<PrepareParts, 'library' | 'sender'>
  readonly logger: Logger
  /** Remembers an answer for a little while. */
  readonly remembering: <Value>(ask: (workspace: string) => Promise<Value>) => (workspace: string) => Promise<Value>
}

/** Counts how mail of each sending domain is taken, and pauses its marketing when its name is at stake. */
export interface Reputation {
  readonly weigh: Weigh
  readonly noted: (tx: Queryable, ended: readonly Ending[], now: number) => Promise<readonly EventRecord[]>
  readonly paused: (entry: Claimed) => Promise<boolean>
}

export function reputation(parts: ReputationParts): Reputation {
  const { render, remembering, db } = parts
  const pausedOf = remembering(async (workspace) => new Set(await pausedDomains(db, workspace)))
  return {
    async weigh(tx, { row, said, now }) {
      const kind = row.channel === 'email' && !isAmongUs(row.id) ? troubleOf(said) : null
      if (kind === null) return said
      const domain = await sendingDomain(row, render)
      const trouble = { ws: row.ws, effect: row.id, kind, domain, address: row.address, sentAt: row.settledAt ?? row.createdAt, at: now }
      const fresh = await noteTrouble(tx, trouble)
      if (fresh && kind !== 'soft') await judged(tx, { ws: row.ws, domain, now }, parts)
      return kind === 'soft' ? hardened(tx, { said, ws: row.ws, address: row.address, now }) : said
    },
    async noted(tx, ended, now) {
      const mails = ended.flatMap(handed)
      await countHanded(
        tx,
        mails.map(({ ending: { entry }, domain }) => ({ ws: entry.ws, domain })),
        now,
      )
      const records: EventRecord[] = []
      for (const { ending, domain } of mails) records.push(...(await refusedAtOnce(tx, { ending, domain, now }, parts)))
      return records
    },
    paused: async (entry) => {
      const domains = await pausedOf(entry.ws)
      return domains.size > 0 && domains.has(await sendingDomain(entry, render))
    },
  }
}

/** The domain of the From address of a mail, by its step, template and sender as they are now; '' when nobody can tell. */
export async function sendingDomain(due: Pick<Due, 'ws' | 'payload'>, { library, sender }: ReputationParts['render']): Promise<string> {
  const payload = TemplatePayload.safeParse(due.payload)
  let named = ''
  if (payload.success && due.payload['note'] !== true) {
    const compiled =
      payload.data.sender === '' ? await library.compiled(due.ws, payload.data.template, payload.data.template_version) : null
    named = payload.data.sender || (compiled === null || isRefusal(compiled) ? '' : (compiled.sender ?? ''))
  }
  const found = await sender(due.ws, named)
  return found ? domainOf(found.from.address).toLowerCase() : ''
}

/** Mail that a server has taken, or has refused for good. */
function handed(ending: Ending): { readonly ending: Ending; readonly domain: string }[] {
  const { entry, verdict, made, through } = ending
  if (made?.prepared.kind !== 'email' || isAmongUs(entry.id) || through?.sandbox) return []
  if (verdict.status !== 'sent' && verdict.status !== 'failed') return []
  return [{ ending, domain: domainOf(made.prepared.parts.from.address).toLowerCase() }]
}

interface Refusing {
  readonly ending: Ending
  readonly domain: string
  readonly now: number
}

/** What the first server says of an address counts as if it came back by mail. */
async function refusedAtOnce(tx: Queryable, { ending, domain, now }: Refusing, parts: ReputationParts): Promise<EventRecord[]> {
  const { entry, verdict } = ending
  const kind = verdict.status === 'failed' ? troubleAtOnce(verdict) : null
  if (kind === null) return []
  const about = { ws: entry.ws, address: entry.address }
  const fresh = await noteTrouble(tx, { ...about, effect: entry.id, kind, domain, sentAt: now, at: now })
  if (fresh && kind !== 'soft') await judged(tx, { ws: entry.ws, domain, now }, parts)
  if (kind !== 'soft') return []
  const said = await hardened(tx, { said: { name: 'message.bounced', at: now, reason: verdict.reason }, ...about, now })
  if (!said.permanent) return []
  await suppress(tx, [{ ...about, topic: '', reason: 'bounced' }], now)
  const props = { reason: said.reason ?? '', address: entry.address, permanent: true }
  return [receipt(entry, { name: 'message.bounced', at: now, props })]
}

/** Without an exact word (RFC 3463) a refusal may have been meant for this message only. */
function troubleAtOnce({ bounced, reason }: Ending['verdict']): Trouble | null {
  if (!bounced && !/[._]5\.(?:1\.[78]|2\.[12]|7\.\d+)$/.test(reason)) return null
  return troubleOf({ name: 'message.bounced', permanent: bounced, reason })
}

/** One soft bounce too many makes the address a bad one. */
async function hardened(
  tx: Queryable,
  { said, ws, address, now }: { said: ProviderReceipt; ws: string; address: string; now: number },
): Promise<ProviderReceipt> {
  const times = await softBounces(tx, { ws, address, since: now - WORN.within })
  return isWorn(times, now) ? { ...said, permanent: true, reason: 'soft_bounces', once: 'worn' } : said
}

/** Looks at the numbers of a domain, and says so when they have become bad: on the audit log, in the same transaction. */
async function judged(
  tx: Queryable,
  { ws, domain, now }: { ws: string; domain: string; now: number },
  { trail, logger }: Pick<ReputationParts, 'trail' | 'logger'>,
): Promise<void> {
  if (domain === '') return
  const known = await lockIdentity(tx, ws, domain)
  if (known?.state === 'paused') return
  const standing = await standingNow(tx, { ws, domain, now, countedFrom: known?.countedFrom ?? 0 })
  if (standing.state === (known?.state ?? 'good')) return
  if (!(await writeStanding(tx, { ws, domain, standing, now })) || standing.state === 'good') return
  logger.warn({ ws, domain, ...standing }, standing.state === 'paused' ? 'marketing of a domain is paused' : 'the name of a domain suffers')
  const after = `${standing.cause} ${(standing.rate * 100).toFixed(2)} % of ${standing.sent}`
  await trail.within(tx, {
    workspace: ws,
    actor: 'system:reputation',
    action: standing.state === 'paused' ? 'sending.paused' : 'sending.warned',
    object: `sending:${domain}`,
    before: known?.state ?? 'good',
    after,
    requestId: '',
  })
}

/** How a domain stands by its numbers. */
export async function standingNow(
  db: Queryable,
  { ws, domain, now, countedFrom }: { ws: string; domain: string; now: number; countedFrom: number },
): Promise<Standing> {
  const tallies = []
  for (const window of WINDOWS) tallies.push(await tallySince(db, { ws, domain, hour: firstHour(window, { now, countedFrom }) }))
  return standingOf(tallies)
}
