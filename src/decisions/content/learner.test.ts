import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import type { DecisionRecord } from '../record.ts'
import { Model, type ModelOf } from '../schema.ts'
import type { ModelInForce, Snapshot } from '../snapshot.ts'
import type { TrainingTask } from '../trainer.ts'
import { type ContentBody, decodeContent, type SlotOptions } from './body.ts'
import { type AskedSlot, decideContent, recomputeContent } from './decide.ts'
import { contentLearner } from './learner.ts'
import type { TemplateResult } from './results.ts'
import { type ContentData, type CurrentTemplate, placedRows, priorOf, type ShownRow } from './tallies.ts'
import { verdictOf } from './verdict.ts'
import { whyLayout, whyThisLayout } from './words.ts'

const NOW = Date.UTC(2026, 2, 1)
const model = Model.parse({ kind: 'model', id: 'best', type: 'content' }) as ModelOf<'content'>
const task: TrainingTask<'content'> = { workspace: 'w', model, version: 1, previous: null, now: NOW }

const slotOf = (slot: string, ...ids: string[]): SlotOptions => ({ slot, options: ids.map((id) => ({ id, hash: `${id}#1` })) })
const news = (...slots: SlotOptions[]): CurrentTemplate => ({ template: 'news', version: 1, slots })

interface Seen {
  readonly n: number
  readonly k: number
  readonly way?: ShownRow['way']
  readonly version?: number
  /** Left out: everything of the template. */
  readonly among?: Readonly<Record<string, readonly string[]>>
}

const shown = (template: CurrentTemplate, options: Readonly<Record<string, string>>, seen: Seen): ShownRow => ({
  template: 'news',
  version: seen.version ?? 1,
  way: seen.way ?? 'chance',
  n: seen.n,
  k: seen.k,
  first: { n: seen.n, k: seen.k },
  slots: template.slots.map(({ slot, options: all }) => ({
    slot,
    variant: options[slot]!,
    among: seen.among?.[slot] ?? all.map(({ id }) => id),
  })),
})

const dataOf = (template: CurrentTemplate, rows: readonly ShownRow[], before: ContentData['versions'] = {}): ContentData => ({
  templates: [template],
  versions: { 'news 1': template.slots, ...before },
  shown: rows,
  newest: NOW,
})

function learned(data: ContentData): { body: ContentBody; result: TemplateResult } {
  const trained = contentLearner.fit(task, data)!
  const [result] = trained.report['templates'] as unknown as TemplateResult[]
  return { body: contentLearner.decode(trained.body) as ContentBody, result: result! }
}

const inForce = (body: ContentBody, parts: Partial<ModelInForce<'content'>> = {}): ModelInForce<'content'> => ({
  model,
  version: 1,
  snapshot: { serial: 7, trainedTo: NOW, examples: 1, body, report: {} },
  ...parts,
})

const asks = (template: CurrentTemplate, eligible: Readonly<Record<string, readonly string[]>> = {}): AskedSlot[] =>
  template.slots.map(({ slot, options }) => ({
    slot,
    variants: options.map(({ id, hash }) => ({ id, hash, eligible: (eligible[slot] ?? options.map((each) => each.id)).includes(id) })),
  }))

const decided = (template: CurrentTemplate, id: string, parts: { of?: ModelInForce<'content'>; slots?: AskedSlot[] } = {}) =>
  decideContent({
    id,
    template: 'news',
    version: 1,
    model: 'best',
    inForce: parts.of,
    shadow: undefined,
    now: NOW,
    slots: parts.slots ?? asks(template),
  })

const HERO = news(slotOf('hero', 'a', 'b'))
const CLEAR = [shown(HERO, { hero: 'a' }, { n: 6_000, k: 180 }), shown(HERO, { hero: 'b' }, { n: 6_000, k: 300 })]

