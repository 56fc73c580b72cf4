import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const pause = (id: string, duration: string) => ({ kind: 'wait', id, for: duration })
/** What the person got under any of the profile ids. */
const mailOf = (world: World, ...people: string[]) =>
  world.sent.filter(({ effect }) => people.includes(effect.key)).map(({ effect }) => effect.payload['template'])
const joined = (world: World, from: string, into: string) => {
  world.merge(from, into)
  world.run(world.now)
}

test('a visitor who signs in keeps the run, the goal and the arm that began before', () => {
  const halves = {
    kind: 'split',
    id: 'half',
    arms: [
      { id: 'a', weight: 1, steps: [mail('a')] },
      { id: 'b', weight: 1, steps: [mail('b')] },
    ],
  }
  const reentry = { event: 'Product Added', reentry: { after: '1h' } }
  const world = new World([journey({ entry: reentry, exit: [{ event: 'Order Completed' }], steps: [pause('settle', '5m'), halves] })])
  for (let i = 0; i < 20; i++) {
    const [visitor, ada] = [world.person(`visitor${i}`), world.person(`ada${i}`)]
    world.happens(visitor, 'Product Added')
    world.passes('1m')
    joined(world, visitor, ada)
    assert.deepEqual(world.placesOf(ada), ['settle'])
    assert.deepEqual(world.placesOf(visitor), [])
    world.passes('1d')
    world.happens(visitor, 'Product Added')
    world.passes('1d')
    const mails = mailOf(world, visitor, ada)
    assert.equal(mails.length, 2)
    assert.equal(new Set(mails).size, 1, 'the arm is that of the visitor, before and after')
    world.happens(visitor, 'Order Completed')
    assert.ok(world.storyOf(ada).some((line) => line.startsWith('converted')))
  }
})

test('what arrives for the old profile is handled by the new one', () => {
  const world = new World([journey({ steps: [pause('settle', '5m')] })])
  const [visitor, ada] = [world.person('visitor'), world.person('ada')]
  joined(world, visitor, ada)
  world.identify(visitor, { plan: 'pro' })
  world.happens(visitor, 'Product Added')
  assert.equal(world.attribute(ada, 'plan'), 'pro')
  assert.deepEqual(world.placesOf(ada), ['settle'])
  const events = world.facts.filter(({ table, row }) => table === 'events' && row.name === 'Product Added')
  assert.deepEqual(
    events.map(({ row }) => row.profile_id),
    [ada],
  )
})

test('of two runs the one that is further on goes on, the other ends as merged', () => {
  const world = new World([journey({ steps: [pause('one', '1h'), mail('first'), pause('two', '1h'), mail('second')] })])
  const [early, late] = [world.person('early'), world.person('late')]
  world.happens(early, 'Product Added')
  world.passes('90m')
  world.happens(late, 'Product Added')
  world.passes('10m')
  joined(world, early, late)
  assert.deepEqual(world.placesOf(late), ['two'])
  assert.ok(world.storyOf(late).includes('exited one merged'))
  world.passes('1d')
  assert.deepEqual(mailOf(world, early, late), ['first', 'second'])
})

test('when both stand before the same message, one is sent', () => {
  const world = new World([journey({ steps: [mail('cart'), pause('later', '1h'), mail('again')] })])
  const [a, b] = [world.person('a'), world.person('b')]
  world.happens(a, 'Product Added')
  world.pass(100)
  world.happens(b, 'Product Added')
  world.pass(100)
  joined(world, a, b)
  world.passes('1d')
  assert.deepEqual(mailOf(world, a, b), ['cart', 'again'])
})

test('a message that one run has sent is not sent again by the other, though that one is further on', () => {
  const detour = {
    kind: 'branch',
    id: 'vip',
    branches: [{ id: 'yes', when: 'profile.vip == true', steps: [pause('x', '1m'), pause('y', '1m'), pause('z', '1h')] }],
    otherwise: [],
  }
  const world = new World([journey({ steps: [detour, mail('cart'), pause('later', '1h'), mail('again')] })])
  const [vip, plain] = [world.person('vip', { vip: true }), world.person('plain')]
  world.happens(vip, 'Product Added')
  world.passes('5m')
  world.happens(plain, 'Product Added')
  world.passes('5m')
  assert.deepEqual(world.sentTo(plain), ['cart'])
  joined(world, plain, vip)
  assert.deepEqual(world.placesOf(vip), ['z'])
  world.passes('1d')
  assert.deepEqual(mailOf(world, vip, plain), ['cart', 'again'])
  assert.ok(world.storyOf(vip).includes('moved cart already_sent'))
})

