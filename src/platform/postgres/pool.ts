import pg, { type ClientBase, type PoolClient } from 'pg'
import { PlanningClient } from './prepared.ts'

export type Pool = pg.Pool
/** A connection inside a transaction. */
export type Tx = PoolClient

export interface PoolOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly name: string
  /** Most connections at once. */
  readonly max?: number
  readonly connectMs?: number
  /** A statement that runs longer is ended by the server; the client gives up two seconds later. */
  readonly statementMs?: number
  /** An idle connection broke; the pool has dropped it. */
  readonly onError?: (error: Error) => void
}

/** The connection broke during COMMIT: the transaction may or may not have happened. Read before you repeat. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'
  constructor(cause: unknown) {
    super('The connection was lost during COMMIT: whether the transaction happened is unknown', { cause })
  }
}

/** The server rolled back instead of committing, because a statement had failed and the error was not passed on. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack'
  constructor() {
    super('COMMIT was answered by ROLLBACK: a statement of the transaction had failed and its error was swallowed')
  }
}

const INT8 = 20
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? wholeNumber : pg.types.getTypeParser(oid, format as 'text'),
}

/** `bigint` columns as numbers. Throws a RangeError where that would lose digits: cast to text there. */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number: select it as text`)
  return value
}

/** A pool with time limits on everything. Each connection works in UTC. */
export function createPool({ url, name, max = 10, connectMs = 3_000, statementMs = 10_000, onError }: PoolOptions): Pool {
  const pool = new pg.Pool({
    Client: PlanningClient,
    connectionString: url,
    application_name: name,
    max,
    types,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 2_000,
    idle_in_transaction_session_timeout: 30_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    options: '-c TimeZone=UTC -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
  })
  // without a listener a broken idle connection would end the process
  pool.on('error', (error) => onError?.(error))
  return pool
}

/**
 * Runs `work` in a transaction: commits when it resolves, rolls back when it throws.
 * Throws CommitUnknown when nobody can tell whether the commit happened. `begin` may say more, in the same round trip.
 */
export async function transaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>, begin = 'begin'): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  // an error between two statements has no query to reject; without a listener it would end the process
  const onError = (error: Error): void => {
    broken = error
  }
  tx.on('error', onError)
  try {
    await tx.query(begin)
    const value = await work(tx)
    await commit(tx)
    return value
  } catch (error) {
    broken ??= await undo(tx, error as Error)
    throw error
  } finally {
    tx.off('error', onError)
    tx.release(broken)
  }
}

async function commit(tx: ClientBase): Promise<void> {
  let command: string
  try {
    ;({ command } = await tx.query('commit'))
  } catch (error) {
    // only an ERROR of the server is an answer; FATAL and a silent connection leave it open
    throw (error as { severity?: string }).severity === 'ERROR' ? error : new CommitUnknown(error)
  }
  if (command !== 'COMMIT') throw new RolledBack()
}

/** Resolves with an error when the connection cannot be used again. */
async function undo(tx: ClientBase, error: Error): Promise<Error | undefined> {
  if (error instanceof CommitUnknown || isConnectionLost(error)) return error
  try {
    await tx.query('rollback')
    return undefined
  } catch (failure) {
    return failure as Error
  }
}

/** Rejects when the database does not answer. */
export async function answers(pool: Pool): Promise<void> {
  await pool.query('select 1')
}

/** SQLSTATE classes and codes that say: not this statement, but the server or the way to it (PostgreSQL, appendix A). */
const LOST = /^(08|57P0[1-5]|53300|EPIPE|ECONN|ETIMEDOUT|ENOENT|EHOST|ENET|EAI_AGAIN)/
const LOST_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|Client has encountered a connection error/

/** The database cannot be reached just now (restart, fail-over, network): worth trying again, nothing is wrong with the statement. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CommitUnknown) return true
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: string }
  return (typeof code === 'string' && LOST.test(code)) || LOST_TEXT.test(error.message)
}
