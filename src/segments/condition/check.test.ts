import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { PLACES } from './available.ts'
import { check } from './check.ts'
import { parse } from './parse.ts'
import { read } from './read.ts'

const problems = (text: string, place: keyof typeof PLACES = 'eventInRun', wanted: 'condition' | 'value' = 'condition') => {
  const tree = parse(text)
  assert.ok(!isRefusal(tree), isRefusal(tree) ? `${text}: ${tree.refused.title}` : '')
  return check(tree, PLACES[place], wanted)
}

const SOUND = [
  'profile.plan == "pro" and entry.total > 50 and event.name == "x"',
  'profile.a == profile.b and profile.a < profile.b and profile.a + profile.b > 1',
  'now - profile.since > 30d and profile.since + 3d < now and profile.since < date("2026-01-31")',
  '(now - entry.at) / 1d > 2 and 2 * 3d > 1d and -(3d) < 1h',
  'last("A") > first("B") and last("A") - first("B") < 2h',
  'entry.items.any(tags.any(it == profile.plan) and entry.skus contains sku)',
  'profile.score / 2 >= 1.5 and default(profile.score, 0) > 1 and default(profile.since, date("2026-01-31")) < now',
  'consent("email") == false or profile.vip == true',
  'length(lower(profile.plan)) > 2 and "a" in profile.tags and ["a"] contains profile.plan',
]
for (const text of SOUND) test(`sound: ${text}`, () => assert.deepEqual(problems(text), []))

const UNSOUND: readonly (readonly [text: string, at: string, hint: RegExp])[] = [
  ['profile.plan == 5 and "a" == 5', '1:23', /never converted/],
  ['profile.points + "1" > 2', '1:1', /^$/],
  ['profile.since > "2026-01-31"', '1:1', /Write date\("2026-01-31"\)/],
  ['last("A") > "2026-01-31"', '1:1', /Wrap the date/],
  ['last("A") > 30d', '1:1', /now - 30d/],
  ['now - 30 > entry.at', '1:1', /7d, 12h/],
  ['now + now > now', '1:1', /^$/],
  ['2d * 2d > 1d', '1:1', /^$/],
  ['profile.points + 10', '1:1', /Compare it/],
  ['profile.vip and\ncount("A")', '1:1', /Compare it/],
  ['not "x"', '1:1', /Compare it/],
  ['profile.tags == ["a"]', '1:1', /contains, in, any/],
  ['profile.plan in "pro"', '1:1', /\["pro", "team"\]/],
  ['["a"] in profile.tags', '1:1', /any\(…\)/],
  ['count("A") contains 1', '1:1', /^$/],
  ['count("A") startsWith "1"', '1:1', /is a number/],
  ['profile.vip > true', '1:1', /^$/],
  ['lower(5) == "x"', '1:1', /is a number/],
  ['length(["a"]) == 1', '1:1', /is a list/],
  ['(profile.a == 1) exists', '1:1', /^$/],
  ['entry.items.any(count("A"))', '1:1', /Compare it/],
  ['entry.items.any(profile.tags.any(it == 1))', '1:17', /contains or in/],
  ['count("A" where event.total + 1) > 2', '1:1', /Compare it/],
  ['count("A" within 30d) >= 1001', '1:1', /over all time/],
]
for (const [text, at, hint] of UNSOUND) {
  test(`unsound: ${JSON.stringify(text)}`, () => {
    const [first] = problems(text)
    assert.equal(first?.code, 'condition.type')
    assert.equal(first.at, at)
    assert.match(first.hint ?? '', hint)
  })
}

test('the event and the run are there only where they are', () => {
  const both = 'event.total > 5 and entry.key == "x" and profile.a == 1 and count("A") > 1 and consent("email")'
  const found = (place: keyof typeof PLACES) => problems(both, place).map(({ code, at }) => `${code} ${at}`)
  assert.deepEqual(found('segment'), ['condition.unavailable 1:1', 'condition.unavailable 1:21'])
  assert.deepEqual(found('event'), ['condition.unavailable 1:21'])
  assert.deepEqual(found('step'), ['condition.unavailable 1:1'])
  assert.deepEqual(found('eventInRun'), [])
})

