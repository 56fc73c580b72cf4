// Holds the rules of docs/architecture.md over the whole tree, in about a second, without any package.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { catalogue } from './architecture/catalogue.ts'
import { egress } from './architecture/egress.ts'
import { IMPORT_RULES } from './architecture/imports.ts'
import { placeOf } from './architecture/place.ts'
import type { Finding, Rule, Source } from './architecture/rule.ts'
import { lineOf, scan } from './architecture/scan.ts'
import { foreignTable, type Migration, sqlPlace, type Tables, tablesOf } from './architecture/tables.ts'
import { WORD_RULES } from './architecture/words.ts'

const rulesOver = (tables: Tables): readonly Rule[] => [...IMPORT_RULES, ...WORD_RULES, catalogue, egress, sqlPlace, foreignTable(tables)]

/** Names of all rules that the check holds. */
export const RULE_NAMES: readonly string[] = ['table-owner', ...rulesOver({ owned: new Map(), facts: new Map() }).map((rule) => rule.name)]

const FOLDERS = ['src', 'test', 'scripts', 'bench']

/** Every breach of the rules in the project at `root`, in the order of paths and lines. */
export function findings(root: string): Finding[] {
  const sources = FOLDERS.flatMap((folder) => filesUnder(root, folder, /\.tsx?$/)).map((path) => read(root, path))
  const { tables, findings: ownerless } = tablesOf(migrationsOf(root))
  const rules = rulesOver(tables)
  const found = sources.flatMap((source) => rules.flatMap((rule) => apply(rule, source)))
  return [...ownerless, ...found].sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
}

function apply(rule: Rule, source: Source): Finding[] {
  return Array.from(rule.on(source), ({ at, says }) => ({ path: source.place.path, line: lineOf(source.text, at), rule: rule.name, says }))
}

function read(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  return { place: placeOf(path), text, ...scan(text, { jsx: path.endsWith('x') }) }
}

const migrationsOf = (root: string): Migration[] =>
  filesUnder(root, 'migrations', /\.sql$/).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

function filesUnder(root: string, folder: string, named: RegExp): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && named.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort()
}

export const line = ({ path, line, rule, says }: Finding): string => `${path}:${line} ${rule}: ${says}`

if (import.meta.main) {
  const found = findings(process.argv[2] ?? join(import.meta.dirname, '..'))
  for (const finding of found) console.log(line(finding))
  if (found.length > 0) console.log(`\n${found.length} found. The rules and their reasons: docs/architecture.md.`)
  process.exitCode = found.length > 0 ? 1 : 0
}
