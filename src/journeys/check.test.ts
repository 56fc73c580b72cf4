import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../../test/fixtures/journeys.ts'
import { check } from './check.ts'
import { outlook } from './outlook.ts'

const library = { ids: (kind: string) => (kind === 'template' ? ['cart-reminder', 'thanks'] : ['shop']) }
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: 'thanks', otherwise: [], ...more })
const pause = (id: string, more: object = { for: '1h' }) => ({ kind: 'wait', id, ...more })

/** `severity code at` of what is found. */
const found = (parts: Parameters<typeof journey>[0]) =>
  check(journey({ holdout: '10%', ...parts }), library).map(({ severity, code, at }) => `${severity} ${code} ${at}`)

test('a sound journey has no problems', () => {
  const steps = [pause('settle', { for: '1h', until: { time: '09:00', zone: 'Europe/Oslo' } }), mail('cart', { sender: 'shop' })]
  assert.deepEqual(found({ steps }), [])
})

const FAULTS: Record<string, [Parameters<typeof journey>[0], string[]]> = {
  'no steps': [{ steps: [] }, ['error journey.empty /steps']],
  'a step id twice, also in different lanes': [
    {
      steps: [
        { kind: 'branch', id: 'b', branches: [{ id: 'x', when: 'profile.vip == true', steps: [pause('p')] }], otherwise: [pause('p')] },
      ],
    },
    ['error journey.step.repeated /steps/0/otherwise/0/id'],
  ],
  'an unknown template and sender': [
    { steps: [mail('a', { template: 'cart-remainder', sender: 'shopp' })] },
    ['error journey.template /steps/0/template', 'error journey.sender /steps/0/sender'],
  ],
  'a receipt of a message that does not stand above': [
    { steps: [{ kind: 'waitFor', id: 'w', event: 'message.opened', of: 'late', upTo: '1h', otherwise: [] }, mail('late')] },
    ['error journey.of /steps/0/of'],
  ],
  'steps below an exit': [{ steps: [{ kind: 'exit', id: 'e' }, mail('never')] }, ['error journey.unreachable /steps/1']],
  'steps below a branch that everyone leaves in': [
    {
      steps: [
        {
          kind: 'branch',
          id: 'b',
          branches: [{ id: 'x', when: 'profile.vip == true', steps: [{ kind: 'exit', id: 'e' }] }],
          otherwise: [{ kind: 'exit', id: 'f' }],
        },
        mail('never'),
      ],
    },
    ['error journey.unreachable /steps/1'],
  ],
  'a condition that does not parse': [
    { entry: { event: 'Product Added', where: 'event.total = 5' }, steps: [mail('a')] },
    ['error journey.condition.syntax /entry/where'],
  ],
  'the event in a branch, where none is at hand': [
    { steps: [{ kind: 'branch', id: 'b', branches: [{ id: 'x', when: 'event.total > 5', steps: [] }], otherwise: [] }] },
    ['error journey.condition.unavailable /steps/0/branches/0/when'],
  ],
  'the run in an entry filter, where there is none yet': [
    { entry: { event: 'Product Added', where: 'entry.total > 5' }, steps: [mail('a')] },
    ['error journey.condition.unavailable /entry/where'],
  ],
  'an update with an expression that does not parse': [
    { steps: [{ kind: 'update', id: 'u', set: { points: '=profile.points +' } }] },
    ['error journey.condition.syntax /steps/0/set/points'],
  ],
  'a wait that does not wait, or for more than a year': [
    { goal: { event: 'Order Completed', within: '100w', value: 'total' }, steps: [pause('a', { for: '0s' }), pause('b', { for: '53w' })] },
    ['error journey.wait.zero /steps/0/for', 'warning journey.wait.long /steps/1/for'],
  ],
  'a wait for nothing': [{ steps: [pause('a', {})] }, ['error journey.wait.what /steps/0']],
  'zones that do not exist': [
    { steps: [pause('a', { until: { time: '09:00', zone: 'Europe/Atlantis', fallbackZone: 'Mars' } })] },
    ['error journey.zone /steps/0/until/zone', 'error journey.zone /steps/0/until/fallbackZone'],
  ],
  'a message whose failure nobody thought of': [
    { steps: [{ kind: 'webhook', id: 'crm', url: 'https://crm.example/' }] },
    ['error journey.otherwise /steps/0'],
  ],
  'a goal that is watched for less time than the journey lasts': [
    {
      goal: { event: 'Order Completed', within: '2d', value: 'total' },
      steps: [pause('a', { for: '1d' }), mail('m'), pause('b', { for: '1d' }), pause('c', { until: { time: '09:00' } })],
    },
    ['warning journey.goal.short /goal/within'],
  ],
  'paths that name nothing': [
    {
      entry: { event: 'Product Added', key: 'cart_id' },
      exit: [{ event: 'Order Completed', match: { cart_id: 'entry.key', 'properties.cart_id': 'key' } }],
      steps: [mail('a')],
    },
    ['error journey.path /entry/key', 'error journey.path /exit/0/match/cart_id', 'error journey.path /exit/0/match/properties.cart_id'],
  ],
  'two arms of one name': [
    {
      steps: [
        {
          kind: 'split',
          id: 's',
          arms: [
            { id: 'a', weight: 1, steps: [] },
            { id: 'a', weight: 1, steps: [] },
          ],
        },
      ],
    },
    ['error journey.lane.repeated /steps/0/arms/1/id'],
  ],
}

for (const [name, [parts, problems]] of Object.entries(FAULTS)) {
  test(`check finds ${name}`, () => assert.deepEqual(found(parts).sort(), [...problems].sort()))
}

test('a hint names what was probably meant', () => {
  const [template] = check(journey({ holdout: '10%', steps: [mail('a', { template: 'cart-remainder' })] }), library)
  assert.equal(template?.hint, 'Did you mean “cart-reminder”?')
  const [condition] = check(
    journey({ holdout: '10%', entry: { event: 'Product Added', where: 'event.total = 5' }, steps: [mail('a')] }),
    library,
  )
  assert.match(`${condition?.detail} ${condition?.hint}`, /1:13.*==/)
})

test('the outlook is that of the worst path', () => {
  const { steps } = journey({
    steps: [
      mail('a', { otherwise: [pause('b', { for: '2d' })] }),
      {
        kind: 'waitFor',
        id: 'w',
        event: 'X',
        upTo: '1d',
        then: [mail('c'), mail('d')],
        otherwise: [pause('e', { for: '3d', until: { time: '09:00' } })],
      },
      {
        kind: 'split',
        id: 's',
        arms: [
          { id: 'x', weight: 1, steps: [{ kind: 'exit', id: 'out' }] },
          { id: 'y', weight: 1, steps: [mail('f')] },
        ],
      },
    ],
  })
  assert.deepEqual(outlook(steps), { messages: 4, longest: 7 * 86_400_000 })
})
