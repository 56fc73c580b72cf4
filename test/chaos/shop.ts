import { setTimeout as pause } from 'node:timers/promises'
import { call } from '#app/demo/set-up.ts'
import type { Server } from './server.ts'

export const SIGN_UP = 'Signed Up'
export const ORDER = 'Order Completed'
export const WAIT_MS = 2_000
/** Chooses, and learns while everything is killed. */
export const MODEL = 'angles'

export interface Keys {
  readonly secretKey: string
  readonly writeKey: string
}

/** Sign-up, wait, one of two marks, a choice that is learned, e-mail, webhook, end; whoever orders is out at once. The edition changes words, so that it is a new version. */
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
    kind: 'model',
    id: MODEL,
    body: { kind: 'model', id: MODEL, type: 'choice', within: '3s' },
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
        {
          kind: 'choose',
          id: 'angle',
          by: { model: MODEL, control: '10%', holdout: '10%', budget: '200ms' },
          options: [
            { id: 'gift', offer: 'gift', cost: 1, steps: [{ kind: 'update', id: 'mark-gift', set: { angle: 'gift' } }] },
            { id: 'story', steps: [{ kind: 'update', id: 'mark-story', set: { angle: 'story' } }] },
            {
              id: 'hurry',
              when: 'entry.properties.plan == "team"',
              steps: [{ kind: 'update', id: 'mark-hurry', set: { angle: 'hurry' } }],
            },
          ],
          fallback: [{ kind: 'update', id: 'mark-plain', set: { angle: 'plain' } }],
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

/** Asks the model to learn now; a server that is down is asked again by the next one. */
export async function learnNow(server: Server, { secretKey }: Keys): Promise<boolean> {
  try {
    await call(server.url, { path: `/api/models/${MODEL}/train`, key: secretKey, body: {} })
    return true
  } catch {
    // It is down or about to be: that is the point of the test. How often it was asked is told, and what was learned is checked.
    return false
  }
}

/** Decisions reckoned again by the server from what they rest on, as `cadenza decisions replay` asks for it. */
export async function decisionsReplayed(server: Server, { secretKey }: Keys): Promise<Replay> {
  const sum = { checked: 0, same: 0, passed: 0, differences: [] as unknown[] }
  type Answer = Replay & { readonly next: { at: number; id: string } | null }
  for (let after: Answer['next'] | undefined; after !== null; ) {
    const body = { from: 0, to: Date.now() + 86_400_000, ...(after && { after }) }
    const answer: Answer = await call<Answer>(server.url, { path: '/api/decisions/replay', key: secretKey, body })
    sum.checked += answer.checked
    sum.same += answer.same
    sum.passed += answer.passed
    sum.differences.push(...answer.differences)
    after = answer.next
  }
  return sum
}

export interface Replay {
  readonly checked: number
  readonly same: number
  readonly passed: number
  readonly differences: readonly unknown[]
}
