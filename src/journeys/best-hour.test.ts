import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ContactPolicy } from '#consent/policy.ts'
import { BINS, HOUR } from '#decisions/send-time/week.ts'
import type { DecisionFact } from '#events/reaction.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { policy } from '../../test/fixtures/policies.ts'
import { hoursInForce, hoursModel, learnedBody } from '../../test/fixtures/send-time.ts'
import { check } from './check.ts'
import { detail, title } from './lanes.ts'
import { prove } from './proof.ts'

const policyOf = (parts: Record<string, unknown>): ContactPolicy => ContactPolicy.parse({ kind: 'contact-policy', id: 'default', ...parts })

/** Everybody reads at this hour of the day. */
const peak = (hour: number) => {
  const weights = Array.from({ length: BINS }, (_, bin) => (bin % 24 === hour ? 20 : 1))
  const sum = weights.reduce((a, b) => a + b, 0)
  return learnedBody({ everybody: weights.map((each) => each / sum) })
}
const NO_CHANCE = { control: '0%', explore: '0%', freshFor: '800d' }
const modelled = (hour: number, parts: Record<string, unknown> = {}) =>
  hoursInForce(MONDAY, { model: hoursModel({ ...NO_CHANCE, ...parts }), body: peak(hour) })

const timed = { kind: 'email', id: 'mail', template: 'news', timing: { best: { within: '24h' } } }
const decisionsOf = (world: World): DecisionFact[] => world.facts.flatMap((fact) => (fact.table === 'decisions' ? [fact.row] : []))
const sentAt = (world: World): number[] => world.sent.map(({ at }) => at)

test('a mail waits for the hour at which its reader reads, on their clock, and the decision is written down', () => {
  const world = new World([journey({ steps: [timed] })], { models: [modelled(20)] })
  world.person('oslo', { timezone: 'Europe/Oslo' })
  world.person('utc', { timezone: 'UTC' })
  for (const person of ['oslo', 'utc']) world.happens(person, 'Product Added')
  world.passes('2d')
  const [oslo, utc] = sentAt(world) as [number, number]
  assert.ok(oslo >= Date.UTC(2026, 2, 2, 19) && oslo < Date.UTC(2026, 2, 2, 20, 1))
  assert.ok(utc >= Date.UTC(2026, 2, 2, 20) && utc < Date.UTC(2026, 2, 2, 21, 1))
  const [first] = decisionsOf(world)
  assert.deepEqual([first?.kind, first?.model, first?.decided_by, first?.arm], ['send_time', 'hours', 'model', '2026-03-02T20:00+01:00'])
  const record = JSON.parse(first!.record!) as { candidates: { arm: string; propensity: number }[]; features: Record<string, number> }
  assert.equal(record.candidates.length, 24)
  assert.ok(Math.abs(record.candidates.reduce((sum, { propensity }) => sum + propensity, 0) - 1) < 1e-12)
  assert.deepEqual(
    world.facts.flatMap((fact) => (fact.table === 'deliveries' && fact.row.status === 'held' ? [fact.row.reason] : [])),
    ['best_hour', 'best_hour'],
  )
})

test('those of the comparison group get it at once', () => {
  const world = new World([journey({ steps: [timed] })], { models: [modelled(20, { control: '100%' })] })
  world.happens(world.person('ada'), 'Product Added')
  world.passes('1m')
  assert.deepEqual(world.sentTo('ada'), ['news'])
  assert.equal(decisionsOf(world)[0]?.decided_by, 'control')
})

test('without a model it goes at once, and the decision says so', () => {
  const world = new World([journey({ steps: [timed] })])
  world.happens(world.person('ada'), 'Product Added')
  world.passes('1m')
  assert.deepEqual(world.sentTo('ada'), ['news'])
  assert.deepEqual([decisionsOf(world)[0]?.decided_by, decisionsOf(world)[0]?.silence], ['fallback', 'model_missing'])
})

test('who cannot be reached is not kept waiting for it', () => {
  const world = new World([journey({ steps: [timed], default: { otherwise: 'continue' } })], { models: [modelled(20)] })
  world.identify('ada', {})
  world.happens('ada', 'Product Added')
  assert.match(world.storyOf('ada').at(-1)!, /no_address/)
})

