import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { VersionedPolicy } from '#consent/policies/gatekeeper.ts'
import { inForce } from '#consent/policies/packs/registry.ts'
import { Policy, PolicyPack, type ReviewReference } from '#consent/policies/schema.ts'
import { ContactPolicy, IN_FORCE } from '#consent/policy.ts'
import { Topic, Wording, type WordingHashes, wordingKey } from '#consent/topics.ts'
import { Template } from '#content/schema.ts'
import { slotConditions } from '#content/slots.ts'
import { type Budgets, budgetsOf } from '#decisions/budgets/in-force.ts'
import { priceRevisions, toldAt } from '#decisions/budgets/store.ts'
import { type Experiments, experimentsOf } from '#decisions/experiments/in-force.ts'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import { type ModelInForce, modelsOf } from '#decisions/snapshot.ts'
import type { PublishedModel } from '#decisions/standings.ts'
import { snapshotRevisions } from '#decisions/store.ts'
import { Calendar } from '#journeys/calendar.ts'
import { type Definitions, definitions, type Published } from '#journeys/definitions.ts'
import { Journey } from '#journeys/schema.ts'
import { editsAt, modesAt } from '#journeys/store.ts'
import { everyVersion } from '#platform/document-versions.ts'
import { type Definition, definitionsAt, latestRevision } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { type WatchRow, watchesAt } from '#segments/store.ts'
import { reviewsOf } from './approvals-reviews.ts'
import { budgetsAmong } from './budget-keeper.ts'
import { ModelShelf } from './learning/shelf.ts'
import type { DefinitionsSource } from './pipeline.ts'
import { conditionsOf } from './watches.ts'

interface Options {
  readonly db: Queryable
  readonly consentModes: (revision: number) => Promise<ReadonlyMap<string, Published['consent']>>
  readonly logger: Logger
  /** Where what models have learned is read; left out: a shelf of its own. */
  readonly shelf?: ModelShelf
}

/** Revisions that are still asked for: partitions may stand at different ones for a moment, and learning makes one every few seconds. */
const KEPT = 16
/** What was asked for within this time (real ms) is kept in any case: a partition that fires many timers stands at its revision for a while. */
const IN_USE_MS = 60_000

interface Prepared {
  /** When it was asked for last. */
  used: number
  readonly byWorkspace: ReadonlyMap<string, Definitions>
  readonly published: readonly PublishedModel[]
}

/** The compiled definitions of all workspaces by revision. */
export class DefinitionsRegistry implements DefinitionsSource {
  readonly #options: Options
  readonly #shelf: ModelShelf
  readonly #revisions = new Map<number, Prepared>()
  /** Versions never change, so each is read once. */
  readonly #read = new Map<string, Journey>()

  constructor(options: Options) {
    this.#options = options
    this.#shelf = options.shelf ?? new ModelShelf({ db: options.db, logger: options.logger })
  }

