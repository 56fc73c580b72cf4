import { z } from 'zod'
import { action } from '#lib/action.ts'
import { PersonName, Role } from '../schema.ts'

const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'use a domain such as example.com')

/** A provider of identities (OpenID Connect). */
export const Provider = z.object({
  /** On the button: “Sign in with …”. */
  name: PersonName,
  issuer: z.url({ protocol: /^https?$/ }).max(500),
  clientId: z.string().trim().min(1).max(500),
  /** Only people with an address there come in. */
  domains: z.array(Domain).min(1, 'name at least one domain').max(50),
  /** Of people who come for the first time and were not invited. */
  role: Role.exclude(['admin']).default('viewer'),
})
export type Provider = z.output<typeof Provider>

export const GetSignInSettings = action({
  name: 'sign_in_settings.get',
  does: 'Shows how people come into the workspace.',
  may: 'workspace:admin',
  route: 'GET /api/sign-in-settings',
  input: z.object({}),
  output: z.object({
    secondFactor: z.boolean(),
    provider: Provider.nullable(),
    onlyProvider: z.boolean(),
    /** Where the provider sends people back to: to be entered there. */
    callback: z.string(),
    /** Members who have neither a second factor nor came by the provider. */
    withoutFactor: z.int(),
  }),
})

export const PutSignInSettings = action({
  name: 'sign_in_settings.put',
  does: 'Says how people come into the workspace. A provider is asked for its description before it is kept.',
  may: 'workspace:admin',
  route: 'PUT /api/sign-in-settings',
  input: z.object({
    secondFactor: z.boolean(),
    provider: Provider.nullable(),
    /** Left out: the one that is kept stays, as long as issuer and client stay. */
    clientSecret: z.string().min(1).max(2_000).optional(),
    onlyProvider: z.boolean(),
  }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const ListProviders = action({
  name: 'sign_in.providers',
  does: 'Lists the providers through which one can sign in here.',
  may: 'public',
  route: 'GET /api/sign-in',
  input: z.object({}),
  output: z.object({ providers: z.array(z.object({ workspace: z.string(), name: z.string() })) }),
})
