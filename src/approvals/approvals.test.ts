import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '#lib/json.ts'
import { assess, type Facts, reasonFor } from './assess.ts'
import { bounds, closure, type Doc, differences, fragmentsOf, journeysThatChange, withinBand } from './closure.ts'
import { discountIn, jurisdictionsIn, overlaps, voiceOf } from './risk.ts'
import { chooseExamples } from './sample.ts'
import { ApprovalPolicy, type Need } from './schema.ts'
import { costOf, firstSends, sendings } from './sends.ts'
import { deadlineOf, standing, stateAt } from './standing.ts'
import { STARTERS } from './starters.ts'

const doc = (kind: string, id: string, body: Record<string, Json> = {}): Doc => ({
  kind,
  id,
  body: { kind, id, ...body },
  hash: JSON.stringify(body),
})
const names = (documents: readonly Doc[]): string[] => documents.map(({ kind, id }) => `${kind}/${id}`)
const mail = (id: string, template: string, more: Record<string, Json> = {}) =>
  doc('journey', id, { entry: { event: 'E' }, steps: [{ kind: 'email', id: 's', template }], ...more })

suite('what is bound', () => {
  test('templates, what they put in, segments of segments, calendars, catalogues, and what binds everything', () => {
    const all = [
      mail('welcome', 'hello', { entry: { segment: 'outer', on: 'entered' } }),
      doc('template', 'hello', { mjml: `{% render 'footer' %} {% for p in products %}`, slots: [{ from: 'shoes' }] }),
      doc('snippet', 'footer'),
      doc('catalogue', 'shoes'),
      doc('segment', 'outer', { when: 'segment("inner") and not list("press")' }),
      doc('segment', 'inner', { when: 'profile.x == 1' }),
      doc('list', 'press'),
      doc('template', 'unused'),
      doc('segment', 'unused'),
      doc('journey', 'other', { steps: [] }),
      doc('provider', 'smtp'),
      doc('sender', 'shop'),
      doc('contact-policy', 'default'),
      doc('a-kind-of-tomorrow', 'x'),
    ]
    assert.deepEqual(names(closure([{ kind: 'journey', id: 'welcome' }], all)), [
      'a-kind-of-tomorrow/x',
      'catalogue/shoes',
      'contact-policy/default',
      'journey/welcome',
      'list/press',
      'provider/smtp',
      'segment/inner',
      'segment/outer',
      'sender/shop',
      'snippet/footer',
      'template/hello',
    ])
  })

  test('a journey that another one starts, and no journey that is only called like a template', () => {
    const all = [
      mail('a', 'b', {
        steps: [
          { kind: 'start', id: 's', journey: 'c' },
          { kind: 'email', id: 'm', template: 'b' },
        ],
      }),
      mail('b', 'x'),
      mail('c', 'y'),
      doc('template', 'b'),
      doc('template', 'y'),
    ]
    assert.deepEqual(names(closure([{ kind: 'journey', id: 'a' }], all)), ['journey/a', 'journey/c', 'template/b', 'template/y'])
  })

  test('a template that changes is a change of each journey that sends it, of no other one', () => {
    const before = [mail('a', 't'), mail('b', 'u'), doc('template', 't'), doc('template', 'u')]
    const after = before.map((each) => (each.id === 't' ? doc('template', 't', { subject: 'new' }) : each))
    assert.deepEqual(journeysThatChange(before, after), ['a'])
    assert.deepEqual(differences(bounds(closure([before[0]!], before)), bounds(closure([after[0]!], after))), ['template/t has changed'])
  })

  test('the order of documents does not count, and everything that is bound counts', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 2 })
    fc.assert(
      fc.property(ids, fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 10 }), fc.nat(), (all, links, seed) => {
        const documents = all.map((id, i) =>
          doc('segment', id, {
            when: links
              .filter(([from]) => from === i)
              .map(([, to]) => `segment("${all[to % all.length]}")`)
              .join(' and '),
          }),
        )
        const root = [{ kind: 'segment', id: all[0]! }]
        const found = bounds(closure(root, documents))
        const turned = [...documents.slice(seed % all.length), ...documents.slice(0, seed % all.length)].reverse()
        assert.deepEqual(bounds(closure(root, turned)), found)
        const changed = documents.map((each) => (each.id === found.at(-1)!.id ? { ...each, hash: 'other' } : each))
        assert.notDeepEqual(bounds(closure(root, changed)), found)
      }),
    )
  })

  test('an audience may move by a tenth', () => {
    assert.deepEqual(
      [
        withinBand(1_000, 1_100),
        withinBand(1_000, 900),
        withinBand(1_000, 1_101),
        withinBand(1_000, 899),
        withinBand(0, 1),
        withinBand(3, 5),
      ],
      [true, true, false, false, true, false],
    )
  })

  test('a copy under another name has the fragments of what it was copied from', () => {
    const text = 'A long text that somebody has thought about for more than a moment.'
    const copied = fragmentsOf({ kind: 'template', id: 'b', name: 'Mine', html: text }).filter((each) =>
      fragmentsOf({ kind: 'template', id: 'a', html: text }).includes(each),
    )
    assert.equal(copied.length, 2)
    assert.deepEqual(fragmentsOf({ kind: 'list', id: 'a' }), [], 'what everybody would write is nobody’s')
  })
})

