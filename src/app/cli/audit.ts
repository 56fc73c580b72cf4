import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { anchorsIn, readAnchorText } from '#workspaces/adapters/anchor-file.ts'
import { fingerprint, signer } from '#workspaces/adapters/anchor-keys.ts'
import { anchorPath } from '#workspaces/adapters/anchoring.ts'
import { checkAudit } from '#workspaces/adapters/audit-check.ts'
import { ExportAudit, GetWorkspace } from '#workspaces/api.ts'
import { type AuditAnchor, type AuditCheck, AuditLine } from '#workspaces/schema.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { count, type Paint } from './paint.ts'
import { ask, download, SERVER_FLAGS, serverOf } from './server.ts'

export const auditing: Command = {
  name: 'audit',
  does: 'Checks the audit log on this machine: that no line was changed, deleted, moved, cut off or written anew.',
  takes: 'verify',
  count: [1, 1],
  flags: {
    anchors: {
      type: 'string',
      takes: '<file>',
      does: 'signed points of the chain, better a copy from elsewhere (DATA_DIR/audit/anchors.jsonl)',
    },
    file: { type: 'string', takes: '<file>', does: 'an export of the log (JSON lines) instead of the log on the server' },
    workspace: { type: 'string', takes: '<id>', does: 'with --file: whose log it is, when the anchors are of several' },
    trust: { type: 'string', takes: '<key>', does: 'the public key that must have signed the anchors (otherwise: that of SECRET_KEY)' },
    ...SERVER_FLAGS,
  },
  more: 'Ends with 0 when all fits, 1 when something does not. What was added after the last anchor is checked only against itself.',
  async run(call): Promise<Outcome<Result>> {
    if (call.positionals[0] !== 'verify')
      return refuse({
        code: 'cli.usage',
        status: 400,
        title: `“cadenza audit” cannot ${call.positionals[0]}`,
        hint: 'Write “cadenza audit verify”.',
      })
    const given = text(call, 'anchors')
    const path = given === undefined ? anchorPath(resolve(call.cwd, call.env['DATA_DIR'] || './.cadenza')) : resolve(call.cwd, given)
    const anchors = await readAnchorText(path)
    if (given !== undefined && anchors === '') return refuse(noAnchors(given))
    const source = await sourceOf(call, anchors)
    if (isRefusal(source)) return source
    const trusted = await trustedBy(call, anchors, source.workspace)
    const read = anchorsIn(anchors, { workspace: source.workspace, trusted: trusted.keys })
    const check = await checkAudit(source.pages, read)
    const sound = check.fault === null && check.anchorFaults.length === 0
    return {
      code: sound ? 0 : 1,
      json: { ok: sound, ...check, trusted: trusted.by },
      text: told(check, { trusted, path, paint: call.paint }),
    }
  },
}

const noAnchors = (file: string): Problem => ({
  code: 'cli.anchors',
  status: 404,
  title: `There are no anchors in ${file}`,
  hint: 'Name the file anchors.jsonl that the server keeps in its data directory, below audit/.',
})

interface Source {
  readonly workspace: string
  readonly pages: AsyncIterable<readonly AuditLine[]>
}

async function sourceOf(call: Call, anchors: string): Promise<Outcome<Source>> {
  const file = text(call, 'file')
  if (file !== undefined) {
    const workspace = text(call, 'workspace') ?? onlyOne(anchors)
    if (workspace === undefined)
      return refuse({ code: 'cli.workspace', status: 400, title: 'Whose log is it?', hint: 'Add --workspace <id>.' })
    return { workspace, pages: pagesIn(createReadStream(resolve(call.cwd, file), 'utf8')) }
  }
  const server = serverOf(call)
  if (isRefusal(server)) return server
  const workspace = await ask(server, GetWorkspace, {})
  if (isRefusal(workspace)) return workspace
  const answer = await download(server, ExportAudit.route)
  if (isRefusal(answer)) return answer
  const body = Readable.fromWeb(answer.body as ReadableStream<Uint8Array>).setEncoding('utf8')
  return { workspace: workspace.id, pages: pagesIn(body) }
}

/** The workspace of all anchors, if they are of one; '' without anchors, where it does not matter. */
function onlyOne(anchors: string): string | undefined {
  const all = new Set(
    anchors.split('\n').flatMap((line) => (line === '' ? [] : ((JSON.parse(line) as Partial<AuditAnchor>).workspace ?? []))),
  )
  return all.size < 2 ? ([...all][0] ?? '') : undefined
}

async function* pagesIn(chunks: AsyncIterable<string>): AsyncGenerator<readonly AuditLine[]> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield lines.filter((line) => line !== '').map((line) => AuditLine.parse(JSON.parse(line)))
  }
  if (rest !== '') yield [AuditLine.parse(JSON.parse(rest))]
}

interface Trusted {
  readonly keys: readonly string[]
  readonly by: 'flag' | 'secret key' | 'the anchors themselves'
}

async function trustedBy(call: Call, anchors: string, workspace: string): Promise<Trusted> {
  const flag = text(call, 'trust')
  if (flag !== undefined) return { keys: [flag], by: 'flag' }
  const secret = call.env['SECRET_KEY'] || call.env['CADENZA_SECRET_KEY'] || (await keptSecret(call))
  if (secret) return { keys: [signer(secret, 'audit anchors').key], by: 'secret key' }
  return { keys: anchorsIn(anchors, { workspace, trusted: [] }).keys, by: 'the anchors themselves' }
}

async function keptSecret(call: Call): Promise<string> {
  try {
    return (await readFile(join(resolve(call.cwd, call.env['DATA_DIR'] || './.cadenza'), 'secret'), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function told(check: AuditCheck, { trusted, path, paint }: { trusted: Trusted; path: string; paint: Paint }): string {
  const { lines, fault, sentence, anchored, anchorFaults, unanchored, head } = check
  const verdict = fault ? paint('red', sentence) : paint('green', `${count(lines, 'line')}, and each fits the one before.`)
  const after =
    unanchored === 0
      ? []
      : [`${count(unanchored, 'line')} came after the last anchor: whoever owns the database could have written them anew without a trace.`]
  const signed = trusted.keys.map(fingerprint).join(', ')
  const against =
    anchored === 0
      ? [paint('yellow', `No anchor was found in ${path}: an end that was cut off, or a log that was written anew, would not show.`)]
      : [
          `Held against anchors up to line ${anchored}, signed by ${signed}${trusted.by === 'the anchors themselves' ? ', a key that only the file itself names' : ''}.`,
        ]
  const faults = anchorFaults.map(({ line, kind }) => paint('red', `Line ${line} of the anchors: ${ANCHOR_FAULTS[kind]}.`))
  return [verdict, ...against, ...faults, ...after, paint('dim', `head ${head === '' ? '(empty)' : head}`)].join('\n')
}

const ANCHOR_FAULTS = {
  unreadable: 'cannot be read',
  signature: 'its signature does not fit what it says',
  key: 'another key signed it',
  order: 'it does not follow the one before it',
} as const
