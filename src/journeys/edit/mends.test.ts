import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { check, type JourneyLibrary, type JourneyProblem } from '../check.ts'
import { applyCommand } from './apply.ts'
import type { JourneyBody } from './body.ts'
import { MENDED, mendsOf } from './mends.ts'
import { readJourney } from './parse.ts'

const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  template: { thanks: {}, 'cart-reminder': {}, code: { channel: 'sms' }, receipt: { purpose: 'transactional' } },
  sender: { shop: {} },
  provider: { twilio: { channel: 'sms' }, slacker: { channel: 'slack' } },
  journey: { other: { kind: 'journey', id: 'other', entry: { journey: true } } },
  segment: { buyers: {} },
  calendar: { holidays: {} },
  model: { hours: { type: 'send-time' }, offers: { type: 'choice' } },
  goal: { sales: {} },
  metric: {},
}
const LIBRARY: JourneyLibrary = {
  ids: (kind) => Object.keys(DOCUMENTS[kind] ?? {}),
  get: (kind, id) => (kind === 'journey' ? other : DOCUMENTS[kind]?.[id]),
}
const given = (parts: object): JourneyBody =>
  ({
    kind: 'journey',
    id: 'one',
    goal: { event: 'Order Completed', within: '365d', value: 'total' },
    entry: { event: 'Product Added' },
    holdout: '10%',
    steps: [mail('hello')],
    ...parts,
  }) as unknown as JourneyBody
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: 'thanks', otherwise: [], ...more })
const exit = { kind: 'exit', id: 'out' }
const read = (body: JourneyBody) => {
  const journey = readJourney(body)
  if (isRefusal(journey)) throw new Error(JSON.stringify(journey.refused))
  return journey
}
const other = read(given({ id: 'other', entry: { journey: true } }))
const problems = (body: JourneyBody): JourneyProblem[] => check(read(body), LIBRARY)
const named = ({ code, at }: JourneyProblem) => `${code} ${at}`

const choose = (by: object, more: object = {}) => ({
  kind: 'choose',
  id: 'best',
  by: { model: 'offers', ...by },
  options: [
    { id: 'a', steps: [] },
    { id: 'b', steps: [] },
  ],
  fallback: [],
  ...more,
})
const branch = (when: string, more: object = {}) => ({
  kind: 'branch',
  id: 'ask',
  branches: [
    { id: 'yes', when, steps: [mail('x')] },
    { id: 'no', when: 'profile.plan == "free"', steps: [] },
  ],
  otherwise: [],
  ...more,
})
const schedule = (more: object = {}) => ({
  schedule: { every: 'day', time: '09:00', zone: 'UTC', ...more },
  audience: 'profile.plan == "pro"',
})
const heard = (more: object) => ({ kind: 'waitFor', id: 'w', event: 'message.opened', of: 'hello', upTo: '1h', otherwise: [], ...more })

