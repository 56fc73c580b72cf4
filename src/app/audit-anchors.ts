import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '#platform/config.ts'
import type { Egress } from '#platform/egress.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { signer } from '#workspaces/adapters/anchor-keys.ts'
import { type Anchoring, anchorPath, startAnchoring } from '#workspaces/adapters/anchoring.ts'
import type { AuditAnchor } from '#workspaces/schema.ts'

interface Options {
  readonly config: Config & { readonly secretKey: string }
  readonly pool: Pool
  readonly egress: Egress
  readonly now: () => number
  readonly logger: Logger
}

/** Anchors the audit log into the data directory, and into the folders and to the addresses of AUDIT_ANCHORS. */
export function startAuditAnchors({ config, pool, egress, now, logger }: Options): Anchoring {
  const addresses = config.auditAnchors.filter((place) => !place.startsWith('/'))
  const folders = config.auditAnchors.filter((place) => place.startsWith('/'))
  return startAnchoring({
    pool,
    path: anchorPath(config.dataDir),
    copies: folders.map((folder) => join(folder, 'anchors.jsonl')),
    ...(addresses.length > 0 && { post: (anchor: AuditAnchor) => postTo(egress, addresses, anchor) }),
    signer: signer(config.secretKey, 'audit anchors'),
    now,
    logger,
  })
}

async function postTo(egress: Egress, addresses: readonly string[], anchor: AuditAnchor): Promise<void> {
  for (const url of addresses) {
    const answer = await egress.send({ url, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(anchor) })
    if (answer.kind !== 'answer') throw new Error(`${new URL(url).host}: ${answer.reason}`)
    if (answer.status >= 300) throw new Error(`${new URL(url).host} answered ${answer.status}`)
  }
}
