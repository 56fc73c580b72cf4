import { randomBytes } from 'node:crypto'
import { readAuthored } from '../authored-files.ts'

/** What the first run gives. */
export interface Workspace {
  readonly writeKey: string
  readonly secretKey: string
  readonly email: string
  readonly password: string
}

/** Makes the workspace and applies the example's documents, as a person would through the API. */
export async function setUp({ url, setupToken, folder }: { url: string; setupToken: string; folder: string }): Promise<Workspace> {
  const email = 'demo@shop.example'
  const password = randomBytes(9).toString('base64url')
  const made = await call<{ writeKey: string; secretKey: string }>(url, {
    path: '/api/setup',
    body: {
      token: setupToken,
      workspace: { name: 'The corner shop', timezone: 'America/New_York', currency: 'USD' },
      admin: { name: 'Demo', email, password },
    },
  })
  const key = made.secretKey
  // The households of the record are customers of the shop, who may be written to until they object.
  await call(url, {
    method: 'PUT',
    path: '/api/workspace',
    key,
    body: { consentMode: 'opt-out', postalAddress: 'The corner shop, 12 Market Street, Springfield, OH 45502, USA' },
  })
  const { documents, problems } = readAuthored(folder)
  if (problems.length > 0) throw new Error(problems.map((problem) => `${problem.file}: ${problem.title}`).join('\n'))
  await call(url, { path: '/api/documents/apply', key, body: { documents: documents.map(({ kind, id, body }) => ({ kind, id, body })) } })
  return { ...made, email, password }
}

interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly key?: string
  readonly body?: unknown
}

export async function call<T>(url: string, { method = 'POST', path, key, body }: Request): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}