suite('risk', () => {
  const found = (text: string): number => discountIn([doc('template', 't', { text })]).percent
  test('the deepest discount, in words of several languages, in ids and fields; other percentages are none', () => {
    assert.deepEqual(
      ['Get 20% off today', 'save up to 35 %', 'Jetzt 15 % Rabatt', 'now -40%', '5% cash back on all, APR 19.9%', 'holdout 10%'].map(found),
      [20, 35, 15, 40, 0, 0],
    )
    assert.equal(discountIn([doc('journey', 'j', { options: [{ id: 'cart-10-off' }] })]).percent, 10)
    assert.equal(discountIn([doc('coupon-pool', 'p', { discount: 25 })]).percent, 25)
    assert.equal(discountIn([doc('template', 't', { text: '$50 off your order' })]).amount, 50)
  })

  test('words of the brand’s list, claims and shouting, each with its place and reason', () => {
    const brand = doc('brand', 'default', { bannedWords: ['cheap'] })
    const { score, findings } = voiceOf([
      brand,
      doc('template', 't', { subject: 'A cheap, guaranteed offer', html: '<b>BUY THIS STUFF TODAY!!!</b> {{ profile.GUARANTEED }}' }),
    ])
    assert.deepEqual(
      findings.map(({ code, at }) => [code, at]),
      [
        ['banned', 'template/t/subject'],
        ['claim.guarantee', 'template/t/subject'],
        ['shouting', 'template/t/html'],
        ['exclamation', 'template/t/html'],
      ],
    )
    assert.equal(score, 60)
    assert.equal(voiceOf([brand, doc('template', 't', { subject: 'A cheapskate’s week' })]).score, 0)
  })

  test('who restricts to no place can reach every place', () => {
    const us = doc('journey', 'j', { entry: { event: 'E', where: 'profile.country == "us"' } })
    assert.deepEqual(jurisdictionsIn([us], new Map()), ['US'])
    assert.deepEqual(jurisdictionsIn([us, mail('k', 't')], new Map()), [])
    assert.deepEqual(
      jurisdictionsIn([doc('journey', 'j', { entry: { event: 'E', where: 'profile.country == "US" or profile.vip == true' } })], new Map()),
      [],
    )
    assert.deepEqual(
      jurisdictionsIn(
        [doc('journey', 'j', { entry: { segment: 's', on: 'entered' } })],
        new Map([['s', 'profile.country in ["DE", "FR"]']]),
      ),
      ['DE', 'FR'],
    )
    assert.deepEqual(
      [overlaps('US', 'US-TX'), overlaps('US-TX', 'US'), overlaps('EEA', 'DE'), overlaps('US', 'DE')],
      [true, true, true, false],
    )
  })

  test('cost is never less than it can be: all branches, all rounds, the dearest provider and country', () => {
    const journey = doc('journey', 'j', {
      steps: [{ kind: 'repeat', times: 3, steps: [{ kind: 'message', ways: [{ sms: { template: 'a' } }, { email: { template: 'b' } }] }] }],
    })
    assert.deepEqual(
      sendings(journey).map(({ channel, times }) => [channel, times]),
      [
        ['sms', 3],
        ['email', 3],
      ],
    )
    const sms = doc('provider', 'one', { channel: 'sms', cost: { currency: 'EUR', perUnit: 0.05, byCountry: { '+41': 0.1 } } })
    const { cost, messages } = costOf(
      {
        journeys: [journey],
        reach: [{ journey: 'j', people: 100, exact: true }],
        documents: [sms],
        discount: { percent: 0, amount: 2, at: '' },
      },
      'EUR',
    )
    assert.deepEqual([messages, cost], [600, { currency: 'EUR', messages: 30, incentives: 200, total: 230, unpriced: ['email'] }])
  })

  test('a sender is new when no journey spoke as it before, also under the same id with another address', () => {
    const shop = (address: string) => doc('sender', 'shop', { from: { address } })
    const before = { journeys: [mail('a', 't')], documents: [mail('a', 't'), shop('old@x.test')] }
    assert.deepEqual(firstSends(before, { journeys: [mail('a', 't')], documents: [shop('old@x.test')] }), [])
    assert.deepEqual(firstSends(before, { journeys: [mail('a', 't')], documents: [shop('new@x.test')] }), [{ kind: 'sender', id: 'shop' }])
  })
})

