import type { EventRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { digest } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { append } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { SCORE_SET } from '#segments/lists.ts'

export interface ScoresSaid {
  readonly work: Pool
  readonly partitions: number
  readonly now: () => number
}

/** People of one transaction. */
const PAGE = 250

export interface Scores {
  readonly score: string
  readonly people: readonly { readonly id: string; readonly value: number; readonly more?: Readonly<Record<string, number>> }[]
  /** Whether that differs enough from what was said before to be worth a fact. */
  readonly moved: (before: number, value: number) => boolean
}

/**
 * Puts scores of people who are known, and are not part of another by now, on the log. A run that is repeated on the same day says the same
 * under the same ids, and nothing follows from it. Resolves with how many were said.
 */
export async function sayScores({ work, partitions, now }: ScoresSaid, ws: string, { score, people, moved }: Scores): Promise<number> {
  let said = 0
  for (let from = 0; from < people.length; from += PAGE) {
    const page = people.slice(from, from + PAGE)
    const states = await loadStates<Person>(
      work,
      'profile',
      page.map(({ id }) => ({ ws, id })),
    )
    const known = new Map(states.map(({ id, state }) => [id, state]))
    const at = now()
    const records = page.flatMap(({ id, value, more = {} }): EventRecord[] => {
      const state = known.get(id)
      const before = state && own(state.segments?.scores ?? {}, score)?.[0]
      if (!state || state.profile.mergedInto !== undefined || (before !== undefined && !moved(before, value))) return []
      const name = `score:${digest([id, score, Math.floor(at / 86_400_000), value].join('\u0000'))}`
      return [
        {
          kind: 'event',
          ws,
          key: id,
          id: name,
          type: 'system',
          name: SCORE_SET,
          at,
          received: at,
          props: { score, value, ...more },
          ids: [],
        },
      ]
    })
    const entries = records.map((record) => ({ workspace: ws, key: record.key, text: JSON.stringify(record) }))
    if (entries.length > 0) await transaction(work, (tx) => append(tx, entries, { partitions, now: at }))
    said += entries.length
  }
  return said
}
