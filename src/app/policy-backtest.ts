import { Worker } from 'node:worker_threads'
import type { ChoiceCase, ChoiceEvaluation, ChoiceQuestion } from '#decisions/evaluation/choice.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { outcomesOf } from './learning/choice-store.ts'
import { type Decided, type DecisionRow, decisionsCount, drawnDecisions } from './policy-backtest-store.ts'

/** Decisions that are read at most, the newest: they are all in memory of the thread at once. */
const MOST = 40_000
const AT_ONCE = 2_000
/** Real ms, and memory, that one valuation may take. */
const LONGEST_MS = 600_000
const MEGABYTES = 1_024

/** What the thread is told: cases whose records are still text. */
export interface PolicyJob {
  readonly question: ChoiceQuestion
  readonly cases: readonly (Omit<ChoiceCase, 'record'> & { readonly record: string })[]
}

export interface PolicyBacktest {
  readonly analytics: Analytics
  readonly decided: Decided
  readonly question: ChoiceQuestion
  /** Outcomes of a decision are counted so long, ms. */
  readonly within: number
  /** Told after each slice; false: stop. */
  readonly onProgress: (done: number, total: number) => Promise<boolean>
  readonly signal?: AbortSignal | undefined
}

/** Values a policy on the log of decisions, reckoning in a thread of its own; null: it was stopped. */
export async function policyBacktest(given: PolicyBacktest): Promise<ChoiceEvaluation | null> {
  const { analytics, decided, onProgress, signal } = given
  const all = await decisionsCount(analytics, decided)
  const total = Math.min(MOST, all)
  const cases: PolicyJob['cases'][number][] = []
  let before = { at: decided.to, id: '' }
  while (cases.length < total) {
    if (signal?.aborted || !(await onProgress(cases.length, total))) return null
    const rows = await drawnDecisions(analytics, decided, { before, limit: Math.min(AT_ONCE, MOST - cases.length) })
    const last = rows.at(-1)
    if (!last) break
    cases.push(...(await withOutcomes(given, rows)))
    before = { at: last.at, id: last.id }
  }
  if (!(await onProgress(cases.length, total))) return null
  const told = await inThread({ question: given.question, cases })
  const cut = all > MOST ? [`Of ${all} decisions the newest ${MOST} are used.`] : []
  return { ...told, notes: [...told.notes, ...cut] }
}

async function withOutcomes(
  { analytics, decided: { workspace }, within, signal }: PolicyBacktest,
  rows: readonly DecisionRow[],
): Promise<PolicyJob['cases'][number][]> {
  const outcomes = await outcomesOf(analytics, workspace, { decisions: rows, within, ...(signal && { signal }) })
  return rows.map(({ unit, at, record }, i) => ({ unit, at, record, ...outcomes[i]! }))
}

export type PolicyAnswer = { readonly kind: 'told'; readonly told: ChoiceEvaluation } | { readonly kind: 'failed'; readonly error: string }

/** Sending never waits for it. */
async function inThread(job: PolicyJob): Promise<ChoiceEvaluation> {
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
    const answer = await promise
    if (answer.kind === 'failed') throw new Error(answer.error)
    return answer.told
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
