import type { Queryable } from '#platform/log.ts'

/** A message that somebody was sent, as its links and receipts name it. */
export interface Sent {
  readonly ws: string
  readonly effect: string
  /** Of the profile id; see `pseudonymOf`. */
  readonly pseudonym: string
}

/** Whether a message was sent to somebody who has been erased since. Whoever came back has messages of their own. */
export async function isOfErased(db: Queryable, { ws, effect, pseudonym }: Sent): Promise<boolean> {
  const { rows } = await db.query<{ erased: boolean }>(
    `select not exists (select from outbox where workspace_id = $1 and id = $2)
       and exists (select from erasures where workspace_id = $1 and pseudonyms @> array[$3::text]) as erased`,
    [ws, effect, pseudonym],
  )
  return rows[0]!.erased
}

/**
 * Does something in the transaction, and takes just that back when the person has been erased. Asked afterwards: what appends to the log holds
 * its partition, which an erasure has to hold as well, so one of the two sees the other. Resolves with whether it is done.
 */
export async function unlessErased(tx: Queryable, sent: Sent, work: () => Promise<void>): Promise<boolean> {
  await tx.query('savepoint unless_erased')
  await work()
  const erased = await isOfErased(tx, sent)
  await tx.query(erased ? 'rollback to savepoint unless_erased' : 'release savepoint unless_erased')
  return !erased
}
