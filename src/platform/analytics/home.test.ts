import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDatabase } from '../../../test/fixtures/database.ts'
import { claimFacts } from './home.ts'

test('one process of a shared database has the built-in ClickHouse; a second one with a directory of its own is refused, and told where the facts are', async () => {
  const database = await testDatabase()
  const [one, other] = [await mkdtemp(join(tmpdir(), 'home-')), await mkdtemp(join(tmpdir(), 'home-'))]
  await claimFacts(database.pool, one)
  await claimFacts(database.pool, one)
  await assert.rejects(claimFacts(database.pool, other), new RegExp(`data directory ${one}`))
  await database.stop()
  for (const directory of [one, other]) await rm(directory, { recursive: true })
})