test('quiet hours close the hour that would be best, and the next best one is taken', () => {
  const policy = policyOf({ quietHours: [{ from: '19:00', to: '09:30' }] })
  const world = new World([journey({ steps: [timed] })], { models: [modelled(20)], policy })
  world.person('ada', { timezone: 'UTC' })
  world.happens('ada', 'Product Added')
  world.passes('2d')
  const { candidates, chosen } = JSON.parse(decisionsOf(world)[0]!.record!) as {
    candidates: { arm: string; excluded: string }[]
    chosen: string
  }
  assert.equal(candidates.find(({ arm }) => arm === '2026-03-02T20:00+00:00')?.excluded, 'quiet_hours')
  assert.equal(candidates.find(({ arm }) => arm === '2026-03-03T09:00+00:00')?.excluded, '')
  assert.equal(chosen, 'now')
  assert.equal(world.sent.length, 1)
})

test('hours that a rule of law closes are not chosen', () => {
  const rule = policy({ id: 'hours', rule: { kind: 'hours', windows: [{ from: '12:00', to: '16:00' }] } })
  const world = new World([journey({ steps: [timed] })], { models: [modelled(20)], policies: [{ policy: rule, version: 3 }] })
  world.person('ada', { timezone: 'Europe/London', device_timezone: 'Europe/London' })
  world.happens('ada', 'Product Added')
  world.passes('2d')
  const { candidates } = JSON.parse(decisionsOf(world)[0]!.record!) as { candidates: { arm: string; excluded: string }[] }
  const closed = candidates.find(({ arm }) => arm.startsWith('2026-03-02T20'))!.excluded
  assert.match(closed, /^policy:hours/)
  const hour = new Date(world.sent[0]!.effect.due).getUTCHours()
  assert.ok(hour >= 12 && hour < 16, `${hour}`)
  const verdicts = world.facts.flatMap((fact) => (fact.table === 'verdicts' ? [fact.row.outcome] : []))
  assert.deepEqual(verdicts, ['pass'])
})

test('a text to somebody whose zone nobody knows is not sent at any hour, where the law watches hours', () => {
  const policy = policyOf({ quietHours: [{ channel: 'sms', from: '21:00', to: '09:00' }] })
  const steps = [{ kind: 'sms', id: 'text', template: 'news', timing: { best: { within: '24h' } } }]
  const world = new World([journey({ steps })], { models: [modelled(20)], policy })
  world.person('ada', { phone: '+4791234567' })
  world.happens('ada', 'Product Added')
  world.passes('2d')
  assert.equal(world.sent.length, 0)
  assert.match(world.storyOf('ada').at(-1)!, /zone_unknown/)
})

test('a cap is asked when the hour has come: whoever was written to meanwhile is not written to again', () => {
  const policy = policyOf({ caps: [{ id: 'daily', max: 1, per: '24h' }] })
  const other = journey({ id: 'other', entry: { event: 'Viewed' }, steps: [{ kind: 'email', id: 'now', template: 'quick' }] })
  const world = new World([journey({ steps: [timed] }), other], { models: [modelled(20)], policy })
  world.person('ada')
  world.happens('ada', 'Product Added')
  world.passes('2h')
  world.happens('ada', 'Viewed')
  world.passes('2d')
  assert.deepEqual(world.sentTo('ada'), ['quick'])
  assert.match(world.storyOf('ada').at(-1)!, /capped:daily/)
})

test('a slot is kept for the more important mail that waits for its hour, or is coming to such a wait', () => {
  const daily = policyOf({ caps: [{ id: 'daily', max: 1, per: '24h' }] })
  const lesser = journey({
    id: 'lesser',
    entry: { event: 'Viewed' },
    priority: 10,
    steps: [{ kind: 'email', id: 'now', template: 'quick' }],
  })
  const settle = { kind: 'wait', id: 'settle', for: '1h' }
  for (const steps of [[timed], [settle, timed]]) {
    const models = [modelled(20)]
    const world = new World([journey({ priority: 90, steps }), lesser], { models, policy: daily })
    world.person('ada')
    world.happens('ada', 'Product Added')
    world.happens('ada', 'Viewed')
    world.passes('2d')
    assert.deepEqual(world.sentTo('ada'), ['news'])
    assert.ok(
      world.storyOf('ada').some((line) => line.includes('held_for:reminder')),
      world.storyOf('ada').join(),
    )
  }
})

