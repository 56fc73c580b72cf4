import { z } from 'zod'
import { type Action, action } from '#lib/action.ts'
import { Time } from '../schema.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use lower-case letters, digits, dots, - and _ (at most 63)')
const SecretLine = z.object({ name: z.string(), at: Time, by: z.string() })

export const PutSecret = action({
  name: 'secrets.put',
  does: 'Keeps a secret under a name, such as the private key of a DKIM signature (PEM). It is stored encrypted and cannot be read back.',
  may: 'workspace:admin',
  route: 'PUT /api/secrets/:name',
  input: z.object({ name: Name, value: z.string().min(1).max(20_000) }),
  output: SecretLine,
  audited: true,
})

export const ListSecrets = action({
  name: 'secrets.list',
  does: 'Lists the names of the secrets that are kept, without their values.',
  may: 'workspace:admin',
  route: 'GET /api/secrets',
  input: z.object({}),
  output: z.object({ secrets: z.array(SecretLine) }),
})

export const DeleteSecret = action({
  name: 'secrets.delete',
  does: 'Forgets a secret.',
  may: 'workspace:admin',
  route: 'DELETE /api/secrets/:name',
  input: z.object({ name: Name }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const SECRET_ACTIONS: readonly Action[] = [PutSecret, ListSecrets, DeleteSecret]
