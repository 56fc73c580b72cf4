import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { expression, sensible } from './arbitrary.test.ts'
import { type Expression, MAX_DEPTH, Tree } from './ast.ts'
import { parse } from './parse.ts'
import { print } from './print.ts'

const treeOf = (text: string): Expression => {
  const tree = parse(text)
  assert.ok(!isRefusal(tree), isRefusal(tree) ? `${text}: ${JSON.stringify(tree.refused)}` : '')
  return tree
}
const faultOf = (text: string): Problem => {
  const tree = parse(text)
  assert.ok(isRefusal(tree), `${text} must be refused`)
  return tree.refused
}
const attribute = (...path: string[]): Expression => ({ kind: 'attribute', path })

test('names of the profile, the event and the run', () => {
  assert.deepEqual(treeOf('profile.address.city'), attribute('address', 'city'))
  assert.deepEqual(treeOf('profile["first name"]["a.b"]'), attribute('first name', 'a.b'))
  assert.deepEqual(treeOf('profile.id'), { kind: 'known', name: 'profile.id' })
  assert.deepEqual(treeOf('profile["id"]'), attribute('id'))
  assert.deepEqual(treeOf('profile.in.not.exists exists'), { kind: 'exists', of: attribute('in', 'not', 'exists') })
  assert.deepEqual(treeOf('profile.prénom'), attribute('prénom'))
  assert.deepEqual(treeOf('entry.total'), { kind: 'property', of: 'entry', path: ['total'] })
  assert.deepEqual(treeOf('entry.properties.total'), { kind: 'property', of: 'entry', path: ['total'] })
  assert.deepEqual(treeOf('entry.key'), { kind: 'known', name: 'entry.key' })
  assert.deepEqual(treeOf('entry.properties.key'), { kind: 'property', of: 'entry', path: ['key'] })
  assert.deepEqual(treeOf('event.key'), { kind: 'property', of: 'event', path: ['key'] })
  assert.deepEqual(treeOf('event.at'), { kind: 'known', name: 'event.at' })
})

test('values', () => {
  assert.deepEqual(treeOf('-1.5e3'), { kind: 'number', value: -1500 })
  assert.deepEqual(treeOf('-0'), { kind: 'number', value: 0 })
  assert.deepEqual(treeOf(String.raw`"a\"\\\nA"`), { kind: 'text', value: 'a"\\\nA' })
  assert.deepEqual(treeOf(`'it"s'`), { kind: 'text', value: 'it"s' })
  assert.deepEqual(treeOf('2h30m'), { kind: 'duration', ms: 9_000_000 })
  assert.deepEqual(treeOf('date("2026-01-31")'), { kind: 'date', text: '2026-01-31' })
  assert.deepEqual(treeOf('["a", -1, true]'), { kind: 'list', items: ['a', -1, true] })
  assert.deepEqual(treeOf('now'), { kind: 'known', name: 'now' })
})

test('windows and filters', () => {
  const count = { kind: 'history', what: 'count', event: 'A' }
  const big: Expression = {
    kind: 'compare',
    operator: '>',
    left: { kind: 'property', of: 'event', path: ['total'] },
    right: { kind: 'number', value: 5 },
  }
  const listed = { ...big, operator: 'in', right: { kind: 'property', of: 'event', path: ['step', 'x'] } }
  assert.deepEqual(treeOf('count("A" where event.total > 5 within 30d in run)'), {
    ...count,
    where: big,
    within: 2_592_000_000,
    since: 'run',
  })
  assert.deepEqual(treeOf('count("A" where event.total > 5 in step within 30d)'), {
    ...count,
    where: big,
    within: 2_592_000_000,
    since: 'step',
  })
  assert.deepEqual(treeOf('count("A" where event.total in event.step.x in step)'), { ...count, where: listed, since: 'step' })
  assert.deepEqual(treeOf('sum("A", deep.total)'), { kind: 'history', what: 'sum', event: 'A', property: ['deep', 'total'] })
  assert.deepEqual(treeOf('min("A", event.properties.at)'), { kind: 'history', what: 'min', event: 'A', property: ['at'] })
  assert.deepEqual(treeOf('never("A" within 1d)'), treeOf('count("A" within 1d) == 0'))
  assert.deepEqual(treeOf('not performed("A")'), treeOf('not (count("A") > 0)'))
  assert.deepEqual(treeOf('sequence("A" where event.total > 5, "B" within 1d)'), {
    kind: 'sequence',
    steps: [{ event: 'A', where: big }, { event: 'B' }],
    within: 86_400_000,
  })
  assert.deepEqual(treeOf('entry.items.any(count("A" where event.total > 5) > size)'), {
    kind: 'each',
    quantifier: 'any',
    list: { kind: 'property', of: 'entry', path: ['items'] },
    where: { kind: 'compare', operator: '>', left: { ...count, where: big }, right: { kind: 'element', path: ['size'] } },
  })
  assert.deepEqual(
    treeOf('entry.items.any(score > 5 and within and run == list)'),
    treeOf('entry.items.any(it.score > 5 and it.within and it.run == it.list)'),
  )
  assert.deepEqual(treeOf('run.stock.left > 5'), { ...big, left: { kind: 'property', of: 'run', path: ['stock', 'left'] } })
})

