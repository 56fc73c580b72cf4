import { join } from 'node:path'
import { keepMail } from '#channels/store.ts'
import { gatekeeper } from '#consent/policies/gatekeeper.ts'
import type { Person } from '#journeys/person.ts'
import { isRefusal } from '#lib/problem.ts'
import { apply, latestRevision, liveDocuments, nextRevision } from '#platform/documents.ts'
import { examine } from '#platform/documents-plan.ts'
import { writeFactBlock } from '#platform/fact-blocks.ts'
import { writeStates } from '#platform/keyed-state.ts'
import { appendToPartitions, leaveRoom, type Queryable } from '#platform/log.ts'
import { insertEntries } from '#platform/outbox-view.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { keyOf, suppress } from '#platform/suppressions.ts'
import { claimIdentities } from '#profiles/store.ts'
import { nextBuild } from '#segments/store.ts'
import type { Industry } from '#workspaces/samples-api.ts'
import { insertWorkspace, putMember, setConsentMode } from '#workspaces/store.ts'
import type { Archive } from '../archive.ts'
import { readAuthored } from '../authored-files.ts'
import { consentTerms, permitted } from '../consent-gate.ts'
import { type DefinitionsRegistry, policiesAmong } from '../definitions.ts'
import { templateVersion } from '../delivery.ts'
import { factLine } from '../engine-store.ts'
import { judging } from '../judge.ts'
import { KINDS } from '../kinds.ts'
import type { Parts } from '../open-parts.ts'
import { type PrepareParts, prepare } from '../prepare.ts'
import { policyAmong } from '../pressure.ts'
import { quietGate } from '../quiet-gate.ts'
import { type HandedOver, type History, Past } from './history.ts'
import { linesIn } from './lines.ts'
import { insertSample, noteShare } from './samples-store.ts'
import { stock } from './stock.ts'
import { STORIES } from './stories.ts'
import { DAY, type Story } from './story.ts'

export interface MakingParts {
  readonly parts: Parts
  readonly partitions: number
  readonly registry: DefinitionsRegistry
  readonly announce: (tx: Queryable, revision: number) => Promise<void>
  readonly render: PrepareParts
  readonly archive: Archive
  readonly now: () => number
  /** Something was put on the log. */
  readonly appended: () => void
}

const EXAMPLES = join(import.meta.dirname, '../../../examples')

export interface Wanted {
  readonly ws: string
  readonly industry: Industry
  readonly seed: number
  /** Person ids of those who may look at it. */
  readonly members: readonly string[]
  readonly by: string
  /** The workspace from which it is asked for. */
  readonly askedIn: string
}

/** A story's place in time: it ends now. */
export function toldOf({ industry, seed }: Pick<Wanted, 'industry' | 'seed'>, now: number) {
  const { people, days } = STORIES[industry]
  return { seed, people, days, from: Math.floor(now / DAY) * DAY - (days - 1) * DAY }
}

/** The empty workspace; it can be entered, and says that it is being filled. */
export function beginSample(
  { parts: { work, owner: maker }, now, announce }: MakingParts,
  { ws, industry, seed, members, by, askedIn }: Wanted,
): Promise<void> {
  const { setting } = STORIES[industry]
  const at = now()
  const { from, people, days } = toldOf({ industry, seed }, at)
  const { name, timezone, currency, consentMode, postalAddress } = setting
  return transaction(work, async (tx) => {
    await insertWorkspace(tx, { id: ws, name, timezone, currency, consentMode, postalAddress, createdAt: at, sample: industry })
    for (const person of members) await putMember(tx, ws, { person, role: 'admin', at })
    await insertSample(tx, { ws, industry, seed, people, from, days, status: 'making', by, maker, askedIn, at, movedAt: at, lookedAt: at })
    const revision = await nextRevision(tx)
    await setConsentMode(tx, ws, { revision, mode: consentMode })
    await announce(tx, revision)
  })
}

/** Deleted while it was being made. */
export class Unwanted extends Error {
  override readonly name = 'Unwanted'
}

/** Fills it: documents of the examples, then everything that would have happened, and writes that down. */
export async function fillSample(
  making: MakingParts,
  { ws, industry, seed, by }: Wanted,
): Promise<{ people: number; events: number; messages: number }> {
  const { now, parts } = making
  const until = now()
  const { from, ...told } = toldOf({ industry, seed }, until)
  const tell = async (phase: string, share: number): Promise<void> => {
    if (!(await noteShare(parts.work, ws, { phase, share }))) throw new Unwanted()
  }
  await publishExamples(making, { ws, by, at: from, folders: STORIES[industry].setting.documents })
  const { goods } = STORIES[industry].setting
  if (goods) await transaction(parts.work, (tx) => stock(tx, { ws, goods, seed, at: from }))
  await tell('setting-up', 0.02)
  while (await nextBuild(parts.work)) await new Promise((resolve) => setTimeout(resolve, 50))
  const story = STORIES[industry].story({ ...told, from })
  const history = await pastOf(making, { ws, story, seed, from, until }, (share) => tell('living', 0.05 + 0.75 * share))
  await tell('writing', 0.85)
  await writePast(making, ws, history)
  making.appended()
  await tell('writing', 0.93)
  await keepRecent(making, history)
  const { lately = [] } = STORIES[industry].setting
  if (lately.length > 0) await publishExamples(making, { ws, by, at: until, folders: lately })
  return { people: history.memory.people.size, events: history.events, messages: history.memory.outbox.size }
}

