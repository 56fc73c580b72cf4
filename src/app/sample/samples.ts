import type { Logger } from 'pino'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { apply } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import { transaction } from '#platform/postgres/pool.ts'
import type { KeyLookup } from '#workspaces/adapters/key-lookup.ts'
import { newWorkspaceId } from '#workspaces/adapters/new-key.ts'
import { CreateSample, DeleteSample, ListSamples, type Sample } from '#workspaces/samples-api.ts'
import { findWorkspace, listMembers, memberships } from '#workspaces/store.ts'
import { closeWorkspace } from '#workspaces/tenants/store.ts'
import { KINDS } from '../kinds.ts'
import { emptyDeleted } from '../workspace-end.ts'
import { dropWaiting } from '../workspace-end-store.ts'
import { beginSample, fillSample, type MakingParts, Unwanted, type Wanted } from './making.ts'
import { startMoving } from './moving.ts'
import { allSamples, giveUpMaking, noteSample, type SampleRow, sampleOf, samplesAmong } from './samples-store.ts'
import { STORIES } from './stories.ts'

export interface SamplesParts extends MakingParts {
  readonly logger: Logger
  readonly keys: Pick<KeyLookup, 'forgetWorkspace'>
  /** Processes that are alive. */
  readonly living: () => Promise<readonly string[]>
}

/** The making and the leaving of sample workspaces in this process. */
export interface Samples {
  make(wanted: Omit<Wanted, 'ws'>): Promise<Outcome<Sample>>
  /** Closed at once; what it holds goes after that. */
  remove(ws: string, by: string): Promise<void>
  /** Lets the made-up people do what is due by now. */
  move(): Promise<void>
  /** Resolves when nothing is being made or taken away. */
  idle(): Promise<void>
  /** Ends what runs; what was being made is given up. */
  stop(): Promise<void>
}

const MOST = 6
/** A round finds what was under way in the round before it. */
const ROUNDS = 40
const TOO_MANY: Problem = {
  code: 'samples.many',
  status: 409,
  title: `There are ${MOST} sample workspaces already.`,
  hint: 'Delete one that nobody looks at any more.',
}
const EXISTS: Problem = {
  code: 'samples.exists',
  status: 409,
  title: 'You have a sample workspace of this industry already.',
  hint: 'Open it, or delete it first.',
}
const UNKNOWN: Problem = { code: 'samples.unknown', status: 404, title: 'There is no such sample workspace of yours.' }
const STOPPED = 'The server was stopped while it was being made. Delete it and make it anew.'

export function startSamples(parts: SamplesParts): Samples {
  const { logger, living, now } = parts
  const { work, analytics } = parts.parts
  const running = new Map<string, Promise<void>>()
  const run = (ws: string, task: () => Promise<void>): void => {
    const before = running.get(ws) ?? Promise.resolve()
    const task_ = before.then(task).finally(() => running.get(ws) === task_ && running.delete(ws))
    running.set(ws, task_)
  }
  const fill = async (wanted: Wanted): Promise<void> => {
    const { ws } = wanted
    const began = performance.now()
    try {
      const made = await fillSample(parts, wanted)
      await noteSample(work, ws, { status: 'ready', phase: '', share: 1, problem: '' })
      logger.info({ ws, ...made, ms: Math.round(performance.now() - began) }, 'a sample workspace is ready')
    } catch (error) {
      if (error instanceof Unwanted) return
      logger.error({ err: error, ws }, 'a sample workspace could not be made')
      await noteSample(work, ws, { status: 'failed', phase: '', share: 0, problem: error instanceof Error ? error.message : String(error) })
    }
  }
  const leave = async (): Promise<void> => {
    try {
      for (let round = 0; round < ROUNDS && (await emptyDeleted({ work, analytics, now })) > 0; round++)
        await new Promise((resolve) => setTimeout(resolve, 250))
    } catch (error) {
      logger.error({ err: error }, 'a sample workspace could not be emptied; housekeeping tries it again')
    }
  }
  // The next start looks again: that it could not be done at this one does not keep the server from ending.
  const resumed = living()
    .then((alive) => giveUpMaking(work, { living: alive.filter((each) => each !== parts.parts.owner), problem: STOPPED }))
    .catch((error: unknown) => logger.error({ err: error }, 'sample workspaces could not be looked at'))
  const moving = startMoving({ ...parts, work })
  const idle = async (): Promise<void> => {
    await resumed
    while (running.size > 0) await Promise.all(running.values())
  }
  return {
    async make(asked) {
      if ((await allSamples(work)).length >= MOST) return refuse(TOO_MANY)
      const wanted = { ...asked, ws: newWorkspaceId() }
      await beginSample(parts, wanted)
      run(wanted.ws, () => fill(wanted))
      return shown({ ...(await sampleOf(work, wanted.ws))!, name: STORIES[wanted.industry].setting.name })
    },
    async remove(ws, by) {
      // Whoever is filling it sees this at the next look, and stops.
      await noteSample(work, ws, { status: 'leaving', phase: '', share: 0, problem: '' })
      await transaction(work, (tx) => close(tx, parts, { ws, by }))
      parts.keys.forgetWorkspace(ws)
      run(ws, () => leave())
    },
    idle,
    move: () => moving.move(),
    async stop() {
      await moving.stop()
      if (running.size > 0)
        await giveUpMaking(work, { living: (await living()).filter((each) => each !== parts.parts.owner), problem: STOPPED })
      await idle()
    },
  }
}

