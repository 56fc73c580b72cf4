import assert from 'node:assert/strict'
import test from 'node:test'
import { ContactPolicy } from '#consent/policy.ts'
import { recompute } from '#decisions/choice/decide.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { Model } from '#decisions/schema.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import { EditedWorld } from '../../test/fixtures/edited.ts'
import { journey, World } from '../../test/fixtures/journeys.ts'
import { check } from './check.ts'
import { outlook } from './outlook.ts'
import type { SimulationOptions } from './simulate.ts'

const cart = (parts: object = {}): ModelInForce => ({
  model: Model.parse({ kind: 'model', id: 'cart', type: 'choice', ...parts }),
  version: 1,
  snapshot: null,
})
const OPTIONS = [
  {
    id: 'discount',
    when: 'profile.vip == true',
    offer: 'discount',
    cost: 3,
    steps: [{ kind: 'email', id: 'cart-10-off', template: 'cart-10-off' }],
  },
  { id: 'shipping', offer: 'shipping', steps: [{ kind: 'sms', id: 'free-shipping', template: 'free-shipping' }] },
  { id: 'scarcity', steps: [{ kind: 'push', id: 'low-stock', template: 'low-stock' }] },
]
const nudging = (by: object = {}, more: readonly unknown[] = []) =>
  journey({
    steps: [
      {
        kind: 'choose',
        id: 'nudge',
        by: { model: 'cart', control: '0%', holdout: '0%', ...by },
        options: OPTIONS,
        fallback: [{ kind: 'email', id: 'plain', template: 'plain' }],
      },
      ...more,
    ],
  })
const templates = [
  { id: 'cart-10-off', version: 1 },
  { id: 'free-shipping', version: 1, channel: 'sms' },
  { id: 'low-stock', version: 1, channel: 'push' },
  { id: 'plain', version: 1 },
] as const
const world = (by: object = {}, options: Partial<SimulationOptions> = {}): World =>
  new World([nudging(by)], { templates, models: [cart()], ...options })
const recordsOf = ({ facts }: World): DecisionRecord[] =>
  facts.flatMap((fact) => (fact.table === 'decisions' ? [JSON.parse(fact.row.record!) as DecisionRecord] : []))

test('only what is possible for a person is chosen, and why the rest is not is on record', () => {
  const shop = world()
  shop.person('ada', { phone: '+4791234567' })
  shop.happens('ada', 'Product Added')
  shop.passes('1m')
  assert.deepEqual(shop.sentTo('ada'), ['free-shipping'])
  const [record] = recordsOf(shop)
  assert.deepEqual(
    record!.candidates.map(({ arm, excluded, propensity }) => [arm, excluded, propensity]),
    [
      ['discount', 'condition', 0],
      ['shipping', '', 1],
      ['scarcity', 'no_address', 0],
    ],
  )
  assert.equal(record!.candidates[1]!.about!.channel, 'sms')
  assert.deepEqual(recompute(record!, null), record)
  assert.ok(shop.storyOf('ada').includes('moved nudge explored:shipping'), shop.storyOf('ada').join('\n'))
})

test('consent and caps exclude an option before it is chosen', () => {
  const closed = world({}, { consent: 'opt-in' })
  closed.person('bo', { phone: '+4791234567', vip: true })
  closed.happens('bo', 'Product Added')
  const [record] = recordsOf(closed)
  assert.deepEqual(
    record!.candidates.map(({ excluded }) => excluded),
    ['consent_missing', 'consent_missing', 'no_address', ''],
  )
  assert.deepEqual([record!.by, record!.silence], ['fallback', 'no_candidate'])

  const policy = ContactPolicy.parse({
    kind: 'contact-policy',
    id: 'default',
    caps: [{ id: 'sms-weekly', channel: 'sms', max: 1, per: '7d' }],
  })
  const again = journey({ ...nudging(), entry: { event: 'Product Added', reentry: 'always' } })
  const capped = new World([again], { templates, models: [cart()], policy })
  capped.person('bo', { phone: '+4791234567' })
  for (const _time of [1, 2]) {
    capped.happens('bo', 'Product Added')
    capped.passes('1h')
  }
  assert.deepEqual(capped.sentTo('bo'), ['free-shipping', 'plain'])
  assert.equal(recordsOf(capped)[1]!.candidates[1]!.excluded, 'capped:sms-weekly')
})

test('who is in the comparison group gets the fallback, who is held out goes on below, each by a share', () => {
  const shop = new World([nudging({ control: '20%', holdout: '10%' }, [{ kind: 'update', id: 'after', set: { seen: true } }])], {
    templates,
    models: [cart()],
  })
  const people = Array.from({ length: 200 }, (_, i) => shop.person(`person-${i}`, { phone: `+47912${10_000 + i}` }))
  for (const person of people) shop.happens(person, 'Product Added')
  shop.passes('5m')
  const by = new Map(
    shop.facts.flatMap((fact) => (fact.table === 'decisions' ? [[fact.row.profile_id, fact.row.decided_by!] as const] : [])),
  )
  const share = (group: string): number => [...by.values()].filter((each) => each === group).length
  assert.ok(Math.abs(share('control') - 40) < 24 && Math.abs(share('held_out') - 20) < 18, `${share('control')} ${share('held_out')}`)
  for (const person of people) {
    const group = by.get(person)
    assert.deepEqual(shop.sentTo(person), group === 'held_out' ? [] : group === 'control' ? ['plain'] : ['free-shipping'])
    assert.equal(shop.attribute(person, 'seen'), true)
  }
})