/** What is broken → how the mends are called, the likeliest first. */
const BROKEN: readonly (readonly [code: string, parts: object, mends: readonly string[]])[] = [
  ['template', { steps: [mail('a', { template: 'cart-remainder' })] }, ['write cart-reminder']],
  ['template.channel', { steps: [{ kind: 'sms', id: 'a', template: 'thanks', otherwise: [] }] }, ['write code']],
  ['sender', { steps: [mail('a', { sender: 'mine' })] }, ['write shop']],
  ['provider', { steps: [{ kind: 'sms', id: 'a', template: 'code', sender: 'twili', otherwise: [] }] }, ['write twilio']],
  ['calendar', { steps: [{ kind: 'wait', id: 'a', window: { from: '09:00', to: '17:00', except: ['holliday'] } }] }, ['write holidays']],
  ['journey', { steps: [{ kind: 'stop', id: 'a', journey: 'othr' }] }, ['write other']],
  ['segment', { entry: { segment: 'buyer', on: 'entered', existing: 'skip' } }, ['write buyers']],
  ['model', { steps: [choose({ model: 'ofers' })] }, ['write offers']],
  ['model.type', { steps: [choose({ model: 'hours' })] }, ['write offers']],
  ['best.type', { steps: [mail('a', { timing: { best: { model: 'offers' } } })] }, ['write hours']],
  ['goal', { serves: ['sale'] }, ['write sales']],
  ['metric', { guardrails: [{ metric: 'unsubscribe' }] }, ['write unsubscribes']],
  ['guardrail.twice', { guardrails: [{ metric: 'clicks' }, { metric: 'clicks' }] }, ['takeField']],
  ['of', { steps: [mail('first'), mail('hello'), heard({ of: 'helo' })] }, ['write hello', 'write first']],
  ['otherwise', { steps: [{ kind: 'email', id: 'a', template: 'thanks' }] }, ['goOn', 'goOnAll']],
  ['unreachable', { steps: [exit, mail('a'), mail('b')] }, ['takeSteps 2', 'takeExit']],
  ['unreachable', { steps: [branch('profile.plan == "a" and profile.plan == "b"')] }, ['takeLane yes']],
  ['step.repeated', { steps: [mail('a'), mail('a')] }, ['rename a_2']],
  [
    'lane.repeated',
    {
      steps: [
        {
          ...choose({}),
          options: [
            { id: 'a', steps: [] },
            { id: 'a', steps: [] },
          ],
        },
      ],
    },
    ['rename a_2'],
  ],
  ['choose.reserved', { steps: [{ ...choose({}), options: [{ id: 'fallback', steps: [] }] }] }, ['rename fallback_2']],
  ['choose.nobody', { steps: [choose({ control: '60%', holdout: '40%' })] }, ['control 10%']],
  ['choose.control', { steps: [choose({ control: '0%' })] }, ['control 10%']],
  ['wait.what', { steps: [{ kind: 'wait', id: 'a' }] }, ['span 1d']],
  ['wait.zero', { steps: [{ kind: 'wait', id: 'a', for: '0m' }] }, ['span 1d', 'takeStep']],
  ['wait.zero', { steps: [mail('hello'), heard({ upTo: '0m' })] }, ['span 1d']],
  [
    'call.hasty',
    { steps: [{ kind: 'call', id: 'a', url: 'https://shop.example/x', save: 'x', timeout: '20ms', otherwise: [] }] },
    ['span 10s'],
  ],
  ['best.within', { steps: [mail('a', { timing: { best: { within: '30d' } } })] }, ['span 24h']],
  [
    'best.contact',
    { steps: [{ kind: 'webhook', id: 'a', url: 'https://shop.example/x', timing: { best: {} }, otherwise: [] }] },
    ['takeField', 'contact'],
  ],
  ['wait.receipt', { steps: [mail('hello'), heard({ event: 'message.sent' })] }, ['write message.clicked']],
  [
    'window.never',
    { steps: [{ kind: 'wait', id: 'a', window: { days: ['mon'], from: '09:00', to: '17:00', except: everyMonday() } }] },
    ['everyDay'],
  ],
  ['repeat.empty', { steps: [mail('a'), { kind: 'repeat', id: 'r', times: 3, steps: [] }] }, ['takeStep']],
  ['repeat.rush', { steps: [{ kind: 'repeat', id: 'r', times: 3, steps: [mail('a')] }] }, ['addWait 1d']],
  ['goal.zero', { goal: { event: 'Order Completed', within: '0m', value: 'total' }, steps: [mail('a', {})] }, ['goal 7d']],
  [
    'goal.short',
    { goal: { event: 'Order Completed', within: '1d', value: 'total' }, steps: [{ kind: 'wait', id: 'a', for: '60h' }] },
    ['goal 3d'],
  ],
  ['goal.worthless', { goal: { event: 'Order Completed', within: '7d', worth: 5 }, steps: [choose({})] }, ['worth total']],
  ['outcome.worth', { goal: { event: 'Order Completed', within: '7d' } }, ['worth total']],
  ['outcome.holdout', { holdout: '0%' }, ['holdout 10%']],
  ['zone', { steps: [{ kind: 'wait', id: 'a', until: { time: '09:00', zone: 'Oslo' } }] }, ['zone profile']],
  ['zone', { entry: schedule({ fallbackZone: 'Oslo' }) }, ['zone UTC']],
  ['existing', { entry: { segment: 'buyers', on: 'left', existing: 'enter' } }, ['write skip']],
  ['entry.once', { entry: { ...schedule(), reentry: 'never' } }, ['always']],
  ['reentry', { entry: { event: 'Product Added', reentry: { after: '0m' } } }, ['always']],
  ['settle', { entry: { event: 'Product Added', settle: '1h' } }, ['takeField']],
  ['limit', { entry: { event: 'Product Added', limit: { times: 2, within: '0m' } } }, ['span 30d']],
  ['path', { entry: { event: 'Product Added', key: 'cart_id' } }, ['write properties.cart_id']],
  ['condition.unknown_name', { steps: [branch('traits.plan == "pro"')] }, ['write profile.plan == "pro"']],
  ['condition.syntax', { steps: [branch('profile.plan = "pro"')] }, ['write profile.plan == "pro"']],
]
function everyMonday(): string[] {
  const days: string[] = []
  for (let day = Temporal.PlainDate.from('2025-12-22'); day.year < 2029; day = day.add({ days: 7 })) days.push(day.toString())
  return days
}