  async prepare(revision: number): Promise<void> {
    const held = this.#revisions.get(revision)
    if (held) {
      held.used = performance.now()
      return
    }
    this.#revisions.set(revision, (await this.#relearned(revision)) ?? (await this.#compiled(revision)))
    const byUse = [...this.#revisions].sort(([, a], [, b]) => b.used - a.used)
    for (const [old, { used }] of byUse.slice(KEPT)) if (performance.now() - used > IN_USE_MS) this.#revisions.delete(old)
  }

  /** From the revision next to it, when models have learned or prices were told between the two and nothing else has happened. Undefined: something has. */
  async #relearned(revision: number): Promise<Prepared | undefined> {
    const known = [...this.#revisions.keys()].sort((a, b) => Math.abs(a - revision) - Math.abs(b - revision))
    const [near] = known
    if (near === undefined) return undefined
    const [from, to] = near < revision ? [near, revision] : [revision, near]
    const { db } = this.#options
    const [learned, priced] = await Promise.all([snapshotRevisions(db, from, to), priceRevisions(db, from, to)])
    if (new Set([...learned, ...priced].map((each) => each.revision)).size !== to - from) return undefined
    const { byWorkspace, published } = this.#revisions.get(near)!
    const whose = new Set(learned.map(({ ws }) => ws))
    const here = published.filter(({ ws }) => whose.has(ws))
    const models = await this.#shelf.inForce(revision, here)
    const told = priced.length > 0 ? await toldAt(db, revision) : null
    const again = new Map<string, Definitions>()
    for (const [ws, before] of byWorkspace) {
      const fresh = models.get(ws)
      const budgets = told && before.budgets.exist ? { budgets: budgetsOf(before.budgets.all, told.get(ws)) } : {}
      again.set(ws, { ...before, revision, ...(fresh && { models: modelsOf(fresh) }), ...budgets })
    }
    return { used: performance.now(), byWorkspace: again, published }
  }

  async #compiled(revision: number): Promise<Prepared> {
    const { db, consentModes, logger } = this.#options
    const [live, journeys, segments, wordings, watches, modes, edits, changes] = await Promise.all([
      definitionsAt(db, revision),
      everyVersion(db, 'journey'),
      everyVersion(db, 'segment'),
      everyVersion(db, 'wording'),
      watchesAt(db, revision),
      consentModes(revision),
      editsAt(db, revision),
      modesAt(db, revision),
    ])
    const approved = await approvedIn(db, live, revision)
    const published = live.some(({ kind }) => kind === 'model') ? await this.#shelf.published(revision) : []
    const models = await this.#shelf.inForce(revision, published)
    const told = await toldIn(db, live, revision)
    const newest = this.#newest()
    const compiled = new Map<string, Definitions>()
    for (const [workspace, consent] of modes) {
      const authored = publishedIn(workspace, { live, journeys, approved, read: (each) => this.#journey(each) })
      const watched = watchedIn(workspace, { live, segments, watches })
      const here = ({ ws }: { readonly ws: string }): boolean => ws === workspace
      const edited = { edits: edits.filter(here), modes: changes.filter(here) }
      const words = wordingsIn(workspace, wordings)
      const learned = { models: models.get(workspace), budgets: budgetsIn(workspace, live, told) }
      const made = definitions(
        { ...authored, ...watched, ...edited, ...learned, wordings: words, revision, consent },
        newest?.get(workspace),
      )
      for (const { id, problem } of made.catalogue.broken)
        logger.error({ workspace, segment: id, code: problem.code }, 'a published segment cannot be read')
      for (const { id, version, problem } of made.broken)
        logger.error({ workspace, journey: id, version, code: problem.code }, 'a published journey cannot run')
      compiled.set(workspace, made)
    }
    return { used: performance.now(), byWorkspace: compiled, published }
  }

  of(revision: number, ws: string): Definitions {
    const prepared = this.#revisions.get(revision)
    if (!prepared) throw new Error(`Definitions revision ${revision} was not prepared`)
    return prepared.byWorkspace.get(ws) ?? definitions({ workspace: ws, revision, consent: 'opt-in', journeys: [], templates: [] })
  }

  /** What is published in a workspace at the newest revision. Left out is what is watched since when: all of it, as far as a rehearsal goes. */
  async publishedNow(workspace: string): Promise<Published> {
    const { db, consentModes } = this.#options
    const revision = await latestRevision(db)
    const [live, journeys, segments, modes] = await Promise.all([
      definitionsAt(db, revision),
      everyVersion(db, 'journey'),
      everyVersion(db, 'segment'),
      consentModes(revision),
    ])
    const { segments: conditions } = watchedIn(workspace, { live, segments, watches: [] })
    const read = (each: Definition): Journey => this.#journey(each)
    const approved = await approvedIn(db, live, revision)
    return {
      ...publishedIn(workspace, { live, journeys, approved, read }),
      segments: conditions,
      models: await this.#modelsOf(workspace, revision),
      budgets: budgetsIn(workspace, live, await toldIn(db, live, revision)),
      revision,
      consent: modes.get(workspace) ?? 'opt-in',
    }
  }

  #journey({ ws, id, version, body }: Definition): Journey {
    const name = `${ws} ${id} ${version}`
    const journey = this.#read.get(name) ?? (Journey.parse(body) as Journey)
    this.#read.set(name, journey)
    return journey
  }

  #newest(): ReadonlyMap<string, Definitions> | undefined {
    return this.#revisions.get(Math.max(...this.#revisions.keys()))?.byWorkspace
  }

