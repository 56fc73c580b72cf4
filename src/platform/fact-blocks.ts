import type { Queryable } from './log.ts'

/** Hands facts on to ClickHouse, in the transaction that they follow from: newline-joined JSON `{t,p,s,i,r}`. */
export async function writeFactBlock(tx: Queryable, facts: string): Promise<void> {
  if (facts !== '') await tx.query('insert into fact_blocks (facts) values ($1)', [facts])
}
