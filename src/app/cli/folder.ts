import { statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type AuthoredFile, readAuthored } from '../authored-files.ts'
import type { Call } from './command.ts'
import { count, type Paint, visible } from './paint.ts'

/** A problem at its place in a file. */
export interface PlacedProblem extends Problem {
  readonly severity: 'error' | 'warning'
  /** As it is reached from where the command was called. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A folder of authored documents. */
export interface Folder {
  /** Absolute. */
  readonly path: string
  readonly documents: readonly AuthoredFile[]
  /** Of files that could not be read. */
  readonly problems: readonly PlacedProblem[]
  /** A path below the folder as it is reached from where the command was called. */
  readonly shown: (file: string) => string
}

/** Reads the folder that the first argument names, else the current one. */
export function folderOf(call: Call): Outcome<Folder> {
  const path = resolve(call.cwd, call.positionals[0] ?? '.')
  const here = shownFrom(call.cwd, path)
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return refuse(notThere(here, found !== undefined))
  const { documents, problems } = readAuthored(path)
  if (documents.length + problems.length === 0) {
    const hint = 'Name the folder that holds your journeys, templates and senders; “cadenza export <dir>” writes one.'
    return refuse({ code: 'cli.folder.empty', status: 404, title: `There are no documents in ${here}`, hint })
  }
  const shown = (file: string): string => shownFrom(call.cwd, join(path, file))
  return {
    path,
    documents,
    shown,
    problems: problems.map((problem) => placedAt({ severity: 'error', ...problem, file: shown(problem.file) }, problem.at ?? '1:1')),
  }
}

const notThere = (path: string, exists: boolean): Problem => ({
  code: 'cli.folder',
  status: 404,
  title: exists ? `${path} is not a folder` : `There is no folder ${path}`,
  hint: 'Name the folder that holds your journeys, templates and senders.',
})

/** The problem of a document, whose place is a JSON pointer into it, at its line and column. */
export function placed(
  problem: Problem & { readonly severity?: 'error' | 'warning' },
  document: AuthoredFile,
  folder: Folder,
): PlacedProblem {
  return placedAt({ severity: 'error', ...problem, file: folder.shown(document.file) }, document.position(problem.at ?? ''))
}

export function placedAt(problem: Omit<PlacedProblem, 'line' | 'column'>, position: string): PlacedProblem {
  const [line, column] = position.split(':').map(Number) as [number, number]
  return { ...problem, line, column }
}

/** A path as people know it: from where they are, or whole when it lies elsewhere. */
export function shownFrom(cwd: string, path: string): string {
  const way = relative(cwd, path)
  return way.startsWith('..') ? path : way || '.'
}

/** The document of that name. */
export const documentIn = ({ documents }: Folder, { kind, id }: { kind: string; id: string }): AuthoredFile | undefined =>
  documents.find((each) => each.kind === kind && each.id === id)

/** One problem as compilers tell it, so that editors and terminals can jump to its place. */
export function problemLines({ file, line, column, severity, title, detail, hint }: PlacedProblem, paint: Paint): string {
  const what = severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning')
  const lines = [`${paint('bold', `${file}:${line}:${column}`)} ${what} ${visible(title)}`]
  if (detail !== undefined) lines.push(`  ${visible(detail)}`)
  if (hint !== undefined) lines.push(`  ${paint('dim', hint)}`)
  return lines.join('\n')
}

/** Whoever cannot read a file must not act as if it were not there. */
export const unread = (problems: readonly PlacedProblem[]): Problem => ({
  code: 'cli.unread',
  status: 422,
  title: `${count(new Set(problems.map(({ file }) => file)).size, 'file')} cannot be read`,
  detail: problems.map(({ file, line, column, title }) => `${file}:${line}:${column} ${title}`).join('\n'),
  hint: 'Mend the YAML there; “cadenza validate” says more.',
})