test('windows and filters are printed as they are written', () => {
  for (const text of [
    'count("A" where event.total > 5 and event.properties.name == "x" within 30d in run) >= 2',
    'sum("A", deep["first name"] in step) > 5',
    'distinct("A", event.properties.where where event.tags.any(it == "x") within 1d12h) == 3',
    'sequence("A", "B" where event.vip, "C" within 7d)',
    'segment("vip") and list("press") and score("churn") > cohort("salt") and run.stock.left > 0',
  ])
    assert.equal(print(treeOf(text)), text)
})

test('operators bind as people expect', () => {
  for (const [text, same] of [
    ['profile.a or profile.b and profile.c', 'profile.a or (profile.b and profile.c)'],
    ['not profile.a == 1 and profile.b', '(not (profile.a == 1)) and profile.b'],
    ['1 + 2 * 3 - 4 - 5 > 6', '(((1 + (2 * 3)) - 4) - 5) > 6'],
    ['-profile.a * 2 < 1', '((-profile.a) * 2) < 1'],
    ['profile.a not contains "x"', 'not (profile.a contains "x")'],
    ['profile.a missing', 'not (profile.a exists)'],
    ['profile.a\n  and profile.b\n  and profile.c', '((profile.a and profile.b and profile.c))'],
  ] as const)
    assert.deepEqual(treeOf(text), treeOf(same), text)
})

test('inside a list bare names are the element’s', () => {
  assert.deepEqual(treeOf('entry.items.any(stock < 5 and it.tags.all(it == profile.plan))'), {
    kind: 'each',
    quantifier: 'any',
    list: { kind: 'property', of: 'entry', path: ['items'] },
    where: {
      kind: 'and',
      parts: [
        { kind: 'compare', operator: '<', left: { kind: 'element', path: ['stock'] }, right: { kind: 'number', value: 5 } },
        {
          kind: 'each',
          quantifier: 'all',
          list: { kind: 'element', path: ['tags'] },
          where: { kind: 'compare', operator: '==', left: { kind: 'element', path: [] }, right: attribute('plan') },
        },
      ],
    },
  })
})