test('without the model, or with one that only watches, the fallback goes out and says why', () => {
  for (const [models, silence] of [
    [[], 'model_missing'],
    [[{ ...cart(), broken: 'its bytes cannot be read' }], 'model_broken'],
    [[{ ...cart(), inShadow: true as const }], 'model_in_shadow'],
  ] as const) {
    const shop = world({}, { models })
    shop.person('ada', { phone: '+4791234567' })
    shop.happens('ada', 'Product Added')
    shop.passes('1m')
    assert.deepEqual(shop.sentTo('ada'), ['plain'])
    assert.ok(shop.storyOf('ada').includes(`moved nudge fallback:${silence}`), shop.storyOf('ada').join('\n'))
  }
})

test('a version in shadow decides beside, is on record, and changes nothing', () => {
  const shadow: ModelInForce = { ...cart({ rollout: { stage: 'shadow' } }), version: 2 }
  const shop = world({}, { models: [{ ...cart(), candidate: shadow }] })
  shop.person('ada', { phone: '+4791234567' })
  shop.happens('ada', 'Product Added')
  shop.passes('1m')
  const [record] = recordsOf(shop)
  assert.deepEqual(
    [record!.by, record!.modelVersion, record!.shadow?.model, record!.shadow?.chosen],
    ['cold_start', 1, 'cart@2', 'shipping'],
  )
  assert.deepEqual(recompute(record!, null), record)
})

test('each round of a repeat is a decision of its own; the same run never decides twice in a round', () => {
  const steps = [{ kind: 'repeat', id: 'twice', times: 2, steps: [...nudging().steps, { kind: 'wait', id: 'day', for: '1d' }] }]
  const shop = new World([journey({ steps })], { templates, models: [cart()] })
  shop.person('ada', { phone: '+4791234567' })
  shop.happens('ada', 'Product Added')
  shop.passes('3d')
  const ids = recordsOf(shop).map(({ id }) => id)
  assert.equal(ids.length, 2)
  assert.deepEqual(
    ids.map((id) => id.split(':').slice(1).join(':')),
    ['nudge:1', 'nudge:2'],
  )
})

test('an edit that leads people to the choice again finds what was chosen', () => {
  const world = new EditedWorld()
  const steps = [...nudging().steps, { kind: 'wait', id: 'later', for: '2d' }]
  world.publish(journey({ steps }))
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  assert.deepEqual(world.placesOf(ada), ['1:later'])
  world.publish(journey({ steps: [...nudging().steps, { kind: 'wait', id: 'pause', for: '2d' }] }), {
    kind: 'migrate',
    map: { later: 'nudge' },
  })
  world.sweep()
  world.passes('1h')
  assert.deepEqual(world.placesOf(ada), ['2:pause'])
  assert.deepEqual(world.sentTo(ada), ['plain'])
  assert.equal(world.facts.filter(({ table }) => table === 'decisions').length, 1)
})

test('what was chosen for one profile holds for the person that it turns out to be', () => {
  const busy = ['one', 'two', 'three', 'four', 'five'].map((id) => ({ kind: 'update', id, set: { [id]: true } }))
  const steps = [
    {
      kind: 'branch',
      id: 'which',
      branches: [{ id: 'long', when: 'profile.long == true', steps: [...busy, { kind: 'wait', id: 'day', for: '1d' }] }],
      otherwise: [],
    },
    ...nudging().steps,
    { kind: 'wait', id: 'later', for: '5d' },
  ]
  const shop = new World([journey({ steps })], { templates, models: [cart()] })
  shop.person('long', { phone: '+4791234567', vip: true, long: true })
  shop.person('short', { phone: '+4791234567' })
  for (const person of ['long', 'short']) shop.happens(person, 'Product Added')
  shop.passes('1h')
  shop.merge('short', 'long')
  shop.passes('3d')
  assert.deepEqual([shop.sentTo('short'), shop.sentTo('long')], [['free-shipping'], []])
  assert.deepEqual(shop.placesOf('long'), ['later'])
  assert.equal(recordsOf(shop).length, 1)
})

test('publishing refuses a model that is not there or does not choose, and warns of a goal without a worth', () => {
  const library = (models: Readonly<Record<string, unknown>>) => ({
    ids: (kind: string) => (kind === 'model' ? Object.keys(models) : kind === 'template' ? templates.map(({ id }) => id) : []),
    get: (kind: string, id: string) => (kind === 'model' ? models[id] : undefined),
  })
  const codes = (models: Readonly<Record<string, unknown>>, by: object = { control: '10%' }) =>
    check(nudging(by), library(models)).map(({ code, at }) => `${code} ${at}`)
  assert.ok(codes({}).includes('journey.model /steps/0/by/model'))
  assert.ok(codes({ cart: { type: 'propensity' } }).includes('journey.model.type /steps/0/by/model'))
  assert.deepEqual(
    codes({ cart: { type: 'choice' } }).filter((code) => code.includes('/by')),
    [],
  )
  assert.ok(codes({ cart: { type: 'choice' } }, { control: '0%' }).includes('journey.choose.control /steps/0/by/control'))
  assert.ok(codes({ cart: { type: 'choice' } }, { control: '60%', holdout: '40%' }).includes('journey.choose.nobody /steps/0/by/control'))
  const worthless = journey({ ...nudging(), goal: { event: 'Order Completed', within: '3d' } })
  assert.ok(check(worthless, library({ cart: { type: 'choice' } })).some(({ code }) => code === 'journey.goal.worthless'))
  const contradicting = journey({
    steps: [{ ...nudging().steps[0]!, options: [{ ...OPTIONS[0]!, when: 'profile.a > 3 and profile.a < 1' }] }],
  })
  assert.ok(
    check(contradicting, library({ cart: { type: 'choice' } })).some(
      ({ code, at }) => code === 'journey.unreachable' && at === '/steps/0/options/0/when',
    ),
  )
})

test('the most messages are those of the option that has most', () => {
  assert.equal(outlook(nudging().steps).messages, 1)
})
