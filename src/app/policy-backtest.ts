import { Worker } from 'node:worker_threads'
import type { ResponseReport } from '#decisions/evaluation/api.ts'
import type { ChoiceCase, ChoiceEvaluation, ChoiceQuestion } from '#decisions/evaluation/choice.ts'
import type { ChoiceRule } from '#decisions/record.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { outcomesOf } from './learning/choice-store.ts'
import { type Decided, type DecisionRow, decisionsCount, drawnDecisions } from './policy-backtest-store.ts'

/** Decisions that are read at most, the newest: they are all in memory of the thread at once. */
const MOST = 40_000
const AT_ONCE = 2_000
/** Real ms, and memory, that one valuation may take. */
const LONGEST_MS = 600_000
const MEGABYTES = 1_024

/** A case whose record is still text. */
export type CaseText = Omit<ChoiceCase, 'record'> & { readonly record: string }

/** What the thread is told. */
export type PolicyJob =
  | { readonly kind: 'evaluate'; readonly question: ChoiceQuestion; readonly cases: readonly CaseText[] }
  | { readonly kind: 'respond'; readonly rule: ChoiceRule; readonly cases: readonly CaseText[] }

/** What an offer does to people, and to each of them: profile id, mean and standard deviation. */
export interface Responded {
  readonly report: ResponseReport
  readonly scores: readonly { readonly offer: string; readonly people: readonly (readonly [id: string, mean: number, sd: number])[] }[]
}

export interface Reading {
  readonly analytics: Analytics
  readonly decided: Decided
  /** Outcomes of a decision are counted so long, ms. */
  readonly within: number
  /** Told after each slice; false: stop. */
  readonly onProgress: (done: number, total: number) => Promise<boolean>
  readonly signal?: AbortSignal | undefined
}

/** Values a policy on the log of decisions, reckoning in a thread of its own; null: it was stopped. */
export async function policyBacktest(given: Reading & { readonly question: ChoiceQuestion }): Promise<ChoiceEvaluation | null> {
  const read = await casesOf(given)
  if (!read) return null
  const answer = await inThread({ kind: 'evaluate', question: given.question, cases: read.cases })
  if (answer.kind !== 'told') throw new Error(answer.kind === 'failed' ? answer.error : 'the thread answered something else')
  const cut = read.all > MOST ? [`Of ${read.all} decisions the newest ${MOST} are used.`] : []
  return { ...answer.told, notes: [...answer.told.notes, ...cut] }
}

/** What offers do to people, from the choices of one model; null: it was stopped. */
export async function responsesFrom(given: Reading & { readonly rule: ChoiceRule }): Promise<Responded | null> {
  const read = await casesOf(given)
  if (!read) return null
  const answer = await inThread({ kind: 'respond', rule: given.rule, cases: read.cases })
  if (answer.kind !== 'responded') throw new Error(answer.kind === 'failed' ? answer.error : 'the thread answered something else')
  return answer.responded
}

async function casesOf(given: Reading): Promise<{ readonly cases: readonly CaseText[]; readonly all: number } | null> {
  const { analytics, decided, onProgress, signal } = given
  const all = await decisionsCount(analytics, decided)
  const total = Math.min(MOST, all)
  const cases: CaseText[] = []
  let before = { at: decided.to, id: '' }
  while (cases.length < total) {
    if (signal?.aborted || !(await onProgress(cases.length, total))) return null
    const rows = await drawnDecisions(analytics, decided, { before, limit: Math.min(AT_ONCE, MOST - cases.length) })
    const last = rows.at(-1)
    if (!last) break
    cases.push(...(await withOutcomes(given, rows)))
    before = { at: last.at, id: last.id }
  }
  return (await onProgress(cases.length, total)) ? { cases, all } : null
}

async function withOutcomes(
  { analytics, decided: { workspace }, within, signal }: Reading,
  rows: readonly DecisionRow[],
): Promise<CaseText[]> {
  const outcomes = await outcomesOf(analytics, workspace, { decisions: rows, within, ...(signal && { signal }) })
  return rows.map(({ unit, at, record }, i) => ({ unit, at, record, ...outcomes[i]! }))
}

export type PolicyAnswer =
  | { readonly kind: 'told'; readonly told: ChoiceEvaluation }
  | { readonly kind: 'responded'; readonly responded: Responded }
  | { readonly kind: 'failed'; readonly error: string }

/** Sending never waits for it. */
async function inThread(job: PolicyJob): Promise<PolicyAnswer> {
  const worker = new Worker(new URL('./policy-thread.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
    env: {},
    execArgv: [],
  })
  const { promise, resolve, reject } = Promise.withResolvers<PolicyAnswer>()
  const timer = setTimeout(() => reject(new Error(`valuing the policy took longer than ${LONGEST_MS} ms`)), LONGEST_MS)
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', (code) => reject(new Error(`the thread that valued the policy ended with ${code}`)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
