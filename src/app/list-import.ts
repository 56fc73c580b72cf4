import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { ColumnRole } from '#segments/csv.ts'
import { beginImport, keepPart } from '#segments/imports-store.ts'
import { linesOf, Tally } from './list-lines.ts'

interface Options {
  readonly pool: Pool
  readonly work: Pool
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

/** Its body is a file, so it is no declared action. */
export const IMPORT_ROUTE = '/api/lists/:id/import'
/** Bytes of one file. */
const LARGEST = 100 * 1_048_576
/** Bytes of one piece of a file, as it is kept. */
const PIECE = 1_048_576

/**
 * `POST /api/lists/:id/import` takes a CSV file as its body: `?dryRun=true` only says what would happen, `?map={"Header":"number:points"}`
 * says what columns are. A row is known by the file's hash and its number, so the same file again puts nobody on the list twice. The file is kept
 * when 202 is said: it is read whatever becomes of this process (`list-importer.ts`).
 */
export async function registerListImport(server: FastifyInstance, options: Options): Promise<void> {
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
        try {
          if (asked.dryRun) return await reply.send(await tryOut(job))
          const id = await keepFile(options, job)
          await options.audit({
            ...principal,
            action: 'lists.import',
            object: `list:${job.list}`,
            requestId: request.id,
            after: spooled.hash,
          })
          return reply.code(202).send({ id, status: 'running' })
        } finally {
          await rm(spooled.folder, { recursive: true, force: true })
        }
      },
    )
  })
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

/** Puts the file where it outlives this process; one that is being read already, with the same columns, goes on. */
async function keepFile({ work, now }: Options, { workspace: ws, list, file, map, hash, by, path }: Job): Promise<string> {
  const id = createHash('sha256').update(`${hash} ${list}`).digest('hex').slice(0, 24)
  await transaction(work, async (tx) => {
    if (!(await beginImport(tx, { ws, id, list, file, hash, map, by, at: now() }))) return
    let part = 0
    for await (const content of createReadStream(path, { highWaterMark: PIECE }))
      await keepPart(tx, { ws, id }, { part: part++, content: content as Buffer })
  })
  return id
}

/** What importing would do. */
async function tryOut({ path, map }: Job): Promise<object> {
  const tally = new Tally()
  let columns: object[] = []
  const told = (header: readonly string[], roles: readonly ColumnRole[]): void => {
    columns = header.map((name, i) => ({ name, ...roles[i] }))
  }
  for await (const line of linesOf(createReadStream(path, { encoding: 'utf8', highWaterMark: 262_144 }), { map, told })) tally.note(line)
  return { dryRun: true, columns, rows: tally.rows, taken: tally.taken, refused: tally.refused, faults: tally.faults }
}