/** As the deletion of any workspace: nobody enters it, nothing waits in it, everything in it is archived. */
async function close(tx: Queryable, { now, announce }: SamplesParts, { ws, by }: { ws: string; by: string }): Promise<void> {
  const at = now()
  await closeWorkspace(tx, { workspace: ws, at, by })
  await dropWaiting(tx, ws)
  const archived = await apply(tx, { workspace: ws, actor: by, at }, { kinds: KINDS, documents: [], prune: true, announce })
  if (isRefusal(archived)) throw new Error(`archiving everything was refused: ${archived.refused.title}`)
}

type Named = SampleRow & { readonly name: string }

const shown = ({ ws, name, industry, status, phase, share, problem, people, at }: Named): OutputOf<typeof CreateSample> => ({
  id: ws,
  name,
  industry,
  status,
  phase,
  share,
  problem,
  people,
  createdAt: at,
})

const personOf = ({ actor }: Principal): string | undefined => (actor.startsWith('person:') ? actor.slice('person:'.length) : undefined)

/** Those that a person is an administrator of; a key stands for the workspace that it was made in. */
async function samplesFor(db: Queryable, principal: Principal): Promise<Named[]> {
  const person = personOf(principal)
  const places = person === undefined ? [] : (await memberships(db, person)).filter(({ role }) => role === 'admin')
  const names = new Map(places.map(({ id, name }) => [id, name]))
  if (person !== undefined) {
    const rows = await samplesAmong(db, { workspaces: [...names.keys()], askedIn: '' })
    return rows.map((row) => ({ ...row, name: names.get(row.ws)! }))
  }
  const rows = await samplesAmong(db, { workspaces: [principal.workspace], askedIn: principal.workspace })
  return Promise.all(rows.map(async (row) => ({ ...row, name: (await findWorkspace(db, row.ws))?.name ?? '' })))
}

const adminsOf = async (db: Queryable, workspace: string): Promise<string[]> =>
  (await listMembers(db, workspace)).filter(({ role }) => role === 'admin').map(({ id }) => id)

export function sampleBindings({ parts: { work } }: Pick<SamplesParts, 'parts'>, samples: Samples): Binding[] {
  return [
    bind(ListSamples, async (_input, principal) => ({ samples: (await samplesFor(work, principal)).map(shown) })),
    bind(CreateSample, async ({ industry, seed }, principal, call) => {
      const person = personOf(principal)
      if ((await samplesFor(work, principal)).some((each) => each.industry === industry && each.status !== 'failed')) return refuse(EXISTS)
      const members = person === undefined ? await adminsOf(work, principal.workspace) : [person]
      const made = await samples.make({ industry, seed, members, by: principal.actor, askedIn: principal.workspace })
      if (!isRefusal(made)) call.note({ object: `workspace:${made.id}` })
      return made
    }),
    bind(DeleteSample, async ({ id }, principal, call) => {
      const found = (await samplesFor(work, principal)).find(({ ws }) => ws === id)
      if (!found) return refuse(UNKNOWN)
      await samples.remove(id, principal.actor)
      call.note({ object: `workspace:${id}` })
      return { done: true as const }
    }),
  ]
}
