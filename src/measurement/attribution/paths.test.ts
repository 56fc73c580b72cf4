import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoted } from '#platform/analytics/analytics.ts'
import {
  analytics,
  CHANNEL,
  DAY,
  eventRow,
  factsForThisFile,
  type Happening,
  happened,
  MINUTE,
  messageRow,
  NOW,
  queryOf,
  record,
  tell,
} from '../../../test/fixtures/touches.ts'
import { creditAll } from './credit.ts'
import { markov, movesOf } from './markov.ts'
import { keysOf, type Path } from './path.ts'
import { countPaths, listConverted, listPaths, type PathQuery, timedPaths } from './paths-store.ts'
import { RULES, shares } from './rules.ts'
import { coalitionsOf, shapley } from './shapley.ts'
import { defaultTouchpoints, Touchpoints, windowsOf } from './touchpoints.ts'

factsForThisFile()

interface Touch {
  readonly at: number
  readonly key: string
  readonly click: boolean
  readonly until: number
}
interface Way {
  readonly steps: readonly Touch[]
  readonly end: number
  readonly kind: 'won' | 'lost' | 'open'
  readonly worth: number
}

/** The rules of paths once more, a person at a time, as one would say them. */
function ways(happenings: readonly Happening[], { touchpoints, from, to, asOf }: PathQuery): Way[] {
  const { click, view, session } = windowsOf(touchpoints)
  return [...Map.groupBy(happenings, ({ person }) => person).values()].flatMap((all) => {
    const wins = all.filter(({ what, at }) => what === 'order' && at <= asOf).sort((a, b) => a.at - b.at || a.worth - b.worth)
    const met: Touch[] = []
    const raw = all
      .flatMap(({ what, at, click: did }) =>
        what === 'order'
          ? []
          : [
              {
                at,
                key: CHANNEL[what],
                click: did || what === 'search' || what === 'direct',
                era: wins.filter((win) => win.at < at).length,
              },
            ],
      )
      .filter(({ at }) => at < to && at >= from - click)
    for (const [, of] of Map.groupBy(raw, ({ key, era }) => `${era}:${key}`)) {
      const sorted = of.sort((a, b) => a.at - b.at)
      for (let i = 0; i < sorted.length; ) {
        let end = i
        while (end + 1 < sorted.length && sorted[end + 1]!.at - sorted[end]!.at <= session) end++
        const one = sorted.slice(i, end + 1)
        const best = one.find((each) => each.click) ?? one[0]!
        met.push({ at: best.at, key: best.key, click: best.click, until: one.at(-1)!.at })
        i = end + 1
      }
    }
    const places = Object.values(CHANNEL) as string[]
    met.sort((a, b) => a.at - b.at || places.indexOf(a.key) - places.indexOf(b.key))
    const steps = met.filter((each, i) => each.key !== 'direct' || i === 0 || each.at - met[i - 1]!.until > session)
    const won = wins
      .filter(({ at }) => at >= from && at < to)
      .map(
        ({ at, worth }): Way => ({
          steps: steps.filter((s) => s.at <= at && at - s.at <= (s.click ? click : view)),
          end: at,
          kind: 'won',
          worth,
        }),
      )
    const lost = steps.filter((s) => s.at >= from && s.at < to && !wins.some(({ at }) => at >= s.at && at - s.at <= click))
    const groups: Touch[][] = []
    for (const step of lost) {
      const last = groups.at(-1)
      if (last && step.at - last.at(-1)!.at <= click) last.push(step)
      else groups.push([step])
    }
    return [
      ...won,
      ...groups.map(
        (of): Way => ({ steps: of, end: of.at(-1)!.at + click, kind: of.at(-1)!.at + click > asOf ? 'open' : 'lost', worth: 0 }),
      ),
    ]
  })
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0)
const close = (a: number, b: number, what: string): void => assert.ok(Math.abs(a - b) < 1e-6, `${what}: ${a} is not ${b}`)

const anyHappening: fc.Arbitrary<Happening> = fc.record({
  person: fc.constantFrom('ada', 'bob', 'cyd'),
  // Odd steps, so that windows and gaps are met now and then exactly and mostly not.
  at: fc.oneof(
    fc.integer({ min: 0, max: 70 * 24 }).map((hours) => NOW - hours * 60 * MINUTE),
    fc.integer({ min: 0, max: 300 }).map((tens) => NOW - 40 * DAY + tens * 10 * MINUTE),
  ),
  what: fc.constantFrom<Happening['what'][]>('email', 'email', 'sms', 'search', 'direct', 'ad', 'order'),
  click: fc.boolean(),
  worth: fc.integer({ min: 1, max: 900 }),
})