const facts = (more: Partial<Facts> = {}): Facts => ({
  operation: 'publish',
  touched: [{ kind: 'template', id: 't', action: 'change', before: 'a', after: 'b' }],
  reach: [{ journey: 'j', people: 500, exact: false }],
  people: 500,
  messages: 500,
  cost: { currency: 'EUR', messages: 0, incentives: 0, total: 0, unpriced: [] },
  discount: { percent: 0, amount: 0, at: '' },
  categories: [],
  jurisdictions: ['DE'],
  voice: { score: 0, findings: [] },
  firstSends: [],
  actors: ['person:a'],
  inFlight: false,
  ...more,
})
const policy = (more: object): ApprovalPolicy =>
  ApprovalPolicy.parse({ kind: 'approval-policy', id: 'p', when: [{ kind: 'always' }], ...more })

suite('who is needed', () => {
  test('each condition says why, and only when it holds', () => {
    const asks: readonly (readonly [object, Partial<Facts>])[] = [
      [{ kind: 'reach', people: 500 }, { people: 499 }],
      [{ kind: 'spend', amount: 10 }, { cost: { currency: 'EUR', messages: 9, incentives: 0, total: 9, unpriced: [] } }],
      [{ kind: 'discount', percent: 20 }, { discount: { percent: 19, amount: 0, at: '' } }],
      [{ kind: 'category', any: ['credit-offer'] }, { categories: ['news'] }],
      [{ kind: 'jurisdiction', any: ['US'] }, { jurisdictions: ['DE'] }],
      [{ kind: 'brandVoice', score: 30 }, { voice: { score: 29, findings: [] } }],
      [{ kind: 'firstSend', of: ['sender'] }, { firstSends: [{ kind: 'provider', id: 'x' }] }],
      [{ kind: 'autonomy', actors: ['key', 'agent', 'model'] }, { actors: ['person:a'] }],
      [{ kind: 'documents', kinds: ['provider'] }, {}],
      [{ kind: 'inFlight' }, { inFlight: false }],
    ]
    const holds: readonly Partial<Facts>[] = [
      { people: 500 },
      { cost: { currency: 'EUR', messages: 10, incentives: 0, total: 10, unpriced: [] } },
      { discount: { percent: 20, amount: 0, at: 'x' } },
      { categories: ['credit-offer'] },
      { jurisdictions: ['US-TX'] },
      { voice: { score: 30, findings: [] } },
      { firstSends: [{ kind: 'sender', id: 'x' }] },
      { actors: ['agent:planner'] },
      { touched: [{ kind: 'provider', id: 'x', action: 'create', before: null, after: 'b' }] },
      { inFlight: true },
    ]
    for (const [i, [condition, not]] of asks.entries()) {
      assert.equal(reasonFor(condition as never, facts(not)), undefined, JSON.stringify(condition))
      assert.ok(reasonFor(condition as never, facts(holds[i])), JSON.stringify(condition))
    }
    assert.match(reasonFor({ kind: 'jurisdiction', any: ['US'] }, facts({ jurisdictions: [] }))!, /Nothing restricts/)
    assert.match(
      reasonFor(
        { kind: 'spend', amount: 10 },
        facts({ cost: { currency: 'EUR', messages: 0, incentives: 0, total: 0, unpriced: ['sms'] } }),
      )!,
      /Nobody has said what sms costs/,
    )
  })

  test('a policy for approvals cannot be taken away with less than the strictest one asks', () => {
    const policies = [
      policy({ id: 'a', when: [{ kind: 'reach', people: 9_999 }] }),
      policy({ id: 'b', quorum: 2, when: [{ kind: 'reach', people: 9_999 }], ownWork: 'allowed' }),
    ]
    const needs = assess(policies, facts({ touched: [{ kind: 'approval-policy', id: 'b', action: 'archive', before: 'x', after: null }] }))
    assert.deepEqual(
      needs.map(({ quorum, ownWork }) => [quorum, ownWork]),
      [[2, 'forbidden']],
    )
    assert.deepEqual(
      assess([], facts({ touched: [{ kind: 'approval-policy', id: 'b', action: 'create', before: null, after: 'x' }] })),
      [],
      'the first one needs nobody',
    )
  })

  test('the starters are sound, and the bank’s asks two for credit', () => {
    assert.ok(STARTERS.team.length > 0)
    const needs = assess(STARTERS.bank, facts({ categories: ['credit-offer'] }))
    assert.deepEqual(
      needs.map(({ policy: id, quorum }) => [id, quorum]),
      [
        ['everything', 1],
        ['credit', 2],
      ],
    )
  })
})

