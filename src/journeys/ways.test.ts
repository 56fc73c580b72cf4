import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'
import type { Answer } from './simulate.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const hook = 'https://sms.example/send'
const alert = (more: object = {}) => ({
  kind: 'message',
  id: 'alert',
  ways: [{ email: { template: 'alert', topic: 'news' } }, { webhook: { url: hook } }],
  otherwise: [mail('unreached')],
  ...more,
})
const failed: Answer = { receipt: 'message.failed', reason: 'mailbox_full' }

test('a message takes the first way that works, and only that', () => {
  const world = new World([journey({ steps: [alert()] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), ['alert'])
  assert.match(world.sent[0]!.effect.id, /:alert:w1$/)
})

test('who cannot be written to one way is written to the next way at once', () => {
  const world = new World([journey({ steps: [alert()] })])
  world.event({ person: 'bob', name: 'Product Added' })
  world.passes('1d')
  assert.deepEqual(world.sentTo('bob'), [hook])
  assert.match(world.sent[0]!.effect.id, /:alert:w2$/)
})

test('a way that fails is followed by the next; when all have failed otherwise runs, with the last reason', () => {
  for (const last of [false, true]) {
    const world = new World([journey({ steps: [alert()] })], {
      provider: ({ channel, payload }) =>
        payload['template'] === 'alert' || (last && channel === 'webhook') ? failed : { receipt: 'message.sent' },
    })
    const ada = world.person('ada')
    world.happens(ada, 'Product Added')
    world.passes('1d')
    assert.deepEqual(world.sentTo(ada), [last ? 'unreached' : hook])
    assert.equal(world.storyOf(ada).includes('moved alert failed:mailbox_full'), last)
  }
})

test('a late success of an earlier way takes the later one back, and the run goes on once', () => {
  const world = new World([journey({ steps: [alert(), mail('below')] })], {
    provider: ({ payload }) => (payload['template'] === 'alert' ? failed : { receipt: 'message.sent' }),
  })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.pass(1_000)
  const run = world.people.get(ada)!.journeys.enrollments[0]!
  assert.deepEqual(
    run.messages['alert']?.map(({ status, way }) => [status, way]),
    [
      ['failed', 0],
      ['queued', 1],
    ],
  )
  world.event({
    person: ada,
    name: 'message.sent',
    type: 'system',
    properties: { effect_id: `${run.id}:alert:w1`, channel: 'email', reason: 'seen' },
  })
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), ['below'], 'the webhook was taken back')
})

test('who withdraws permission for one way while it waits is written to another way', () => {
  const world = new World([journey({ steps: [alert()] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.event({
    person: ada,
    name: 'message.unsubscribed',
    type: 'system',
    properties: { channel: 'email', topic: 'news', address: 'ada@example.com' },
  })
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), [hook])
})

const score = {
  kind: 'call',
  id: 'score',
  url: 'https://ml.example/score',
  save: 'score',
  body: { id: '{{ profile.id }}' },
  otherwise: [mail('unknown')],
}

test('call keeps what the address answers, and templates of later steps can use it', () => {
  const world = new World([journey({ steps: [score, mail('offer')] })], {
    provider: ({ channel }) =>
      channel === 'webhook' ? { receipt: 'message.sent', answer: { level: 3, tags: ['a'] } } : { receipt: 'message.sent' },
  })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  assert.equal(world.people.get(ada)!.journeys.enrollments[0]!.due, world.now + 10_000)
  world.passes('1h')
  assert.deepEqual((world.sent[1]!.effect.payload['data'] as { run: unknown }).run, { score: { level: 3, tags: ['a'] } })
})

test('conditions of later steps ask what a call has answered; before it, and in another run, there is nothing', () => {
  const rich = {
    kind: 'branch',
    id: 'rich',
    branches: [{ id: 'yes', when: 'run.score.level >= 3', steps: [mail('gold')] }],
    otherwise: [mail('plain')],
  }
  const world = new World(
    [journey({ steps: [score, rich] }), journey({ id: 'other', steps: [{ kind: 'wait', id: 'w', for: '1h' }, rich] })],
    {
      provider: ({ channel }) => (channel === 'webhook' ? { receipt: 'message.sent', answer: { level: 3 } } : { receipt: 'message.sent' }),
    },
  )
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), ['https://ml.example/score', 'gold', 'plain'])
})