test('past events are asked for themselves only', () => {
  const found = (text: string, place: keyof typeof PLACES = 'eventInRun') => problems(text, place).map(({ code, at }) => `${code} ${at}`)
  assert.deepEqual(found('count("A" where event.total > profile.limit) > 1'), ['condition.unavailable 1:31'])
  assert.deepEqual(found('count("A" where event.at > now - 3d) > 1'), ['condition.unavailable 1:28'])
  assert.deepEqual(found('sequence("A", "B" where entry.key == event.cart)'), ['condition.unavailable 1:25'])
  assert.deepEqual(found('count("A" where count("B") > 1) > 1'), ['condition.unavailable 1:17'])
  assert.deepEqual(found('count("A" where event.items.any(x > 1) and event.name == "A") > 1', 'segment'), [])
})

test('what a run has heard and saved is asked in runs only', () => {
  const found = (text: string, place: keyof typeof PLACES) => problems(text, place).map(({ code, at }) => `${code} ${at}`)
  for (const place of ['segment', 'event', 'goal'] as const) {
    assert.deepEqual(found('count("A" in run) > 1', place), ['condition.unavailable 1:1'])
    assert.deepEqual(found('run.stock.left > 1', place), ['condition.unavailable 1:1'])
  }
  for (const place of ['step', 'eventInRun'] as const) assert.deepEqual(found('count("A" in step) > 1 and run.stock.left > 1', place), [])
})

test('a policy asks windows through segments', () => {
  const found = (text: string) => problems(text, 'policy').map(({ code, at }) => `${code} ${at}`)
  assert.deepEqual(found('count("A") > 1 and segment("vip") and event.total > 5'), [])
  assert.deepEqual(found('count("A" within 1d) > 1 or sequence("A", "B")'), ['condition.unavailable 1:1', 'condition.unavailable 1:29'])
})

test('when a segment changes can be foretold', () => {
  const found = (text: string) => problems(text, 'segment').map(({ at, hint }) => `${at} ${hint?.slice(0, 13)}`)
  assert.deepEqual(found('profile.x / (now - profile.since) > 2'), ['1:1 Compare times'])
  assert.deepEqual(found('profile.days contains now'), ['1:1 Compare times'])
  assert.deepEqual(found('(profile.x / (now - profile.since)) exists'), ['1:1 Compare times'])
  assert.deepEqual(found('(now - profile.since) * profile.x / 1d > 90 and not (last("A") < now - 30d) and now + 3d == profile.at'), [])
  assert.deepEqual(problems('profile.x / (now - profile.since) > 2', 'event'), [])
})

test('a value may be of any type', () => {
  assert.deepEqual(problems('profile.points + 10', 'step', 'value'), [])
  assert.equal(problems('profile.points + "x"', 'step', 'value').length, 1)
})

test('faults of a tree from a screen are placed by pointer', () => {
  const tree = {
    kind: 'and' as const,
    parts: [
      { kind: 'boolean' as const, value: true },
      { kind: 'not' as const, of: { kind: 'known' as const, name: 'event.at' as const } },
      { kind: 'element' as const, path: ['x'] },
    ],
  }
  assert.deepEqual(
    check(tree, PLACES.segment).map(({ code, at }) => `${code} ${at}`),
    ['condition.unavailable /parts/1/of', 'condition.unknown_name /parts/2'],
  )
})

test('read gives the tree, the first fault of the text, or all faults of its types', () => {
  assert.equal(isRefusal(read('profile.plan == "pro"', PLACES.segment)), false)
  const text = read('profile.plan = "pro"', PLACES.segment)
  assert.equal(isRefusal(text) && text.refused.code, 'condition.syntax')
  const types = read('event.a == 1 and entry.b == 2', PLACES.segment)
  assert.deepEqual(isRefusal(types) && types.refused.problems?.map(({ at }) => at), ['1:1', '1:18'])
})

test('the examples of the README are sound', async () => {
  const page = await readFile(new URL('./README.md', import.meta.url), 'utf8')
  const examples = /```condition\n([^`]+)\n```/.exec(page)?.[1]?.split('\n') ?? []
  assert.equal(examples.length, 11)
  for (const text of examples) assert.deepEqual(problems(text, 'step'), [], text)
})
