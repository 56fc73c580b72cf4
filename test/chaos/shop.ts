import { setTimeout as pause } from 'node:timers/promises'
import { call } from '#app/demo/set-up.ts'
import type { Server } from './server.ts'

export const SIGN_UP = 'Signed Up'
export const ORDER = 'Order Completed'
export const WAIT_MS = 2_000

export interface Keys {
  readonly secretKey: string
  readonly writeKey: string
}

/** Sign-up, wait, one of two marks, e-mail, webhook, end; whoever orders is out at once. The edition changes words, so that it is a new version. */
export const documents = (webhookPort: number, edition: number) => [
  {
    kind: 'sender',
    id: 'shop',
    body: { kind: 'sender', id: 'shop', from: { name: 'Shop', address: 'hello@shop.example' }, postalAddress: '1 Main Street, Town' },
  },
  {
    kind: 'template',
    id: 'welcome',
    body: {
      kind: 'template',
      id: 'welcome',
      subject: `Welcome, {{ profile.first_name }} (${edition})`,
      html: '<html><body><p>Hi {{ profile.first_name }}, <a href="https://shop.example/{{ entry.properties.plan }}">start</a></p><p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>',
    },
  },
  {
    kind: 'journey',
    id: 'welcome',
    body: {
      kind: 'journey',
      id: 'welcome',
      name: `Welcome ${edition}`,
      goal: { event: ORDER, within: '3d', value: 'total' },
      entry: { event: SIGN_UP },
      exit: [{ event: ORDER }],
      holdout: '10%',
      steps: [
        { kind: 'wait', id: 'settle', for: `${WAIT_MS / 1_000}s` },
        {
          kind: 'split',
          id: 'tone',
          arms: [
            { id: 'warm', weight: 1, steps: [{ kind: 'update', id: 'mark-warm', set: { tone: 'warm' } }] },
            { id: 'brief', weight: 1, steps: [{ kind: 'update', id: 'mark-brief', set: { tone: 'brief' } }] },
          ],
        },
        { kind: 'email', id: 'hello', template: 'welcome', otherwise: [] },
        { kind: 'webhook', id: 'crm', url: `http://127.0.0.1:${webhookPort}/crm`, body: { person: '{{ profile.id }}' }, otherwise: [] },
      ],
    },
  },
]

/** The first set-up, as a person does it. */
export async function setUp(server: Server, webhookPort: number): Promise<Keys> {
  const token = await server.setupToken.promise
  const admin = { name: 'Ada', email: 'ada@shop.example', password: 'correct horse battery' }
  const keys = await call<Keys>(server.url, { path: '/api/setup', body: { token, workspace: { name: 'Shop' }, admin } })
  await call(server.url, {
    method: 'PUT',
    path: '/api/workspace',
    key: keys.secretKey,
    body: { consentMode: 'opt-out', postalAddress: '1 Main Street, Town' },
  })
  await call(server.url, { path: '/api/documents/apply', key: keys.secretKey, body: { documents: documents(webhookPort, 0) } })
  return keys
}

/** Publishes another edition, however often it takes: to apply twice changes nothing. */
export async function publish(
  server: Server,
  { secretKey, webhookPort, edition }: { secretKey: string; webhookPort: number; edition: number },
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await call(server.url, { path: '/api/documents/apply', key: secretKey, body: { documents: documents(webhookPort, edition) } })
      return
    } catch (error) {
      // The server is down or about to be: that is the point of the test. Anything else stays wrong for longer.
      if (tries > 100) throw error
      await pause(200)
    }
  }
}
