import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gatherChoices } from '#app/learning/choice-store.ts'
import type { Gather } from '#app/learning/gatherers.ts'
import type { GetModel, GetSnapshot, ListModels, ReplayDecisions } from '#decisions/api.ts'
import type { ModelDecisions } from '#decisions/record-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { httpAnalytics } from '#platform/analytics/http.ts'
import { cadenza as command } from '../fixtures/command.ts'
import { until } from '../fixtures/delivery.ts'
import { type Hostile, LEARNERS } from '../fixtures/hostile-learners.ts'
import { journey, startWorld, template, type World } from './world.ts'

let world: World
/** What learning does at the moment; `away`: nobody answers where the data lie. */
let does: Hostile['does'] | 'away' = 'learn'

const gatherHostile: Gather<'choice'> = async (parts, task) => {
  if (does === 'away') return gatherChoices({ ...parts, analytics: httpAnalytics({ url: 'http://127.0.0.1:9' }) }, task)
  const data = (await gatherChoices(parts, task)) as Hostile['data']
  return does === 'learn' && !data ? null : ({ does, data } satisfies Hostile)
}

before(async () => {
  const module = new URL('../fixtures/hostile-learners.ts', import.meta.url)
  world = await startWorld({ teaching: { learners: LEARNERS, module, gatherers: { choice: gatherHostile } } })
  await world.publish(
    { kind: 'model', id: 'cart', type: 'choice', within: '1h', margin: 0.4 },
    ...['ten-off', 'shipping', 'plain'].map((id) => template(id)),
  )
  await world.publish(
    journey('cart', 'Cart Abandoned', {
      goal: { event: 'Order Completed', within: '1d', value: 'total' },
      steps: [
        {
          kind: 'choose',
          id: 'nudge',
          by: { model: 'cart', control: '0%', holdout: '0%' },
          options: ['ten-off', 'shipping'].map((id) => ({ id, steps: [{ kind: 'email', id, template: id }] })),
          fallback: [{ kind: 'email', id: 'plain', template: 'plain' }],
        },
      ],
    }),
  )
  await world.settled()
})
after(() => world.stop())

type Decision = OutputOf<typeof ModelDecisions>['decisions'][number]
const model = () => world.api<OutputOf<typeof GetModel>>('GET /api/models/cart')
const replay = () => world.api<OutputOf<typeof ReplayDecisions>>('POST /api/decisions/replay', { from: 0, to: world.clock.now() + 1 })

const cadenza = (args: readonly string[]) => command(args, { env: { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey } })

let people = 0
/** People leave their carts: what each of them got, and how it was decided. */
async function leaveCarts(number: number): Promise<{ decision: Decision; subjects: string[]; person: string }[]> {
  const names = Array.from({ length: number }, () => `person${++people}`)
  for (const person of names) await world.identify(person)
  for (const person of names) await world.track(person, 'Cart Abandoned', { value: 50 })
  await world.settled()
  await world.app.reported()
  return Promise.all(
    names.map(async (person) => {
      const { decisions } = await world.api<OutputOf<typeof ModelDecisions>>(`GET /api/people/${await world.profileId(person)}/decisions`)
      return { decision: decisions[0]!, subjects: await world.subjectsTo(person), person }
    }),
  )
}
const reasonOf = async () => (await model()).versions[0]!.training?.reason
async function train(): Promise<void> {
  await world.api('POST /api/models/cart/train')
}

test('whatever becomes of the trainer, everybody gets their message, with a fact that says how it was decided', async () => {
  for (const [trouble, reason] of [
    ['loop', 'fit_timeout'],
    ['exit', 'thread_died'],
    ['memory', 'fit_memory'],
    ['throw', 'fit_failed'],
    ['away', 'gather_failed'],
  ] as const) {
    does = trouble
    await train()
    if (trouble === 'loop') await until('it learns', async () => (await model()).versions[0]!.training?.phase === 'fitting')
    const got = await leaveCarts(4)
    await until(`${trouble} is told`, async () => (await reasonOf()) === reason)
    for (const { decision, subjects } of got) {
      assert.deepEqual([decision.by, decision.silence], ['cold_start', 'model_cold'])
      assert.deepEqual(subjects, [decision.chosen])
    }
  }
  const { state, todo } = await model()
  assert.equal(state, 'cold')
  assert.match(todo, /trainings failed: its data could not be read/)
})

