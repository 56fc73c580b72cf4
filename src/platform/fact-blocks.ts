import type { Queryable } from './log.ts'

/** Hands facts on to ClickHouse, in the transaction that they follow from: newline-joined JSON `{t,p,s,i,r}`. */
export async function writeFactBlock(tx: Queryable, facts: string): Promise<void> {
  if (facts !== '') await tx.query('insert into fact_blocks (facts) values ($1)', [facts])
}

/**
 * Takes the facts of these people out of blocks that have reached ClickHouse already, up to a block; a block that is still on its way must not
 * be changed, because a repeat of its insert is known by its content. Resolves with how many facts there were.
 */
export async function eraseProjectedFacts(
  tx: Queryable,
  { ws, profiles, upTo }: { ws: string; profiles: readonly string[]; upTo: number },
): Promise<number> {
  const { rows } = await tx.query<{ id: number; facts: string }>(
    `select id, facts from fact_blocks where id <= $2 and projected_at is not null
       and exists (select from unnest($1::text[]) p where position(p in facts) > 0) for update`,
    [profiles, upTo],
  )
  const gone = new Set(profiles)
  let count = 0
  for (const { id, facts } of rows) {
    const lines = facts.split('\n')
    const kept = lines.filter((line) => {
      const { r } = JSON.parse(line) as { r: { workspace_id?: string; profile_id?: string } }
      return r.workspace_id !== ws || !gone.has(r.profile_id ?? '')
    })
    count += lines.length - kept.length
    if (kept.length === 0) await tx.query('delete from fact_blocks where id = $1', [id])
    else if (kept.length < lines.length) await tx.query('update fact_blocks set facts = $2 where id = $1', [id, kept.join('\n')])
  }
  return count
}