async function publishExamples(
  { parts: { work }, announce }: MakingParts,
  { ws, by, at, folders }: { ws: string; by: string; at: number; folders: readonly string[] },
): Promise<void> {
  const files = folders.map((folder) => readAuthored(join(EXAMPLES, folder)))
  const problems = files.flatMap((file) => file.problems)
  if (problems.length > 0) throw new Error(problems.map(({ file, title }) => `${file}: ${title}`).join('\n'))
  // What a later folder says takes the place of what an earlier one said.
  const named = new Map(files.flatMap((file) => file.documents).map(({ kind, id, body }) => [`${kind} ${id}`, { kind, id, body }]))
  const documents = [...named.values()]
  const found = await examine(documents, KINDS)
  const done = await transaction(work, (tx) =>
    apply(tx, { workspace: ws, actor: by, at }, { documents, prune: false, found, kinds: KINDS, announce }),
  )
  if (isRefusal(done)) throw new Error(JSON.stringify(done.refused))
}

/** How often (real ms) it is written down how far it is. */
const TOLD_EVERY_MS = 500

type Lived = { readonly ws: string; readonly story: Story; readonly seed: number; readonly from: number; readonly until: number }

/** Lets it happen, with the gates, templates and rules that hold in the workspace. */
export async function pastOf(
  { parts: { work }, partitions, registry, render }: Pick<MakingParts, 'parts' | 'partitions' | 'registry' | 'render'>,
  { ws, ...lived }: Lived,
  told: (share: number) => Promise<void>,
): Promise<History> {
  const revision = await latestRevision(work)
  const live = await liveDocuments(work, ws)
  const [terms, gates, policy] = [
    await consentTerms(work, ws),
    gatekeeper(policiesAmong(live.map((each) => ({ ...each, ws })))),
    policyAmong(live),
  ]
  let said = 0
  let telling = Promise.resolve()
  let failed: Error | undefined
  const past = new Past({
    ws,
    ...lived,
    partitions,
    revision,
    definitions: registry,
    permitted: (people, now) =>
      permitted({
        people: async (keys) =>
          new Map(keys.flatMap(({ key }) => (people.has(key) ? [[keyOf(ws, key), people.get(key)!.state] as const] : []))),
        terms: async () => terms,
        now,
      }),
    judge: (people, now) =>
      judging({
        gates: async () => gates,
        person: async (_ws, id): Promise<Person | undefined> => people.get(id)?.state,
        review: async (_ws, id, version) => ({
          review: (await templateVersion(work, { workspace: ws, id, version: Number(version) }))?.review,
        }),
        sender: render.sender,
        now,
      }),
    opening: quietGate(async () => policy),
    prepare: (due) => prepare(due, render),
    readsContent: gates.exists,
    progress: async (share) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (failed) throw failed
      if (performance.now() - said < TOLD_EVERY_MS) return
      said = performance.now()
      // Its people do not wait for the database: whether it is still wanted is known a moment later.
      telling = telling
        .then(() => told(share))
        .catch((error: Error) => {
          failed ??= error
        })
    },
  })
  const history = await past.told()
  await telling
  if (failed) throw failed
  return history
}

const LINES = 2_000
const ROWS = 500

/** Puts what has happened where the engine would have left it, in one transaction; from here on the server goes on with it. */
async function writePast({ parts: { work }, partitions, now }: MakingParts, ws: string, history: History): Promise<void> {
  const { memory, suppressed, identities } = history
  await transaction(work, async (tx) => {
    const counts = new Map(memory.heads.map((head, partition) => [partition, head] as const).filter(([, head]) => head > 0))
    const before = await leaveRoom(tx, { workspace: ws, counts, now: now() })
    await claimIdentities(
      tx,
      identities.map((each) => ({ ws, ...each })),
    )
    for (const rows of linesIn([...memory.people.values()], ROWS)) await writeStates(tx, 'profile', rows)
    for (const rows of linesIn([...memory.outbox.values()], ROWS)) await insertEntries(tx, rows)
    await suppress(
      tx,
      suppressed.map(({ at: _at, ...each }) => ({ ws, ...each })),
      now(),
    )
    for (const facts of linesIn(memory.facts, LINES))
      await writeFactBlock(tx, facts.map((fact) => factLine({ ...fact, seq: fact.seq + before.get(fact.partition)! })).join('\n'))
    // The workers look at their timers after a tick; these are new to them.
    await appendToPartitions(tx, '{"kind":"tick"}', { partitions: Array.from({ length: partitions }, (_, i) => i), now: now() })
  })
}

const HOUR = 3_600_000

/** What left in the last days can be read as it left: in the archive, and in the built-in mailbox. */
async function keepRecent({ parts: { work }, archive }: MakingParts, { recent }: History): Promise<void> {
  for (const [hour, some] of Map.groupBy(recent, ({ at }) => Math.floor(at / HOUR)))
    await transaction(work, async (tx) => {
      await archive.keep(tx, some, hour * HOUR)
      for (const each of some) await keepInMailbox(tx, each)
    })
}

export async function keepInMailbox(
  tx: Queryable,
  { made: { prepared }, at }: { made: Pick<HandedOver['made'], 'prepared'>; at: number },
): Promise<void> {
  if (prepared.kind !== 'email') return
  const { workspace, messageId, envelope, parts, message } = prepared
  const preview = parts.text.replace(/\s+/g, ' ').slice(0, 140)
  const about = { workspace, sender: parts.from.address, recipient: envelope.to, subject: parts.subject, preview, messageId, at }
  await keepMail(tx, { ...about, raw: Buffer.from(message) })
}
