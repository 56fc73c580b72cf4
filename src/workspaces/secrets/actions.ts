import { refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { DeleteSecret, ListSecrets, PutSecret } from './api.ts'
import { deleteSecret, findSecret, listSecrets, putSecret } from './store.ts'

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

export const secretBindings = ({ pool, secrets, now }: { pool: Pool; secrets: SecretBox; now: () => number }): Binding[] => [
  bind(PutSecret, async ({ name, value }, { workspace, actor }, call) => {
    const line = { name, at: now(), by: actor }
    await inWorkspace(pool, workspace, (tx) =>
      putSecret(tx, workspace, { ...line, sealed: secrets.seal(value, { workspace, table: TABLE, id: name }) }),
    )
    call.note({ object: `secret:${name}` })
    return line
  }),
  bind(ListSecrets, async (_input, { workspace }) => ({ secrets: await inWorkspace(pool, workspace, (tx) => listSecrets(tx, workspace)) })),
  bind(DeleteSecret, async ({ name }, { workspace }, call) => {
    const gone = await inWorkspace(pool, workspace, (tx) => deleteSecret(tx, workspace, name))
    if (!gone) return refuse({ code: 'secret.unknown', status: 404, title: 'There is no secret of this name', detail: name })
    call.note({ object: `secret:${name}` })
    return { done: true as const }
  }),
]