test('what is clicked more is shown more, and is called better only by messages that were drawn evenly', () => {
  const { body, result } = learned(dataOf(HERO, CLEAR))
  const [{ layouts }] = body.templates['news']!.audiences as [ContentBody['templates'][string]['audiences'][number]]
  assert.deepEqual(layouts[0]!.options, [1])
  assert.ok(layouts[0]!.share > 0.999)
  const [hero] = result.slots
  assert.deepEqual([hero!.state, hero!.leader, hero!.difference?.against], ['confirmed', 'b', 'a'])
  assert.match(hero!.sentence, /“b” is better: clicked by 5 % against 3 % .*Confirmed on messages that were drawn evenly/)
  assert.ok(Math.abs(hero!.options[1]!.share - 0.95) < 0.001, 'nine tenths, and half of the tenth that stays even')

  const adaptive = CLEAR.map((row) => ({ ...row, way: 'model' as const }))
  const alone = learned(dataOf(HERO, adaptive)).result.slots[0]!
  assert.notEqual(alone.state, 'confirmed')
  assert.equal(alone.difference, null)
  assert.doesNotMatch(alone.sentence, /Confirmed/)
})

test('before it is decided the report says what is missing, and when nothing is left to look for', () => {
  const close = [shown(HERO, { hero: 'a' }, { n: 900, k: 36 }), shown(HERO, { hero: 'b' }, { n: 900, k: 48 })]
  const open = learned(dataOf(HERO, close)).result
  assert.equal(open.slots[0]!.state, 'open')
  assert.ok(open.slots[0]!.more! > 1_000)
  assert.match(open.slots[0]!.sentence, /not decided yet\. “b” leads: .* about [\d,]+ more messages/)
  assert.ok(open.remaining! > 0.01)
  assert.ok(open.sentences.some((each) => /might still be gained/.test(each)))
  const few = learned(dataOf(HERO, [shown(HERO, { hero: 'a' }, { n: 40, k: 2 })])).result.slots[0]!
  assert.equal(few.state, 'waiting')
  const adaptive = CLEAR.map((row) => ({ ...row, way: 'model' as const, n: row.n * 40, k: row.k * 40 }))
  const done = learned(dataOf(HERO, adaptive)).result
  assert.equal(done.slots[0]!.state, 'settled')
  assert.ok(done.remaining! < 0.01)
  assert.ok(done.sentences.some((each) => /nothing left to look for/.test(each)))
})

test('where two are alike, looking every day calls one of them better in fewer than one of twenty tests', () => {
  let wrong = 0
  const TESTS = 200
  for (let i = 0; i < TESTS; i++) {
    const r = random(`alike ${i}`)
    const sums = [0, 1].map(() => ({ n: 0, k: 0 }))
    let called = false
    for (let day = 0; day < 25 && !called; day++) {
      for (let message = 0; message < 400; message++) {
        const sum = sums[r.uniform() < 0.5 ? 0 : 1]!
        sum.n++
        if (r.uniform() < 0.05) sum.k++
      }
      const rows = placedRows(HERO, dataOf(HERO, [shown(HERO, { hero: 'a' }, sums[0]!), shown(HERO, { hero: 'b' }, sums[1]!)]))
      const shares = sums[0]!.k / sums[0]!.n > sums[1]!.k / sums[1]!.n ? [1, 0] : [0, 1]
      called = verdictOf(rows, { at: 0, count: 2, shares, remaining: 1, uniform: 1 }).state === 'confirmed'
    }
    if (called) wrong++
  }
  assert.ok(wrong <= 0.05 * TESTS, `${wrong}`)
})

