import type { Queryable } from '../log.ts'

/** How far a shard has been carried into the log. */
export interface Position {
  readonly shard: number
  /** Which making of the stream `seq` belongs to; '' before the first look. */
  readonly incarnation: string
  /** The last message carried, and its id. */
  readonly seq: number
  readonly message: string
}

/** Makes the rows of new shards. Shards of before stay, and what is in their streams is still carried. */
export async function prepareShards(db: Queryable, shards: number): Promise<void> {
  await db.query('insert into carriers (shard) select generate_series(0, $1 - 1) on conflict do nothing', [shards])
}

/** Undefined when the epoch is not ours any more. */
export async function readPosition(db: Queryable, { shard, epoch }: { shard: number; epoch: number }): Promise<Position | undefined> {
  const { rows } = await db.query<Position>('select shard, incarnation, seq, message from carriers where shard = $1 and epoch = $2', [
    shard,
    epoch,
  ])
  return rows[0]
}

/** Moves the position, in the transaction that appends; false when somebody else carries this shard now. */
export async function movePosition(tx: Queryable, from: Position, to: { epoch: number; seq: number; message: string }): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update carriers set seq = $4, message = $5 where shard = $1 and epoch = $2 and incarnation = $3 and seq = $6',
    [from.shard, to.epoch, from.incarnation, to.seq, to.message, from.seq],
  )
  return rowCount === 1
}

/** Begins anew at `seq` of a stream that is not the one it was; false when somebody else carries this shard now. */
export async function restartPosition(
  db: Queryable,
  { shard, epoch, incarnation, seq, lost }: { shard: number; epoch: number; incarnation: string; seq: number; lost: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update carriers set incarnation = $3, seq = $4, message = '', lost = lost + $5 where shard = $1 and epoch = $2`,
    [shard, epoch, incarnation, seq, lost],
  )
  return rowCount === 1
}

/** Which of these messages are on the log already. Only the owner of the shard writes this, so it may ask before its transaction. */
export async function carriedAmong(db: Queryable, shard: number, messages: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ message: string }>(
    'select message from carried_messages where shard = $1 and message = any($2::text[])',
    [shard, messages],
  )
  return new Set(rows.map(({ message }) => message))
}

/** One message of the stream. */
export interface Placed {
  readonly shard: number
  /** Its `Nats-Msg-Id`. */
  readonly message: string
}

/** Which of these messages, as `shard message`, are on the log. */
export async function carriedOf(db: Queryable, places: readonly Placed[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<Placed>(
    'select c.shard, c.message from unnest($1::smallint[], $2::text[]) m(shard, message) join carried_messages c using (shard, message)',
    [places.map(({ shard }) => shard), places.map(({ message }) => message)],
  )
  return new Set(rows.map(({ shard, message }) => `${shard} ${message}`))
}

/** Notes messages as carried, in the transaction that appends them. */
export async function noteCarried(tx: Queryable, shard: number, messages: readonly string[]): Promise<void> {
  await tx.query('insert into carried_messages (shard, message) select $1, unnest($2::text[]) on conflict do nothing', [shard, messages])
}

/** Forgets those that have left the stream long ago. */
export async function forgetCarried(db: Queryable, shard: number): Promise<void> {
  await db.query(`delete from carried_messages where shard = $1 and carried_at < now() - interval '1 hour'`, [shard])
}

/** How far each shard has been carried. */
export async function positions(db: Queryable): Promise<ReadonlyMap<number, number>> {
  const { rows } = await db.query<{ shard: number; seq: number }>('select shard, seq from carriers order by shard')
  return new Map(rows.map(({ shard, seq }) => [shard, seq]))
}

/** Sets a message aside that cannot be appended, in the transaction that goes past it. */
export async function rejectMessage(
  tx: Queryable,
  { shard, seq, body, error }: { shard: number; seq: number; body: string; error: string },
): Promise<void> {
  await tx.query('insert into carrier_rejects (shard, seq, body, error) values ($1, $2, $3, $4)', [
    shard,
    seq,
    body.replaceAll('\u0000', '\ufffd'),
    error,
  ])
}