test('a person whose other profile has been through the journey leaves it, unless the rule lets people in again', () => {
  const rules = [
    ['never', []],
    ['always', ['done']],
  ] as const
  for (const [reentry, places] of rules) {
    const world = new World([journey({ entry: { event: 'Product Added', reentry }, steps: [mail('cart'), pause('done', '1h')] })])
    const [a, b] = [world.person('a'), world.person('b')]
    world.happens(a, 'Product Added')
    world.passes('1d')
    world.happens(b, 'Product Added')
    world.passes('1m')
    joined(world, a, b)
    assert.deepEqual(world.placesOf(b), places, reentry)
  }
})

test('profiles that merge in a chain or in a circle end as one living profile', () => {
  const orders = [
    [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ],
    [
      ['c', 'd'],
      ['b', 'c'],
      ['a', 'b'],
    ],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ],
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
    [
      ['a', 'a'],
      ['a', 'b'],
      ['a', 'b'],
    ],
  ]
  for (const merges of orders) {
    const world = new World([journey({ steps: [pause('settle', '1h'), mail('cart')] })])
    const people = [...new Set(merges.flat())]
    for (const name of people) world.happens(world.person(name, { [`from-${name}`]: true }), 'Product Added')
    for (const [from, into] of merges) joined(world, from!, into!)
    const living = [...world.people.values()].filter(({ profile }) => profile.mergedInto === undefined)
    assert.equal(living.length, 1, JSON.stringify(merges))
    assert.equal(living[0]!.journeys.enrollments.length, 1)
    for (const name of people) assert.equal(world.attribute(living[0]!.profile.id, `from-${name}`), true)
    world.happens('a', 'Still Here')
    assert.equal(world.people.get(living[0]!.profile.id)!.profile.activity['Still Here']?.[0], 1)
    world.passes('1d')
    assert.equal(mailOf(world, ...people).length, 1)
  }
})

test('a merge of a profile that nothing is known of only leaves a signpost', () => {
  const world = new World([])
  const ada = world.person('ada')
  joined(world, 'ghost', ada)
  world.happens('ghost', 'Page Viewed')
  assert.equal(world.people.get('ghost')!.profile.mergedInto, ada)
  assert.equal(world.people.get(ada)!.profile.activity['Page Viewed']?.[0], 1)
})

test('signposts of two profiles that nothing is known of do not lead in a circle', () => {
  const world = new World([])
  joined(world, 'ghost', 'shade')
  joined(world, 'shade', 'ghost')
  world.happens('ghost', 'Page Viewed')
  const living = [...world.people.values()].filter(({ profile }) => profile.mergedInto === undefined)
  assert.deepEqual(
    living.map(({ profile }) => profile.activity['Page Viewed']?.[0]),
    [1],
  )
})

test('an unsubscribe on either side stands for both, and a repeat of an old message stays a repeat', () => {
  const world = new World([journey({ steps: [pause('settle', '1h'), mail('cart')] })])
  const [a, b] = [world.person('a'), world.person('b')]
  world.event({ person: b, name: 'Product Added', id: 'once' })
  world.event({ person: a, name: 'message.unsubscribed', type: 'system', properties: { channel: 'email', topic: '' } })
  world.event({ person: b, name: 'Consent Granted', properties: { channel: 'email' }, happened: world.now + 60_000 })
  world.run(world.now)
  joined(world, b, a)
  world.event({ person: b, name: 'Product Added', id: 'once' })
  world.run(world.now)
  assert.equal(world.facts.filter(({ table, row }) => table === 'events' && row.verdict === 'duplicate').length, 1)
  world.passes('1d')
  assert.deepEqual(mailOf(world, a, b), [])
  assert.equal(world.storyOf(a).at(-1), 'exited cart completed:consent_withdrawn')
})