test('paths in SQL are what the rules say, person by person, and every model reads the same of them', async () => {
  let turn = 0
  await fc.assert(
    fc.asyncProperty(
      // Two things of one person in one millisecond have no order that anybody could know.
      fc.uniqueArray(anyHappening, { maxLength: 40, selector: ({ person, at }) => `${person}${at}` }),
      fc.boolean(),
      async (happenings, short) => {
        const ws = `any-${++turn}-${process.pid}`
        await tell(ws, happenings)
        const windows = short ? { click: '7d', view: '12h', session: '30m' } : undefined
        const touchpoints = windows ? Touchpoints.parse({ kind: 'touchpoints', id: 'short', windows }) : defaultTouchpoints()
        const query = queryOf(ws, { touchpoints, from: NOW - 30 * DAY, to: NOW - 5 * DAY })
        const counts = await countPaths(analytics, query)
        const told = ways(happenings, query)
        check(counts.all, told)
        check(
          counts.clicksOnly,
          told
            .map((way) => ({ ...way, steps: way.steps.filter(({ click }) => click) }))
            .filter(({ kind, steps }) => kind === 'won' || steps.length > 0),
        )
      },
    ),
    { numRuns: 12 },
  )
})

function check(counts: Awaited<ReturnType<typeof countPaths>>['all'], told: readonly Way[]): void {
  const of = (kind: Way['kind']) => told.filter((way) => way.kind === kind)
  assert.equal(counts.totals.conversions, of('won').length)
  assert.equal(counts.totals.nulls, of('lost').length)
  assert.equal(counts.totals.open, of('open').length)
  assert.equal(counts.totals.untouched.conversions, of('won').filter(({ steps }) => steps.length === 0).length)
  close(counts.totals.value, sum(of('won').map(({ worth }) => worth)), 'value')
  const paths = told
    .filter(({ kind, steps }) => kind !== 'open' && steps.length > 0)
    .map(
      ({ steps, kind, worth }): Path => ({
        steps: steps.map(({ key }) => key),
        conversions: kind === 'won' ? 1 : 0,
        value: worth,
        nulls: kind === 'lost' ? 1 : 0,
      }),
    )
  const rows = new Map(counts.keys.map((row) => [row.key, row]))
  for (const rule of RULES) {
    const credits = new Map<string, number>()
    for (const { steps, end } of of('won').filter((way) => way.steps.length > 0)) {
      const each = shares(
        rule,
        steps.map(({ key }) => key),
        { ages: steps.map(({ at }) => (end - at) / DAY) },
      )
      for (const [i, { key }] of steps.entries()) credits.set(key, (credits.get(key) ?? 0) + each[i]!)
    }
    for (const key of keysOf(paths)) close(rows.get(key)?.rules[rule].conversions ?? 0, credits.get(key) ?? 0, `${rule} of ${key}`)
  }
  const { credits, chain } = creditAll(counts)
  for (const { key, conversions, value } of shapley(coalitionsOf(paths))) {
    close(rows.get(key)?.shapley.conversions ?? 0, conversions, `shapley of ${key}`)
    close(rows.get(key)?.shapley.value ?? 0, value, `shapley value of ${key}`)
  }
  const expected = markov(movesOf(paths))
  assert.equal(chain === null, expected === null)
  for (const { key, share } of expected?.removals ?? [])
    close(credits.get('markov')!.get(key)!.conversions, share * sum(paths.map((path) => path.conversions)), `markov of ${key}`)
  for (const [model, by] of credits) {
    const touchedOnes = sum(paths.map((path) => path.conversions))
    close(sum([...by.values()].map(({ conversions }) => conversions)), touchedOnes, `all credit of ${model}`)
  }
  for (const [key, row] of rows) {
    assert.equal(row.met.conversions, of('won').filter(({ steps }) => steps.some((step) => step.key === key)).length)
    assert.equal(row.nulls, of('lost').filter(({ steps }) => steps.some((step) => step.key === key)).length)
  }
}

const steps = async (query: PathQuery) =>
  (await listPaths(analytics, query, { clicksOnly: false, most: 100 })).map((path) => path.steps.join(' > '))

test('a late order corrects the past: what counts is when it happened', async () => {
  const query = queryOf('late', { to: NOW - 10 * DAY })
  await tell('late', [happened('ada', 'email', 50)])
  assert.deepEqual((await countPaths(analytics, query)).all.totals.nulls, 1)
  await record('events', [
    eventRow('late', { person: 'ada', at: NOW - 45 * DAY }, { name: 'Order Completed', received: NOW, properties: '{"total":12.5}' }),
  ])
  const { totals } = (await countPaths(analytics, query)).all
  assert.deepEqual([totals.conversions, totals.nulls, totals.value], [1, 0, 12.5])
})

