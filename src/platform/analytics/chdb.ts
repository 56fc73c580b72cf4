import { mkdir } from 'node:fs/promises'
import type { Session } from 'chdb'
import {
  type Analytics,
  AnalyticsError,
  checkTable,
  deleteStatement,
  insertStatement,
  type Params,
  READ_LIMITS,
  rows,
} from './analytics.ts'

interface Options {
  /** Owned by one process at a time: a second opener is refused by the engine's own lock. */
  readonly directory: string
  /** Queries that run at once. Each takes one of libuv's threads while it runs. */
  readonly readers?: number
}

/** Queries that may wait for a reader before new ones are refused. */
const MOST_WAITING = 200

/**
 * ClickHouse in this process (chDB). One connection runs one statement at a time, so there is one for writing and a few for reading.
 * Throws `AnalyticsError` when another process has the directory.
 */
export async function chdbAnalytics({ directory, readers = 2 }: Options): Promise<Analytics> {
  await mkdir(directory, { recursive: true })
  // Loaded only here: the native library is 200 MB of address space that HTTP users need not have.
  const chdb = await import('chdb')
  const open = (): Session => {
    try {
      return new chdb.Session(directory)
    } catch (error) {
      throw told(error)
    }
  }
  const writer = new Lane([open()])
  const limits = Object.entries(READ_LIMITS).map(([name, value]) => `${name} = ${value}`)
  const reading = Array.from({ length: readers }, open)
  for (const session of reading) await session.queryAsync(`SET ${limits.join(', ')}`)
  const reader = new Lane(reading)
  return {
    query: <Row>(sql: string, params?: Params) => reader.run(async (session) => rows<Row>(await select(session, sql, params))),
    command: (sql) => writer.run(async (session) => void (await session.queryAsync(sql))),
    insert: (table, lines, token) =>
      writer.run(async (session) => void (await session.queryAsync(`${insertStatement(table, token)}\n${lines}`))),
    purge: (table, condition) => writer.run((session) => purge(session, checkTable(table), condition)),
    async close() {
      for (const lane of [reader, writer]) await lane.close()
      await chdb.drainPending()
    },
  }
}

/**
 * chDB never tidies up parts that were replaced, so the clean parts move into a fresh table (as hard links), which takes the old one's place.
 * Nothing is inserted meanwhile: this is the one connection that writes. What a crash leaves behind is dropped by the repeat.
 */
async function purge(session: Session, table: string, condition: string): Promise<{ oldParts: number }> {
  const fresh = `${table}_purged`
  const steps = [
    deleteStatement(table, condition),
    `DROP TABLE IF EXISTS ${fresh} SYNC`,
    `CREATE TABLE ${fresh} AS ${table}`,
    `ALTER TABLE ${fresh} ATTACH PARTITION tuple() FROM ${table}`,
    `EXCHANGE TABLES ${fresh} AND ${table}`,
    `DROP TABLE ${fresh} SYNC`,
  ]
  for (const sql of steps) await session.queryAsync(sql)
  return { oldParts: 0 }
}

async function select(session: Session, sql: string, params: Params | undefined): Promise<string> {
  const format = { format: 'JSONEachRow' }
  const result = params ? await session.queryBindAsync(sql, params, format) : await session.queryAsync(sql, format)
  return result.text()
}

/** A few connections and the statements that wait for one, first come first served. */
class Lane {
  readonly #free: Session[]
  readonly #all: readonly Session[]
  readonly #waiting: ((session: Session) => void)[] = []
  #closed = false

  constructor(sessions: readonly Session[]) {
    this.#all = sessions
    this.#free = [...sessions]
  }

  async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#closed) throw new AnalyticsError('the analytics store is closed', { code: 0 })
    const session = await this.#take()
    try {
      return await work(session)
    } catch (error) {
      throw told(error)
    } finally {
      this.#give(session)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const _ of this.#all) await this.#take()
    for (const session of this.#all) session.close()
  }

  #take(): Promise<Session> {
    const session = this.#free.pop()
    if (session) return Promise.resolve(session)
    if (this.#waiting.length >= MOST_WAITING) throw new AnalyticsError('too many reports are waiting; ask again in a moment', { code: 202 })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #give(session: Session): void {
    const next = this.#waiting.shift()
    if (next) next(session)
    else this.#free.push(session)
  }
}

function told(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AnalyticsError || !error.constructor.name.startsWith('Chdb')) return error
  const { clickhouseCode } = error as { clickhouseCode?: unknown }
  const code = typeof clickhouseCode === 'number' ? clickhouseCode : Number(/Code: (\d+)/.exec(error.message)?.[1] ?? 0)
  return new AnalyticsError(error.message, { code, cause: error })
}
