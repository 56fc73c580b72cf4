import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ContactPolicy, compilePolicy } from '#consent/policy.ts'
import { isRefusal } from '#lib/problem.ts'
import { journey, MONDAY } from '../../test/fixtures/journeys.ts'
import { cycles, journeyBound, prove, stoppedBy, totals, WINDOWS, type WindowName } from './proof.ts'
import { fullest, isCounted } from './proof-witness.ts'
import type { Journey } from './schema.ts'
import { type Answer, Simulation } from './simulate.ts'
import { untaught } from './untaught.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: 'cart', otherwise: [], ...more })
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })

const proved = (given: Journey | readonly Journey[], window: WindowName) => {
  const journeys = 'kind' in given ? [given] : given
  const { most, exact } = prove(journeys).find((each) => each.channel === 'email' && each.window === window)!
  return { most, exact }
}

test('the mails of one run that fit into a window are counted, and a simulated person gets so many', () => {
  const program = journey({ steps: [mail('a'), wait('w1', '1h'), mail('b'), wait('w2', '30h'), mail('c')] })
  assert.deepEqual(proved(program, '24h'), { most: 2, exact: true })
  assert.deepEqual(proved(program, '7d'), { most: 3, exact: true })
})

test('of branches the one that sends most counts, and the person that proves it is made to fit its condition', () => {
  const steps = [
    {
      kind: 'branch',
      id: 'plan',
      branches: [
        { id: 'free', when: 'profile.plan == "free"', steps: [mail('a')] },
        { id: 'rich', when: 'profile.plan in ["pro", "team"] and entry.value >= 10', steps: [mail('b'), mail('c')] },
      ],
      otherwise: [],
    },
  ]
  assert.deepEqual(proved(journey({ steps }), '24h'), { most: 2, exact: true })
})

test('a waited-for event may come at once, its time-out may not', () => {
  const quick = { kind: 'waitFor', id: 'look', event: 'Looked', upTo: '2d', then: [mail('b')], otherwise: [] }
  const slow = { ...quick, then: [], otherwise: [mail('b')] }
  assert.deepEqual(proved(journey({ steps: [mail('a'), quick] }), '24h'), { most: 2, exact: true })
  assert.deepEqual(proved(journey({ steps: [mail('a'), slow] }), '24h'), { most: 1, exact: true })
})

test('re-entry joins the end of one run to the beginning of the next', () => {
  const steps = [mail('a'), wait('w', '1d'), mail('b')]
  const again = (reentry: unknown) => journey({ entry: { event: 'Product Added', reentry }, steps })
  assert.deepEqual(proved(again('never'), '7d'), { most: 2, exact: true })
  assert.deepEqual(proved(again({ after: '3d' }), '7d'), { most: 6, exact: true })
  // 14 whole days fit into no window, but with a mail that fails slowly a second run begins nearer to the end of the first.
  assert.deepEqual(proved(again({ after: '14d' }), '7d'), { most: 2, exact: true })
})

test('a slow failure brings mails of two runs together that would never meet otherwise', () => {
  const program = journey({ entry: { event: 'Product Added', reentry: { after: '7d' } }, steps: [mail('a'), wait('w', '1d'), mail('b')] })
  assert.deepEqual(proved(program, '7d'), { most: 3, exact: true })
})

test('who may enter always, and is through at once, can get any number; keys likewise; the reason is told', () => {
  const always = journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [mail('a')] })
  const keyed = journey({ entry: { event: 'Product Added', key: 'properties.cart_id' }, steps: [wait('w', '1h'), mail('a')] })
  const of = (program: Journey) => {
    const { most, why } = journeyBound(program, { channel: 'email' }, { window: DAY, stopped: false, waits: false })
    return { most, why }
  }
  assert.deepEqual(of(always), { most: null, why: 'always' })
  assert.deepEqual(of(keyed), { most: null, why: 'keys' })
  const settled = journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [wait('w', '1h'), mail('a')] })
  assert.deepEqual(proved(settled, '24h'), { most: 24, exact: true })
})

test('an exit condition lets people come back sooner, so it raises the bound', () => {
  const parts = { entry: { event: 'Product Added', reentry: 'always' }, steps: [wait('w', '2h'), mail('a'), wait('x', '10d')] }
  assert.equal(proved(journey(parts), '24h').most, 1)
  assert.deepEqual(proved(journey({ ...parts, exit: [{ event: 'Order Completed' }] }), '24h'), { most: 12, exact: true })
})

test('a daily broadcast is bounded by its rhythm, a limit bounds runs by key', () => {
  const daily = journey({
    entry: { schedule: { every: 'day', time: '09:00', zone: 'Europe/Oslo' }, audience: 'profile.plan == "pro"' },
    steps: [mail('a')],
  })
  // An occurrence may be handled up to three hours late, and a day may have 23 hours.
  assert.deepEqual(proved(daily, '24h'), { most: 2, exact: true })
  const carts = (limit: unknown) =>
    journey({ entry: { event: 'Product Added', key: 'properties.cart_id', limit }, steps: [mail('a'), wait('w', '1h'), mail('b')] })
  assert.equal(proved(carts(undefined), '7d').most, null)
  // Three runs a day; a run whose two mails fail slowly lasts 49 hours, so nine may have begun before.
  assert.equal(proved(carts({ times: 3, within: '1d' }), '24h').most, 2 * (9 + 3))
})

