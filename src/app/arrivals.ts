import { randomUUID } from 'node:crypto'
import { type AcceptedEvent, acceptEvent, type Call, isProblem, LIMITS } from '#events/accept.ts'
import type { HeldEvent } from '#events/held-store.ts'
import { type CompiledPlan, checkAgainst, problemOf } from '#events/plan-check.ts'
import { redacted } from '#events/redact.ts'
import type { Json } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'

/** What came in one request, and by which key. */
export interface Arrival {
  /** The call of the route; a batch names it in each event. */
  readonly call: Call | null
  readonly source: string
  readonly sentAt: unknown
  readonly now: number
  /** Of the whole request: a small one cannot hold a large event. */
  readonly bytes: number
  readonly gpc: boolean
}

export interface Verdict {
  readonly index: number
  readonly messageId: string | null
  readonly problem: Problem
}

export interface Judged {
  readonly accepted: AcceptedEvent[]
  /** Accepted by the sender's lights, but not for the log; with their place in the request. */
  readonly quarantined: (HeldEvent & { readonly index: number })[]
  readonly rejected: Verdict[]
  /** The same, as they are kept for somebody who looks. */
  readonly refused: HeldEvent[]
  /** Of each event the client that sent it, with what became of it. */
  readonly outcomes: readonly { readonly library: string; readonly outcome: Outcome; readonly code: string }[]
}
export type Outcome = 'accepted' | 'violating' | HeldEvent['kind']

/** Characters of a refused event that are kept. */
const KEPT = LIMITS.event

/** A bad event is refused by itself; the rest of the batch goes on. */
export function judge(raws: readonly unknown[], arrival: Arrival, plan: CompiledPlan | null): Judged {
  const accepted: AcceptedEvent[] = []
  const quarantined: Judged['quarantined'] = []
  const rejected: Verdict[] = []
  const refused: HeldEvent[] = []
  const outcomes: Judged['outcomes'][number][] = []
  for (const [index, raw] of raws.entries()) {
    const judged = judgeOne(raw, arrival, plan)
    if (judged.event) accepted.push(judged.event)
    else if (judged.outcome === 'quarantined') quarantined.push({ ...heldOf(raw, judged, arrival), index })
    else {
      rejected.push({ index, messageId: textOf(raw, 'messageId') || null, problem: judged.problem! })
      refused.push(heldOf(raw, judged, arrival))
    }
    outcomes.push({ library: libraryOf(raw), outcome: judged.outcome, code: judged.problem?.code ?? '' })
  }
  return { accepted, quarantined, rejected, refused, outcomes }
}

interface One {
  readonly outcome: Outcome
  /** For the log. */
  readonly event?: AcceptedEvent
  readonly problem?: Problem
  readonly messageId: string
}

function judgeOne(raw: unknown, { call, source, sentAt, now, bytes, gpc }: Arrival, plan: CompiledPlan | null): One {
  const read =
    (bytes > LIMITS.event ? oversize(raw) : null) ?? acceptEvent(raw, { call, received: now, sentAt, freshId: randomUUID(), gpc })
  if (isProblem(read)) return { outcome: 'rejected', problem: read, messageId: textOf(raw, 'messageId') }
  const event = { ...read, source }
  if (plan === null) return { outcome: 'accepted', event, messageId: event.id }
  const verdict = checkAgainst(plan, event)
  const broken = verdict.faults.some(({ kind }) => kind !== 'renamed')
  if (verdict.action === 'allow') return { outcome: broken ? 'violating' : 'accepted', event: verdict.event, messageId: event.id }
  return { outcome: verdict.action === 'block' ? 'blocked' : 'quarantined', problem: problemOf(verdict), messageId: event.id }
}

/** A refused event is kept for people to read, so its secrets are not kept; one in quarantine goes on as it came. */
function heldOf(raw: unknown, { outcome, problem, messageId }: One, { call, source, sentAt, now, gpc }: Arrival): HeldEvent {
  const kept = outcome === 'quarantined' ? raw : redacted((raw ?? null) as Json)
  const text = JSON.stringify(kept) ?? 'null'
  return {
    kind: outcome as HeldEvent['kind'],
    source,
    name: clean(textOf(raw, 'event') || textOf(raw, 'type') || (call ?? '')).slice(0, LIMITS.name),
    messageId: clean(messageId).slice(0, LIMITS.messageId),
    received: now,
    problem: storable(problem!),
    body: outcome === 'quarantined' ? text : text.slice(0, KEPT),
    call: call ?? '',
    sentAt: typeof sentAt === 'string' ? clean(sentAt).slice(0, 100) : '',
    gpc,
  }
}

/** What PostgreSQL takes as text. */
const clean = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()
const storable = (problem: Problem): Problem =>
  JSON.parse(JSON.stringify(problem, (_name, value: unknown) => (typeof value === 'string' ? clean(value) : value)))

function textOf(raw: unknown, name: string): string {
  const value = raw !== null && typeof raw === 'object' ? (raw as Record<string, unknown>)[name] : undefined
  return typeof value === 'string' ? value : ''
}

/** `analytics-node 2.1.0`, as Segment's clients say it. */
function libraryOf(raw: unknown): string {
  const context = raw !== null && typeof raw === 'object' ? (raw as Record<string, unknown>)['context'] : undefined
  const library = context !== null && typeof context === 'object' ? (context as Record<string, unknown>)['library'] : undefined
  return clean(`${textOf(library, 'name')} ${textOf(library, 'version')}`.trim()).slice(0, 80)
}

function oversize(raw: unknown): Problem | null {
  const bytes = Buffer.byteLength(JSON.stringify(raw) ?? '')
  if (bytes <= LIMITS.event) return null
  return {
    code: 'event.too_large',
    status: 400,
    title: `The event has ${bytes} bytes`,
    hint: `Keep an event at ${LIMITS.event} bytes or less`,
  }
}