test('a variant that only eager people may get is not believed to make them eager', () => {
  const both = { hero: ['a', 'b'] }
  const rows = [
    shown(HERO, { hero: 'a' }, { n: 4_000, k: 400, among: both }),
    shown(HERO, { hero: 'b' }, { n: 4_000, k: 400, among: both }),
    shown(HERO, { hero: 'b' }, { n: 20_000, k: 400, among: { hero: ['b'] } }),
  ]
  const { body, result } = learned(dataOf(HERO, rows))
  const [everybody, others] = body.templates['news']!.audiences
  assert.ok(
    everybody!.layouts.every(({ share }) => share > 0.3),
    JSON.stringify(everybody),
  )
  assert.equal(others!.among, 'hero:b')
  assert.notEqual(result.slots[0]!.state, 'confirmed')
  assert.ok(result.slots[0]!.options[1]!.even.rate!.rate < 0.05, 'its plain rate would have said that b is worse')
})

test('who may not get the winner gets the best of the rest', () => {
  const three = news(slotOf('hero', 'gold', 'good', 'bad'))
  const rows = [
    shown(three, { hero: 'gold' }, { n: 3_000, k: 300 }),
    shown(three, { hero: 'good' }, { n: 3_000, k: 180 }),
    shown(three, { hero: 'bad' }, { n: 3_000, k: 60 }),
    shown(three, { hero: 'good' }, { n: 1_000, k: 50, among: { hero: ['good', 'bad'] } }),
    shown(three, { hero: 'bad' }, { n: 1_000, k: 16, among: { hero: ['good', 'bad'] } }),
  ]
  const of = inForce(learned(dataOf(three, rows)).body)
  const slots = asks(three, { hero: ['good', 'bad'] })
  const counts = { gold: 0, good: 0, bad: 0 }
  for (let i = 0; i < 500; i++) counts[decided(three, `m${i}`, { of, slots }).options['hero'] as keyof typeof counts]++
  assert.equal(counts.gold, 0)
  assert.ok(counts.good > 430, JSON.stringify(counts))
})

test('a new version keeps what still shows the same; a variant that was rewritten begins anew', () => {
  const edited: CurrentTemplate = {
    template: 'news',
    version: 2,
    slots: [
      {
        slot: 'hero',
        options: [
          { id: 'a', hash: 'a#1' },
          { id: 'b', hash: 'b#2' },
          { id: 'c', hash: 'c#1' },
        ],
      },
    ],
  }
  const data = dataOf(edited, CLEAR, { 'news 1': HERO.slots, 'news 2': edited.slots })
  const placed = placedRows(edited, data)
  assert.deepEqual(
    placed.map(({ layout, n }) => [layout, n]),
    [[[0], 6_000]],
  )
  const trained = contentLearner.fit(task, data)!
  const body = decodeContent(trained.body)
  const of = inForce(body)
  assert.equal(decided(edited, 'm', { of }).record.snapshot, 7)
  const old = decided(HERO, 'm', { of, slots: asks(HERO) }).record
  assert.deepEqual(
    [old.by, old.silence, old.propensity, old.snapshot],
    ['cold_start', 'model_cold', 0.5, 0],
    'a letter of the version before',
  )
})

const TWO = news(slotOf('hero', 'a', 'b', 'c'), slotOf('foot', 'x', 'y'))
const PLANTED = TWO.slots[0]!.options.flatMap(({ id: hero }) =>
  TWO.slots[1]!.options.map(({ id: foot }) => shown(TWO, { hero, foot }, { n: 5_000, k: hero === 'b' && foot === 'y' ? 500 : 250 })),
)

test('two slots: the pair that works only together is found, and the record tells all combinations with their chances', () => {
  const { body, result } = learned(dataOf(TWO, PLANTED))
  assert.equal(result.best[0]!.layout, 'hero:b foot:y')
  assert.ok(result.best[0]!.share > 0.95)
  assert.ok(result.sentences.some((each) => each.startsWith('The likeliest best combination is “b” in hero and “y” in foot')))
  const { record } = decided(TWO, 'm1', { of: inForce(body) })
  assert.equal(record.candidates.length, 6)
  assert.ok(Math.abs(record.candidates.reduce((sum, { propensity }) => sum + propensity, 0) - 1) < 1e-9)
  assert.equal(record.candidates.find(({ arm }) => arm === record.chosen)!.propensity, record.propensity)
  const explain = (code: string) => `Because of ${code}.`
  assert.match(whyLayout(record, explain), /^The message shows “[abc]” in hero and “[xy]” in foot/)
  assert.match(whyThisLayout(record.candidates[0]!, record), /^Its chance was \d/)
  assert.match(whyLayout(decided(TWO, 'm1').record, explain), /drawn by lot, each combination as likely: because of model_missing/)
})

