import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OutputOf } from '#lib/action.ts'
import type { ListImports, ListLists, ListMembers, ListSegments, PreviewSegment, ReadSegment } from '#segments/api.ts'
import { Dice } from '../sim/dice.ts'
import { type Document, journey, type Refused, START, startWorld, template, type World } from './world.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const segment = (id: string, when: string) => ({ kind: 'segment', id, when })
const read = (id: string) => world.api<OutputOf<typeof ReadSegment>>(`GET /api/segments/${id}`)
const preview = (when: string) => world.api<OutputOf<typeof PreviewSegment>>('POST /api/segments/preview', { when, sample: 20 })

/** Everything that was accepted is handled, built and in the reports. */
async function still(): Promise<void> {
  await world.settled()
  await world.app.built()
  await world.settled()
  await world.app.reported()
}

/** User ids of everybody in a segment, sorted. */
async function membersOf(id: string, limit = 500): Promise<string[]> {
  const names: string[] = []
  let cursor = ''
  do {
    const page = await world.api<OutputOf<typeof ListMembers>>(`GET /api/segments/${id}/members?limit=${limit}&cursor=${cursor}`)
    for (const { email } of page.people) names.push(email!.split('@')[0]!)
    cursor = page.next ?? ''
  } while (cursor !== '')
  return names.sort()
}

test('a segment is built of what happened before, follows what happens, and begins a journey', async () => {
  for (const name of ['ada', 'bob', 'eve']) await world.identify(name, { country: name === 'eve' ? 'FR' : 'DE' })
  for (const name of ['ada', 'ada', 'bob', 'eve', 'eve', 'eve']) await world.track(name, 'Order Completed')
  await world.pass({ hours: 1 })
  await world.publish(
    template('thanks'),
    segment('regular', 'count("Order Completed" within 30d) >= 2 and profile.country == "DE"'),
    journey('regulars', 'x', {
      entry: { event: 'segment.entered:regular' },
      steps: [{ kind: 'email', id: 'thank', template: 'thanks', otherwise: [] }],
    }),
  )
  await still()
  assert.deepEqual(await membersOf('regular'), ['ada'])
  await world.track('bob', 'Order Completed')
  await still()
  assert.deepEqual(await membersOf('regular'), ['ada', 'bob'])
  assert.deepEqual(await world.subjectsTo('bob'), ['thanks'])
  assert.deepEqual(await world.subjectsTo('ada'), ['thanks'])
  const shown = await read('regular')
  assert.deepEqual([shown.status, shown.count, shown.build], ['built', 2, null])
  assert.deepEqual(
    shown.usedBy.map(({ id }) => id),
    ['regulars'],
  )
  await world.pass({ days: 31 })
  await still()
  assert.deepEqual(await membersOf('regular'), [])
  assert.equal((await read('regular')).count, 0)
})

test('building again finds the same people, and nobody is told anything', async () => {
  await world.publish(segment('german', 'profile.country == "DE"'))
  await still()
  const before = await membersOf('german')
  assert.ok(before.length >= 2)
  const growth = (await read('german')).growth
  await world.api('POST /api/segments/german/rebuild', {})
  await still()
  assert.deepEqual(await membersOf('german', 1), before)
  assert.deepEqual((await read('german')).growth, growth)
})

test('a segment that asks what another asks already is told to the same people', async () => {
  await world.publish(segment('also-german', 'profile.country   ==   "DE"'))
  await still()
  assert.deepEqual(await membersOf('also-german'), await membersOf('german'))
})

test('a changed condition tells the difference only', async () => {
  await world.identify('low', { points: 15 })
  await world.identify('high', { points: 25 })
  await world.publish(segment('points', 'profile.points > 10'))
  await still()
  assert.deepEqual(await membersOf('points'), ['high', 'low'])
  await world.publish(segment('points', 'profile.points > 20'))
  await still()
  assert.deepEqual(await membersOf('points'), ['high'])
  const [day] = (await read('points')).growth
  assert.deepEqual([day!.entered, day!.left], [2, 1])
})

