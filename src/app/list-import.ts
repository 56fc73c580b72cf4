import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AcceptedEvent } from '#events/accept.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'
import { backlog } from '#platform/leases.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { type ColumnRole, type CsvPerson, CsvReader, personOf, rolesOf } from '#segments/csv.ts'
import { LIST_ADDED } from '#segments/lists.ts'
import { beginImport, type ListImport, noteImport } from '#segments/store.ts'
import { type Ingest, Overloaded } from './ingest.ts'

interface Options {
  readonly pool: Pool
  readonly work: Pool
  readonly ingest: Ingest
  readonly now: () => number
  readonly authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<Outcome<Principal>>
  readonly checkOrigin: (request: FastifyRequest) => Problem | undefined
  readonly audit: (line: {
    workspace: string
    actor: string
    action: string
    object: string
    requestId: string
    after: string
  }) => Promise<void>
}

export interface Imports {
  /** Resolves when no file is being read any more. */
  idle(): Promise<void>
}

/** Its body is a file, so it is no declared action. */
export const IMPORT_ROUTE = '/api/lists/:id/import'
/** Bytes of one file. */
const LARGEST = 100 * 1_048_576
const FAULTS_SHOWN = 100
const ROWS_PER_COMMIT = 500
/** Live events go first: no more rows are sent while the log is longer than this. */
const MOST_WAITING = 2_000

/**
 * `POST /api/lists/:id/import` takes a CSV file as its body: `?dryRun=true` only says what would happen, `?map={"Header":"number:points"}`
 * says what columns are. A row is known by the file's hash and its number, so the same file again puts nobody on the list twice.
 */
export async function registerListImport(server: FastifyInstance, options: Options): Promise<Imports> {
  const running = new Set<Promise<void>>()
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { bodyLimit: LARGEST }, (_request, body, done) => done(null, body))
    scope.post<{ Params: { id: string }; Querystring: Record<string, string> }>(
      IMPORT_ROUTE,
      { bodyLimit: LARGEST },
      async (request, reply) => {
        const principal = await enter(request, reply, options)
        if (!principal) return reply
        const asked = await askedOf(options, principal.workspace, request)
        if (isRefusal(asked)) return sendProblem(reply, asked.refused)
        const spooled = await spool(request.body as Readable)
        if (isRefusal(spooled)) return sendProblem(reply, spooled.refused)
        const job: Job = { ...asked, ...spooled, workspace: principal.workspace, by: principal.actor }
        if (asked.dryRun) {
          try {
            return await reply.send(await tryOut(job))
          } finally {
            await rm(spooled.folder, { recursive: true, force: true })
          }
        }
        const id = spooled.hash.slice(0, 24)
        await beginImport(options.work, job.workspace, { ...job, id, at: options.now() })
        await options.audit({
          ...principal,
          action: 'lists.import',
          object: `list:${job.list}`,
          requestId: request.id,
          after: spooled.hash,
        })
        const work = take(options, { ...job, id })
          .catch((error: unknown) => request.log.error({ err: error, import: id }, 'a file could not be imported'))
          .finally(() => running.delete(work))
        running.add(work)
        return reply.code(202).send({ id, status: 'running' })
      },
    )
  })
  return { idle: async () => void (await Promise.all(running)) }
}

interface Asked {
  readonly list: string
  readonly file: string
  readonly map: Readonly<Record<string, string>>
  readonly dryRun: boolean
}
interface Job extends Asked {
  readonly workspace: string
  readonly by: string
  readonly path: string
  readonly folder: string
  readonly hash: string
}

async function enter(request: FastifyRequest, reply: FastifyReply, options: Options): Promise<Principal | undefined> {
  const foreign = options.checkOrigin(request)
  const principal = foreign ? refuse(foreign) : await options.authenticate(request, reply)
  const problem = isRefusal(principal) ? principal.refused : denied('people:write', principal)
  if (problem === undefined) return principal as Principal
  sendProblem(reply, problem)
  return undefined
}

async function askedOf(
  { pool }: Options,
  workspace: string,
  request: FastifyRequest<{ Params: { id: string }; Querystring: Record<string, string> }>,
): Promise<Outcome<Asked>> {
  const { id } = request.params
  const { map = '{}', file = 'people.csv', dryRun = 'false' } = request.query
  const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
  if (!live.some((each) => each.kind === 'list' && each.id === id))
    return refuse({ code: 'list.unknown', status: 404, title: 'There is no such list', detail: id, hint: 'Publish the list first' })
  const roles = mapOf(map)
  if (!roles)
    return refuse({ code: 'import.map', status: 400, title: 'map must be a JSON object of texts', hint: 'map={"Points":"number:points"}' })
  return { list: id, file: file.slice(0, 200), map: roles, dryRun: dryRun === 'true' }
}

