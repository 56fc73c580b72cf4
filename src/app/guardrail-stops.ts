import type { Logger } from 'pino'
import { digest } from '#lib/hash.ts'
import { canonical, type Json, type JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { type ExperimentParts, readExperiment, readGuardrails, type Shelf, shelfOf } from '#measurement/experiments/actions.ts'
import { holdoutPeriods } from '#measurement/experiments/exposures-store.ts'
import { type Crossed, tamed } from '#measurement/experiments/guardrails.ts'
import { type Crossing, endResults, noteCrossing, noteResults, type Result, resultsOf } from '#measurement/experiments/results-store.ts'
import { type Described, sourcesOf } from '#measurement/experiments/sources.ts'
import { type Announce, apply, liveDocuments, liveOfKind } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { enqueue, type OutboxEntry } from '#platform/outbox.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { appendAudit } from '#workspaces/audit-store.ts'
import { notifyPerson } from '#workspaces/comments/store.ts'
import { listMembers, workspaceIds } from '#workspaces/store.ts'
import { letterOf, sayIn } from './colleague-letters.ts'
import { switchMode } from './journey-lifecycle.ts'
import { REPORT } from './test-message.ts'

export interface GuardParts extends ExperimentParts {
  /** Knows every workspace. */
  readonly work: Pool
  readonly announce: Announce
  /** Something was put on the log. */
  readonly appended: () => void
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

const ACTOR = 'system:guardrails'
const DAY = 86_400_000

/** Looks at every guardrail that somebody wrote; what is surely crossed is stopped, put on the audit log and told to people. Repeatable. */
export async function watchGuardrails(parts: GuardParts): Promise<void> {
  for (const workspace of await guardedWorkspaces(parts.work)) {
    const shelf = await shelfOf(parts, workspace)
    for (const { described, crossed } of await readGuardrails(parts, shelf))
      for (const each of crossed) if (await act(parts, shelf, { described, crossed: each })) parts.appended()
  }
}

async function guardedWorkspaces(work: Pool): Promise<string[]> {
  const written = [...(await liveOfKind(work, 'journey')), ...(await liveOfKind(work, 'experiment'))]
  const guarded = written.filter(({ body }) => (((body as JsonObject)['guardrails'] ?? []) as Json[]).length > 0)
  return [...new Set(guarded.map(({ ws }) => ws))].sort()
}

interface Acting {
  readonly described: Described
  readonly crossed: Crossed
}

/** True: something was stopped or told. A guardrail acts once for each version of its document, so whoever goes on knowingly is let be. */
function act(parts: GuardParts, { workspace, versions }: Shelf, { described, crossed }: Acting): Promise<boolean> {
  const { source } = described
  const document = 'journey' in source ? `journey/${source.journey}` : `experiment/${'id' in source ? source.id : ''}`
  const version = versions.get(document) ?? 0
  const at = parts.now()
  return transaction(parts.work, async (tx) => {
    const body = source.kind === 'experiment' ? await liveBody(tx, workspace, source.id) : undefined
    // Its people get what control gets already: what is seen now is from before.
    if (body && canonical(tamed(body, crossed.arm) as Json) === canonical(body)) return false
    const did = !crossed.guard.stop ? 'told' : source.kind === 'experiment' ? 'replaced' : 'paused'
    const crossing: Crossing = {
      experiment: described.key,
      metric: crossed.metric,
      arm: crossed.arm,
      version,
      at,
      did,
      sentence: crossed.sentence,
    }
    if (!(await noteCrossing(tx, workspace, crossing))) return false
    const object = did === 'told' ? `${described.key} ${crossed.metric}` : await stop(parts, tx, { workspace, described, crossed, at })
    await tellPeople(tx, workspace, { title: described.title, crossing, done: object !== null })
    parts.logger.warn({ workspace, ...crossing }, 'a guardrail was crossed')
    await appendAudit(
      tx,
      { workspace, actor: ACTOR, action: `guardrail.${did}`, object: object ?? `${described.key} stood still already`, requestId: '' },
      at,
    )
    return true
  })
}

/** What was done, for the audit log; null: there was nothing to stop any more. */
async function stop(
  { announce, kinds }: GuardParts,
  tx: Queryable,
  { workspace, described: { source }, crossed, at }: Acting & { readonly workspace: string; readonly at: number },
): Promise<string | null> {
  if ('journey' in source) {
    const paused = await switchMode(tx, { id: source.journey, mode: 'pause' }, { workspace, actor: ACTOR, at, announce })
    return isRefusal(paused) ? null : paused.object
  }
  if (source.kind !== 'experiment') return null
  const live = await liveBody(tx, workspace, source.id)
  if (!live) return null
  const body = tamed(live, crossed.arm) as Json
  const documents = [{ kind: 'experiment', id: source.id, body }]
  const applied = await apply(tx, { workspace, actor: ACTOR, at }, { kinds, documents, prune: false, announce })
  if (isRefusal(applied)) throw new Error(`the experiment ${source.id} could not be stopped: ${JSON.stringify(applied.refused)}`)
  return applied.revision === null ? null : `experiment:${source.id} ${crossed.arm} → control`
}

async function liveBody(tx: Queryable, workspace: string, experiment: string): Promise<JsonObject | undefined> {
  const found = (await liveDocuments(tx, workspace)).find(({ kind, id }) => kind === 'experiment' && id === experiment)
  return found?.body as JsonObject | undefined
}

const DONE = {
  paused: 'The journey was paused: nobody gets further in it until somebody lets it run again.',
  replaced: 'People of this arm get what control gets from now on; their arm stays on record.',
  told: 'Nothing was stopped: the guardrail only tells.',
}

/** A note to everybody of the workspace who runs it. */
async function tellPeople(
  tx: Queryable,
  workspace: string,
  { title, crossing, done }: { readonly title: string; readonly crossing: Crossing; readonly done: boolean },
): Promise<void> {
  const { experiment, metric, arm, version, at, did, sentence } = crossing
  const name = digest([experiment, metric, arm, String(version)].join('\u0000'))
  const what = done || did === 'told' ? DONE[did] : 'It stood still already.'
  const words = { title: `Guardrail crossed: “${title}”`, sentence: `Where: “${title}” (${experiment}).` }
  const admins = (await listMembers(tx, workspace)).filter(({ role }) => role === 'admin')
  for (const { id: person } of admins)
    await notifyPerson(tx, `guardrail ${name}`, {
      workspace,
      person,
      kind: 'journey-stopped',
      title: words.title,
      detail: [sentence, done || did === 'told' ? what : ''].filter(Boolean).join(' '),
      about: { kind: 'experiment', id: experiment },
      at,
    })
  const entries = admins.map(({ email, language }): OutboxEntry => {
    const say = sayIn(language)
    return {
      id: `${REPORT}${digest([name, email.toLowerCase()].join('\u0000'))}`,
      ws: workspace,
      key: `${REPORT}guardrails`,
      channel: 'email',
      address: email,
      topic: '',
      lane: 'transactional',
      due: at,
      expires: at + DAY,
      payload: {
        journey_id: '',
        version: 0,
        enrollment_id: name,
        step_id: '',
        note: true,
        subject: say(words.title),
        text: letterOf([say(sentence), say(what), say(words.sentence)]),
      },
    }
  })
  await enqueue(tx, entries, at)
}

/**
 * Reads everything that is live once a day, and what is new at once, so that lists need not read it; and notes what has ended: past effects
 * tell how large effects usually are here. Repeatable.
 */
export async function noteExperiments(parts: GuardParts): Promise<void> {
  for (const workspace of await workspaceIds(parts.work)) {
    const shelf = await shelfOf(parts, workspace)
    const periods = await holdoutPeriods(parts.analytics, workspace)
    const live = sourcesOf(shelf.library, ({ id }) => periods.get(id) ?? [])
    const now = parts.now()
    // Whose end is over has ended as well, though its document is live.
    const going = new Set(live.filter(({ end }) => end === null || end > now).map(({ key }) => key))
    const noted = await resultsOf(parts.work, workspace)
    // Of what ended and goes on again nothing stands there yet.
    const today = new Set(
      noted.filter((each) => each.at >= now - (now % DAY) && each.ended !== going.has(each.experiment)).map(({ experiment }) => experiment),
    )
    const results: Result[] = []
    for (const described of live) if (!today.has(described.key)) results.push(...(await resultsNow(parts, shelf, described)))
    await transaction(parts.work, async (tx) => {
      await noteResults(tx, workspace, results)
      await endResults(tx, workspace, [...going])
    })
  }
}

async function resultsNow(parts: GuardParts, shelf: Shelf, described: Described): Promise<Result[]> {
  const report = await readExperiment(parts, shelf, described)
  const { asOf } = report
  const first = report.readouts[0]?.readout
  const found = (first?.comparisons ?? []).flatMap(({ role, metric, control, treated, verdict, sentence, relative }) =>
    role === 'primary'
      ? [
          {
            experiment: described.key,
            metric,
            arm: treated.arm,
            control: control.arm,
            at: asOf,
            verdict,
            sentence,
            effect: relative?.estimate ?? null,
            se: relative?.se ?? null,
          },
        ]
      : [],
  )
  return found.length > 0
    ? found
    : [
        {
          experiment: described.key,
          ...NOTHING_COMPARED,
          at: asOf,
          verdict: first?.blocked?.code ?? 'none',
          sentence: report.sentence,
        },
      ]
}

/** That nothing can be compared yet, and why, is a result too. */
const NOTHING_COMPARED = { metric: '', arm: '', control: '', effect: null, se: null } as const