test('more slots than can be listed are chosen from as well, and the record adds the rest up', () => {
  const ids = Array.from({ length: 20 }, (_, i) => `v${i}`)
  const wide = news(slotOf('one', ...ids), slotOf('two', ...ids), slotOf('three', ...ids))
  const r = random('wide')
  const rows = Array.from({ length: 400 }, () => {
    const [one, two, three] = [0, 0, 0].map(() => ids[Math.floor(r.uniform() * 20)]!)
    return shown(wide, { one: one!, two: two!, three: three! }, { n: 100, k: one === 'v3' ? 20 : 5 })
  })
  const { body } = learned(dataOf(wide, rows))
  const decisions = Array.from({ length: 300 }, (_, i) => decided(wide, `m${i}`, { of: inForce(body) }))
  assert.ok(decisions.filter(({ options }) => options['one'] === 'v3').length > 240)
  for (const { record } of decisions) {
    assert.ok(record.candidates.length <= 26)
    assert.ok(Math.abs(record.candidates.reduce((sum, { propensity }) => sum + propensity, 0) - 1) < 1e-9)
  }
})

test('whatever may be shown: nothing else is, chances sum to 1, and the record comes out again bit for bit', () => {
  const of = inForce(learned(dataOf(TWO, PLANTED)).body)
  const some = (...ids: string[]) => fc.subarray(ids, { minLength: 1 })
  const state = fc.constantFrom<ModelInForce<'content'> | undefined>(
    of,
    undefined,
    inForce(of.snapshot!.body as ContentBody, { snapshot: null }),
    inForce(of.snapshot!.body as ContentBody, { broken: 'torn' }),
    inForce(of.snapshot!.body as ContentBody, { snapshot: { ...of.snapshot!, trainedTo: NOW - 90 * 86_400_000 } }),
  )
  fc.assert(
    fc.property(
      fc.record({ hero: some('a', 'b', 'c'), foot: some('x', 'y'), standing: state, id: fc.string({ minLength: 1 }) }),
      (asked) => {
        const { hero, foot, standing, id } = asked
        const slots = asks(TWO, { hero, foot })
        const { record, options } = decided(TWO, id, { ...(standing && { of: standing }), slots })
        assert.ok(hero.includes(options['hero']!) && foot.includes(options['foot']!))
        assert.ok(record.propensity > 0 && record.propensity <= 1)
        assert.ok(Math.abs(record.candidates.reduce((sum, { propensity }) => sum + propensity, 0) - 1) < 1e-9)
        const kept = JSON.parse(JSON.stringify(record)) as DecisionRecord
        const snapshot = record.snapshot === 0 ? null : (JSON.parse(JSON.stringify(of.snapshot)) as Snapshot)
        assert.deepEqual(JSON.parse(JSON.stringify(recomputeContent(kept, snapshot))), kept)
        if (standing !== of) assert.equal(record.propensity, 1 / (hero.length * foot.length))
      },
    ),
  )
})

test('a version in shadow changes nothing, and the record says what it would have shown', () => {
  const of = inForce(learned(dataOf(HERO, CLEAR)).body)
  const slots = asks(HERO)
  const ask = { id: 'm', template: 'news', version: 1, slots, model: 'best', now: NOW }
  const beside = decideContent({ ...ask, inForce: undefined, shadow: of })
  const plain = decideContent({ ...ask, inForce: undefined, shadow: undefined })
  assert.deepEqual(beside.options, plain.options)
  assert.equal(beside.record.shadow?.snapshot, 7)
  assert.ok(beside.record.shadow!.propensities['hero:b']! > 0.9)
})