function mapOf(text: string): Readonly<Record<string, string>> | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  try {
    const map = JSON.parse(text) as Record<string, unknown>
    return Object.values(map).every((role) => typeof role === 'string') ? (map as Record<string, string>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Keeps the file until it has been read through: only its whole says what it is called. */
async function spool(body: Readable): Promise<Outcome<{ folder: string; path: string; hash: string }>> {
  const folder = await mkdtemp(join(tmpdir(), 'cadenza-import-'))
  const path = join(folder, 'people.csv')
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const file = createWriteStream(path, { mode: 0o600 })
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > LARGEST) break
      hash.update(piece)
      if (!file.write(piece)) await new Promise<void>((resolve) => file.once('drain', () => resolve()))
    }
    await new Promise<void>((resolve, reject) => file.on('error', reject).end(() => resolve()))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  if (bytes > 0 && bytes <= LARGEST) return { folder, path, hash: hash.digest('hex') }
  await rm(folder, { recursive: true, force: true })
  return refuse(bytes === 0 ? EMPTY : TOO_LARGE)
}

const EMPTY: Problem = {
  code: 'import.empty',
  status: 400,
  title: 'The file is empty',
  hint: 'Send the CSV file as the body of the request',
}
const TOO_LARGE: Problem = {
  code: 'import.too_large',
  status: 413,
  title: 'The file has more than 100 MB',
  hint: 'Cut it into several files',
}

interface Line {
  /** From 2 on, as a spreadsheet shows it. */
  readonly row: number
  readonly person: CsvPerson | string
}

/** The people of a file, and what its columns are taken for. */
async function* linesOf(
  { path, map }: Job,
  tellRoles: (header: readonly string[], roles: readonly ColumnRole[]) => void,
): AsyncGenerator<Line> {
  const reader = new CsvReader()
  let roles: readonly ColumnRole[] | undefined
  let row = 0
  const read = function* (rows: readonly string[][]): Generator<Line> {
    for (const fields of rows) {
      row++
      if (roles) yield { row, person: personOf(fields, roles) }
      else {
        roles = rolesOf(fields, map)
        tellRoles(fields, roles)
      }
    }
  }
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: 262_144 })) yield* read(reader.push(piece as string))
  yield* read(reader.end())
}

/** What importing would do. */
async function tryOut(job: Job): Promise<object> {
  const tally = new Tally()
  let columns: object[] = []
  for await (const line of linesOf(job, (header, roles) => {
    columns = header.map((name, i) => ({ name, ...roles[i] }))
  }))
    tally.note(line)
  return { dryRun: true, columns, rows: tally.rows, taken: tally.taken, refused: tally.refused, faults: tally.faults }
}

class Tally {
  rows = 0
  taken = 0
  refused = 0
  readonly faults: { row: number; title: string }[] = []

  note({ row, person }: Line): void {
    this.rows++
    if (typeof person !== 'string') this.taken++
    else {
      this.refused++
      if (this.faults.length < FAULTS_SHOWN) this.faults.push({ row, title: person })
    }
  }
}

/** Reads the file through, batch by batch, and writes down how far it has come. */
async function take(options: Options, job: Job & { readonly id: string }): Promise<void> {
  const tally = new Tally()
  const note = (status: ListImport['status'], endedAt: number | null): Promise<void> =>
    noteImport(options.work, job, { status, rows: tally.rows, taken: tally.taken, refused: tally.refused, faults: tally.faults, endedAt })
  try {
    let events: AcceptedEvent[] = []
    for await (const line of linesOf(job, () => undefined)) {
      tally.note(line)
      if (typeof line.person !== 'string') events.push(...eventsOf(line.person, { job, row: line.row, now: options.now() }))
      if (events.length < ROWS_PER_COMMIT) continue
      await submit(options, job.workspace, events)
      events = []
      await note('running', null)
    }
    await submit(options, job.workspace, events)
    await note('done', options.now())
  } catch (error) {
    await note('failed', options.now())
    throw error
  } finally {
    await rm(job.folder, { recursive: true, force: true })
  }
}

/** Attributes first, so that what the list starts sees them. */
function eventsOf({ ids, attributes }: CsvPerson, { job, row, now }: { job: Job; row: number; now: number }): AcceptedEvent[] {
  const common = { at: now, received: now, ids: [...ids], previous: null, context: null }
  const name = `csv:${job.hash.slice(0, 24)}:${job.list}:${row}`
  const added: AcceptedEvent = { ...common, id: name, type: 'system', name: LIST_ADDED, props: { list: job.list } }
  if (Object.keys(attributes).length === 0) return [added]
  return [{ ...common, id: `${name}:traits`, type: 'identify', name: 'Profile Updated', props: attributes }, added]
}

async function submit({ ingest, work }: Options, workspace: string, events: readonly AcceptedEvent[]): Promise<void> {
  while ((await backlog(work)) > MOST_WAITING) await pause(20)
  for (;;) {
    try {
      return await ingest.submit(workspace, events)
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error
      await pause(200)
    }
  }
}
