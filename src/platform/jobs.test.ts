import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../test/fixtures/database.ts'
import { startJobs } from './jobs.ts'

const database = await testDatabase()
after(() => database.stop())

test('a job runs in the background, is tried again when it throws, and waits under its key', async () => {
  const runs: [unknown, number][] = []
  const done = Promise.withResolvers<void>()
  const jobs = await startJobs({
    url: database.url,
    schedule: [{ task: 'clean', cron: '5 4 * * *' }],
    tasks: {
      clean: async (input, { attempt }) => {
        runs.push([input, attempt])
        if (attempt === 1) throw new Error('the first try fails')
        done.resolve()
      },
    },
  })
  await jobs.add('clean', { days: 30 }, { key: 'later', at: Date.now() + 3_600_000 })
  await jobs.add('clean', { days: 60 }, { key: 'later', at: Date.now() + 3_600_000 })
  const { rows } = await database.pool.query('select payload from graphile_worker._private_jobs')
  assert.deepEqual(rows, [{ payload: { days: 60 } }], 'one waits, with the newest input')
  await jobs.add('clean', { days: 90 })
  await done.promise
  assert.deepEqual(runs, [
    [{ days: 90 }, 1],
    [{ days: 90 }, 2],
  ])
  await jobs.stop()
})

test('a schedule or a call that names no task is a bug', async () => {
  await assert.rejects(
    startJobs({ url: database.url, tasks: {}, schedule: [{ task: 'nothing', cron: '* * * * *' }] }),
    /unknown task: nothing/,
  )
})
