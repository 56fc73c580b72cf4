import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { NO_GATES } from '#consent/policies/gatekeeper.ts'
import { Template } from '#content/schema.ts'
import { definitions } from '#journeys/definitions.ts'
import { Journey } from '#journeys/schema.ts'
import { keyOf } from '#platform/suppressions.ts'
import type { Industry } from '#workspaces/samples-api.ts'
import { readAuthored } from '../authored-files.ts'
import { permitted } from '../consent-gate.ts'
import { experimentsAmong, topicsAmong } from '../definitions.ts'
import { judging } from '../judge.ts'
import type { Made } from '../prepare.ts'
import { policyAmong } from '../pressure.ts'
import { quietGate } from '../quiet-gate.ts'
import { conditionsOf } from '../watches.ts'
import { Heap } from './heap.ts'
import { type History, Past } from './history.ts'
import { WIN_BACK_LIFT } from './shop.ts'
import { STORIES } from './stories.ts'
import { DAY } from './story.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples')
const FROM = Date.parse('2026-09-01T00:00:00Z')
const MADE = { prepared: { kind: 'email' }, hash: 'h', headers: [], rendered: null } as unknown as Made

/** A past as `making.ts` lets it happen, with nothing rendered. */
async function lived(industry: Industry, { people, days, seed = 1 }: { people: number; days: number; seed?: number }): Promise<History> {
  const { setting, story } = STORIES[industry]
  const live = setting.documents
    .flatMap((folder) => readAuthored(join(EXAMPLES, folder)).documents)
    .map(({ kind, id, body }) => ({ ws: 'w', kind, id, body, version: 1, hash: '', revision: 1 }))
  const of = (kind: string) => live.filter((each) => each.kind === kind)
  const experiments = experimentsAmong(live)
  const compiled = definitions({
    workspace: 'w',
    revision: 1,
    consent: setting.consentMode,
    journeys: of('journey').map(({ body }) => ({ journey: Journey.parse(body) as Journey, version: 1, live: true })),
    templates: of('template').map(({ id, body }) => ({ ...Template.parse(body), id, version: 1, slots: undefined, review: undefined })),
    topics: topicsAmong(live),
    segments: conditionsOf(of('segment').map((each) => ({ ...each, live: true }))),
    experiments,
  })
  const policy = policyAmong([])
  return new Past({
    ws: 'w',
    story: story({ seed, from: FROM, people, days }),
    seed,
    from: FROM,
    until: FROM + days * DAY,
    partitions: 4,
    revision: 1,
    definitions: { prepare: async () => undefined, of: () => compiled },
    permitted: (known, now) =>
      permitted({
        people: async (keys) =>
          new Map(keys.flatMap(({ key }) => (known.has(key) ? [[keyOf('w', key), known.get(key)!.state] as const] : []))),
        terms: async () => ({
          topics: new Map(topicsAmong(live).map((topic) => [topic.id, topic])),
          mode: setting.consentMode,
          experiments,
        }),
        now,
      }),
    judge: (known, now) =>
      judging({
        gates: async () => NO_GATES,
        person: async (_ws, id) => known.get(id)?.state,
        review: async () => ({ review: undefined }),
        sender: async () => undefined,
        now,
      }),
    opening: quietGate(async () => policy),
    prepare: async () => MADE,
    readsContent: false,
    progress: async () => undefined,
  }).told()
}

const shop = lived('shop', { people: 400, days: 56 })

test('the same seed makes the same past', async () => {
  const hash = ({ memory: { facts } }: History): string => createHash('sha256').update(JSON.stringify(facts)).digest('hex')
  const [one, again, other] = [
    await lived('saas', { people: 50, days: 21 }),
    await lived('saas', { people: 50, days: 21 }),
    await lived('saas', { people: 50, days: 21, seed: 2 }),
  ]
  assert.ok(one.memory.facts.length > 1_000)
  assert.equal(hash(one), hash(again))
  assert.notEqual(hash(one), hash(other))
})

