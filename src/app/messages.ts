import type { z } from 'zod'
import { GetMessage, ListMessages, type MessageSummary, ReplayMessage } from '#channels/api.ts'
import type { Header, Prepared, PreparedEmail } from '#channels/channel.ts'
import { originOf } from '#channels/payload.ts'
import { asRead } from '#channels/words.ts'
import { lanes } from '#journeys/lanes.ts'
import { explain } from '#journeys/reasons.ts'
import type { Step } from '#journeys/steps.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { getOutbox, listOutbox, type OutboxRow, reviveOutbox } from '#platform/outbox-view.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { Archive } from './archive.ts'
import { findArchived } from './archive-store.ts'
import { deliveriesOf } from './counts-store.ts'
import { decisionsOfRun, type RunDecision } from './decisions-read-store.ts'
import type { JourneyNames } from './journey-names.ts'
import type { Parts } from './open-parts.ts'
import { type PrepareParts, prepare } from './prepare.ts'
import { bringsCode } from './test-message.ts'

interface Options {
  readonly parts: Parts
  readonly names: JourneyNames
  readonly archive: Archive
  /** As the dispatcher renders. */
  readonly render: PrepareParts
  readonly now: () => number
  readonly appended: () => void
}

type Names = Awaited<ReturnType<JourneyNames>>
type Message = z.output<typeof MessageSummary>

const PAGE = 50
const DAY = 86_400_000
const unknownMessage = (id: string): Problem => ({ code: 'message.unknown', status: 404, title: 'There is no such message', detail: id })
const NOT_DEAD: Problem = {
  code: 'message.not_dead',
  status: 409,
  title: 'Only a message that was given up can be put back into the queue',
  hint: 'Its status says what it is doing',
}

export const messageBindings = (options: Options): Binding[] => [
  bind(ListMessages, async ({ cursor, ...query }, { workspace }) => {
    const { pool } = options.parts
    const after = cursor === undefined ? undefined : cursorOf(cursor)
    const rows = await inWorkspace(pool, workspace, (tx) => listOutbox(tx, { ws: workspace, ...query, after, limit: PAGE }))
    const names = await options.names(workspace)
    const last = rows.at(-1)
    const next = last && rows.length === PAGE ? `${last.createdAt}~${last.id}` : null
    return { messages: await Promise.all(rows.map((row) => summary(row, names, options.render))), next }
  }),
  bind(GetMessage, ({ id }, principal) => showMessage(options, principal, id)),
  bindAudited(ReplayMessage, async ({ id }, { workspace }, call) => {
    const { pool } = options.parts
    const now = options.now()
    const found = await inWorkspace(pool, workspace, (tx) => getOutbox(tx, workspace, id))
    if (!found) return refuse(unknownMessage(id))
    const row = await inWorkspace(pool, workspace, async (tx) => {
      const revived = await reviveOutbox(tx, { ws: workspace, id, now, expires: now + DAY })
      if (revived) await call.audit(tx, { object: `message:${id}` })
      return revived
    })
    if (!row) return refuse(NOT_DEAD)
    options.appended()
    return { message: await summary(row, await options.names(workspace), options.render) }
  }),
]

function cursorOf(text: string): { createdAt: number; id: string } {
  const cut = text.indexOf('~')
  return { createdAt: Number(text.slice(0, cut)) || 0, id: text.slice(cut + 1) }
}

async function summary(row: OutboxRow, names: Names, render: PrepareParts): Promise<Message> {
  const origin = originOf(row.payload)
  const journey = names.version(String(origin.journey_id), Number(origin.version))
  return {
    id: row.id,
    channel: row.channel as Message['channel'],
    status: row.status,
    reason: row.reason,
    sentence: row.reason === '' ? '' : explain(row.reason),
    profile: row.key,
    to: row.channel === 'webhook' ? String(row.payload['url'] ?? '') : row.address,
    subject: await subjectOf(row, render),
    journey: String(origin.journey_id),
    journeyName: journey?.name ?? String(origin.journey_id),
    version: Number(origin.version),
    step: String(origin.step_id),
    lane: row.lane,
    topic: row.topic,
    attempts: row.attempt,
    createdAt: row.createdAt,
    at: row.settledAt ?? row.claimedAt ?? row.createdAt,
  }
}

/** Of a text its first words stand for a subject. */
const LONGEST_SUBJECT = 80

