import { type Definitions, definitions } from '#journeys/definitions.ts'
import { Journey } from '#journeys/schema.ts'

export const WORKSPACE = 'w'
/** An event that no version of the engine can handle. */
export const POISON = 'Poison'

/** The cart journey: each version differs in its steps, so that runs of two versions stand side by side. */
const cart = (version: number): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'cart',
    goal: { event: 'Order Completed', within: '1h', value: 'total' },
    entry: { event: 'Product Added', key: 'properties.cart', reentry: { after: '20s' } },
    exit: [{ event: 'Order Completed', match: { 'properties.cart': 'entry.key' } }],
    holdout: '10%',
    steps: [
      { kind: 'wait', id: 'settle', for: version % 2 === 1 ? '15s' : '5s' },
      { kind: 'email', id: 'nudge', template: 'cart', within: '10m' },
      { kind: 'update', id: `seen-${version}`, set: { nudges: '=default(profile.nudges, 0) + 1' } },
      {
        kind: 'waitFor',
        id: 'opened',
        event: 'message.opened',
        of: 'nudge',
        upTo: '20s',
        otherwise: [
          { kind: 'email', id: 'again', template: 'cart', within: '5m', otherwise: [{ kind: 'exit', id: 'gone', reason: 'unreachable' }] },
        ],
      },
      {
        kind: 'split',
        id: 'arm',
        arms: [
          { id: 'calm', weight: 2, steps: [{ kind: 'wait', id: 'rest', for: '10s' }] },
          { id: 'tell', weight: 1, steps: [{ kind: 'webhook', id: 'crm', url: 'https://crm.example/hook', within: '5m' }] },
        ],
      },
    ],
  })

const welcome = Journey.parse({
  kind: 'journey',
  id: 'welcome',
  goal: { event: 'Product Added', within: '1h' },
  entry: { event: 'Signed Up', reentry: 'never' },
  steps: [
    { kind: 'email', id: 'hello', template: 'receipt', lane: 'transactional', within: '10m' },
    { kind: 'wait', id: 'day', for: '12s' },
    {
      kind: 'branch',
      id: 'buyer',
      branches: [{ id: 'yes', when: 'profile.nudges exists', steps: [{ kind: 'update', id: 'mark', set: { buyer: true } }] }],
      otherwise: [{ kind: 'email', id: 'invite', template: 'cart', within: '2m' }],
    },
  ],
})

/** What is published at a revision (from 1): each one brings a new version of the cart journey. */
function publishedAt(revision: number): Definitions {
  const versions = Array.from({ length: revision }, (_, i) => i + 1)
  const made = definitions({
    workspace: WORKSPACE,
    revision,
    consent: 'opt-out',
    journeys: [
      ...versions.map((version) => ({ journey: cart(version), version, live: version === revision })),
      { journey: welcome, version: 1, live: true },
    ],
    templates: [
      { id: 'cart', version: revision, topic: 'offers' },
      { id: 'receipt', version: 1 },
    ],
  })
  if (made.broken.length > 0) throw new Error(JSON.stringify(made.broken))
  return { ...made, entriesByEvent: new Map([...made.entriesByEvent, [POISON, [null as never]]]) }
}

const made = new Map<number, Definitions>()

/** The same as `publishedAt`, compiled once. */
export function definitionsAt(revision: number): Definitions {
  const known = made.get(revision) ?? publishedAt(revision)
  made.set(revision, known)
  return known
}