test('who was two profiles is one person: the path goes on over the devices', async () => {
  await tell('merged', [happened('phone', 'ad', 3), happened('laptop', 'email', 2), happened('laptop', 'order', 1)])
  assert.deepEqual(await steps(queryOf('merged')), ['email', 'banner'])
  await record('people', [
    {
      workspace_id: 'merged',
      profile_id: 'phone',
      attributes: '{}',
      permits: '{}',
      lists: '{}',
      scores: '{}',
      merged_into: 'laptop',
      at: NOW,
    },
  ])
  assert.deepEqual(await steps(queryOf('merged')), ['banner > email'])
  const [one] = await listConverted(analytics, queryOf('merged'), { clicksOnly: false, most: 5 })
  assert.equal(one!.profileId, 'laptop')
})

test('who was erased is in no path any more', async () => {
  await tell('erased', [happened('ada', 'email', 2), happened('ada', 'order', 1), happened('bob', 'sms', 2), happened('bob', 'order', 1)])
  assert.equal((await countPaths(analytics, queryOf('erased'))).all.totals.conversions, 2)
  for (const table of ['events', 'deliveries']) await analytics.purge(table, `workspace_id = 'erased' AND profile_id = ${quoted('ada')}`)
  assert.deepEqual(await steps(queryOf('erased')), ['sms'])
})

test('machines, bots and what could not be seen touch nobody; duplicates do not count twice', async () => {
  const at = NOW - 2 * DAY
  await record('deliveries', [
    { ...messageRow('bots', happened('ada', 'email', 2)), fetcher: 'machine' },
    { ...messageRow('bots', happened('ada', 'email', 3)), fetcher: 'suspect', status: 'opened' },
    { ...messageRow('bots', happened('ada', 'sms', 2)), fetcher: '' },
  ])
  await record('events', [
    eventRow('bots', { person: 'ada', at }, { name: 'Ad Viewed', properties: '{"viewable":false,"channel":"banner"}' }),
    eventRow('bots', { person: 'ada', at: at + 1 }, { name: 'Ad Clicked', properties: '{"bot":true,"channel":"banner"}' }),
    eventRow('bots', { person: 'ada', at: at + DAY }, { name: 'Order Completed', properties: '{"total":5}' }),
    eventRow('bots', { person: 'ada', at: at + DAY + 1 }, { name: 'Order Completed', properties: '{"total":5}', verdict: 'duplicate' }),
  ])
  assert.deepEqual(await steps(queryOf('bots')), ['sms'])
  assert.equal((await countPaths(analytics, queryOf('bots'))).all.totals.conversions, 1)
})

test('visits are told apart by where they came from', async () => {
  const visits: [object, string][] = [
    [{ utm_source: 'google', utm_medium: 'cpc' }, 'paid search'],
    [{ click_id: 'gclid', referrer: 'google.com' }, 'paid search'],
    [{ utm_source: 'facebook', utm_medium: 'paid_social' }, 'paid social'],
    [{ click_id: 'fbclid', referrer: 'facebook.com' }, 'social'],
    [{ utm_source: 'newsletter', utm_medium: 'email' }, 'email'],
    [{ utm_source: 'partner', utm_medium: 'affiliate' }, 'affiliate'],
    [{ utm_medium: 'cpm', utm_source: 'x-network' }, 'display'],
    [{ utm_source: 'poster' }, 'other campaign'],
    [{ referrer: 'duckduckgo.com' }, 'organic search'],
    [{ referrer: 'l.instagram.com' }, 'social'],
    [{ referrer: 'mail.google.com' }, 'email'],
    [{ referrer: 'chatgpt.com' }, 'ai assistant'],
    [{ referrer: 'blog.example' }, 'referral'],
    [{ referrer: '(none)' }, 'direct'],
  ]
  await record(
    'events',
    visits.flatMap(([more], i) => [
      eventRow('visits', { person: `p${i}`, at: NOW - 2 * DAY }, { type: 'page', name: 'Page Viewed', ...more }),
      eventRow('visits', { person: `p${i}`, at: NOW - DAY }, { name: 'Order Completed', properties: '{"total":5}' }),
    ]),
  )
  await record('events', [
    eventRow('visits', { person: 'in', at: NOW - DAY }, { type: 'page', name: 'Page Viewed', referrer: '(internal)' }),
  ])
  const rows = await listConverted(analytics, queryOf('visits'), { clicksOnly: false, most: 50 })
  const got = new Map(rows.map(({ profileId, steps: met }) => [profileId, met.join()]))
  assert.deepEqual(
    visits.map((_, i) => got.get(`p${i}`)),
    visits.map(([, channel]) => channel),
  )
  const campaigns = Touchpoints.parse({ kind: 'touchpoints', id: 'c', visits: 'campaigns' })
  const { totals } = (await countPaths(analytics, queryOf('visits', { touchpoints: campaigns }))).all
  assert.equal(totals.untouched.conversions, 6)
})

