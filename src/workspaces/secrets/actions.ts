import { refuse } from '#lib/problem.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { DeleteSecret, ListSecrets, PutSecret } from './api.ts'
import { deleteSecret, findBound, findSecret, listSecrets, putSecret } from './store.ts'

const TABLE = 'secrets'

/** The value of a named secret; undefined when there is none. Throws `CannotOpen` when its key is gone. */
export async function secretValue(
  db: Queryable,
  box: SecretBox,
  { workspace, name }: { workspace: string; name: string },
): Promise<string | undefined> {
  const sealed = await findSecret(db, workspace, name)
  return sealed === undefined ? undefined : box.open(sealed, { workspace, table: TABLE, id: name })
}

/**
 * The value of a secret that leaves for one place, named by `target`: its first use binds it there, and for any other it has to be put
 * again, so that nobody who may edit settings can have it sent to himself (Mautic CVE-2025-9822). `elsewhere`: it belongs to another place.
 */
export async function secretFor(
  db: Queryable,
  box: SecretBox,
  { workspace, name, target }: { workspace: string; name: string; target: string },
): Promise<{ readonly value: string } | 'elsewhere' | undefined> {
  const found = await findBound(db, { workspace, name, target })
  if (found === undefined || found === 'elsewhere') return found
  return { value: box.open(found.sealed, { workspace, table: TABLE, id: name }) }
}

export const secretBindings = ({ pool, secrets, now }: { pool: Pool; secrets: SecretBox; now: () => number }): Binding[] => [
  bindAudited(PutSecret, async ({ name, value }, { workspace, actor }, call) => {
    const line = { name, at: now(), by: actor }
    await inWorkspace(pool, workspace, async (tx) => {
      await putSecret(tx, workspace, { ...line, sealed: secrets.seal(value, { workspace, table: TABLE, id: name }) })
      await call.audit(tx, { object: `secret:${name}` })
    })
    return line
  }),
  bind(ListSecrets, async (_input, { workspace }) => ({ secrets: await inWorkspace(pool, workspace, (tx) => listSecrets(tx, workspace)) })),
  bindAudited(DeleteSecret, async ({ name }, { workspace }, call) => {
    const gone = await inWorkspace(pool, workspace, async (tx) => {
      const found = await deleteSecret(tx, workspace, name)
      if (found) await call.audit(tx, { object: `secret:${name}` })
      return found
    })
    if (!gone) return refuse({ code: 'secret.unknown', status: 404, title: 'There is no secret of this name', detail: name })
    return { done: true as const }
  }),
]