test('learning as it sends earns more than showing all alike, and the tenth that stays even says truly by how much', () => {
  const rates: Record<string, number> = { a: 0.04, b: 0.06, c: 0.045, d: 0.05 }
  const four = news(slotOf('hero', ...Object.keys(rates)))
  const sums = new Map<string, { n: number; k: number; way: ShownRow['way']; hero: string }>()
  let body: ContentBody | null = null
  const r = random('loop')
  let [clicks, messages] = [0, 0]
  const evenly = new Map<string, number>()
  for (let batch = 0; batch < 30; batch++) {
    for (let i = 0; i < 1_500; i++) {
      const { record, options } = decided(four, `b${batch} m${i}`, body ? { of: inForce(body) } : {})
      const hero = options['hero']!
      const way = record.by !== 'model' ? 'chance' : record.features['uniform'] === 1 ? 'uniform' : 'model'
      const key = `${way} ${hero}`
      const sum = sums.get(key) ?? { n: 0, k: 0, way, hero }
      sums.set(key, sum)
      sum.n++
      messages++
      clicks += rates[hero]!
      if (way === 'uniform') evenly.set(hero, (evenly.get(hero) ?? 0) + 1)
      if (r.uniform() < rates[hero]!) sum.k++
    }
    const rows = [...sums.values()].map(({ hero, ...seen }) => shown(four, { hero }, seen))
    body = learned(dataOf(four, rows)).body
  }
  const mean = Object.values(rates).reduce((sum, rate) => sum + rate, 0) / 4
  assert.ok(clicks / messages > 1.1 * mean, `${clicks / messages}`)
  const all = [...evenly.values()].reduce((sum, n) => sum + n, 0)
  assert.ok(Math.abs(all / messages - 0.1 * (29 / 30)) < 0.01)
  assert.ok([...evenly.values()].every((n) => Math.abs(n / all - 0.25) < 0.04))
  const { result } = learned(
    dataOf(
      four,
      [...sums.values()].map(({ hero, ...seen }) => shown(four, { hero }, seen)),
    ),
  )
  assert.equal(result.slots[0]!.leader, 'b')
  assert.ok(result.lift!.low < 0.01 && result.lift!.high > 0.008, JSON.stringify(result.lift))
})

test('other successes than clicks begin at the rate that was seen; one of twenty variants of one’s own at what they are like', () => {
  const seen = CLEAR.map((row) => ({ ...row, n: 1_000, k: 300 }))
  const opened = priorOf(seen, 'opened')
  assert.ok(Math.abs(opened.a / (opened.a + opened.b) - 0.3) < 0.01)
  assert.ok(Math.abs(priorOf(seen, 'clicked').a - 2.0745) < 1e-9)
  const r = random('own')
  const own = Array.from({ length: 40 }, (_, i) => {
    const rate = 0.08 + 0.04 * r.uniform()
    const one = news(slotOf('hero', `v${i}`))
    return shown(one, { hero: `v${i}` }, { n: 5_000, k: Math.round(5_000 * rate) })
  })
  const { a, b } = priorOf(own, 'clicked')
  assert.ok(Math.abs(a / (a + b) - 0.1) < 0.01)
  assert.ok(a + b > 200 && a + b <= 5_000)
})

test('a body that names what is not there is refused, and nothing to learn from is no snapshot', () => {
  const { body } = learned(dataOf(HERO, CLEAR))
  const torn = structuredClone(body) as ContentBody
  torn.templates['news']!.audiences[0]!.layouts[0]!.options[0] = 9
  assert.throws(() => decodeContent(JSON.stringify(torn)), /names an option that it does not have/)
  assert.throws(() => decodeContent('{"v":2}'))
  assert.equal(contentLearner.fit(task, dataOf(HERO, [])), null)
})
