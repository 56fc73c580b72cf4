import type { Effect, Fact } from '#events/reaction.ts'
import type { KeyedRecord, LogRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import type { DeadLetterRow, Keyed, KeyedWrite } from '#platform/keyed-state.ts'
import type { Lease, Standing } from '#platform/leases.ts'
import type { Cursor, LogBlock } from '#platform/log.ts'

/** A fact with its place on the log: with the profile it is unique (several people fire at one tick), and the same again when the record is handled again. */
export interface PlacedFact {
  readonly partition: number
  readonly seq: number
  readonly ix: number
  readonly fact: Fact
}

/** All that follows from one batch of records: it is saved as a whole or not at all. */
export interface Batch {
  readonly leases: readonly Lease[]
  readonly people: readonly KeyedWrite<Person>[]
  readonly effects: readonly Effect[]
  readonly cancels: readonly { readonly ws: string; readonly id: string; readonly partition: number; readonly seq: number }[]
  readonly facts: readonly PlacedFact[]
  readonly records: readonly KeyedRecord[]
  readonly deadLetters: readonly DeadLetterRow[]
  readonly now: number
}

/** The save was refused: a partition is not ours any more. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** What the engine needs of the database; the simulation has its own with faults. */
/** A block of the log; a store that has its records at hand gives them as they are. */
export type ReadBlock = Omit<LogBlock, 'records'> & { readonly records: string | readonly LogRecord[] }

export interface EngineStore {
  /** Takes what is ours, and of what is free up to our share; raises the epochs. */
  acquire(owner: string): Promise<Lease[]>
  /** Prolongs what is ours. */
  renew(owner: string): Promise<Standing>
  /** Hands some partitions over. */
  give(owner: string, partitions: readonly number[]): Promise<void>
  release(owner: string): Promise<void>
  read(cursors: readonly Cursor[], blocksPerPartition: number): Promise<ReadBlock[]>
  load(keys: readonly { ws: string; id: string }[]): Promise<Keyed<Person>[]>
  /** Profiles with a timer due by their partition's tick. */
  due(ticks: readonly { partition: number; tick: number }[], limit: number): Promise<{ ws: string; id: string; partition: number }[]>
  /** The earliest timer of each partition. */
  soonest(partitions: readonly number[]): Promise<{ partition: number; due: number }[]>
  /** Says on the log that the clock has reached `now` on these partitions. */
  tick(partitions: readonly number[], now: number): Promise<void>
  /** Keys whose records wait for a person's replay. */
  parked(): Promise<{ ws: string; key: string }[]>
  /** One transaction. Throws `Fenced` when an epoch is not ours. */
  save(batch: Batch): Promise<void>
}
