import { escapeHtml } from '#content/links.ts'
import { csvLine } from '#lib/csv.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Language } from '#lib/language.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { Archive } from './archive.ts'
import { listArchived } from './archive-store.ts'
import { factTables, pageFacts } from './erasure-facts-store.ts'
import { type Names, personTables, rowsOf } from './erasure-store.ts'
import type { Whole } from './erasure-subject.ts'
import { EXPORT_WORDS, holdsIn } from './person-export-words.ts'
import { CLICKHOUSE, POSTGRES } from './personal-data.ts'

export interface ExportOf {
  readonly ws: string
  readonly whole: Whole
  readonly names: Names
  readonly db: Pool
  readonly analytics: Analytics
  readonly archive: Archive
  /** Epoch ms. */
  readonly at: number
}

/** Rows of one store, some at a time. */
interface Source {
  readonly store: string
  readonly holds: string
  readonly rows: AsyncIterable<JsonObject>
}

const PAGE = 500

/** Every store that knows the person, by the map of personal data; read as it is written out. */
function* sourcesOf(of: ExportOf): Generator<Source> {
  const { whole } = of
  const known = { profiles: [...whole.profiles], identifiers: whole.identifiers.map(({ kind, value }) => ({ kind, value })) }
  yield { store: 'postgres:identities', holds: 'who the person is', rows: each([known]) }
  for (const table of personTables)
    yield { store: `postgres:${table}`, holds: POSTGRES[table]!.holds, rows: later(() => rowsOf(of.db, table, of)) }
  yield { store: 'archive', holds: 'messages as they were sent', rows: archived(of) }
  for (const [table] of factTables) yield { store: `clickhouse:${table}`, holds: CLICKHOUSE[table]!.holds, rows: facts(of, table) }
}

async function* each(rows: readonly JsonObject[]): AsyncGenerator<JsonObject> {
  yield* rows
}

async function* later(read: () => Promise<readonly JsonObject[]>): AsyncGenerator<JsonObject> {
  yield* await read()
}

async function* facts({ analytics, ws, whole }: ExportOf, table: string): AsyncGenerator<JsonObject> {
  for (let offset = 0; ; offset += PAGE) {
    const rows = await pageFacts(analytics, table, { ws, profiles: whole.profiles, offset, limit: PAGE })
    yield* rows
    if (rows.length < PAGE) return
  }
}

async function* archived({ db, archive, ws, whole }: ExportOf): AsyncGenerator<JsonObject> {
  for (let after: Parameters<typeof listArchived>[2]['after']; ; ) {
    const rows = await listArchived(db, ws, { profiles: whole.profiles, after, limit: 50 })
    const opened = await archive.openAll(db, rows)
    for (const [i, message] of opened.entries()) {
      if (!message) continue
      const { channel, at } = rows[i]!
      yield {
        channel,
        at,
        to: message.to,
        subject: message.subject,
        text: message.text,
        html: message.html,
        body: message.body,
        data: message.data,
      }
    }
    after = rows.at(-1)
    if (rows.length < 50) return
  }
}

/** One JSON object: who was asked about and when, then every store with its rows. */
export async function* exportJson(of: ExportOf): AsyncGenerator<string> {
  yield `{"workspace":${JSON.stringify(of.ws)},"exportedAt":${JSON.stringify(new Date(of.at).toISOString())},"sources":[`
  let first = true
  for (const { store, holds, rows } of sourcesOf(of)) {
    yield `${first ? '' : ','}\n{"store":${JSON.stringify(store)},"holds":${JSON.stringify(holds)},"rows":[`
    first = false
    let comma = ''
    for await (const row of rows) {
      yield `${comma}\n${JSON.stringify(row)}`
      comma = ','
    }
    yield ']}'
  }
  yield '\n]}\n'
}

const headIn = (
  language: Language,
): string => `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${EXPORT_WORDS[language].title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
table{border-collapse:collapse;width:100%;font-size:.85rem}th,td{border:1px solid #c9c9d1;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f1f1f5}h2{margin-top:2.5rem}.none{color:#55555f}</style></head><body>
<h1>${EXPORT_WORDS[language].title}</h1>`

/** The same to read, in the language of whoever asks: one table for each store. Nothing in it runs, and nothing is fetched. */
export async function* exportPage(of: ExportOf, language: Language): AsyncGenerator<string> {
  const say = EXPORT_WORDS[language]
  yield `${headIn(language)}<p>${escapeHtml(say.asOf(new Date(of.at).toISOString()))}</p>`
  for (const { store, holds, rows } of sourcesOf(of)) {
    yield `<h2>${escapeHtml(holdsIn(language, { store, holds }))}</h2><p class="none">${escapeHtml(store)}</p>`
    let columns: string[] | undefined
    for await (const row of rows) {
      if (!columns) {
        columns = Object.keys(row)
        yield `<table><thead><tr>${columns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')}</tr></thead><tbody>`
      }
      yield `<tr>${columns.map((name) => `<td>${escapeHtml(shown(row[name]))}</td>`).join('')}</tr>\n`
    }
    yield columns ? '</tbody></table>' : `<p class="none">${say.nothing}</p>`
  }
  yield '</body></html>\n'
}

const EVENT_COLUMNS = ['at', 'type', 'name', 'properties', 'verdict', 'received', 'message_id'] as const

export async function* eventsCsv(of: ExportOf): AsyncGenerator<string> {
  yield csvLine(EVENT_COLUMNS)
  for await (const row of facts(of, 'events')) yield csvLine(EVENT_COLUMNS.map((column) => shown(row[column])))
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