test('a segment that names what is not there, or asks itself in a circle, is refused', async () => {
  const codes = async (...documents: Document[]) =>
    world.publish(...documents).then(
      () => [],
      (error: unknown) => ((error as Refused).body as { problems: { code: string }[] }).problems.map(({ code }) => code),
    )
  assert.deepEqual(await codes(segment('a', 'segment("nowhere")')), ['segment.unknown'])
  assert.deepEqual(await codes(segment('a', 'list("nowhere")')), ['list.unknown'])
  assert.deepEqual(await codes(segment('a', 'segment("b")'), segment('b', 'not segment("a")')), ['segment.circle', 'segment.circle'])
  assert.deepEqual(await codes(segment('a', 'profile.plan ==')).then(({ length }) => length), 1)
})

test('lists and scores come by the API and with a file, and segments follow', async () => {
  await world.publish({ kind: 'list', id: 'press' }, segment('press', 'list("press") and not score("risk") > 0.5'))
  await still()
  await world.api('POST /api/lists/press/add', {
    people: [
      { kind: 'email', value: 'Ada@people.example' },
      { kind: 'user_id', value: 'bob' },
    ],
  })
  await still()
  assert.deepEqual(await membersOf('press'), ['ada', 'bob'])
  await world.api('POST /api/scores', { scores: [{ person: { kind: 'user_id', value: 'bob' }, score: 'risk', value: 0.9 }] })
  await world.api('POST /api/lists/press/remove', { people: [{ kind: 'user_id', value: 'ada' }] })
  await still()
  assert.deepEqual(await membersOf('press'), [])
  const file =
    'E-Mail;Points;Note\r\n"zoe@people.example";7;"a ""quoted"" note"\r\nnot an address;1;x\r\nkim@people.example;many;x\r\nlea@people.example;;\r\n'
  const send = (query: string) =>
    fetch(`${world.url}/api/lists/press/import?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.secretKey}`, 'content-type': 'text/csv' },
      body: file,
    })
  const map = `map=${encodeURIComponent(JSON.stringify({ Points: 'number:points' }))}`
  const tried = (await (await send(`dryRun=true&${map}`)).json()) as { taken: number; faults: { row: number }[] }
  assert.deepEqual([tried.taken, tried.faults.map(({ row }) => row)], [2, [3, 4]])
  await still()
  assert.deepEqual(await membersOf('press'), [])
  for (let twice = 0; twice < 2; twice++) {
    assert.equal((await send(map)).status, 202)
    for (;;) {
      const { imports } = await world.api<OutputOf<typeof ListImports>>('GET /api/lists/press/imports')
      assert.equal(imports.length, 1)
      if (imports[0]!.status === 'done') {
        assert.deepEqual([imports[0]!.rows, imports[0]!.taken, imports[0]!.refused], [4, 2, 2])
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await still()
    assert.deepEqual(await membersOf('press'), ['lea', 'zoe'])
  }
  assert.equal((await world.profile('zoe@people.example')).attributes.find(({ name }) => name === 'points')?.value, 7)
  const { lists } = await world.api<OutputOf<typeof ListLists>>('GET /api/lists')
  assert.equal(lists[0]!.count, 3)
})

// ── Streamed = SQL = naive ──────────────────────────────────────────────────────────────────────────────────────────────

interface Done {
  readonly name: string
  readonly at: number
  readonly n: number
}
interface Life {
  readonly done: Done[]
  plan?: string
}
type Naive = (life: Life, now: number) => boolean
const inWindow = ({ done }: Life, name: string, since: number): Done[] => done.filter((each) => each.name === name && each.at > since)

