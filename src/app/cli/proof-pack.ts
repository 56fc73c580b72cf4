import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { ProofPack } from '#channels/api.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { fingerprint, signedBy } from '#workspaces/adapters/anchor-keys.ts'
import { filesIn } from '../tar.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { count } from './paint.ts'
import { download, SERVER_FLAGS, serverOf } from './server.ts'

export const proving: Command = {
  name: 'proof',
  does: 'Writes a folder that proves what was sent to one person or by one journey, what was not, and why.',
  takes: '',
  count: [0, 0],
  flags: {
    person: { type: 'string', takes: '<id>', does: 'profile id, e-mail address or user id' },
    journey: { type: 'string', takes: '<id>', does: 'or: everybody in this journey' },
    out: { type: 'string', takes: '<dir>', does: 'the folder to write; it must not be there yet, or be empty' },
    ...SERVER_FLAGS,
  },
  more: 'Open index.html in it. The key needs the scopes people:export and audit:read; that a pack was made is itself on the audit log.',
  async run(call): Promise<Outcome<Result>> {
    const asked = askedOf(call)
    if (isRefusal(asked)) return asked
    const server = serverOf(call)
    if (isRefusal(server)) return server
    const answer = await download(server, `${ProofPack.route}?${new URLSearchParams(asked.about)}`)
    if (isRefusal(answer)) return answer
    const written = await write(asked.folder, Readable.fromWeb(answer.body as ReadableStream<Uint8Array>))
    if (isRefusal(written)) return written
    const { files, key } = written
    const lines = [
      `${count(files, 'file')} in ${asked.folder}, each as the signed list says.`,
      `Signed by ${fingerprint(key)}. Open ${join(asked.folder, 'index.html')}.`,
    ]
    return { code: 0, json: { folder: asked.folder, files, key }, text: lines.join('\n') }
  },
}

function askedOf(call: Call): Outcome<{ about: Record<string, string>; folder: string }> {
  const [person, journey, out] = [text(call, 'person'), text(call, 'journey'), text(call, 'out')]
  if ((person === undefined) === (journey === undefined) || out === undefined)
    return refuse({
      code: 'cli.usage',
      status: 400,
      title: 'About whom, and where to?',
      hint: 'Write --person <id> or --journey <id>, and --out <dir>.',
    })
  const folder = resolve(call.cwd, out)
  if (existsSync(folder) && readdirSync(folder).length > 0)
    return refuse({ code: 'cli.out', status: 409, title: `${out} is not empty`, hint: 'Name another folder: a proof holds nothing else.' })
  return { about: person === undefined ? { journey: journey! } : { person }, folder }
}

interface Manifest {
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
  readonly key: string
  readonly signature: string
}

/** Writes the files as they come, and holds them against the signed list at the end. */
async function write(folder: string, chunks: AsyncIterable<Uint8Array>): Promise<Outcome<{ files: number; key: string }>> {
  const hashes = new Map<string, string>()
  let manifest: Manifest | undefined
  for await (const { name, content } of filesIn(chunks)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    if (name === 'manifest.json') manifest = JSON.parse(content.toString()) as Manifest
    else hashes.set(name, createHash('sha256').update(content).digest('hex'))
  }
  if (!manifest || !fits(manifest, hashes))
    return refuse({
      code: 'cli.proof',
      status: 502,
      title: 'The files are not the ones of the signed list',
      hint: 'Ask for the pack again.',
    })
  return { files: hashes.size + 1, key: manifest.key }
}

/** Whether these are exactly the files of the list, and its signature is of its key. */
export function fits({ signature, ...manifest }: Manifest, hashes: ReadonlyMap<string, string>): boolean {
  return (
    signedBy(manifest.key, manifest, signature) &&
    manifest.files.length === hashes.size &&
    manifest.files.every(({ name, sha256 }) => hashes.get(name) === sha256)
  )
}
