import type { Effect, Fact } from '#events/reaction.ts'
import type { KeyedRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import type { Cursor, LogBlock } from '#platform/log.ts'

/** A partition that this worker owns, and how far its work has come. */
export interface Lease {
  readonly partition: number
  readonly epoch: number
  /** Last record handled. */
  readonly done: number
  /** Block time (epoch ms) and place of the last tick handled. */
  readonly tick: number
  readonly tickSeq: number
  /** Definitions revision in force. */
  readonly revision: number
}

export interface StoredPerson {
  readonly ws: string
  readonly id: string
  readonly person: Person
  readonly version: number
}

export interface DeadLetter {
  readonly ws: string
  readonly key: string
  readonly partition: number
  readonly seq: number
  readonly record: string
  /** '' for a record that waits behind a poisonous one. */
  readonly error: string
}

/** A fact with its place on the log: unique, and the same again when the record is handled again. */
export interface PlacedFact {
  readonly partition: number
  readonly seq: number
  readonly ix: number
  readonly fact: Fact
}

/** All that follows from one batch of records: it is saved as a whole or not at all. */
export interface Batch {
  readonly leases: readonly Lease[]
  readonly people: readonly (StoredPerson & { readonly partition: number; readonly nextDue: number | null })[]
  readonly effects: readonly Effect[]
  readonly cancels: readonly { readonly ws: string; readonly id: string; readonly cause: PlacedFact['seq']; readonly partition: number }[]
  readonly facts: readonly PlacedFact[]
  readonly records: readonly KeyedRecord[]
  readonly deadLetters: readonly DeadLetter[]
  readonly now: number
}

/** The save was refused: a partition is not ours any more. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** What the engine needs of the database; the simulation has its own with faults. */
export interface EngineStore {
  /** Takes free and expired leases, and raises their epoch. */
  acquire(owner: string): Promise<Lease[]>
  /** Prolongs what is ours; returns the partitions that still are. */
  renew(owner: string): Promise<number[]>
  release(owner: string): Promise<void>
  read(cursors: readonly Cursor[], blocksPerPartition: number): Promise<LogBlock[]>
  load(keys: readonly { ws: string; id: string }[]): Promise<StoredPerson[]>
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
