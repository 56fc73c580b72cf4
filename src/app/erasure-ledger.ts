import { isRefusal } from '#lib/problem.ts'
import { pageProfileIds } from '#platform/keyed-state.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { suppressHashed } from '#platform/suppressions.ts'
import { beginErasure, type ErasureParts, runErasure } from './erasure.ts'
import { readLedger } from './erasure-ledger-file.ts'
import { findErasure, workspacesWithPeople } from './erasure-store.ts'
import { pseudonymOf } from './erasure-subject.ts'

const PAGE = 5_000

/**
 * After the database was set back: whoever the ledger says was erased and is there again is erased again. When this resolves nobody of them is
 * written to any more; the rest goes on in the background. Resolves with how many there were.
 */
export async function eraseAgain(parts: ErasureParts & { readonly ledger: string }): Promise<number> {
  const missing = new Map<string, Set<string>>()
  for (const { erasure, workspace, pseudonyms, hashed = [] } of await readLedger(parts.ledger)) {
    if (await findErasure(parts.pool, workspace, erasure)) continue
    const kept = { ws: workspace, addresses: hashed, hash: (_: string, address: string) => address, by: 'system:erasure-ledger' }
    await transaction(parts.pool, (tx) => suppressHashed(tx, kept, parts.now()))
    const known = missing.get(workspace) ?? new Set()
    for (const pseudonym of pseudonyms) known.add(pseudonym)
    missing.set(workspace, known)
  }
  let again = 0
  for (const ws of await workspacesWithPeople(parts.pool, [...missing.keys()])) again += await among(parts, ws, missing.get(ws)!)
  return again
}

async function among(parts: ErasureParts, ws: string, erased: ReadonlySet<string>): Promise<number> {
  const pseudonym = pseudonymOf(parts.secretKey)
  let again = 0
  for (let after = ''; ; ) {
    const ids = await pageProfileIds(parts.pool, ws, { after, limit: PAGE })
    for (const profile of ids) {
      if (!erased.has(pseudonym(ws, profile))) continue
      const begun = await beginErasure(parts, { ws, profile, by: 'system:erasure-ledger' })
      if (isRefusal(begun)) continue
      await runErasure({ ...parts, before: 'quiet' }, { ws, id: begun.id })
      again++
    }
    if (ids.length < PAGE) return again
    after = ids.at(-1)!
  }
}
