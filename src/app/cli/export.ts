import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Document, parseAllDocuments } from 'yaml'
import type { OutputOf } from '#lib/action.ts'
import { canonical, type Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'
import { type Authored, type AuthoredFile, readAuthored } from '../authored-files.ts'
import type { Command, Result } from './command.ts'
import { placedAt, shownFrom, unread } from './folder.ts'
import { count } from './paint.ts'
import { reconcile } from './reconcile.ts'
import { SCHEMAS, writeSchemas } from './schema.ts'
import { ask, SERVER_FLAGS, serverOf } from './server.ts'

type Live = OutputOf<typeof ExportDocuments>['documents'][number]

export const exporting: Command = {
  name: 'export',
  does: 'Writes what is live on the server into a folder, one file for each document.',
  takes: '[dir]',
  count: [0, 1],
  flags: { overwrite: { type: 'boolean', does: 'also change files that say something else; their comments stay' }, ...SERVER_FLAGS },
  more: 'A file that says the same already is not touched. Without --overwrite a file that differs is kept, and the command ends with 2.',
  async run(call): Promise<Outcome<Result>> {
    const server = serverOf(call)
    if (isRefusal(server)) return server
    const answer = await ask(server, ExportDocuments, {})
    if (isRefusal(answer)) return answer
    const stray = strayIn(answer.documents)
    if (stray) return refuse(strayName(stray))
    const folder = resolve(call.cwd, call.positionals[0] ?? '.')
    const shown = (file: string): string => shownFrom(call.cwd, join(folder, file))
    const mine: Authored = existsSync(folder) ? readAuthored(folder) : { documents: [], problems: [] }
    const broken = mine.problems.filter(({ code }) => code === 'yaml')
    if (broken.length > 0)
      return refuse(unread(broken.map((problem) => placedAt({ ...problem, severity: 'error', file: shown(problem.file) }, problem.at!))))
    const done = write(answer.documents, { folder, mine: mine.documents, overwrite: call.flags['overwrite'] === true })
    const lines = [
      ...done.written.map((file) => `${call.paint('green', 'written')}  ${shown(file)}`),
      ...done.changed.map((file) => `${call.paint('yellow', 'changed')}  ${shown(file)}`),
      ...done.kept.map((file) => `${call.paint('red', 'differs')}  ${shown(file)}`),
      ...done.only.map((file) => `${call.paint('dim', 'not live')} ${shown(file)}`),
      `${count(answer.documents.length, 'live document')}, ${count(done.same.length, 'file')} the same already.`,
    ]
    if (done.kept.length > 0) lines.push('Files that differ were kept; --overwrite makes them say what is live.')
    return { code: done.kept.length > 0 ? 2 : 0, json: done, text: lines.join('\n') }
  },
}

/** Files below the folder, by what became of them. */
interface Done {
  readonly written: string[]
  readonly changed: string[]
  readonly same: string[]
  readonly kept: string[]
  /** Their document is not live. */
  readonly only: string[]
}

interface Into {
  readonly folder: string
  readonly mine: readonly AuthoredFile[]
  readonly overwrite: boolean
}

function write(live: readonly Live[], { folder, mine, overwrite }: Into): Done {
  const done: Done = { written: [], changed: [], same: [], kept: [], only: [] }
  const named = ({ kind, id }: { kind: string; id: string }) => `${kind}/${id}`
  for (const document of live) {
    const known = mine.find((each) => named(each) === named(document))
    const file = known?.file ?? freeName(document, folder)
    if (!known) writeNew(document, { folder, file })
    else if (canonical(known.body) !== canonical(document.body) && overwrite) change(known, document.body, folder)
    const into = !known
      ? done.written
      : canonical(known.body) === canonical(document.body)
        ? done.same
        : overwrite
          ? done.changed
          : done.kept
    into.push(file)
  }
  const all = new Set(live.map(named))
  done.only.push(...mine.filter((each) => !all.has(named(each))).map(({ file }) => file))
  if (done.written.length > 0) writeSchemas(join(folder, SCHEMA_FOLDER))
  return done
}

/** Hidden, so that nobody takes the schemas for documents. */
const SCHEMA_FOLDER = '.schema'

/** Of kinds and ids: nothing that leaves the folder. A server that says otherwise is not believed. */
const NAME = /^[A-Za-z0-9][\w-]*$/

const strayIn = (live: readonly Live[]): Live | undefined => live.find(({ kind, id }) => !NAME.test(kind) || !NAME.test(id))

const strayName = ({ kind, id }: Live): Problem => ({
  code: 'cli.export.name',
  status: 502,
  title: `The server names a document ${JSON.stringify(`${kind}/${id}`)}, which cannot be the name of a file`,
  hint: 'Nothing was written. Is this the right server?',
})

/** `policy` → `policies`, `touchpoints` → `touchpoints`, `journey` → `journeys`. */
export const folderOf = (kind: string): string =>
  kind.endsWith('s') ? kind : /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`

function freeName({ kind, id }: Live, folder: string): string {
  const file = `${folderOf(kind)}/${id}.yaml`
  return existsSync(join(folder, file)) ? `${folderOf(kind)}/${id}.live.yaml` : file
}

function writeNew({ kind, yaml }: Live, { folder, file }: { folder: string; file: string }): void {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  // A text that was kept says where the schema lay beside its own file; here it lies elsewhere.
  const schema = SCHEMAS.has(kind) ? `# yaml-language-server: $schema=../${SCHEMA_FOLDER}/${kind}.json\n` : ''
  writeFileSync(path, schema === '' ? yaml : schema + yaml.replace(/^# yaml-language-server:.*\n/, ''))
}

/** Only what differs is written anew: comments, order and the other documents of the file stay. */
function change({ file, kind, id }: AuthoredFile, body: Readonly<Record<string, Json>>, folder: string): void {
  const path = join(folder, file)
  const documents = parseAllDocuments(readFileSync(path, 'utf8'), { version: '1.2' }) as Document[]
  const one = documents.find((each) => each.get('kind') === kind && each.get('id') === id)!
  reconcile(one, body)
  writeFileSync(path, documents.map((each) => each.toString({ lineWidth: 0 })).join(''))
}
