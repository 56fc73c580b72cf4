import type { JsonObject } from '#lib/json.ts'
import type { ErasureRow } from './erasure-store.ts'
import { CLICKHOUSE, POSTGRES } from './personal-data.ts'

interface Told {
  readonly at: number
  /** Authored documents that still mention the person. */
  readonly documents: readonly string[]
  readonly subject: string
  /** Profiles that turned out to be this person. */
  readonly profiles: number
}

/** What stays, and why: said on every receipt. */
const STAYS = [
  'A keyed hash (HMAC-SHA-256) of each address on the suppression list, so that an import cannot have it written to again.',
  'That messages were sent, under which versions and when: under a pseudonym, without content and address.',
  'The audit log names the person by profile id only.',
] as const
const NOT_REACHED = [
  'PostgreSQL’s write-ahead log is written over in its own time; copies of it that you archive end with your retention of them.',
  'Messages that recipients have, and what providers keep of messages that they delivered.',
  'Back-ups by other tools than “cadenza backup”.',
] as const

/** The certificate of an erasure. It holds nothing that says who the person was. */
export function receiptOf(row: ErasureRow, { at, documents, subject, profiles }: Told): JsonObject {
  const counted = Object.entries(row.counts).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const named = (prefix: string): string[] => counted.filter(([name]) => name.startsWith(prefix)).map(([name]) => name.slice(prefix.length))
  const stores = counted
    .filter(([name]) => /^(postgres|clickhouse|destination):/.test(name))
    .map(([name, count]) => ({ store: name, holds: holds(name), count }))
  return {
    erasure: row.id,
    workspace: row.ws,
    subject,
    profiles,
    askedBy: row.askedBy,
    askedAt: row.askedAt,
    doneAt: at,
    stores,
    hashedSuppressions: row.counts['kept:hashed suppressions'] ?? 0,
    files: {
      rewritten: named('rewritten:'),
      freed: named('freed:'),
      clickhouseOldParts: row.counts['clickhouse old parts'] ?? 0,
    },
    documentsThatMention: [...documents],
    stays: [...STAYS],
    notReached: [...NOT_REACHED],
  }
}

function holds(name: string): string {
  const [store, table = ''] = name.split(':')
  if (store === 'postgres') return POSTGRES[table]?.holds ?? ''
  return store === 'clickhouse' ? (CLICKHOUSE[table]?.holds ?? '') : 'another system that was given their data'
}
