import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Queryable } from '#platform/log.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { testDatabase } from '../../../test/fixtures/database.ts'
import { presentNow, tellPresent } from './presence-store.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database
const DRAFT = { workspace: 'acme', kind: 'journey', id: 'welcome' }
const MINUTE = 60_000

test('two windows that come back late at the same moment do not wait for each other', async () => {
  const tell = (tab: string, at: number, through: (tx: Queryable) => Queryable = (tx) => tx) =>
    inWorkspace(pool, 'acme', (tx) => tellPresent(through(tx), DRAFT, { person: `of-${tab}`, tab, step: '', editing: false, at }))
  await tell('one', 0)
  await tell('two', 0)
  // Each has written its own row, and now looks for windows that are closed: the other’s is one, until it has said that it is not.
  const both = Promise.withResolvers<void>()
  let written = 0
  const together = (tx: Queryable): Queryable =>
    ({
      query: async (...asked: Parameters<Queryable['query']>) => {
        const found = await tx.query(...asked)
        if (++written === 2) both.resolve()
        if (written <= 2) await both.promise
        return found
      },
    }) as Queryable
  await Promise.all([tell('one', MINUTE, together), tell('two', MINUTE, together)])
  const tabs = await inWorkspace(pool, 'acme', (tx) => presentNow(tx, DRAFT, MINUTE))
  assert.deepEqual(tabs.map(({ tab }) => tab).sort(), ['one', 'two'])
})

test('a window that says nothing any more is forgotten', async () => {
  const tell = (tab: string, at: number) =>
    inWorkspace(pool, 'acme', (tx) => tellPresent(tx, { ...DRAFT, id: 'gone' }, { person: 'ada', tab, step: '', editing: false, at }))
  await tell('silent', 0)
  await tell('here', MINUTE)
  const { rows } = await inWorkspace(pool, 'acme', (tx) => tx.query<{ tab: string }>(`select tab from presence where document = 'gone'`))
  assert.deepEqual(
    rows.map(({ tab }) => tab),
    ['here'],
  )
})