suite('where a request stands', () => {
  const need = (more: Partial<Need> = {}): Need => ({
    policy: 'p',
    name: 'p',
    reasons: [],
    quorum: 1,
    deciders: { permission: 'approvals:decide', keys: false },
    ownWork: 'forbidden',
    deadline: null,
    otherwise: 'hold',
    sample: 5,
    ...more,
  })
  const ids = ['a', 'b', 'c', 'd']
  const Vote = fc.record({
    who: fc.nat(3),
    key: fc.boolean(),
    verdict: fc.constantFrom('approve' as const, 'reject' as const, 'change' as const),
    old: fc.boolean(),
  })

  test('approved means: quorum different members who may, no author, no key without leave, nobody against, all of this hash', () => {
    fc.assert(
      fc.property(
        fc.record({
          votes: fc.array(Vote, { maxLength: 12 }),
          authors: fc.subarray(ids),
          able: fc.subarray(ids),
          quorum: fc.integer({ min: 1, max: 3 }),
        }),
        ({ votes, authors, able, quorum }) => {
          const members = new Map(
            ids.map((id) => [
              id,
              { person: id, role: 'approver' as const, permissions: new Set(able.includes(id) ? ['approvals:decide'] : []) },
            ]),
          )
          const said = votes.map(({ who, key, verdict, old }, at) => ({
            actor: `${key ? 'key' : 'person'}:${ids[who]}`,
            person: ids[who]!,
            verdict,
            comment: '',
            hash: old ? 'old' : 'now',
            at,
          }))
          const { approved } = standing([need({ quorum })], said, { members, authors: new Set(authors), hash: 'now' })
          const last = ids
            .map((id) => said.filter((vote) => vote.person === id && vote.hash === 'now').at(-1))
            .filter((vote) => vote !== undefined)
          const able2 = last.filter((vote) => able.includes(vote.person) && vote.actor.startsWith('person:'))
          const yes = able2.filter((vote) => vote.verdict === 'approve' && !authors.includes(vote.person))
          assert.equal(approved, yes.length >= quorum && able2.every((vote) => vote.verdict === 'approve'))
        },
      ),
    )
  })

  test('the first deadline counts, and holds at its very moment', () => {
    const { due, otherwise } = deadlineOf(
      [need({ deadline: '2h', otherwise: 'hold' }), need({ deadline: '1h', otherwise: 'reject' }), need()],
      1_000,
    )
    assert.deepEqual([due, otherwise], [3_601_000, 'reject'])
    assert.deepEqual(
      [stateAt({ state: 'approved', due, otherwise }, 3_600_999), stateAt({ state: 'approved', due, otherwise }, 3_601_000)],
      ['approved', 'rejected'],
    )
    assert.equal(stateAt({ state: 'executed', due, otherwise }, 9e12), 'executed')
  })

  test('the examples hold the longest, the rarest locale and the worst', () => {
    const renderings = Array.from({ length: 20 }, (_, i) => ({
      profile: `p${i}`,
      template: 't',
      locale: i === 7 ? 'no' : 'en',
      length: i === 3 ? 900 : 100,
      problems: i === 11 ? 2 : 0,
    }))
    const chosen = chooseExamples(renderings, 5)
    assert.deepEqual(chosen.slice(0, 3), [
      { profile: 'p11', template: 't', why: 'worst' },
      { profile: 'p3', template: 't', why: 'longest' },
      { profile: 'p7', template: 't', why: 'rarest-locale' },
    ])
    assert.equal(new Set(chosen.map(({ profile }) => profile)).size, 5)
    assert.deepEqual(chooseExamples([], 5), [])
  })
})
