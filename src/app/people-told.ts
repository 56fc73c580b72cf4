import { type Person, upgraded } from '#journeys/person.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { pageStates } from '#platform/keyed-state.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { personFact } from '#segments/people.ts'
import { nextUntold, noteTold } from '#segments/store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
}

const PAGE = 2_000

/**
 * Tells ClickHouse about people who were there before it was told about people. Their rows stand at the beginning of the log, so whatever
 * happened to them since replaces them; a page that is told twice changes nothing.
 */
export async function tellEveryone({ pool, analytics, now }: Options, isOver: () => boolean): Promise<void> {
  for (let next = await nextUntold(pool); next && !isOver(); next = await nextUntold(pool)) {
    const { ws, after } = next
    const people = await pageStates<Person>(pool, 'profile', { workspace: ws, after, limit: PAGE })
    const lines = people.map(({ state }) => JSON.stringify({ ...personFact(ws, upgraded(state), now()), partition: 0, seq: 0, ix: 0 }))
    if (lines.length > 0)
      await analytics.insert('people', lines.join('\n'), `people:${ws.replaceAll(/[^\w.-]/g, '')}:${people[0]!.id}`.slice(0, 200))
    await noteTold(pool, { ws, after: people.at(-1)?.id ?? after, done: people.length < PAGE })
  }
}