const saidOf = (mend: object): string => Object.values(mend).join(' ')

for (const [code, parts, mends] of BROKEN)
  test(`journey.${code} is mended by ${mends.join(', or ')}`, () => {
    const body = given(parts)
    const before = problems(body)
    const problem = before.find((each) => each.code === `journey.${code}`)
    assert.ok(problem, `found only ${before.map(named)}`)
    const offered = mendsOf(body, problem, LIBRARY)
    assert.deepEqual(
      offered.map(({ mend }) => saidOf(mend)),
      mends,
    )
    for (const { command } of offered) {
      const done = applyCommand(body, command)
      assert.ok(!isRefusal(done))
      const after = problems(done.journey)
      assert.ok(!after.some((each) => named(each) === named(problem)), `${JSON.stringify(command)} leaves ${after.map(named)}`)
      const errors = (all: readonly JourneyProblem[]) => all.filter(({ severity }) => severity === 'error').length
      assert.ok(errors(after) <= errors(before), `${JSON.stringify(command)} breaks ${after.map(named)}`)
      const back = applyCommand(done.journey, done.inverse)
      assert.ok(!isRefusal(back))
      assert.deepEqual(back.journey, body, 'undone, it is what it was')
    }
  })

test('each kind of mend is shown', () => {
  const shown = new Set(BROKEN.map(([code]) => code))
  // Several send-time models: its own library below.
  assert.deepEqual(
    MENDED.filter((code) => !shown.has(code) && code !== 'best.several'),
    [],
  )
})

test('of several models nothing is guessed, and what fits nothing offers nothing', () => {
  const several: JourneyLibrary = {
    ids: (kind) => (kind === 'model' ? ['one', 'two'] : LIBRARY.ids(kind)),
    get: (kind, id) => (kind === 'model' ? { type: 'send-time' } : LIBRARY.get?.(kind, id)),
  }
  const body = given({ steps: [mail('a', { timing: { best: {} } })] })
  const problem = check(read(body), several).find(({ code }) => code === 'journey.best.several')!
  assert.deepEqual(mendsOf(body, problem, several), [])
  const lost = given({ steps: [mail('a', { template: 'to-be-chosen' })] })
  assert.deepEqual(mendsOf(lost, problems(lost)[0]!, LIBRARY), [])
})

test('a mend touches only what it mends, so that a colleague’s change beside it stays', () => {
  const body = given({ steps: [mail('a', { template: 'cart-remainder' }), branch('traits.plan == "pro"')] })
  const commands = problems(body).flatMap((problem) =>
    mendsOf(body, problem, LIBRARY).map(({ command }) => command as JsonObject & { kind: string }),
  )
  assert.deepEqual(
    commands.map(({ kind }) => kind),
    ['update', 'updateLanes'],
  )
})