  async #modelsOf(workspace: string, revision: number): Promise<readonly ModelInForce[] | undefined> {
    const published = (await this.#shelf.published(revision)).filter(({ ws }) => ws === workspace)
    return (await this.#shelf.inForce(revision, published)).get(workspace)
  }
}

/** Live segments with the conditions of their versions, and what was watched at the revision. */
function watchedIn(
  workspace: string,
  all: { live: readonly Definition[]; segments: readonly Definition[]; watches: readonly WatchRow[] },
): Pick<Published, 'segments' | 'watches'> {
  const inForce = new Map(
    all.live.filter((each) => each.ws === workspace && each.kind === 'segment').map(({ id, version }) => [id, version]),
  )
  const versions = all.segments
    .filter(({ ws, id, version }) => ws === workspace && version <= (inForce.get(id) ?? 0))
    .map((each) => ({ ...each, live: inForce.get(each.id) === each.version }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : b.version - a.version))
  const watches = all.watches.filter(({ ws }) => ws === workspace)
  return { segments: conditionsOf(versions), watches: watches.map((watch) => ({ ...watch, built: watch.built !== null })) }
}

type Told = Awaited<ReturnType<typeof toldAt>>

/** What was told of budgets up to a revision. */
const toldIn = async (db: Queryable, live: readonly Definition[], revision: number): Promise<Told> =>
  live.some(({ kind }) => kind === 'budget') ? toldAt(db, revision) : new Map()

const budgetsIn = (workspace: string, live: readonly Definition[], told: Told): Budgets =>
  budgetsOf(budgetsAmong(live.filter(({ ws }) => ws === workspace)), told.get(workspace))

interface Read {
  readonly live: readonly Definition[]
  readonly journeys: readonly Definition[]
  readonly approved: ReadonlyMap<string, ReviewReference>
  readonly read: (each: Definition) => Journey
}

/** Approvals of templates where a rule asks for people's review, by `workspace id version`. */
async function approvedIn(db: Queryable, live: readonly Definition[], revision: number): Promise<Read['approved']> {
  const asks = live.filter(({ kind, body }) => kind === 'policy' && Policy.parse(body).rule.kind === 'review')
  return reviewsOf(db, { workspaces: [...new Set(asks.map(({ ws }) => ws))], upTo: revision })
}

function publishedIn(
  workspace: string,
  { live, journeys, approved, read }: Read,
): Pick<Published, 'workspace' | 'journeys' | 'templates' | 'calendars' | 'policy' | 'policies' | 'topics' | 'experiments'> {
  const here = live.filter((each) => each.ws === workspace)
  const takesIn = new Map(here.filter((each) => each.kind === 'journey').map((each) => [each.id, each.version]))
  const policy = here.find((each) => each.kind === 'contact-policy' && each.id === IN_FORCE)
  return {
    workspace,
    policy: policy && ContactPolicy.parse(policy.body),
    policies: policiesAmong(here),
    journeys: journeys
      .filter((each) => each.ws === workspace)
      .map((each) => ({ journey: read(each), version: each.version, live: takesIn.get(each.id) === each.version })),
    topics: topicsAmong(here),
    experiments: experimentsAmong(here),
    calendars: here.filter((each) => each.kind === 'calendar').map(({ body }) => Calendar.parse(body)),
    templates: here
      .filter((each) => each.kind === 'template')
      .map(({ id, version, body }) => {
        const { topic, sender, channel, category, review, slots } = Template.parse(body)
        const approval = approved.get(`${workspace} ${id} ${version}`)
        return { id, version, topic, sender, channel, category, review, approval, slots: slotConditions(slots) }
      }),
  }
}

/** The published topics, in the order of their ids. */
export const topicsAmong = (live: readonly { readonly kind: string; readonly body: unknown }[]): Topic[] =>
  live
    .filter((each) => each.kind === 'topic')
    .map(({ body }) => Topic.parse(body))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

/** The published hold-outs and experiments. */
export const experimentsAmong = (live: readonly Pick<Definition, 'kind' | 'body' | 'version'>[]): Experiments =>
  experimentsOf(
    live.filter(({ kind }) => kind === 'holdout').map(({ body, version }) => ({ body: Holdout.parse(body), version })),
    live.filter(({ kind }) => kind === 'experiment').map(({ body, version }) => ({ body: Experiment.parse(body), version })),
  )

/** The hashes of every version, so that a record can name one that is not in force any more. */
export function wordingsIn(workspace: string, versions: readonly Definition[]): WordingHashes {
  const hashes = new Map<string, Record<string, string>>()
  for (const { ws, id, version, body } of versions) {
    if (ws !== workspace) continue
    const { texts } = Wording.parse(body)
    hashes.set(
      wordingKey(id, version),
      Object.fromEntries(Object.entries(texts).map(([locale, text]) => [locale, createHash('sha256').update(text).digest('hex')])),
    )
  }
  return hashes
}

/** The rules of law that hold by live documents: of the packs that are switched on, and the workspace's own. */
export function policiesAmong(live: readonly Pick<Definition, 'kind' | 'body' | 'version'>[]): readonly VersionedPolicy[] {
  const packs = live.filter((each) => each.kind === 'policy-pack').map(({ body }) => PolicyPack.parse(body))
  const own = live.filter((each) => each.kind === 'policy').map(({ body, version }) => ({ policy: Policy.parse(body), version }))
  return packs.length + own.length === 0 ? [] : inForce(packs, own)
}
