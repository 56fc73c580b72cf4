import { type AcceptedEvent, acceptEvent, type Call, isProblem } from '#events/accept.ts'
import type { HeldLine, ReplayHeld } from '#events/api.ts'
import { dropHeld, type HeldRow, numberHeld, takeHeld } from '#events/held-store.ts'
import { type CompiledPlan, checkAgainst, problemOf } from '#events/plan-check.ts'
import type { InputOf, OutputOf } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { Intake } from './ingest.ts'
import { payloadOf } from './live-events.ts'

interface Options {
  readonly work: Pool
  readonly ingest: Intake
  readonly plan: (workspace: string) => Promise<CompiledPlan | null>
}

/** Events of one call; the screen goes on with the next and shows how far it has come. */
const MOST = 500

type Asked = InputOf<typeof ReplayHeld>

/** They go onto the log first and then from the table: whatever fails between the two, the message id keeps an event from counting twice. */
export async function replayHeld({ work, ingest, plan }: Options, ws: string, asked: Asked): Promise<OutputOf<typeof ReplayHeld>> {
  const { after, check, ids, kind, source, event, code } = asked
  const query = { ws, ids, kind, source, name: event, code }
  const compiled = check ? await plan(ws) : null
  return transaction(work, async (tx) => {
    const rows = await takeHeld(tx, { ...query, after, limit: MOST })
    const judged = rows.map((row) => ({ row, read: again(row, compiled) }))
    const ready = judged.flatMap(({ row, read }) => ('event' in read ? [{ row, event: read.event }] : []))
    await ingest.submit(
      ws,
      ready.map((each) => each.event),
    )
    if (ready.length > 0) await dropHeld(tx, { ws, ids: ready.map(({ row }) => row.id) })
    const last = rows.at(-1)?.id ?? after
    const reasons = new Map<string, number>()
    for (const { read } of judged) if ('problem' in read) reasons.set(read.problem.title, (reasons.get(read.problem.title) ?? 0) + 1)
    return {
      replayed: ready.length,
      still: rows.length - ready.length,
      last,
      left: rows.length < MOST ? 0 : await numberHeld(tx, { ...query, after: last }),
      reasons: [...reasons].map(([title, events]) => ({ title, events })).slice(0, 20),
    }
  })
}

/** As it would be judged now; its time of arrival stays. */
function again(row: HeldRow, plan: CompiledPlan | null): { event: AcceptedEvent } | { problem: Problem } {
  const raw = parsed(row.body)
  if (raw === undefined) return { problem: CUT }
  const arrival = {
    call: row.call === '' ? null : (row.call as Call),
    received: row.received,
    sentAt: row.sentAt || undefined,
    freshId: row.messageId || `held-${row.id}`,
    gpc: row.gpc,
  }
  const read = acceptEvent(raw, arrival)
  if (isProblem(read)) return { problem: read }
  const event = { ...read, source: row.source }
  if (plan === null) return { event }
  const verdict = checkAgainst(plan, event)
  return verdict.action === 'allow' ? { event: verdict.event } : { problem: problemOf(verdict) }
}

const CUT: Problem = { code: 'held.cut', status: 422, title: 'It was too large to be kept whole', hint: 'Send it again from its source.' }

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** As the screen shows it. */
export function heldLine(row: HeldRow, { people, sensitive }: { people: boolean; sensitive: ReadonlySet<string> }): HeldLine {
  return {
    id: row.id,
    kind: row.kind,
    source: row.source,
    event: row.name,
    messageId: row.messageId,
    received: row.received,
    problem: said(row.problem),
    payload: people ? payloadOf(row, sensitive) : null,
  }
}

function said({ code, title, detail, hint, at, problems }: Problem): HeldLine['problem'] {
  const one = { code, title, ...(detail && { detail }), ...(hint && { hint }), ...(at && { at }) }
  return problems ? { ...one, problems: problems.map(said) } : one
}
