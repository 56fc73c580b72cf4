import { type Connect, connect } from '#content/adapters/connected.ts'
import type { Renderer } from '#content/adapters/worker.ts'
import { type Touched, touchedBy } from '#content/catalogue-store.ts'
import { noteAttempts } from '#content/coupons-store.ts'
import { toldOf } from '#content/live.ts'
import { keptContents } from '#content/live-store.ts'
import type { Learned } from '#decisions/recommend/learned.ts'
import { deciderOf } from '#decisions/rollout.ts'
import { askable, modelNamed, modelsOfType } from '#decisions/snapshot.ts'
import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { AnalyticsError } from '#platform/analytics/analytics.ts'
import type { Egress } from '#platform/egress.ts'
import type { Queryable } from '#platform/log.ts'
import type { CurrentModels } from './learning/current.ts'
import { contentChooser } from './live-chooser.ts'
import type { LiveParts } from './live-content.ts'
import { type StaysHere, staysHere } from './sample/nothing-leaves.ts'
import type { Ending } from './settler.ts'

interface Options {
  readonly db: Queryable
  readonly analytics: Analytics
  readonly renderer: Renderer
  readonly egress: Egress
  /** A secret's value, for this host and port only. */
  readonly secret: (asked: { workspace: string; name: string; target: string }) => Promise<string | undefined>
  /** What models have learned by now. */
  readonly models: CurrentModels
  readonly now: () => number
  readonly warn: (error: unknown) => void
}

/** What live content is made with in a process that delivers. */
export function liveParts({ db, analytics, renderer, egress, secret, models, now, warn }: Options): LiveParts {
  return {
    db,
    renderer,
    now,
    connect: keptIn(staysHere(db), connectData(egress, secret)),
    learned: learnedBy(models, now),
    chooser: contentChooser(models, now),
    touched: together(async (ws, profiles) => {
      try {
        return await touchedBy(analytics, { ws, profiles, now: now() })
      } catch (error) {
        if (!(error instanceof AnalyticsError)) throw error
        warn(error)
        return null
      }
    }),
  }
}

/** The version of the model that decides for the person, if it may be asked. */
const learnedBy =
  (models: CurrentModels, now: () => number): LiveParts['learned'] =>
  async ({ ws, profile, model }) => {
    const all = await models(ws)
    const found = model === undefined ? modelsOfType(all, 'recommendation')[0] : modelNamed(all, model, 'recommendation')
    if (!found) return 'model_missing'
    const { decides } = deciderOf(all, found.model.id, profile)
    const snapshot = askable(decides, now(), milliseconds(found.model.freshFor)!)
    return typeof snapshot === 'string' ? snapshot : (snapshot.body as Learned)
  }

const connectData = (egress: Egress, secret: Options['secret']): Connect =>
  connect({ egress, real: () => performance.now(), secret: (workspace, name, target) => secret({ workspace, name, target }) })

/** A sample workspace asks nobody: there is no answer. */
const keptIn =
  (stays: StaysHere, ask: Connect): Connect =>
  async (wanted) =>
    (await stays(wanted.ws)) ? undefined : ask(wanted)

/** People whose past is wanted within so long (ms) are asked about together. */
const GATHER_MS = 10
const MOST = 200

type AskMany = (workspace: string, profiles: readonly string[]) => Promise<ReadonlyMap<string, Touched> | null>

/** Asks once for all who are wanted at the same time; ClickHouse answers hundreds as fast as one. */
export function together(ask: AskMany): LiveParts['touched'] {
  const waiting = new Map<string, { readonly profile: string; readonly told: PromiseWithResolvers<Touched | null> }[]>()
  const flush = async (workspace: string): Promise<void> => {
    const group = waiting.get(workspace) ?? []
    waiting.delete(workspace)
    for (let from = 0; from < group.length; from += MOST) {
      const part = group.slice(from, from + MOST)
      try {
        const found = await ask(workspace, [...new Set(part.map(({ profile }) => profile))])
        for (const { profile, told } of part) told.resolve(found && (found.get(profile) ?? { viewed: [], bought: [] }))
      } catch (error) {
        for (const { told } of part) told.reject(error)
      }
    }
  }
  return (workspace, profile) => {
    const told = Promise.withResolvers<Touched | null>()
    const group = waiting.get(workspace)
    if (group) group.push({ profile, told })
    else {
      waiting.set(workspace, [{ profile, told }])
      setTimeout(() => void flush(workspace), GATHER_MS)
    }
    return told.promise
  }
}

/** What receipts say of messages that showed something of the person's own. */
export async function shownIn(
  db: Queryable,
  rows: readonly { readonly ws: string; readonly id: string }[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const kept = await keptContents(db, rows)
  return new Map(kept.map(({ ws, id, content, ...of }) => [`${ws} ${id}`, toldOf(content, of)]))
}

/** Notes on coupons how attempts ended, in the transaction that settles them. */
export const noteCoupons = (tx: Queryable, ended: readonly Ending[]): Promise<void> =>
  noteAttempts(
    tx,
    ended.map(({ entry, verdict, made }) => ({ ws: entry.ws, effect: entry.id, attempt: entry.attempt, end: endOf(entry, verdict, made) })),
  )

/** Without an answer a transactional message is tried again, and looks like one that was refused: nobody can say of it whether it left. */
function endOf(entry: Ending['entry'], verdict: Ending['verdict'], made: Ending['made']): 'sent' | 'not-sent' | 'unknown' {
  if (verdict.status === 'sent') return 'sent'
  if (verdict.status === 'ambiguous') return 'unknown'
  const tried = made !== undefined && entry.lane === 'transactional' && (verdict.status === 'ready' || verdict.status === 'dead')
  return tried ? 'unknown' : 'not-sent'
}