test('as soon as learning goes well again, what it has learned decides, without a restart and with the clock standing still', async () => {
  const buyers = (await leaveCarts(16)).filter(({ decision }) => decision.chosen === 'ten-off')
  for (const { person } of buyers) await world.track(person, 'Order Completed', { total: 80 })
  await world.pass({ hours: 2 })
  await world.app.reported()
  does = 'nan'
  await train()
  await until('the numbers that are none are told', async () =>
    ['not_finite', 'fit_failed', 'undecodable'].includes((await reasonOf()) ?? ''),
  )
  assert.deepEqual((await model()).snapshots, [], 'nobody was given them')
  does = 'learn'
  const frozen = world.clock.now()
  await train()
  await until('it has learned', async () => (await model()).state === 'learning')
  const got = await leaveCarts(6)
  assert.equal(world.clock.now(), frozen)
  for (const { decision, subjects } of got) {
    assert.deepEqual([decision.by, decision.snapshot], ['model', 1])
    assert.deepEqual(subjects, [decision.chosen])
  }
  const told = await replay()
  assert.deepEqual([told.same, told.differences], [told.checked, []])
  assert.equal(told.checked, 42)
})

test('a snapshot whose bytes were changed is asked by nobody; the fallback goes out, and the next training mends it', async () => {
  does = 'throw'
  await world.app.parts.work.query(`update model_snapshots set body = set_byte(body, 20, get_byte(body, 20) # 255)`)
  await world.end()
  await world.begin()
  const got = await leaveCarts(5)
  for (const { decision, subjects } of got) {
    assert.deepEqual([decision.by, decision.silence, decision.snapshot], ['fallback', 'model_broken', 0])
    assert.deepEqual(subjects, ['plain'])
  }
  const { models } = await world.api<OutputOf<typeof ListModels>>('GET /api/models')
  assert.equal(models[0]!.state, 'broken')
  assert.match(models[0]!.sentence, /cannot be read.*fallback/)
  assert.match(await (await fetch(`${world.url}/metrics`)).text(), /cadenza_models_broken_total\{type="choice"\} [1-9]/)
  assert.deepEqual(
    new Set((await replay()).differences.map(({ kind }) => kind)),
    new Set(['broken']),
    'decisions that rest on it cannot be checked any more',
  )
  assert.match((await world.api<OutputOf<typeof GetSnapshot>>('GET /api/models/cart/snapshots/1')).broken, /bytes|checksum/)
  does = 'learn'
  await train()
  await until('it is mended', async () => (await model()).state === 'learning')
  for (const { decision } of await leaveCarts(4)) assert.deepEqual([decision.by, decision.snapshot], ['model', 2])
})

test('a model whose answer is no number is not believed; a reset and the facts mend it', async () => {
  does = 'huge'
  await train()
  await until('it has learned nonsense', async () => (await model()).versions[0]!.snapshot === 3)
  for (const { decision, subjects } of await leaveCarts(4)) {
    assert.deepEqual([decision.by, decision.silence], ['fallback', 'model_not_finite'])
    assert.deepEqual(subjects, ['plain'])
  }
  does = 'learn'
  const reset = await cadenza(['models', 'reset', 'cart', '--yes'])
  assert.equal(reset.code, 0, reset.error)
  await until('it has learned anew', async () => (await model()).versions[0]!.snapshot === 5)
  for (const { decision } of await leaveCarts(4)) assert.deepEqual([decision.by, decision.snapshot], ['model', 5])
})

test('the command line tells how models are, and reckons decisions again', async () => {
  const list = await cadenza(['models', 'list'])
  assert.match(list.out, /cart choice, version 1: learning\n {2}It has learned from \d+ examples\./)
  const shown = await cadenza(['models', 'show', 'cart'])
  assert.match(shown.out, /4 .* reset: what came before is forgotten/)
  assert.deepEqual([(await cadenza(['models', 'show', 'nobody'])).code, (await cadenza(['models', 'list', 'cart'])).code], [1, 1])
  const replayed = await cadenza(['decisions', 'replay', '--from', '2026-01-01T00:00:00Z', '--to', '2027-01-01T00:00:00Z'])
  // Those of the snapshot whose bytes were changed cannot be checked any more.
  assert.match(replayed.out, /^\d+ decisions reckoned again: 6 differ\.\n(?: {2}.* cart 1 {2}broken: .*\n?){6}$/)
  assert.equal(replayed.code, 1)
})

test('a model that nobody has taught for too long explores again, and says why; a reset forgets, and is on the audit log', async () => {
  await world.pass({ days: 31 })
  for (const { decision } of await leaveCarts(3)) assert.deepEqual([decision.by, decision.silence], ['cold_start', 'model_stale'])
  assert.equal((await model()).state, 'stale')
  does = 'throw'
  await world.api('POST /api/models/cart/reset')
  await world.settled()
  for (const { decision } of await leaveCarts(3)) assert.deepEqual([decision.by, decision.silence], ['cold_start', 'model_cold'])
  const { snapshots, state } = await model()
  assert.deepEqual([snapshots[0]!.kind, state], ['reset', 'cold'])
  const { lines } = await world.api<{ lines: { action: string; object: string }[] }>('GET /api/audit')
  for (const action of ['models.learned', 'models.failed', 'models.train', 'models.reset'])
    assert.ok(
      lines.some((line) => line.action === action && line.object === 'model:cart'),
      action,
    )
})