test('rounds of a repeat are counted', () => {
  const steps = [{ kind: 'repeat', id: 'r', times: 5, steps: [mail('a'), wait('w', '10h')] }]
  assert.deepEqual(proved(journey({ steps }), '24h'), { most: 3, exact: true })
  assert.deepEqual(proved(journey({ steps }), '7d'), { most: 5, exact: true })
})

test('all live journeys together: the windows of all of them can fall together', () => {
  const one = journey({ id: 'one', entry: { event: 'A' }, steps: [mail('a'), wait('w', '2d'), mail('b'), mail('c')] })
  const two = journey({ id: 'two', entry: { event: 'B' }, steps: [wait('w', '5h'), mail('a'), wait('x', '20h'), mail('b')] })
  assert.deepEqual(proved([one, two], '24h'), { most: 4, exact: true })
})

test('a cap of the contact policy holds marketing down, transactional mail goes by it', () => {
  const steps = [mail('a'), mail('b'), mail('c'), mail('receipt', { lane: 'transactional' })]
  const cap = (max: number, per: 'day' | number, lane: 'marketing' | 'any' = 'marketing') =>
    totals([journey({ steps })], { caps: [{ id: 'calm', channel: 'email', topic: undefined, lane, max, per }], quiet: [] }).map(
      ({ window, most, cap: held }) => [window, most, held],
    )
  assert.deepEqual(cap(1, DAY), [
    ['24h', 2, 'calm'],
    ['7d', 4, null],
  ])
  // 24 hours reach into two calendar days, so one a day lets two through.
  assert.deepEqual(cap(1, 'day')[0], ['24h', 3, 'calm'])
  assert.deepEqual(cap(1, DAY, 'any')[0], ['24h', 1, 'calm'])
})

test('journeys that start each other are told as a circle', () => {
  const starts = (id: string, other: string) => journey({ id, steps: [{ kind: 'start', id: 's', journey: other }] })
  assert.deepEqual(cycles([starts('b', 'c'), starts('c', 'a'), starts('a', 'b'), starts('d', 'a')]), [['a', 'b', 'c']])
  assert.deepEqual(cycles([starts('a', 'b'), starts('b', 'c')]), [])
})

const span = fc.constantFrom('10m', '1h', '6h', '1d', '3d')
interface Shape {
  readonly kind: string
  readonly span: string
  readonly inner: readonly Shape[]
  readonly other: readonly Shape[]
}
const leaf = fc.constantFrom('email', 'email', 'wait', 'wait', 'waitFor', 'exit', 'until')
const shapes = fc.letrec<{ list: Shape[]; shape: Shape }>((tie) => ({
  list: fc.array(tie('shape'), { maxLength: 4, depthIdentifier: 'steps' }),
  shape: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'steps' },
    fc.record({ kind: leaf, span, inner: fc.constant([]), other: fc.constant([]) }),
    fc.record({
      kind: fc.constantFrom('waitFor', 'branch', 'split', 'choose', 'repeat', 'email'),
      span,
      inner: tie('list'),
      other: tie('list'),
    }),
  ),
})).list

/** The shapes as steps, each with an id of its own. */
function stepsOf(list: readonly Shape[], next = { id: 0 }): object[] {
  return list.map(({ kind, span: time, inner, other }) => {
    const id = `s${next.id++}`
    const [first, second] = [stepsOf(inner, next), stepsOf(other, next)]
    switch (kind) {
      case 'email':
        return mail(id, { otherwise: second })
      case 'wait':
        return wait(id, time)
      case 'until':
        return { kind: 'wait', id, until: { time: '09:00' } }
      case 'waitFor':
        return { kind, id, event: 'Looked', upTo: time, then: first, otherwise: second }
      case 'branch':
        return { kind, id, branches: [{ id: 'x', when: 'profile.plan == "pro"', steps: first }], otherwise: second }
      case 'split':
        return {
          kind,
          id,
          arms: [
            { id: 'x', weight: 1, steps: first },
            { id: 'y', weight: 1, steps: second },
          ],
        }
      case 'choose':
        return { kind, id, by: { model: 'cart' }, options: [{ id: 'x', steps: first }], fallback: second }
      case 'repeat':
        return { kind, id, times: 3, steps: first }
      default:
        return { kind: 'exit', id }
    }
  })
}

const programs = fc
  .record({
    steps: shapes,
    reentry: fc.constantFrom<unknown>('never', 'always', { after: '6h' }, { after: '2d' }),
    exits: fc.boolean(),
  })
  .map(({ steps, reentry, exits }) =>
    journey({ entry: { event: 'Product Added', reentry }, exit: exits ? [{ event: 'Gone' }] : [], steps: stepsOf(steps) }),
  )