test('a call that fails, is given up or is answered with nothing to keep runs otherwise, with the reason', () => {
  const cases: [Answer, string][] = [
    [{ receipt: 'message.failed', reason: 'answer_not_json' }, 'failed:answer_not_json'],
    [{ receipt: 'message.dead', reason: 'webhook_503' }, 'dead:webhook_503'],
  ]
  for (const [answer, reason] of cases) {
    const world = new World([journey({ steps: [score] })], {
      provider: ({ channel }) => (channel === 'webhook' ? answer : { receipt: 'message.sent' }),
    })
    const ada = world.person('ada')
    world.happens(ada, 'Product Added')
    world.passes('1h')
    assert.deepEqual(world.sentTo(ada), ['unknown'])
    assert.ok(world.storyOf(ada).includes(`moved score ${reason}`))
  }
})

test('an answer that comes after the time-out is not used: the run has gone the other way, and stays there', () => {
  const world = new World([
    journey({
      steps: [
        { ...score, timeout: '500ms' },
        { kind: 'wait', id: 'rest', for: '1d' },
      ],
    }),
  ])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  const { id } = world.people.get(ada)!.journeys.enrollments[0]!
  world.pass(3_000)
  assert.ok(world.storyOf(ada).includes('moved score no_answer'))
  assert.deepEqual(world.placesOf(ada), ['rest'])
  world.event({
    person: ada,
    name: 'message.sent',
    type: 'system',
    properties: { effect_id: `${id}:score`, channel: 'webhook', answer: { level: 9 } },
  })
  world.passes('1h')
  const run = world.people.get(ada)!.journeys.enrollments[0]!
  assert.equal(run.context, undefined)
  assert.equal(run.step, 'rest')
  const told = world.facts.flatMap((fact) => (fact.table === 'deliveries' && fact.row.status === 'sent' ? [fact.row.effect_id] : []))
  assert.ok(told.includes(`${id}:score`), 'the late answer is on record')
})

test('a journey may say what steps without an otherwise do when they fail: end the run', () => {
  const steps = [{ ...score, otherwise: undefined }, mail('offer')]
  const provider = ({ channel }: { channel: string }): Answer => (channel === 'webhook' ? failed : { receipt: 'message.sent' })
  const told = (more: object) => {
    const world = new World([journey({ steps, ...more })], { provider })
    world.happens(world.person('ada'), 'Product Added')
    world.passes('1h')
    return [world.sentTo('ada'), world.storyOf('ada').at(-1)]
  }
  assert.deepEqual(told({ default: { otherwise: 'exit' } }), [[], 'exited score failed:mailbox_full'])
  assert.deepEqual(told({ default: { otherwise: 'continue' } }), [['offer'], 'exited offer completed'])
})

test('two profiles that become one while only one has the answer: the run that goes on has it too', () => {
  let answers = true
  const steps = [{ ...score, otherwise: [] }, { kind: 'wait', id: 'calm', for: '1d' }, mail('offer')]
  const world = new World([journey({ steps })], {
    provider: ({ channel }) =>
      channel !== 'webhook' ? { receipt: 'message.sent' } : answers ? { receipt: 'message.sent', answer: { level: 3 } } : failed,
  })
  const [ada, anon] = [world.person('ada'), world.person('anon')]
  world.happens(ada, 'Product Added')
  world.passes('1h')
  answers = false
  world.happens(anon, 'Product Added')
  world.passes('1h')
  world.merge(anon, ada)
  world.run(world.now)
  const [run] = world.people.get(ada)!.journeys.enrollments
  assert.ok(world.storyOf('anon').length > 0 && run!.since > world.now - 7_200_000, 'the later one goes on, whose call had failed')
  world.passes('3d')
  const offers = world.sent.filter(({ effect }) => effect.payload['template'] === 'offer')
  assert.deepEqual(
    offers.map(({ effect }) => (effect.payload['data'] as { run: unknown }).run),
    [{ score: { level: 3 } }],
  )
})
