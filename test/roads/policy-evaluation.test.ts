import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { drawnDecisions } from '#app/policy-backtest-store.ts'
import type { GetApproval } from '#approvals/api.ts'
import type { CheckPromotion, GetEvaluation, GetResponses } from '#decisions/evaluation/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { chance } from '#lib/hash.ts'
import { until } from '../fixtures/delivery.ts'
import { type Document, journey, Refused, START, startWorld, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

type Told = OutputOf<typeof GetEvaluation>
const DAY = 86_400_000

const model = (id: string, more: object = {}): Document => ({ kind: 'model', id, type: 'choice', within: '3d', ...more })
const option = (id: string, more: object = {}): object => ({ id, ...more, steps: [{ kind: 'update', id: `got-${id}`, set: { got: id } }] })
const cart = journey('cart', 'Product Added', {
  steps: [
    {
      kind: 'choose',
      id: 'nudge',
      by: { model: 'recovery', control: '0%', holdout: '0%' },
      options: [option('plain'), option('discount', { cost: 2, offer: 'percent_off' })],
      fallback: [],
    },
    { kind: 'wait', id: 'look', for: '3d' },
  ],
})

async function evaluated(id: string, input: object = {}): Promise<NonNullable<Told['result']>> {
  const asked = await world.api<{ id: string }>(`POST /api/models/${id}/evaluate`, input)
  const read = (): Promise<Told> => world.api(`GET /api/evaluations/${asked.id}`)
  await until('the evaluation ends', async () => {
    const { status, error } = await read()
    assert.notEqual(status, 'failed', error)
    return status === 'done'
  })
  return (await read()).result!
}

const refusedWith = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'done'
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return String((error.body as { code?: string }).code)
  }
}

test('a policy is valued on what was decided and what came of it: the fixed option that sells, before it goes live', async () => {
  await world.publish(model('recovery'), cart)
  const people = Array.from({ length: 320 }, (_, i) => `p${i}`)
  for (const person of people) await world.track(person, 'Product Added', { price: 50 })
  await world.pass({ minutes: 1 })
  await world.app.reported()
  const { analytics } = world.app.parts
  const decided = { workspace: world.workspace, model: 'recovery', from: START, to: START + DAY }
  const rows = await drawnDecisions(analytics, decided, { before: { at: START + DAY, id: '' }, limit: 1_000 })
  assert.equal(rows.length, people.length)
  const chosen = new Map(rows.map(({ unit, record }) => [unit, (JSON.parse(record) as { chosen: string }).chosen]))
  let bought = 0
  for (const person of people) {
    // A discount sells to six of ten, no discount to two.
    const rate = chosen.get(await world.profileId(person)) === 'discount' ? 0.6 : 0.2
    if (chance('buys', person) >= rate) continue
    bought++
    await world.track(person, 'Order Completed', { total: 100 })
  }
  assert.ok(bought > 80 && bought < 200)
  assert.equal(await refusedWith(world.api('POST /api/models/recovery/evaluate', { from: START })), 'evaluation.span')
  await world.pass({ days: 4 })
  await world.app.reported()

  const discount = await evaluated('recovery', { policy: { kind: 'arm', arm: 'discount' } })
  assert.equal(discount.verdict, 'better', discount.sentence)
  assert.match(
    discount.sentence,
    /“always discount” would have earned [\d.]+ .*more per decision, 95 % interval .*; this rests on \d+ effective decisions of 320 people/,
  )
  // 30 % margin of 100 for six of ten, less 2.
  assert.ok(Math.abs(discount.estimates.dr.value - 16) < 4 * discount.estimates.dr.se)
  const plain = await evaluated('recovery', { policy: { kind: 'arm', arm: 'plain' } })
  assert.equal(plain.verdict, 'worse', plain.sentence)
  const learned = await evaluated('recovery')
  assert.equal(learned.verdict, 'better', learned.sentence)
  assert.equal(learned.support.people, 320)
})

test('what an offer does to people, drawn against none, becomes a score of each', async () => {
  await world.api('POST /api/responses', {})
  const read = (): Promise<OutputOf<typeof GetResponses>> => world.api('GET /api/responses')
  await until('responses are reckoned', async () => (await read()).models.some(({ model }) => model === 'recovery'))
  const [found] = (await read()).models
  const [offer] = found!.offers
  assert.deepEqual([found!.refused, offer!.offer, offer!.people], [null, 'percent_off', 320])
  // 30 % margin of 100 for four of ten more, less 2. People are drawn anew in each run: four standard errors.
  assert.ok(Math.abs(offer!.effect - 10) < offer!.high - offer!.low, offer!.sentence)
  await world.publish({ kind: 'segment', id: 'movable', when: 'score("response:percent_off") > 3' })
  const scored = async (): Promise<boolean> => {
    await world.settled()
    const { scores } = (
      await world.app.parts.work.query<{ scores: Record<string, [number, number]> }>(
        `select state::jsonb->'segments'->'scores' as scores from keyed_state where workspace_id = $1 and kind = 'profile' and id = $2`,
        [world.workspace, await world.profileId('p7')],
      )
    ).rows[0]!
    return scores?.['response:percent_off'] !== undefined
  }
  await until('people have the score', scored)
})

test('a model whose evaluation says nothing may not act in full without a reason; an approver is shown what is known', async () => {
  await world.publish(model('fresh', { rollout: { stage: 'shadow' } }))
  const promotion = (): Promise<OutputOf<typeof CheckPromotion>> => world.api('GET /api/models/fresh/promotion')
  const full = model('fresh', { rollout: { stage: 'full' } })
  await world.api('PUT /api/documents/model/fresh/draft', { body: full })
  assert.deepEqual(
    (await promotion()).warnings.map(({ code }) => code),
    ['model.not_evaluated'],
  )
  const told = await evaluated('fresh')
  assert.deepEqual([told.verdict, told.refusal?.code], ['refused', 'evaluation.no_log'])
  assert.equal((await promotion()).refused?.code, 'model.evaluation_thin')
  assert.equal(await refusedWith(world.publish(full)), 'model.evaluation_thin')

  await world.publish({ kind: 'approval-policy', id: 'models', when: [{ kind: 'documents', kinds: ['model'] }] })
  const forced = model('fresh', { rollout: { stage: 'full', force: 'The sale begins tomorrow' } })
  const wanted = { kind: 'publish', documents: [{ kind: 'model', id: 'fresh', body: forced }] }
  const { id } = await world.api<{ id: string }>('POST /api/approvals', { wanted, title: 'Let it act' })
  const { evidence } = await world.api<OutputOf<typeof GetApproval>>(`GET /api/approvals/${id}`)
  const [shown] = evidence.models!
  assert.deepEqual(
    [shown!.model, shown!.from, shown!.to, shown!.verdict, shown!.force],
    ['fresh', 'shadow', 'full', 'refused', 'The sale begins tomorrow'],
  )
  assert.match(shown!.readOut, /^Nothing can be said of “fresh”/)
})

test('a model that does not choose has no policy to value', async () => {
  const document = { kind: 'model', id: 'buys', type: 'propensity', outcome: { kind: 'converted', event: 'Order Completed' } }
  assert.equal(await refusedWith(world.api('POST /api/models/buys/evaluate', { document })), 'evaluation.type')
})
