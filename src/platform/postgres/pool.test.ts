import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/fixtures/database.ts'
import { CommitUnknown, createPool, isConnectionLost, type Pool, RolledBack, transaction } from './pool.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database
await pool.query('create table notes (id int primary key, note text)')
const count = async (id: number): Promise<number> => (await pool.query('select from notes where id = $1', [id])).rowCount!

test('a transaction commits what it wrote and hands over its value', async () => {
  const value = await transaction(pool, async (tx) => {
    await tx.query(`insert into notes values (1, 'kept')`)
    return 'done'
  })
  assert.equal(value, 'done')
  assert.equal(await count(1), 1)
})

test('a throw rolls everything back, and the connection is used again', async () => {
  const one = createPool({ url: database.url, name: 'one', max: 1 })
  const pid = async (): Promise<number> => (await one.query('select pg_backend_pid() as pid')).rows[0].pid
  const before = await pid()
  const bug = new Error('a bug')
  await assert.rejects(
    transaction(one, async (tx) => {
      await tx.query(`insert into notes values (2, 'lost')`)
      throw bug
    }),
    (error) => error === bug,
  )
  assert.equal(await count(2), 0)
  assert.equal(await pid(), before)
  await one.end()
})

test('a swallowed error of a statement cannot pass for a commit', async () => {
  await assert.rejects(
    transaction(pool, async (tx) => {
      await tx.query(`insert into notes values (3, 'lost')`)
      await assert.rejects(tx.query('select 1 / 0'))
    }),
    RolledBack,
  )
  assert.equal(await count(3), 0)
})

test('a commit that the server refuses is a plain error: it is known that nothing happened', async () => {
  await pool.query('create table parents (id int primary key, parent int references parents deferrable initially deferred)')
  await assert.rejects(
    transaction(pool, (tx) => tx.query('insert into parents values (1, 99)')),
    (error: Error) => !(error instanceof CommitUnknown) && /foreign key/.test(error.message),
  )
})

interface Cut {
  readonly pool: Pool
  close(): Promise<void>
}

/** A way to the server that breaks at COMMIT: before the server has read it, or after it has answered. */
async function cutAtCommit(when: 'before' | 'after'): Promise<Cut> {
  const socket = `${decodeURIComponent(/@([^/]+)\//.exec(database.url)![1]!)}/.s.PGSQL.5432`
  const server: Server = createServer((client) => {
    const upstream = connect(socket)
    for (const side of [client, upstream]) side.on('error', () => undefined)
    let committing = false
    client.on('data', (data) => {
      committing = data.includes('commit\0')
      if (committing && when === 'before') {
        client.destroy()
        upstream.destroy()
      } else upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (committing) client.destroy()
      else client.write(data)
    })
    client.on('close', () => upstream.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const cut = createPool({ url: database.url.replace(/@[^/]+\//, `@127.0.0.1:${port}/`), name: 'cut' })
  return {
    pool: cut,
    close: async () => {
      await cut.end()
      server.close()
      await once(server, 'close')
    },
  }
}

for (const [when, id, there] of [
  ['before', 10, 0],
  ['after', 11, 1],
] as const) {
  test(`a connection that breaks at COMMIT, ${when} the server has it, leaves it unknown`, async () => {
    const cut = await cutAtCommit(when)
    await assert.rejects(
      transaction(cut.pool, (tx) => tx.query('insert into notes values ($1)', [id])),
      (error) => error instanceof CommitUnknown && isConnectionLost(error),
    )
    assert.equal(await count(id), there)
    assert.equal((await cut.pool.query('select 1 as one')).rows[0].one, 1, 'the pool goes on with another connection')
    await cut.close()
  })
}

test('a server that ends a connection in mid-transaction is told apart from a bug', async () => {
  await assert.rejects(
    transaction(pool, async (tx) => {
      const { rows } = await tx.query('select pg_backend_pid() as pid')
      await pool.query('select pg_terminate_backend($1)', [rows[0].pid])
      await tx.query('insert into notes values (20)')
    }),
    (error) => isConnectionLost(error) && !(error instanceof CommitUnknown),
  )
  assert.equal(await count(20), 0)
  assert.equal(isConnectionLost(new TypeError('x is undefined')), false)
  await assert.rejects(pool.query('select 1 / 0'), (error) => !isConnectionLost(error))
})

test('a server that is not there is known as such at once', async () => {
  const nowhere = createPool({ url: 'postgres://a:b@127.0.0.1:1/c', name: 'nowhere' })
  await assert.rejects(nowhere.query('select 1'), isConnectionLost)
  await nowhere.end()
})

test('a statement that runs too long is ended by the server', async () => {
  const short = createPool({ url: database.url, name: 'short', statementMs: 50 })
  await assert.rejects(short.query('select pg_sleep(10)'), /statement timeout/)
  await short.end()
})

test('bigint comes as a number, and refuses to lose digits', async () => {
  const { rows } = await pool.query('select 9007199254740991::bigint as most, (-5)::bigint as less')
  assert.deepEqual(rows, [{ most: 9007199254740991, less: -5 }])
  await assert.rejects(pool.query('select 9007199254740993::bigint'), /too large for a number/)
})