const CONDITIONS: Readonly<Record<string, readonly [text: string, naive: Naive]>> = {
  often: ['count("A" within 3d) >= 3', (life, now) => inWindow(life, 'A', now - 3 * DAY).length >= 3],
  big: ['sum("B", n within 4d) > 5', (life, now) => inWindow(life, 'B', now - 4 * DAY).reduce((sum, { n }) => sum + n, 0) > 5],
  filtered: [
    'count("A" where event.n >= 2 within 10d) == 1',
    (life, now) => inWindow(life, 'A', now - 10 * DAY).filter(({ n }) => n >= 2).length === 1,
  ],
  never: ['count("B" within 2d) == 0', (life, now) => inWindow(life, 'B', now - 2 * DAY).length === 0],
  ever: ['count("A") >= 2 and profile.plan == "pro"', (life) => inWindow(life, 'A', -Infinity).length >= 2 && life.plan === 'pro'],
  kinds: ['distinct("A", n within 5d) >= 3', (life, now) => new Set(inWindow(life, 'A', now - 5 * DAY).map(({ n }) => n)).size >= 3],
  free: ['profile.plan != "pro"', (life) => life.plan !== 'pro'],
  nested: [
    'segment("often") and not segment("big")',
    (life, now) => CONDITIONS['often']![1](life, now) && !CONDITIONS['big']![1](life, now),
  ],
}

test('whatever happened before, while and after a segment was built: streamed = SQL = counted by hand', async () => {
  const random = new Dice('streamed = SQL = naive')
  const lives = new Map<string, Life>()
  const people = Array.from({ length: 24 }, (_, i) => `p${i}`)
  const life = (name: string): Life => {
    const known = lives.get(name) ?? { done: [] }
    lives.set(name, known)
    return known
  }
  const happen = async (): Promise<void> => {
    const name = random.pick(people)
    const late = random.chance(0.3) ? random.between(0, 2 * DAY) : 0
    const at = world.clock.now() - late
    // Some of it is done before anybody knows who it is.
    const who = random.chance(0.3) ? { anonymousId: `anon-${name}` } : { userId: name }
    if (random.chance(0.15)) {
      const plan = random.chance(0.5) ? 'pro' : 'free'
      life(name).plan = plan
      await world.identify(name, { plan }, { anonymousId: `anon-${name}` })
      return
    }
    const event = { name: random.chance(0.6) ? 'A' : 'B', at, n: random.between(0, 3) }
    life(name).done.push(event)
    await world.call('track', { ...who, event: event.name, properties: { n: event.n }, timestamp: new Date(at).toISOString() })
  }
  const some = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await happen()
  }
  for (const name of people) await world.identify(name, {})
  for (const name of people) life(name)
  for (let round = 0; round < 4; round++) {
    await some(40)
    await world.pass({ hours: 11 })
  }
  const documents = Object.entries(CONDITIONS).map(([id, [text]]) => segment(id, text))
  const publishing = world.publish(...documents)
  await some(60)
  await publishing
  await some(40)
  // Everybody turns out to be who they are.
  for (const name of people) await world.call('identify', { userId: name, anonymousId: `anon-${name}` })
  const check = async (when: string): Promise<void> => {
    await still()
    const now = world.clock.now()
    for (const [id, [text, naive]] of Object.entries(CONDITIONS)) {
      const expected = people.filter((name) => naive(life(name), now)).sort()
      const mine = (names: readonly string[]): string[] => names.filter((name) => people.includes(name))
      assert.deepEqual(mine(await membersOf(id)), expected, `${when}: ${text}`)
      const found = await preview(`(${text}) and profile.email startsWith "p" and not profile.email startsWith "press"`)
      assert.equal(found.count, expected.length, `${when}, SQL: ${text}`)
      const all = (await world.api<OutputOf<typeof ListSegments>>('GET /api/segments')).segments.find((each) => each.id === id)!
      assert.equal(all.count, (await membersOf(id)).length, `${when}, counted: ${text}`)
    }
  }
  await check('after the build')
  for (let round = 0; round < 3; round++) {
    await some(25)
    await world.pass({ hours: 20 })
    await check(`after round ${round}`)
  }
  await world.api('POST /api/segments/often/rebuild', {})
  await some(20)
  await check('after building again')
  await world.pass({ days: 11 })
  await check('after a long silence')
  assert.ok(world.clock.now() - START > 10 * DAY + HOUR)
})