test('the arm of the profile that came first is kept when both have been in the journey', () => {
  const arms = ['a', 'b'].map((id) => ({ id, weight: 1, steps: [mail(id)] }))
  const world = new World([journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [{ kind: 'split', id: 'half', arms }] })])
  for (let i = 0; i < 20; i++) {
    const [early, late] = [world.person(`early${i}`), world.person(`late${i}`)]
    world.happens(early, 'Product Added')
    world.passes('1h')
    world.happens(late, 'Product Added')
    world.passes('1h')
    const [first] = world.sentTo(early)
    if (i % 2 === 0) joined(world, early, late)
    else joined(world, late, early)
    world.happens(early, 'Product Added')
    world.passes('1h')
    assert.equal(mailOf(world, early, late).at(-1), first)
  }
})

test('a run that waits for a message to leave goes on when the other run has sent it, also when that is heard later', () => {
  const slow = {
    kind: 'branch',
    id: 'slow',
    branches: [{ id: 'yes', when: 'profile.slow == true', steps: [pause('x', '1m'), pause('y', '1m'), pause('z', '8m')] }],
    otherwise: [],
  }
  for (const heard of ['before', 'after']) {
    const world = new World([journey({ steps: [slow, mail('cart'), pause('later', '1h')] })])
    const [far, near] = [world.person('far', { slow: true }), world.person('near')]
    world.happens(far, 'Product Added')
    if (heard === 'before') {
      world.passes('8m')
      world.happens(near, 'Product Added')
      world.passes('2m')
    } else {
      world.passes('10m')
      world.happens(near, 'Product Added')
    }
    world.pass(500)
    assert.deepEqual(world.placesOf(far), ['cart'])
    const theirs = world.people.get(near)!.journeys.enrollments[0]!.messages['cart']![0]!
    assert.equal(theirs.status, heard === 'before' ? 'sent' : 'queued')
    joined(world, near, far)
    // It had left already when the merge took it back.
    if (heard === 'after') world.event({ person: near, name: 'message.sent', type: 'system', properties: { effect_id: theirs.id } })
    world.run(world.now)
    assert.deepEqual(world.placesOf(far), ['later'], heard)
    world.passes('1d')
    assert.deepEqual(world.sentTo(far), [], heard)
  }
})

test('when both stood before the same message and the one that is left fails, the run does not wait for the other', () => {
  const provider = () => ({ receipt: 'message.failed', reason: 'mailbox full' }) as const
  const world = new World([journey({ steps: [mail('cart'), pause('later', '1h')] })], { provider })
  const [a, b] = [world.person('a'), world.person('b')]
  for (const person of [a, b]) world.happens(person, 'Product Added')
  joined(world, a, b)
  world.passes('1m')
  assert.deepEqual(world.placesOf(b), ['later'])
})

test('a late report of failure does not make a message that was sent be sent again', () => {
  const detour = {
    kind: 'branch',
    id: 'vip',
    branches: [{ id: 'yes', when: 'profile.vip == true', steps: [pause('x', '1m'), pause('y', '1m'), pause('z', '1h')] }],
    otherwise: [],
  }
  const world = new World([journey({ steps: [detour, mail('cart'), pause('later', '1h')] })])
  const [vip, plain] = [world.person('vip', { vip: true }), world.person('plain')]
  world.happens(vip, 'Product Added')
  world.happens(plain, 'Product Added')
  world.passes('5m')
  const { id } = world.sent[0]!.effect
  world.event({ person: plain, name: 'message.failed', type: 'system', properties: { effect_id: id } })
  world.run(world.now)
  joined(world, plain, vip)
  world.passes('1d')
  assert.deepEqual(mailOf(world, vip, plain), ['cart'])
})

test('one order after two runs became one is one conversion, and a second order none', () => {
  const world = new World([journey({ steps: [pause('settle', '1d')] })])
  const [a, b] = [world.person('a'), world.person('b')]
  for (const person of [a, b]) world.happens(person, 'Product Added')
  joined(world, a, b)
  for (let i = 0; i < 3; i++) world.happens(b, 'Order Completed', { total: 9 })
  assert.equal(world.trace.filter(({ kind }) => kind === 'converted').length, 1)
})
