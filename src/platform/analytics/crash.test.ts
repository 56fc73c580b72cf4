import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chance } from '#lib/hash.ts'
import type { Analytics } from './analytics.ts'
import { chdbAnalytics } from './chdb.ts'
import { migrateAnalytics } from './migrate.ts'

const ROWS = 8_000
const KILLS = 24
/** What the writing process tells: how many rows of the block it found, that the insert begins, that it returned. */
type Told = { found: number } | { begun: number } | { returned: number } | { settled: number }

/** Dates over fifty years: one insert must not commit in parts, whatever it holds. */
const block = (number: number): string =>
  Array.from({ length: ROWS }, (_, ix) => {
    const at = (ix % 600) * 2_629_800_000
    return `{"workspace_id":"crash","profile_id":"p${(ix * 7919) % 5000}","name":"Event ${ix % 7}","at":${at},"received":${at},"properties":"{\\"n\\":${ix}}","seq":${number},"ix":${ix}}`
  }).join('\n')

const count = async (analytics: Analytics, number: number): Promise<number> =>
  (await analytics.query<{ n: number }>('SELECT count() AS n FROM events WHERE seq = {number:UInt64}', { number }))[0]!.n

/** The writing process: repeats the block that was not settled, with its token, then goes on. */
async function write(directory: string, from: number): Promise<void> {
  const tell = (told: Told): Promise<void> => new Promise((done) => process.send?.(told, undefined, undefined, () => done()))
  const analytics = await chdbAnalytics({ directory, readers: 1 })
  for (let number = from; ; number++) {
    const lines = block(number)
    await tell({ found: await count(analytics, number) })
    await tell({ begun: number })
    await analytics.insert('events', lines, `crash:${number}`)
    await tell({ returned: number })
    await tell({ settled: number })
  }
}

if (process.argv[2] === 'write') await write(process.argv[3]!, Number(process.argv[4]))
else story()

function story(): void {
  const children = new Set<ChildProcess>()
  after(() => {
    for (const child of children) child.kill('SIGKILL')
  })

  test(`${KILLS} times SIGKILL inside an insert: repeated with the same token, each row is there once`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cadenza-crash-'))
    const setUp = await chdbAnalytics({ directory })
    await migrateAnalytics(setUp, join(import.meta.dirname, '../../../migrations/clickhouse'))
    await setUp.close()

    const seen = { inside: 0, nothingKept: 0, allKept: 0 }
    let settled = 0
    let round = 0
    while (seen.inside < KILLS) {
      // Every fourth time the insert has returned, but nobody has heard of it: the repeat must be recognised.
      const untilReturned = seen.inside % 4 === 3
      const stood = await killed({ directory, from: settled + 1, delay: chance('kill', String(round++)) * 60, untilReturned }, children)
      settled = stood.settled
      if (stood.foundFirst !== undefined && seen.inside > 0) {
        assert.ok(stood.foundFirst === 0 || stood.foundFirst === ROWS, `a block is there wholly or not at all, found ${stood.foundFirst}`)
        seen[stood.foundFirst === 0 ? 'nothingKept' : 'allKept']++
      }
      if (stood.inside) seen.inside++
    }

    const analytics = await chdbAnalytics({ directory })
    for (let number = settled + 1; number <= settled + 1; number++) await analytics.insert('events', block(number), `crash:${number}`)
    const wrong = await analytics.query(
      `SELECT seq, count() AS rows, uniqExact(ix) AS different, max(ix) AS last FROM events GROUP BY seq HAVING rows != ${ROWS} OR different != ${ROWS} OR last != ${ROWS - 1}`,
    )
    const [total] = await analytics.query<{ blocks: number }>('SELECT uniqExact(seq) AS blocks FROM events')
    await analytics.close()
    await rm(directory, { recursive: true })
    assert.deepEqual(wrong, [])
    assert.equal(total?.blocks, settled + 1)
    assert.ok(seen.allKept > 0 && seen.nothingKept > 0, `both sides of the commit were hit: ${JSON.stringify(seen)}`)
  })
}

interface Round {
  readonly directory: string
  readonly from: number
  /** Milliseconds after an insert began. */
  readonly delay: number
  readonly untilReturned: boolean
}

/** Runs a writer and kills it inside its second insert; says where it stood. */
async function killed({ directory, from, delay, untilReturned }: Round, children: Set<ChildProcess>) {
  const child = fork(import.meta.filename, ['write', directory, String(from)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.add(child)
  let settled = from - 1
  let standing = 'between' as 'between' | 'inside'
  let foundFirst: number | undefined
  child.on('message', (told: Told) => {
    if ('found' in told) foundFirst ??= told.found
    else if ('begun' in told) {
      standing = 'inside'
      if (told.begun > from && !untilReturned) setTimeout(() => child.kill('SIGKILL'), delay)
    } else if ('returned' in told) {
      if (told.returned > from && untilReturned) child.kill('SIGKILL')
    } else if (standing === 'inside' && !(untilReturned && told.settled > from)) {
      settled = told.settled
      standing = 'between'
    }
  })
  const [code] = await once(child, 'exit')
  children.delete(child)
  assert.equal(code, null, 'ended by the kill, not by itself')
  return { settled, inside: standing === 'inside', foundFirst }
}
