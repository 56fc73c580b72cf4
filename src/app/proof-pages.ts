import { escapeHtml } from '#content/links.ts'
import { BYTE_ORDER_MARK, csvLine } from '#lib/csv.ts'
import type { Language } from '#lib/language.ts'

/** A table as people read it: the columns' names, then one row for each thing. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}
export type Cell = string | number | boolean | null

/** A link to another file of the pack. */
export interface Section {
  readonly title: string
  /** What it shows and where it comes from, for somebody who does not know Cadenza. */
  readonly says: string
  readonly table?: Table
  readonly files?: readonly string[]
}

/** `2026-03-07 12:00:00 UTC`; '' for no time. */
export const momentText = (at: number | null | undefined): string =>
  at === null || at === undefined || at <= 0 ? '' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const text = (cell: Cell): string => (cell === null ? '' : String(cell))

export const csv = ({ columns, rows }: Table): string => BYTE_ORDER_MARK + [columns, ...rows].map(csvLine).join('')

/** No script, nothing from elsewhere: whatever the data say, a browser shows it and does nothing. */
export const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'">`

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}h1{font-size:1.6rem}h2{margin-top:2.5rem;font-size:1.2rem}table{border-collapse:collapse;width:100%;font-size:13px}th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f2f2f2}code{font-size:12px;overflow-wrap:anywhere}'

interface Page {
  readonly title: string
  /** Each a paragraph. */
  readonly intro: readonly string[]
  readonly sections: readonly Section[]
  readonly language: Language
  /** Stands for a table without rows. */
  readonly none: string
}

/** A page that stands alone: everything in it is text that was escaped. */
export function page({ title, intro, sections, language, none }: Page): string {
  return [
    '<!doctype html>',
    `<html lang="${language}"><head><meta charset="utf-8">${POLICY}<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    ...intro.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...sections.flatMap((section) => sectionLines(section, none)),
    '</body></html>',
    '',
  ].join('\n')
}

function sectionLines({ title, says, table, files = [] }: Section, none: string): string[] {
  const links = files.map((file) => `<a href="${escapeHtml(file)}">${escapeHtml(file)}</a>`).join(' · ')
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    `<p>${escapeHtml(says)}</p>`,
    ...(links === '' ? [] : [`<p>${links}</p>`]),
    ...(table ? [tableHtml(table, none)] : []),
  ]
}

function tableHtml({ columns, rows }: Table, none: string): string {
  if (rows.length === 0) return `<p>${escapeHtml(none)}</p>`
  const line = (tag: 'th' | 'td', cells: readonly Cell[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(text(cell))}</${tag}>`).join('')}</tr>`
  return `<table>${line('th', columns)}${rows.map((row) => line('td', row)).join('\n')}</table>`
}

/** The content of a mail to be looked at: nothing in it runs or loads, so that looking does not count as opening. The exact bytes are in the `.eml`. */
export const inert = (html: string): string => `<!doctype html>${POLICY}\n${html}`

/** Part of a file's name that cannot lead anywhere. */
export const nameable = (words: string): string =>
  words
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .slice(0, 40)
    .replace(/^_+|_+$/g, '') || 'x'