test('nobody is written to who left, bounced or is held out, and nothing twice', async () => {
  const { memory, suppressed } = await shop
  const sent = memory.facts.flatMap(({ fact }) => (fact.table === 'deliveries' && fact.row.status === 'sent' ? [fact.row] : []))
  assert.ok(sent.length > 500)
  assert.equal(new Set(sent.map(({ effect_id }) => effect_id)).size, sent.length)
  const heldOut = new Set(
    memory.facts.flatMap(({ fact }) =>
      fact.table === 'assignments' && fact.row.kind === 'holdout' && fact.row.is_control === 1 ? [fact.row.profile_id] : [],
    ),
  )
  assert.ok(heldOut.size > 20)
  assert.deepEqual(
    sent.filter(({ profile_id }) => heldOut.has(profile_id)),
    [],
  )
  const gone = new Map(suppressed.map(({ address, topic, at }) => [`${address} ${topic}`, at]))
  assert.ok(gone.size > 0)
  for (const { address, topic, status, settledAt, lane } of memory.outbox.values()) {
    const since = Math.min(gone.get(`${address} ${topic}`) ?? Infinity, gone.get(`${address} `) ?? Infinity)
    assert.ok(status !== 'sent' || lane !== 'marketing' || settledAt! <= since, `${address} was written to after it was gone`)
  }
})

test('counts add up: who left a journey had entered it, each message was queued, and nobody stands still', async () => {
  const { memory, events } = await shop
  assert.deepEqual(memory.letters, [])
  assert.ok(events > 5_000)
  const runs = new Map<string, string[]>()
  for (const { fact } of memory.facts)
    if (fact.table === 'transitions' && fact.row.enrollment_id !== '' && fact.row.kind !== 'moved')
      runs.set(fact.row.enrollment_id, [...(runs.get(fact.row.enrollment_id) ?? []), fact.row.kind])
  for (const [run, kinds] of runs) {
    assert.equal(kinds.filter((kind) => kind === 'entered').length, 1, run)
    assert.ok(kinds.filter((kind) => kind === 'exited').length <= 1, run)
  }
  const told = (status: string): Set<string> =>
    new Set(memory.facts.flatMap(({ fact }) => (fact.table === 'deliveries' && fact.row.status === status ? [fact.row.effect_id] : [])))
  const queued = told('queued')
  for (const status of ['sent', 'opened', 'clicked', 'failed']) assert.deepEqual(told(status).difference(queued), new Set(), status)
  assert.deepEqual(told('clicked').difference(told('sent')), new Set())
})

test('what was planted is what the arms of the experiment show', async () => {
  const { memory } = await shop
  const arms = new Map<string, { arm: string; at: number }>()
  const bought = new Map<string, number[]>()
  for (const { fact } of memory.facts) {
    if (fact.table === 'assignments' && fact.row.experiment === 'win-back-worth') arms.set(fact.row.profile_id, fact.row)
    if (fact.table === 'events' && fact.row.name === 'Order Completed')
      bought.set(fact.row.profile_id, [...(bought.get(fact.row.profile_id) ?? []), fact.row.at])
  }
  const until = FROM + 42 * DAY
  const rate = (arm: string) => {
    const people = [...arms].filter(([, each]) => each.arm === arm && each.at < until)
    const came = people.filter(([id, { at }]) => bought.get(id)?.some((when) => when > at && when <= at + 14 * DAY)).length
    return { people: people.length, rate: came / people.length }
  }
  const [invited, alone] = [rate('invited'), rate('left-alone')]
  assert.ok(invited.people > 30 && alone.people > 30)
  // Who would have come anyhow is no gain, and one in four gets no marketing at all.
  const truth = WIN_BACK_LIFT * (1 - alone.rate) * 0.75
  const se = Math.sqrt((invited.rate * (1 - invited.rate)) / invited.people + (alone.rate * (1 - alone.rate)) / alone.people)
  assert.ok(Math.abs(invited.rate - alone.rate - truth) < 3 * se, `${invited.rate - alone.rate} is not ${truth} ± ${3 * se}`)
})

test('what is earliest comes out first, whatever goes in', () => {
  const heap = new Heap<{ at: number; n: number }>()
  const items = Array.from({ length: 500 }, (_, n) => ({ at: (n * 7_919) % 97, n }))
  for (const item of items) heap.add(item)
  const out = items.map(() => heap.take()!)
  assert.deepEqual(
    out,
    items.toSorted((a, b) => a.at - b.at || a.n - b.n),
  )
  assert.equal(heap.size, 0)
})
