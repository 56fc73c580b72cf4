import type { LogRecord } from '#events/schema.ts'
import { type Cursor, type LogBlock, partitionOf } from '#platform/log.ts'
import type { Author, Entry, PartitionTable } from './tables.ts'

const TOMBSTONE: LogRecord = { kind: 'erased' }

/** The log of the simulated database. Each method is one instant, as a committed transaction is. */
export class Log {
  readonly partitions: readonly PartitionTable[]
  /** Told after each append. */
  onAppend: () => void = () => {}

  constructor(count: number) {
    this.partitions = Array.from({ length: count }, () => ({ head: 0, at: 0, blocks: [], places: [] }))
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions.length)
  }

  /** Numbers and writes; what it returns makes the blocks visible (a correct database does so at once). */
  append(entries: readonly Entry[], by: Author, now: number): () => void {
    const groups = new Map<number, LogRecord[]>()
    for (const { key, record } of entries) {
      const partition = this.partitionOf(key)
      const group = groups.get(partition)
      if (group) group.push(record)
      else groups.set(partition, [record])
    }
    return this.#write(groups, by, now)
  }

  /** Of each partition the last record that handling put there. */
  told(): number[] {
    return this.partitions.map(({ places }) => places.findLastIndex(({ by }) => by === 'engine') + 1)
  }

  appendTo(partitions: readonly number[], record: LogRecord, now: number): void {
    this.#write(new Map(partitions.map((partition) => [partition, [record]])), 'system', now)()
  }

  #write(groups: ReadonlyMap<number, readonly LogRecord[]>, by: Author, now: number): () => void {
    const blocks = [...groups].map(([partition, records]) => this.#block(partition, records, { by, now }))
    return () => {
      for (const block of blocks) block.visible = true
      if (blocks.length > 0) this.onAppend()
    }
  }

  #block(partition: number, records: readonly LogRecord[], { by, now }: { by: Author; now: number }) {
    const table = this.partitions[partition]!
    const first = table.head + 1
    table.head += records.length
    table.at = Math.max(table.at, now)
    const block = { partition, first_seq: first, last_seq: table.head, at: table.at, records: JSON.stringify(records), visible: false }
    table.blocks.push(block)
    for (const record of JSON.parse(block.records) as LogRecord[]) table.places.push({ record, at: table.at, by })
    return block
  }

  /** Tombstones for what stands behind `after`, up to `upTo`; numbers and times stay. */
  bury(partition: number, keys: readonly string[], { after, upTo }: { after: number; upTo: number }): void {
    const { blocks, places } = this.partitions[partition]!
    const gone = (record: LogRecord, seq: number): boolean => seq > after && seq <= upTo && 'key' in record && keys.includes(record.key)
    places.forEach((place, i) => {
      if (gone(place.record, i + 1)) places[i] = { ...place, record: TOMBSTONE }
    })
    for (const block of blocks) {
      const records = JSON.parse(block.records) as LogRecord[]
      const kept = records.map((record, i) => (gone(record, block.first_seq + i) ? TOMBSTONE : record))
      Object.assign(block, { records: JSON.stringify(kept) })
    }
  }

  /** The tick of a database whose ticks do not wait for appends under way: it takes its number, and they come in behind it with their own time. */
  letTimeRunBack(partition: number, at: number): void {
    this.partitions[partition]!.at = at
  }

  read(cursors: readonly Cursor[], limit: number): LogBlock[] {
    return cursors.flatMap(({ partition, seq }) => {
      const { blocks } = this.partitions[partition]!
      return blocks
        .slice(firstBehind(blocks, seq))
        .filter((block) => block.visible)
        .slice(0, limit)
    })
  }
}

/** Index of the first block that ends behind the cursor. */
function firstBehind(blocks: readonly LogBlock[], seq: number): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (blocks[middle]!.last_seq > seq) high = middle
    else low = middle + 1
  }
  return low
}
