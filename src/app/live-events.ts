import type { LiveEvent, WatchEvents } from '#events/api.ts'
import { type HeldRow, listHeld } from '#events/held-store.ts'
import { redacted } from '#events/redact.ts'
import type { LogRecord } from '#events/schema.ts'
import type { InputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import type { LogBlock, Queryable } from '#platform/log.ts'
import { blocksOf, logEnds } from './live-events-store.ts'

interface Options {
  readonly db: Queryable
  readonly ws: string
  readonly filter: InputOf<typeof WatchEvents>
  /** Whether the reader may see whose events these are, and what they hold. */
  readonly people: boolean
  /** Properties that the plan calls sensitive, by event. */
  readonly sensitive: (event: string) => ReadonlySet<string>
}

/** Events in one frame; the rest is a number. */
export const FRAME = 50
/** Blocks of a partition that are read at once. */
const BLOCKS = 10
/** How far back (records of a partition, ms) the first frame looks. */
const BACK = { records: 30, ms: 600_000 }

/** Reads what has come onto the log and into the table of held events since it was asked last. */
export class LiveTail {
  readonly #options: Options
  #ends = new Map<number, number>()
  #held = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** What came lately, so that the screen is not empty; from here on `next` tells the rest. */
  async begin(now: number): Promise<{ events: LiveEvent[]; more: number }> {
    const { db, ws } = this.#options
    const ends = await logEnds(db)
    this.#ends = new Map(ends.map(({ partition, seq }) => [partition, seq]))
    const cursors = ends
      .filter(({ seq }) => seq > 0)
      .map(({ partition, seq }) => ({ partition, from: Math.max(0, seq - BACK.records), end: seq }))
    const blocks = await blocksOf(db, { ws, cursors, most: 3 })
    const held = await listHeld(db, { ws, limit: FRAME })
    this.#held = Math.max(0, ...held.map(({ id }) => id))
    const recent = [...this.#ofBlocks(blocks), ...held.flatMap((row) => this.#ofHeld(row))].filter(
      ({ received }) => received > now - BACK.ms,
    )
    return frameOf(recent)
  }

  async next(): Promise<{ events: LiveEvent[]; more: number }> {
    const { db, ws } = this.#options
    const ends = await logEnds(db)
    const moved = ends.flatMap(({ partition, seq }) => {
      const from = this.#ends.get(partition) ?? 0
      return seq > from ? [{ partition, from, end: seq }] : []
    })
    this.#ends = new Map(ends.map(({ partition, seq }) => [partition, seq]))
    const blocks = await blocksOf(db, { ws, cursors: moved, most: BLOCKS })
    const newest = await listHeld(db, { ws, limit: FRAME })
    const held = newest.filter(({ id }) => id > this.#held)
    this.#held = Math.max(this.#held, ...newest.map(({ id }) => id))
    return frameOf([...this.#ofBlocks(blocks), ...held.flatMap((row) => this.#ofHeld(row))])
  }

  #ofBlocks(blocks: readonly LogBlock[]): LiveEvent[] {
    return blocks.flatMap(({ partition, first_seq, records }) =>
      (JSON.parse(records) as LogRecord[]).flatMap((record, i) => this.#ofRecord(record, `${partition}-${first_seq + i}`)),
    )
  }

  #ofRecord(record: LogRecord, key: string): LiveEvent[] {
    if (record.kind !== 'event' || record.type === 'system') return []
    const { filter, people, sensitive } = this.#options
    const { name, source = '', key: person, faults = [] } = record
    if ((filter.event && filter.event !== name) || (filter.source && filter.source !== source)) return []
    if (filter.person && filter.person !== person) return []
    const shown = {
      properties: record.props,
      identifiers: record.ids.map(({ kind, value }) => ({ kind, value })),
      ...(record.context && { context: record.context }),
    }
    const paths = new Set([...sensitive(name)].map((path) => `properties.${path}`))
    const broken = faults.some(({ kind }) => kind !== 'renamed')
    return [
      {
        key,
        outcome: broken ? 'violating' : 'accepted',
        event: name,
        type: record.type,
        messageId: record.id,
        received: record.received,
        at: Math.max(0, record.at),
        source,
        person: people ? person : '',
        faults: [...faults],
        payload: people ? (redacted(shown as unknown as Json, { paths }) as never) : null,
      },
    ]
  }

  #ofHeld(row: HeldRow): LiveEvent[] {
    const { filter, people, sensitive } = this.#options
    if (filter.person || (filter.event && filter.event !== row.name) || (filter.source && filter.source !== row.source)) return []
    const faults = (row.problem.problems ?? [row.problem]).map(({ code, at = '', title }) => ({
      kind: code.replace(/^plan\./, ''),
      at,
      says: title,
    }))
    return [
      {
        key: `held-${row.id}`,
        outcome: row.kind,
        event: row.name,
        type: row.call,
        messageId: row.messageId,
        received: row.received,
        at: row.received,
        source: row.source,
        person: '',
        faults,
        payload: people ? payloadOf(row, sensitive(row.name)) : null,
      },
    ]
  }
}

/** Newest first. */
function frameOf(events: readonly LiveEvent[]): { events: LiveEvent[]; more: number } {
  const sorted = events.toSorted((a, b) => b.received - a.received)
  return { events: sorted.slice(0, FRAME), more: Math.max(0, sorted.length - FRAME) }
}

/** What was held, as somebody may look at it; what was cut off or is no JSON is shown as text. */
export function payloadOf({ body }: Pick<HeldRow, 'body'>, sensitive: ReadonlySet<string>): never {
  const paths = new Set([...sensitive].flatMap((path) => [`properties.${path}`, `traits.${path}`]))
  try {
    return redacted(JSON.parse(body) as Json, { paths }) as never
  } catch (error) {
    if (error instanceof SyntaxError) return redacted(body) as never
    throw error
  }
}