test('whatever happens outside is a touch by a document: calls of the shop, a fair, with a condition', async () => {
  const touchpoints = Touchpoints.parse({
    kind: 'touchpoints',
    id: 'outside',
    events: [
      { event: 'Fair Visited', where: 'event.properties.minutes >= 5', channel: 'fair', campaignFrom: 'properties.city' },
      { event: 'Spot Aired', channel: 'tv', channelFrom: 'station', as: 'view' },
    ],
  })
  await record('events', [
    eventRow('outside', { person: 'ada', at: NOW - 3 * DAY }, { name: 'Fair Visited', properties: '{"minutes":20,"city":"Graz"}' }),
    eventRow('outside', { person: 'ada', at: NOW - 2 * DAY }, { name: 'Fair Visited', properties: '{"minutes":2,"city":"Linz"}' }),
    eventRow('outside', { person: 'ada', at: NOW - 1.5 * DAY }, { name: 'Spot Aired', properties: '{"station":"orf"}' }),
    eventRow('outside', { person: 'ada', at: NOW - DAY }, { name: 'Order Completed', properties: '{"total":5}' }),
  ])
  assert.deepEqual(await steps(queryOf('outside', { touchpoints })), ['fair > orf'])
  assert.deepEqual(await steps(queryOf('outside', { touchpoints, by: 'campaign' })), ['Graz > (orf)'])
  const clicks = await listPaths(analytics, queryOf('outside', { touchpoints }), { clicksOnly: true, most: 5 })
  assert.deepEqual(
    clicks.map((path) => path.steps),
    [['fair']],
  )
})

test('own messages can be told by journey and by message', async () => {
  await tell('own', [happened('ada', 'email', 3), happened('ada', 'sms', 2), happened('ada', 'search', 1.5), happened('ada', 'order', 1)])
  assert.deepEqual(await steps(queryOf('own', { by: 'journey' })), ['welcome > welcome > (paid search)'])
  assert.deepEqual(await steps(queryOf('own', { by: 'message' })), ['welcome/email > welcome/sms > (paid search)'])
  assert.deepEqual(await steps(queryOf('own', { by: 'campaign' })), ['welcome > welcome > autumn'])
})

test('ways with their times are drawn for the hazard, and nobody is asked whose path is empty', async () => {
  await tell('timed', [happened('ada', 'email', 3), happened('ada', 'order', 1), happened('bob', 'sms', 50), happened('cyd', 'order', 1)])
  const timed = await timedPaths(analytics, queryOf('timed'), { share: 1, most: 10 })
  assert.deepEqual(
    timed.sort((a, b) => Number(b.converted) - Number(a.converted)).map(({ steps: met, ages, converted }) => [met, ages, converted]),
    [
      [['email'], [2], true],
      [['sms'], [30], false],
    ],
  )
})

test('a program that clicks and buys ten thousand times takes neither all memory nor all time', async () => {
  const whose = { workspace_id: 'busy', profile_id: 'robot' }
  const every = Array.from({ length: 10_000 }, (_, i) => NOW - 29 * DAY + i * 4 * MINUTE)
  await record(
    'deliveries',
    every.map((at, i) => ({ ...messageRow('busy', { ...happened('robot', 'email', 1), at: at + i }), ...whose, effect_id: `e${i}` })),
  )
  await record(
    'events',
    every.map((at, i) => ({
      ...eventRow('busy', { person: 'robot', at: at + MINUTE + i }, { name: 'Order Completed', properties: '{"total":1}' }),
      message_id: `b${i}`,
    })),
  )
  const { totals, keys } = (await countPaths(analytics, queryOf('busy'))).all
  assert.equal(totals.conversions, 10_000)
  assert.equal(totals.value, 10_000)
  assert.ok(keys[0]!.rules.last.conversions > 390, 'the latest touches count')
})

test('where nothing happened there is nothing, and nothing fails', async () => {
  const { all, clicksOnly } = await countPaths(analytics, queryOf('nobody'))
  assert.deepEqual([all.totals.conversions, all.keys, clicksOnly.moves], [0, [], []])
  assert.equal(creditAll(all).chain, null)
})