async function subjectOf(row: OutboxRow, render: PrepareParts): Promise<string> {
  if (bringsCode(row)) return 'A code for a test address'
  const made = await prepare(row, render)
  if (isRefusal(made)) return ''
  const { rendered, prepared } = made
  if (rendered) return rendered.subject
  if (prepared.kind === 'email') return ''
  if (prepared.kind === 'webhook') return `${prepared.method} ${prepared.url}`
  const { title, text } = asRead(prepared)
  return title || text.replace(/\s+/g, ' ').slice(0, LONGEST_SUBJECT)
}

/** The message as it was handed over. */
export async function showMessage(
  options: Options,
  { workspace }: Pick<Principal, 'workspace'>,
  id: string,
): Promise<Outcome<OutputOf<typeof GetMessage>>> {
  const { parts, names, render } = options
  const row = await inWorkspace(parts.pool, workspace, (tx) => getOutbox(tx, workspace, id))
  if (!row) return refuse(unknownMessage(id))
  const [shown, history, said, chosen] = await Promise.all([
    contentOf(options, row),
    deliveriesOf(parts.analytics, workspace, id),
    names(workspace),
    decisionsOfRun(parts.analytics, { workspace, enrollment: String(row.payload['enrollment_id'] ?? ''), until: row.createdAt }),
  ])
  const { template, template_version: version, enrollment_id: enrollment } = row.payload
  return {
    message: await summary(row, said, render),
    decisions: leadingTo(row, said, chosen),
    enrollment: String(enrollment),
    template: typeof template === 'string' && typeof version === 'number' ? { id: template, version } : null,
    history: history.map(({ status, reason, at }) => ({ status, reason, sentence: reason === '' ? '' : explain(reason), at })),
    ...shown,
  }
}

/** The decisions that stand on the way to the message's step, or on it; all of the run when its version is not known any more. */
function leadingTo({ payload }: OutboxRow, names: Names, chosen: readonly RunDecision[]): RunDecision[] {
  const { journey_id: journey, version, step_id: own } = originOf(payload)
  const steps = names.version(String(journey), Number(version))?.steps
  const holds = (step: Step | undefined): boolean =>
    step !== undefined && lanes(step).some((lane) => lane.steps.some((each) => each.id === own || holds(each)))
  return chosen.filter(({ step }) => !steps || step === own || holds(steps.get(step)))
}

type Shown = Pick<OutputOf<typeof GetMessage>, 'exact' | 'archived' | 'rendered' | 'headers' | 'body'>
const UNSEEN = { rendered: null, headers: [], body: null }
const pairs = (headers: readonly Header[]): [string, string][] => headers.map(([name, value]) => [name, value])

/** From the archive, as it was handed over; what has not been handed over yet is made, as it would be now. */
async function contentOf({ parts: { pool }, archive, render }: Options, row: OutboxRow): Promise<Shown> {
  if (bringsCode(row)) return { ...UNSEEN, archived: null }
  const kept = await inWorkspace(pool, row.ws, async (tx) => {
    const found = await findArchived(tx, row.ws, row.id)
    return found && { found, message: await archive.open(tx, found) }
  })
  if (!kept) return madeAgain(row, render)
  const { found, message } = kept
  const archived = { at: found.at, hash: found.contentHash, about: found.about as Record<string, never>, erased: message === null }
  if (!message) return { ...UNSEEN, archived }
  const { subject, html, text, headers, hash, eml } = message
  const rendered = eml === '' ? null : { subject, html, text }
  return { exact: hash === found.contentHash, archived, rendered, headers: pairs(headers), body: bodyOf(message.body) }
}

const bodyOf = (handedOver: string): string | null => {
  if (handedOver === '') return null
  const prepared = JSON.parse(handedOver) as Prepared
  return prepared.kind === 'email' ? handedOver : wordsOf(prepared)
}

/** What is shown of a message without HTML. */
function wordsOf(prepared: Exclude<Prepared, PreparedEmail>): string {
  if (prepared.kind === 'webhook') return prepared.body
  const { title, text } = asRead(prepared)
  return [title, text].filter(Boolean).join('\n\n')
}

async function madeAgain(row: OutboxRow, render: PrepareParts): Promise<Shown> {
  const made = await prepare(row, render)
  if (isRefusal(made)) return { ...UNSEEN, archived: null }
  const { rendered, headers, prepared, hash } = made
  return {
    ...(row.contentHash !== '' && { exact: hash === row.contentHash }),
    archived: null,
    rendered: rendered && { subject: rendered.subject, html: rendered.html, text: rendered.text },
    headers: pairs(headers),
    body: prepared.kind === 'email' ? null : wordsOf(prepared),
  }
}