test('who moves while their mail waits for its hour gets it at that moment', () => {
  const world = new World([journey({ steps: [timed] })], { models: [modelled(20)] })
  world.person('ada', { timezone: 'UTC' })
  world.happens('ada', 'Product Added')
  const due = world.people.get('ada')!.journeys.enrollments[0]!.due
  world.identify('ada', { timezone: 'America/New_York' })
  world.passes('1h')
  assert.equal(world.people.get('ada')!.journeys.enrollments[0]!.due, due)
  world.passes('2d')
  assert.equal(world.sent.length, 1)
})

test('the time for handing over begins at the chosen hour', () => {
  const world = new World([journey({ steps: [{ ...timed, within: '30m' }] })], { models: [modelled(20)] })
  world.happens(world.person('ada'), 'Product Added')
  world.passes('2d')
  assert.deepEqual(world.sentTo('ada'), ['news'])
  assert.equal(world.sent[0]!.effect.expires, world.sent[0]!.at - 1_000 + 30 * 60_000)
})

test('who orders while the mail waits for its hour does not get it', () => {
  const world = new World([journey({ steps: [timed], exit: [{ event: 'Order Completed' }] })], { models: [modelled(20)] })
  world.happens(world.person('ada'), 'Product Added')
  world.passes('1h')
  world.happens('ada', 'Order Completed')
  world.passes('2d')
  assert.equal(world.sent.length, 0)
})

test('a message of several ways and a request that reaches the person wait for the hour as well', () => {
  const best = { timing: { best: { within: '24h' } } }
  const ways = { kind: 'message', id: 'ways', ways: [{ sms: { template: 'text' } }, { email: { template: 'news' } }], ...best }
  const request = { kind: 'webhook', id: 'call', url: 'https://shop.example/', contact: { channel: 'call-centre' }, ...best }
  const world = new World([journey({ steps: [ways, request] })], { models: [modelled(20)] })
  world.happens(world.person('ada'), 'Product Added')
  world.passes('9h')
  assert.deepEqual(world.sentTo('ada'), [])
  world.passes('2d')
  assert.deepEqual(world.sentTo('ada'), ['news', 'https://shop.example/'])
})

test('a wait goes on at the best hour, after its time, in its window', () => {
  const wait = { kind: 'wait', id: 'evening', for: '1d', until: { best: { within: '24h' } } }
  const steps = [wait, { kind: 'email', id: 'mail', template: 'news' }]
  const world = new World([journey({ steps })], { models: [modelled(20)] })
  world.person('ada', { timezone: 'UTC' })
  world.happens('ada', 'Product Added')
  world.passes('4d')
  const [at] = sentAt(world) as [number]
  assert.ok(at >= Date.UTC(2026, 2, 3, 20) && at < Date.UTC(2026, 2, 3, 21, 1))
  assert.deepEqual(
    decisionsOf(world).map(({ step_id, kind }) => [step_id, kind]),
    [['evening', 'send_time']],
  )

  const open = { ...wait, window: { from: '09:00', to: '17:00' } }
  const office = new World([journey({ steps: [open, steps[1]] })], { models: [modelled(20)] })
  office.person('ada', { timezone: 'UTC' })
  office.happens('ada', 'Product Added')
  office.passes('4d')
  const hour = new Date(sentAt(office)[0]!).getUTCHours()
  assert.ok(hour >= 9 && hour < 17)
})

test('a wait without an answer of the model goes on at once, but not outside its window', () => {
  const steps = [
    { kind: 'wait', id: 'evening', until: { best: {} }, window: { from: '14:00', to: '17:00' } },
    { kind: 'email', id: 'mail', template: 'news' },
  ]
  const world = new World([journey({ steps })])
  world.person('ada', { timezone: 'UTC' })
  world.happens('ada', 'Product Added')
  world.passes('3h')
  assert.equal(world.sent.length, 0)
  world.passes('2h')
  assert.equal(new Date(sentAt(world)[0]!).getUTCHours(), 14)
})

test('the same log gives the same hours, bit for bit', () => {
  const play = () => {
    const models = [hoursInForce(MONDAY, { body: peak(20) })]
    const steps = [
      timed,
      {
        kind: 'repeat',
        id: 'again',
        times: 3,
        steps: [
          { kind: 'wait', id: 'w', until: { best: { within: '2d' } } },
          { ...timed, id: 'm2' },
        ],
      },
    ]
    const world = new World([journey({ steps })], { models })
    for (let i = 0; i < 40; i++)
      world.happens(world.person(`p${i}`, { timezone: ['Asia/Kathmandu', 'America/New_York'][i % 2]! }), 'Product Added')
    world.passes('20d')
    return { facts: world.facts, people: [...world.people] }
  }
  const [a, b] = [play(), play()]
  assert.ok(a.facts.length > 500)
  assert.deepEqual(a, b)
})