const happenings = fc.array(
  fc.record({
    name: fc.constantFrom('Product Added', 'Product Added', 'Looked', 'Gone', 'pro', 'free'),
    after: fc.constantFrom(0, 1, MINUTE, HOUR, 6 * HOUR, 23 * HOUR, 2 * DAY - 1),
  }),
  { minLength: 5, maxLength: 60 },
)

test('no stream of events, and no provider, brings anybody more than was proved', () => {
  let attained = 0
  let bounded = 0
  fc.assert(
    fc.property(programs, happenings, fc.array(fc.constantFrom(0, 0, 0, 1, 2)), (program, events, failures) => {
      const times = sentIn([program], events, failures)
      for (const window of Object.keys(WINDOWS) as WindowName[]) {
        const { most } = journeyBound(
          program,
          { channel: 'email' },
          { window: WINDOWS[window], stopped: stoppedBy([]).has(program.id), waits: false },
        )
        const { count } = fullest(times, WINDOWS[window])
        assert.ok(most === null || count <= most, `${count} mails within ${window}, but at most ${most} were proved`)
        if (most !== null && most > 0) bounded++
        if (most !== null && most > 0 && most === count) attained++
      }
    }),
    { numRuns: 600 },
  )
  // A bound that nothing ever comes near would be no proof of anything.
  assert.ok(attained > bounded / 10, `${attained} of ${bounded} bounds were met by chance`)
})

function sentIn(
  journeys: readonly Journey[],
  events: readonly { name: string; after: number }[],
  ...[failures, policy]: [readonly number[], ContactPolicy?]
): number[] {
  let asked = 0
  const provider = (): Answer => {
    const how = failures[asked++ % Math.max(1, failures.length)] ?? 0
    return how === 0 ? { receipt: 'message.sent' } : { receipt: 'message.failed', reason: '', after: how === 1 ? 0 : 23 * HOUR }
  }
  const world = new Simulation({ journeys, models: untaught(journeys), start: MONDAY, provider, ...(policy && { policy }) })
  world.identify('ada', { email: 'ada@example.com' })
  let at = MONDAY
  for (const { name, after } of events) {
    at += after
    if (name === 'pro' || name === 'free') world.identify('ada', { plan: name }, at)
    else world.event({ person: 'ada', name, at })
  }
  world.run(at + 30 * DAY)
  return world.sent.filter(({ effect }) => isCounted(effect, { channel: 'email' })).map((sent) => sent.at)
}

const hours = { channel: 'email', from: '20:00', to: '08:00', spread: '0s' }
const policies = fc
  .record({ max: fc.integer({ min: 1, max: 3 }), per: fc.constantFrom('day', '24h', '6h', 'week'), quiet: fc.boolean() })
  .map(({ max, per, quiet }) =>
    ContactPolicy.parse({
      kind: 'contact-policy',
      id: 'default',
      caps: [{ id: 'calm', channel: 'email', max, per }],
      quietHours: quiet ? [hours] : [],
    }),
  )
const RARE: readonly object[] = [{ lane: 'transactional' }, { onCap: { defer: '2d' } }, { onCap: 'skip' }, {}]
const withLanes = (steps: readonly object[]): object[] =>
  JSON.parse(JSON.stringify(steps), (_name, value: { kind?: string; id?: string }) =>
    value?.kind === 'email' ? { ...value, ...RARE[Number(value.id!.at(-1)) % 4] } : value,
  ) as object[]

test('several journeys under a contact policy bring nobody more than was proved for all of them', () => {
  let held = 0
  fc.assert(
    fc.property(
      fc.record({ first: programs, second: programs, policy: policies, events: happenings }),
      ({ first, second, policy, events }) => {
        const journeys = [first, { ...second, id: 'second' }].map((program) => ({
          ...program,
          steps: withLanes(program.steps) as typeof program.steps,
        }))
        const times = sentIn(journeys, events, [], policy)
        const compiled = compilePolicy(policy)
        if (isRefusal(compiled)) throw new Error(compiled.refused.title)
        for (const { channel, window, most, cap } of totals(journeys, compiled)) {
          if (channel !== 'email') continue
          const { count } = fullest(times, WINDOWS[window])
          assert.ok(most === null || count <= most, `${count} mails within ${window}, but at most ${most} were proved`)
          if (cap !== null) held++
        }
      },
    ),
    { numRuns: 300 },
  )
  assert.ok(held > 50, `${held} were held by a cap`)
})

test('a bound that is called exact was met by a simulated person, and most bounds of plain programs are', () => {
  let exact = 0
  let all = 0
  fc.assert(
    fc.property(programs, (program) => {
      for (const proof of prove([program])) {
        if (proof.most === null) continue
        all++
        if (proof.exact) exact++
        assert.ok(proof.most === 0 || proof.timeline.length > 0)
      }
    }),
    { numRuns: 150 },
  )
  assert.ok(exact > all / 2, `${exact} of ${all} were exact`)
})
