import type { Language } from '#lib/language.ts'
import type { AuditCheck } from '#workspaces/schema.ts'
import type { Evidence, Subject } from './proof-evidence.ts'
import { type Cell, momentText, page, type Section, type Table } from './proof-pages.ts'
import type { Tables } from './proof-tables.ts'
import { PROOF_WORDS, proofWord } from './proof-words.ts'
import { toldText } from './told.ts'

/** Rows that the page itself shows; all are in the files. */
const SHOWN = 500

interface Index {
  readonly subject: Subject
  readonly evidence: Evidence
  readonly tables: Tables
  readonly check: AuditCheck
  /** Epoch ms. */
  readonly at: number
  readonly by: string
  readonly workspace: string
  readonly language: Language
}

/** The page that a proof pack begins with, in the language of whoever asked for it. */
export function indexPage({ subject, evidence, tables, check, at, by, workspace, language }: Index): string {
  const say = PROOF_WORDS[language]
  const known = evidence.identifiers.map(({ kind, value }) => `${kind} ${value}`).join(', ') || say.nothingKnown
  const whom = subject.kind === 'person' ? say.person(subject.profiles.join(', '), known) : say.journey(subject.journey)
  const chain = check.fault ? say.broken(toldText(check.sentence, language)) : say.holds(check.lines, check.anchored)
  const sections = Object.entries(tables).map(([name, { title, says, table }]): Section => {
    const about = toldText(says, language)
    return {
      title: `${toldText(title, language)} (${table.rows.length})`,
      says: table.rows.length > SHOWN ? `${about} ${say.cut(SHOWN)}` : about,
      table: inLanguage({ ...table, rows: table.rows.slice(0, SHOWN) }, language),
      files: [`${name}.csv`, `${name}.json`],
    }
  })
  const about = say.about({ whom, workspace, at: momentText(at), by })
  return page({ title: say.title, intro: [about, chain, say.folders, say.signed], sections, language, none: say.none })
}

/** Columns whose cells we have written; all others hold what others wrote, ids and codes. */
const OURS: ReadonlySet<string> = new Set(['In words', 'Exact', 'Took effect'])

const inLanguage = ({ columns, rows }: Table, language: Language): Table => ({
  columns: columns.map((column) => wordIn(column, language)),
  rows: rows.map((row) => row.map((cell, i): Cell => (OURS.has(columns[i]!) && typeof cell === 'string' ? wordIn(cell, language) : cell))),
})

const wordIn = (text: string, language: Language): string => proofWord(text, language) ?? toldText(text, language)
