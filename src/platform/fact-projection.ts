import type { Pool, PoolClient } from 'pg'

/** Facts on their way to ClickHouse: blocks of lines, in the order of their ids. */
export interface FactGroup {
  readonly ids: readonly number[]
  readonly texts: readonly string[]
  /** Begun before, and not finished: parts of it may be in ClickHouse already. */
  readonly repeated: boolean
}

/** A line that ClickHouse did not understand. */
export interface FactReject {
  readonly table: string
  readonly line: string
  readonly error: string
}

export interface GroupSize {
  readonly blocks: number
  readonly bytes: number
}

/** Any number that nobody else uses for an advisory lock. */
const LOCK_KEY = 7_236_101_454

/**
 * The line of waiting facts, held by one projector in the deployment. All goes over the connection that holds the lock,
 * so whoever has lost the lock cannot begin another group.
 */
export class FactQueue {
  readonly #client: PoolClient
  #lost: Error | undefined

  private constructor(client: PoolClient) {
    this.#client = client
    client.on('error', (error) => {
      this.#lost = error
    })
  }

  /** Undefined when another projector holds it. */
  static async hold(pool: Pool): Promise<FactQueue | undefined> {
    const client = await pool.connect()
    const queue = new FactQueue(client)
    try {
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK_KEY])
      if (!rows[0]?.held) {
        queue.release()
        return undefined
      }
      // What the pipeline commits need not be on disk yet. This session's commits wait for the disk, and so for all before them:
      // no fact reaches ClickHouse that the database could still lose, and then make again in another block.
      await client.query('set synchronous_commit = on')
      return queue
    } catch (error) {
      queue.release()
      throw error
    }
  }

  /** Ends the connection, which frees the lock. */
  release(): void {
    this.#client.release(this.#lost ?? true)
  }

  /** The group that was begun and not finished, else the next one, which is noted as begun; undefined when nothing waits. */
  async next(most: GroupSize): Promise<FactGroup | undefined> {
    const { rows } = await this.#client.query<{ ids: string[] | null }>('select pending_ids::text[] as ids from fact_projection')
    const begun = rows[0]?.ids?.map(Number)
    return begun ? this.#read(begun) : this.#begin(most)
  }

  async #read(ids: readonly number[]): Promise<FactGroup> {
    const { rows } = await this.#client.query<{ id: number; facts: string }>(
      'select id, facts from fact_blocks where id = any($1) order by id',
      [ids],
    )
    if (rows.length !== ids.length) throw new Error(`fact blocks ${ids.join(', ')} were begun, but only ${rows.length} of them are there`)
    return groupOf(rows, true)
  }

  /** Order does not matter here, so a block that commits late is simply taken later, whatever its id. */
  async #begin({ blocks, bytes }: GroupSize): Promise<FactGroup | undefined> {
    const { rows } = await this.#client.query<{ id: number; facts: string }>(
      `select id, facts from (
         select id, facts, sum(octet_length(facts)) over (order by id) - octet_length(facts) as before
         from (select id, facts from fact_blocks where projected_at is null order by id limit $1) waiting
       ) sized where before < $2 order by id`,
      [blocks, bytes],
    )
    if (rows.length === 0) return undefined
    const group = groupOf(rows, false)
    const { rowCount } = await this.#client.query('update fact_projection set pending_ids = $1 where pending_ids is null', [group.ids])
    if (rowCount !== 1) throw new Error('another projector has begun a group')
    return group
  }

  async finish({ ids }: FactGroup, rejects: readonly FactReject[]): Promise<void> {
    await this.#client.query('begin')
    try {
      await this.#setAside(rejects)
      await this.#client.query('update fact_blocks set projected_at = now() where id = any($1)', [ids])
      const { rowCount } = await this.#client.query('update fact_projection set pending_ids = null where pending_ids = $1', [ids])
      if (rowCount !== 1) throw new Error(`fact blocks ${ids.join(', ')} are not the ones that were begun`)
      await this.#client.query('commit')
    } catch (error) {
      if (!this.#lost) await this.#client.query('rollback')
      throw error
    }
  }

  async #setAside(rejects: readonly FactReject[]): Promise<void> {
    if (rejects.length === 0) return
    await this.#client.query(
      `insert into fact_rejects (partition, seq, ix, fact_table, line, error)
       select (line::json ->> 'partition')::integer, (line::json ->> 'seq')::bigint, (line::json ->> 'ix')::bigint, "table", line, error
       from json_to_recordset($1) r("table" text, line text, error text) on conflict do nothing`,
      [JSON.stringify(rejects)],
    )
  }

  /** Deletes some blocks that were projected longer ago than this; resolves with how many. */
  async forget(olderThanMs: number, limit: number): Promise<number> {
    const { rowCount } = await this.#client.query(
      `delete from fact_blocks where id in (
         select id from fact_blocks where projected_at < now() - make_interval(secs => $1 / 1000.0) order by projected_at limit $2)`,
      [olderThanMs, limit],
    )
    return rowCount ?? 0
  }
}

const groupOf = (rows: readonly { id: number; facts: string }[], repeated: boolean): FactGroup => ({
  ids: rows.map((row) => row.id),
  texts: rows.map((row) => row.facts),
  repeated,
})

/** Milliseconds that the oldest waiting fact has waited; 0 when none waits. */
export async function factLag(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: string }>(
    'select coalesce(extract(epoch from now() - min(written_at)) * 1000, 0)::text as ms from fact_blocks where projected_at is null',
  )
  return Math.max(0, Math.round(Number(rows[0]!.ms)))
}

export async function newestFactBlock(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ id: number }>('select coalesce(max(id), 0) as id from fact_blocks')
  return rows[0]!.id
}

/** Whether a block up to this id still waits. */
export async function factsWait(pool: Pool, upTo: number): Promise<boolean> {
  const { rows } = await pool.query<{ wait: boolean }>(
    'select exists (select from fact_blocks where projected_at is null and id <= $1) as wait',
    [upTo],
  )
  return rows[0]!.wait
}