test('whatever the zone, the day and the quiet hours, a mail leaves within its time and never in them', () => {
  const zones = ['Europe/Oslo', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia']
  const minutes = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2026, 11, 31) / 60_000 })
  const hours = fc.integer({ min: 0, max: 23 })
  const cases = fc.record({ zone: fc.constantFrom(...zones), minute: minutes, from: hours, length: fc.integer({ min: 1, max: 14 }) })
  const property = fc.property(cases, ({ zone, minute, from, length }) => {
    const clock = (hour: number): string => `${String(hour % 24).padStart(2, '0')}:30`
    const quiet = { from: clock(from), to: clock(from + length) }
    const policy = policyOf({ quietHours: [quiet] })
    const start = minute * 60_000
    const model = hoursInForce(start, { model: hoursModel({ freshFor: '800d', control: '0%' }), body: peak(from) })
    const world = new World([journey({ steps: [{ ...timed, timing: { best: { within: '48h' } } }] })], { models: [model], policy, start })
    world.person('ada', { timezone: zone })
    world.happens('ada', 'Product Added')
    world.passes('3d')
    const at = world.sent[0]!.effect.due
    assert.ok(at >= start && at < start + 48 * HOUR)
    const shown = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5)
    const inside = quiet.from < quiet.to ? shown >= quiet.from && shown < quiet.to : shown >= quiet.from || shown < quiet.to
    assert.equal(inside, false, `${shown} in ${zone} is between ${quiet.from} and ${quiet.to}`)
  })
  fc.assert(property, { numRuns: 40 })
})

test('the most messages in a window: a mail that may wait for its hour may come late, and so may meet the next', () => {
  const plain = { kind: 'email', id: 'first', template: 'news' }
  const steps = (first: object) => [first, { kind: 'wait', id: 'w', for: '30h' }, { kind: 'email', id: 'second', template: 'news' }]
  const most = (first: object) => prove([journey({ steps: steps(first) })]).find(({ window }) => window === '24h')?.most
  assert.equal(most(plain), 1)
  assert.equal(most({ ...plain, timing: { best: { within: '24h' } } }), 1)
  // The wait comes first, so the mail after it may be as near to the one before as the hour allows.
  const near = [
    plain,
    { kind: 'wait', id: 'w', for: '20h', until: { best: { within: '24h' } } },
    { kind: 'email', id: 'second', template: 'news' },
  ]
  assert.equal(prove([journey({ steps: near })]).find(({ window }) => window === '24h')?.most, 2)
})

test('what is wrong with a best hour is said', () => {
  const library = (models: Record<string, unknown>) => ({
    ids: (kind: string) => (kind === 'model' ? Object.keys(models) : kind === 'template' ? ['news'] : []),
    get: (kind: string, id: string) => (kind === 'model' ? models[id] : undefined),
  })
  const codes = (step: object, models: Record<string, unknown> = { hours: hoursModel() }) =>
    check(journey({ steps: [step] }), library(models))
      .map(({ code }) => code)
      .filter((code) => code.includes('best') || code.includes('model'))
  assert.deepEqual(codes(timed), [])
  assert.deepEqual(codes({ ...timed, timing: { best: { within: '30d' } } }), ['journey.best.within'])
  assert.deepEqual(codes(timed, {}), ['journey.best.none'])
  assert.deepEqual(codes({ ...timed, timing: { best: { model: 'nobody' } } }), ['journey.model'])
  assert.deepEqual(codes({ ...timed, timing: { best: { model: 'churn' } } }, { churn: { type: 'propensity' } }), ['journey.best.type'])
  const request = { kind: 'webhook', id: 'call', url: 'https://shop.example/', timing: { best: {} } }
  assert.deepEqual(codes(request), ['journey.best.contact'])
})

test('a best hour is said in words', () => {
  const [mail, wait] = journey({ steps: [timed, { kind: 'wait', id: 'w', until: { best: { within: '2d', model: 'hours' } } }] }).steps
  assert.equal(detail(mail!), 'at their best hour, within 1 day')
  assert.equal(title(wait!), 'Wait for their best hour')
  assert.equal(detail(wait!), 'within 2 days by hours')
})
