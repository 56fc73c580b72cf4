import type { Finding, Report, Rule, Source } from './rule.ts'
import { lineOf } from './scan.ts'

/** Who owns which table, read from the `-- owner: <folder>` line above each `create table`. */
export interface Tables {
  /** PostgreSQL: only the owner's store names it. */
  readonly owned: ReadonlyMap<string, string>
  /** ClickHouse: facts, which every store may read and only the owner writes. */
  readonly facts: ReadonlyMap<string, string>
}

export interface Migration {
  readonly path: string
  readonly text: string
}

const CREATE = /^[ \t]*create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?["`]?(\w+)["`]?/gim

/** The owners, and a finding for each table that names none. */
export function tablesOf(migrations: readonly Migration[]): { tables: Tables; findings: Finding[] } {
  const owned = new Map<string, string>()
  const facts = new Map<string, string>()
  const findings: Finding[] = []
  for (const { path, text } of migrations) {
    for (const match of text.matchAll(CREATE)) {
      const name = match[1]!.toLowerCase()
      const owner = ownerAbove(text.slice(0, match.index))
      if (owner) (path.includes('/clickhouse/') ? facts : owned).set(name, owner)
      else {
        const line = lineOf(text, match.index)
        findings.push({
          path,
          line,
          rule: 'table-owner',
          says: `table ${name} has no owner: write \`-- owner: <folder>\` in the comment above it`,
        })
      }
    }
  }
  return { tables: { owned, facts }, findings }
}

/** The comment lines that stand directly above. */
function ownerAbove(text: string): string | undefined {
  const lines = text.split('\n').slice(0, -1)
  for (let i = lines.length - 1; i >= 0 && /^\s*--/.test(lines[i]!); i--) {
    const owner = /^\s*--\s*owner:\s*(\w+)/.exec(lines[i]!)?.[1]
    if (owner) return owner
  }
  return undefined
}

// A statement begins a line, in one case throughout: prose begins with a capital letter or goes on differently.
const STATEMENT =
  /^\s*\(?\s*(?:with\s+(?:recursive\s+)?\w+(?:\s*\([^)]*\))?\s+as\s|select\s[\s\S]*?\bfrom\b|select\s+(?:\d|\$\d|\w+\()|insert\s+into\s+\S|update\s+(?:only\s+)?\w+(?:\s+(?:as\s+)?\w+)?\s+set\s|delete\s+from\s+\S|create\s+(?:or\s+replace\s+|unique\s+|unlogged\s+)?(?:table|index|database|role|function|policy)\s|alter\s+(?:table|role|database)\s|drop\s+(?:table|index|database|role)\s|truncate\s+\w|lock\s+table\s|copy\s+\w+\s*(?:\([^)]*\)\s*)?(?:from|to)\s|set\s+local\s)/m
const UPPER = new RegExp(
  STATEMENT.source.replace(/\\[a-z]|[a-z]/g, (part) => (part.startsWith('\\') ? part : part.toUpperCase())),
  'm',
)

const isSql = (text: string): boolean => STATEMENT.test(text) || UPPER.test(text)

/** SQL stands in `store.ts`, in platform/, in app's `*-store.ts`, and in `sql.ts`, which compiles to it. */
function maySpeakSql({ place }: Source): boolean {
  if (place.test || place.folder === '' || place.folder === 'platform' || place.role === 'store') return true
  const file = place.path.split('/').at(-1)!
  return file === 'sql.ts' || (place.folder === 'app' && file.endsWith('store.ts'))
}

export const sqlPlace: Rule = {
  name: 'sql-place',
  *on(source): Iterable<Report> {
    if (maySpeakSql(source) || source.place.side === 'browser') return
    for (const { text, start } of source.literals) {
      if (isSql(text))
        yield {
          at: start,
          says: `SQL belongs to ${source.place.folder === 'app' ? 'src/app/*-store.ts' : `src/${source.place.folder}/store.ts`}: give it a function there and call that`,
        }
    }
  },
}

const NAMED = /\b(from|join|into|update|table|copy|truncate)\s+(?:only\s+|if\s+(?:not\s+)?exists\s+)?["`]?(\w+)["`]?/gi

export const foreignTable = (tables: Tables): Rule => ({
  name: 'foreign-table',
  *on(source): Iterable<Report> {
    const { place, literals } = source
    if (place.test || place.folder === '' || !maySpeakSql(source)) return
    for (const { text, start } of literals) {
      if (!isSql(text)) continue
      for (const [, verb, name] of text.matchAll(NAMED)) {
        const owner = trespass(tables, place.folder, { verb: verb!.toLowerCase(), table: name!.toLowerCase(), text })
        if (owner)
          yield {
            at: start,
            says: `table ${name} belongs to ${owner}: only src/${owner}${owner === 'platform' ? '/' : '/store.ts'} names it; call a function there, or read the fact`,
          }
      }
    }
  },
})

/** The owner whose table is named against the rule. app/ puts the platform together, so its stores may name the platform's tables. */
function trespass({ owned, facts }: Tables, folder: string, use: { verb: string; table: string; text: string }): string | undefined {
  const reads = use.verb === 'from' || use.verb === 'join'
  const deletes = new RegExp(`delete\\s+from\\s+["\`]?${use.table}\\b`, 'i').test(use.text)
  if (facts.has(use.table) && reads && !deletes) return undefined
  const owner = owned.get(use.table) ?? facts.get(use.table)
  if (owner === undefined || owner === folder) return undefined
  return owner === 'platform' && folder === 'app' ? undefined : owner
}