const FAULTS: readonly (readonly [text: string, code: string, at: string, hint: RegExp])[] = [
  ['', 'syntax', '1:1', /profile\.plan == "pro"/],
  ['profile.plan = "pro"', 'syntax', '1:14', /^write == instead of =$/],
  ['profile.plan is "pro"', 'syntax', '1:14', /write == /],
  ['profile.plan <> "pro"', 'syntax', '1:14', /write != /],
  ['profile.vip && profile.new', 'syntax', '1:13', /write and /],
  ['profile.vip AND profile.new', 'syntax', '1:13', /write and /],
  ['profile.plan startswith "p"', 'syntax', '1:14', /write startsWith /],
  ['profile.age between 1 and 3', 'syntax', '1:13', /two comparisons/],
  ['profile.plan ==', 'syntax', '1:16', /A value is missing/],
  ['profile.a == 1 profile.b == 2', 'syntax', '1:16', /and or or/],
  ['1 < profile.x < 9', 'syntax', '1:15', /Join two with and/],
  ['(profile.a and profile.b', 'syntax', '1:1', /Add \)/],
  ['profile.a in ["x", "y"', 'syntax', '1:14', /Add \]/],
  ['profile.a in [profile.b]', 'syntax', '1:15', /\["pro", "team"\]/],
  ['profile.plan == "pro', 'text', '1:17', /Close it with "/],
  ["profile.plan == 'pro\nand profile.b", 'text', '1:17', /Close it with '/],
  ['profile.plan == “pro”', 'syntax', '1:17', /straight quotes/],
  [String.raw`profile.plan == "a\x"`, 'text', '1:19', /backslash/],
  ['profil.plan == "pro"', 'unknown_name', '1:1', /write profile\.plan/],
  ['traits.plan == "pro"', 'unknown_name', '1:1', /write profile\.plan/],
  ['profile.vip and\n  properties.total > 5', 'unknown_name', '2:3', /write event\.total/],
  ['plan == "pro"', 'unknown_name', '1:1', /write profile\.plan .* or "plan" in quotes/],
  ['profile.plan == pro', 'unknown_name', '1:17', /"pro" in quotes/],
  ['profile.plan == null', 'unknown_name', '1:17', /missing/],
  ['profile.first-name == "Ada"', 'unknown_name', '1:15', /\["first-name"\]/],
  ['it == "vip"', 'unknown_name', '1:1', /any\(…\)/],
  ['profile', 'syntax', '1:1', /profile\.plan/],
  ['profile. == 1', 'syntax', '1:10', /brackets/],
  ['profile.tags[0] == 1', 'syntax', '1:14', /any\(…\)/],
  ['profile.tags.some(it == 1)', 'unknown_function', '1:14', /any\(…\) and all\(…\)/],
  ['lenght(profile.x) > 2', 'unknown_function', '1:1', /did you mean length/],
  ['exists(profile.x)', 'unknown_function', '1:1', /profile\.email exists/],
  ['consent.email', 'syntax', '1:1', /Write consent\(…\)/],
  ['consent(email)', 'syntax', '1:9', /consent\("email"\)/],
  ['count("Order Completed" within 30) > 1', 'syntax', '1:32', /within 30d/],
  ['count("Order Completed" within 0d) > 1', 'syntax', '1:32', /within 30d/],
  ['count("Order Completed", total) > 1', 'syntax', '1:24', /where event\.total/],
  ['sum("Order Completed") > 1', 'syntax', '1:22', /sum\("Order Completed", total within 30d\)/],
  ['sum("Order Completed", "total") > 1', 'syntax', '1:24', /sum\("Order Completed", total within 30d\)/],
  ['count("A" in week) > 1', 'syntax', '1:14', /run or step/],
  ['sequence("A" within 7d)', 'syntax', '1:1', /performed\("Order Completed"/],
  ['segment(vip)', 'syntax', '1:9', /segment\("vip"\)/],
  ['run == 1', 'syntax', '1:1', /run\.stock\.left/],
  ['default(profile.x, profile.y)', 'syntax', '1:20', /default\(profile\.points, 0\)/],
  ['profile.x < date("31.01.2026")', 'date', '1:18', /date\("2026-01-31"\)/],
  ['profile.x < date("2026-02-29")', 'date', '1:18', /date\(/],
  ['profile.x > 5days', 'number', '1:13', /7d/],
  ['profile.x > 1e999', 'number', '1:13', /^$/],
]
for (const [text, code, at, hint] of FAULTS) {
  test(`“${text}” is refused at ${at}`, () => {
    const fault = faultOf(text)
    assert.equal(fault.code, `condition.${code}`)
    assert.equal(fault.at, at)
    assert.match(fault.hint ?? '', hint)
  })
}

test('text → tree → text → tree: every tree comes back from its text', () => {
  const both = fc.oneof(expression(), sensible())
  fc.assert(
    fc.property(both, (tree) => assert.deepEqual(parse(print(tree)), tree)),
    { numRuns: 2_000 },
  )
})

test('any text is read or refused with a place inside it, never thrown at', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'profile',
      '.',
      'plan',
      'entry',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      ' ',
      'and',
      'or',
      'not',
      'in',
      '==',
      '<',
      '-',
      '5',
      '7d',
      'any',
      'date',
      'it',
      ',',
      'exists',
      '\\',
      '\n',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      const tree = parse(text)
      if (!isRefusal(tree)) return assert.deepEqual(Tree.parse(tree), tree)
      const [line, column] = tree.refused.at!.split(':').map(Number) as [number, number]
      const lines = text.split('\n')
      assert.ok(
        line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1,
        `${tree.refused.at} in ${JSON.stringify(text)}`,
      )
    }),
    { numRuns: 3_000 },
  )
})

test('what nests too deep is refused, however it nests', () => {
  const many = 10_000
  for (const text of [
    `${'('.repeat(many)}profile.a${')'.repeat(many)}`,
    `${'not '.repeat(many / 2)}profile.a`,
    `${'-'.repeat(many)}(1)`,
    `1${' + 1'.repeat(many / 2)} > 1`,
    `${'lower('.repeat(4_000)}profile.a${')'.repeat(4_000)}`,
    `profile${'.a'.repeat(many)}`,
    `${'profile.a.any('.repeat(2_000)}it${')'.repeat(2_000)}`,
  ])
    assert.equal(faultOf(text).code, 'condition.too_deep', text.slice(0, 30))
  assert.equal(faultOf(`profile.a == "${'x'.repeat(40_000)}"`).code, 'condition.too_long')
  assert.ok(!isRefusal(parse(`profile.a == "${'x'.repeat(10_000)}"`)))
  assert.ok(!isRefusal(parse(`profile.a${' and profile.a'.repeat(1_000)}`)), 'a long chain is not deep')
  assert.ok(!isRefusal(parse(`${'not '.repeat(MAX_DEPTH - 1)}profile.a`)))
})

test('a tree from a screen that nests too deep is refused before it is walked', () => {
  let tree: unknown = attribute('a')
  for (let i = 0; i < 100_000; i++) tree = { kind: 'not', of: tree }
  assert.equal(Tree.safeParse(tree).success, false)
  assert.equal(Tree.safeParse({ kind: 'text', value: 'half \ud800' }).success, false)
  assert.equal(Tree.safeParse({ kind: 'date', text: 'tomorrow' }).success, false)
  assert.equal(Tree.safeParse({ kind: 'not', of: attribute('a'), more: 1 }).success, false)
})
