import type { World } from './world.ts'

interface Erased {
  readonly family: readonly string[]
  /** Ends of the partitions when they were erased. */
  readonly heads: readonly number[]
}

/** At the end: nothing tells of whom was erased, but what has come since. */
export function judgeErased({ db: { log, facts, states, outbox, letters }, judge }: World, erasures: readonly Erased[]): void {
  for (const { family, heads } of erasures) {
    const isTheirs = (key: string): boolean => family.includes(key)
    const since = log.partitions.flatMap(({ places }, partition) =>
      places.slice(heads[partition]).flatMap(({ record, by }) => ('key' in record && isTheirs(record.key) ? [{ record, by }] : [])),
    )
    const came = new Set(since.map(({ record }) => record.key))
    const old = log.partitions.flatMap(({ places }, partition) =>
      places.slice(0, heads[partition]).filter(({ record }) => 'key' in record && isTheirs(record.key)),
    )
    const fact = facts.find(({ partition, seq, fact: { row } }) => isTheirs(row.profile_id) && seq <= heads[partition]!)
    const left =
      old[0] ??
      fact ??
      [...states.values()].find(({ id }) => isTheirs(id) && !came.has(id)) ??
      [...outbox.rows.values()].find(({ key }) => isTheirs(key) && !came.has(key)) ??
      [...letters.values()].find(({ partition, seq, key }) => isTheirs(key) && seq <= heads[partition]!)
    if (left) judge.violate('erased-is-gone', `${family.join(', ')} up to ${heads.join(', ')}: ${JSON.stringify(left)}`)
    const isNew = new Set(since.flatMap(({ record }) => (record.kind === 'event' ? [record.key] : [])))
    const brought = since.find(
      ({ record, by }) => by === 'system' && record.kind === 'review' && record.history !== undefined && !isNew.has(record.key),
    )
    if (brought) judge.violate('erased-is-gone', `${family.join(', ')}: their past came back by ${JSON.stringify(brought)}`)
  }
}
