import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyAsked, anyPolicies, judged, message, policy, somebody, WEDNESDAY, written } from '../../../test/fixtures/policies.ts'
import { contentOf } from './content.ts'
import { gatekeeper } from './gatekeeper.ts'
import { type Draft, lintDraft } from './lint.ts'
import { PACKS, policiesOf } from './packs/registry.ts'
import type { Policy } from './schema.ts'

const keeper = (policies: readonly Policy[]) => gatekeeper(policies.map((each) => ({ policy: each, version: 1 })))
const RANK = { pass: 0, defer: 1, refuse: 2 } as const

test('one more rule never lets more through, and never sooner', () => {
  let sterner = 0
  fc.assert(
    fc.property(anyPolicies, anyPolicies, anyAsked, (some, others, asked) => {
      const more = others.map((each, i) => ({ ...each, id: `more-${i}` }))
      const [few, all] = [keeper(some).judge(asked), keeper([...some, ...more]).judge(asked)]
      if (RANK[all.outcome] > RANK[few.outcome]) sterner++
      assert.ok(RANK[all.outcome] >= RANK[few.outcome])
      if (all.outcome === 'defer' && few.outcome === 'defer') assert.ok(all.until >= few.until)
    }),
    { numRuns: 400 },
  )
  assert.ok(sterner > 0)
})

test('a rule outside of its days never acts', () => {
  let acted = 0
  fc.assert(
    fc.property(anyPolicies, anyAsked, (policies, asked) => {
      const { rulings, passed } = keeper(policies).judge(asked)
      const day = new Date(asked.now).toISOString().slice(0, 10)
      const off = policies.filter(({ effective: { from, until } }) => day < from || (until !== undefined && day >= until))
      const names = new Set([...rulings.map((ruling) => ruling.policy), ...passed.map((name) => name.split('@')[0]!)])
      acted += names.size
      for (const { id } of off) assert.ok(!names.has(id))
    }),
    { numRuns: 400 },
  )
  assert.ok(acted > 0)
})

test('the same question gets the same verdict, by a new keeper and by one that was asked before', () => {
  fc.assert(
    fc.property(anyPolicies, fc.array(anyAsked, { minLength: 1, maxLength: 5 }), (policies, questions) => {
      const used = keeper(policies)
      const first = questions.map((asked) => used.judge(asked))
      const again = questions.map((asked) => used.judge(asked))
      const fresh = questions.map((asked) => keeper(policies).judge(asked))
      assert.deepEqual(again, first)
      assert.deepEqual(fresh, first)
    }),
    { numRuns: 200 },
  )
})

test('what is not known is refused: each kind of gate, asked of somebody of whom nothing is on file', () => {
  const nobody = somebody()
  const rules: Policy['rule'][] = [
    { kind: 'eligibility', evidence: [{ attribute: 'score' }] },
    { kind: 'eligibility', evidence: [{ list: 'approved', within: '30d' }] },
    { kind: 'eligibility', evidence: [{ event: 'Approved', within: '30d' }] },
    { kind: 'eligibility', evidence: [], when: 'profile.score > 3' },
    { kind: 'eligibility', evidence: [], when: 'profile.score >' },
    { kind: 'consent', needs: 'granted' },
    { kind: 'hours', windows: [{ from: '00:00', to: '24:00' }], holidays: [] },
    { kind: 'disclosure', says: ['terms'], where: 'anywhere', distance: 400 },
    { kind: 'disclosure', part: 'postal-address', where: 'anywhere', distance: 400 },
    { kind: 'wording', require: ['terms'], in: 'message' },
    { kind: 'review', by: 'approval' },
    { kind: 'review', by: 'reference' },
    { kind: 'factors', forbid: ['age'] },
  ]
  for (const rule of rules) {
    const { outcome } = judged([policy({ rule })], { subject: nobody, message: message({ decidedBy: undefined }) })
    assert.equal(outcome, 'refuse', JSON.stringify(rule))
  }
})

test('a message that cannot be read is refused by every rule on what it says', () => {
  for (const rule of [
    { kind: 'wording' as const, forbid: ['x'] },
    { kind: 'disclosure' as const, says: ['x'] },
  ])
    assert.equal(judged([policy({ rule })], { content: null }).outcome, 'refuse')
})

test('a rule of one place holds for everybody who may be there: unknown country and unknown state included', () => {
  const texas = policy({ rule: { kind: 'consent', needs: 'granted' }, jurisdiction: 'US-TX' })
  const outcomes = (attributes: Record<string, string>, phones: string[] = []) =>
    judged([texas], { subject: somebody({ attributes, phones }) }).outcome
  assert.equal(outcomes({}), 'refuse')
  assert.equal(outcomes({ country: 'US' }), 'refuse')
  assert.equal(outcomes({ country: 'US', state: 'NY' }), 'pass')
  assert.equal(outcomes({ country: 'US', state: 'NY' }, ['+15125550100']), 'refuse', 'the area code is of Austin')
  assert.equal(outcomes({ country: 'NO' }), 'pass')
  assert.equal(outcomes({ state: 'Texas' }), 'refuse')
})

const pieces = fc.array(
  fc.constantFrom(
    'you can choose to stop receiving prescreened offers of credit',
    'PRESCREEN &amp; OPT-OUT NOTICE',
    'based on information in your credit report',
    '1-888-567-8688',
    'guaranteed approval',
    'no annual fee',
    'annual percentage rate 21.9%',
    'act now',
    '$50 a month',
    'terms of repayment',
    '{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a>',
    'Hello',
  ),
  { maxLength: 8 },
)

test('what is refused at hand-over for what it says was found at publish', () => {
  const gates = gatekeeper(
    PACKS.flatMap(({ id }) => policiesOf(id)).filter(({ policy: { rule } }) => rule.kind === 'wording' || rule.kind === 'disclosure'),
  )
  let refusals = 0
  fc.assert(
    fc.property(
      pieces,
      fc.constantFrom('credit-offer', 'loan', 'general'),
      fc.constantFrom('Hello', 'RE: your card'),
      (texts, category, subject) => {
        const html = texts.map((text) => `<p style="font-size:16px">${text}</p>`).join('')
        const draft: Draft = {
          channel: 'email',
          lane: 'marketing',
          topic: '',
          category,
          subject: { at: '/subject', source: subject },
          html: { at: '/html', source: html },
          sample: undefined,
        }
        const found = lintDraft(draft, gates, WEDNESDAY).map(({ detail }) => detail!.split(' ')[0])
        const bytes = html
          .replace('{{ sender.postal_address }}', '1 Main Street, Town')
          .replace('{{ unsubscribe_url }}', 'https://go.test/u/t')
        const hasLink = bytes.includes('https://go.test/u/t')
        const content = { ...written(bytes, subject) }
        const sent = { ...content, has: { ...content.has, 'one-click': hasLink } }
        const { rulings } = gates.judge({
          stage: 'dispatch',
          subject: somebody(),
          message: message({ category }),
          content: sent,
          now: WEDNESDAY,
        })
        refusals += rulings.length
        assert.deepEqual(new Set(rulings.map((ruling) => ruling.policy)), new Set(found))
      },
    ),
    { numRuns: 300 },
  )
  assert.ok(refusals > 0)
})

/** Of most lengths there are several, of which a rule knows some. */
const filling = fc.constantFrom(
  '',
  'ow',
  'xy',
  'now',
  'ada',
  'bob',
  'act',
  'apr',
  'fee',
  '12',
  '34',
  'no',
  'ye',
  'act&#32;now',
  'bob&#32;bob',
  'фее',
  'a 12',
  'b 34',
  '𠀀fee',
)

test('a message that is taken for one that was read before gets the same verdict as if it were read', () => {
  const gates = gatekeeper(
    PACKS.flatMap(({ id }) => policiesOf(id)).filter(
      ({ policy: { rule } }) => rule.kind === 'wording' || (rule.kind === 'disclosure' && rule.if),
    ),
  )
  const shapes = [
    (x: string, y: string) => `<p>Hello ${x}</p><p>${y}</p>`,
    (x: string, y: string) => `<p>act n<b>${x}</b></p><div>annual percentage rate 5%, annual ${y}</div>`,
    (x: string, y: string) => `<table><tr><td>act</td><td>${x}</td></tr></table><!-- ${y} --><p>$5 a <i>${y}</i></p>`,
    (x: string, y: string) => `<p>${x}now</p>act <a href="https://go.test/${encodeURIComponent(y)}">here</a> ${y}<br>now`,
  ]
  let taken = 0
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.nat(3), fc.array(fc.tuple(filling, filling, filling), { minLength: 2, maxLength: 8 }), (n, fillings) => {
      for (const [x, y, z] of fillings) {
        const html = shapes[n]!(x, y)
        const given = {
          subject: `Hi ${z}`,
          html,
          text: `Hello\nact ${z}\nnow`,
          unsubscribe: 'https://go.test/u',
          oneClick: true,
          postalAddress: '12 Main Street',
        }
        const asked = {
          stage: 'dispatch' as const,
          subject: somebody(),
          message: message({ category: 'credit-offer' }),
          content: contentOf(given),
          now: WEDNESDAY,
        }
        const alike = gates.alike(`t${n}`, given)
        const quick = gates.judge({ ...asked, alike })
        assert.deepEqual(quick, gates.judge(asked))
        if (alike === null || quick.outcome !== 'pass') continue
        const name = `${n} ${alike}`
        if (seen.has(name)) taken++
        seen.add(name)
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(taken > 10, `${taken} were not read`)
})

test('of a thousand mails of one template nearly all are taken for one that was read', () => {
  const gates = gatekeeper(policiesOf('us-credit-offers').filter(({ policy: { rule } }) => rule.kind === 'wording'))
  let read = 0
  for (let i = 0; i < 1_000; i++) {
    const name = ['Ada', 'Bob', 'Grace', 'Linus'][i % 4]!
    const given = {
      subject: `Hello ${name}`,
      html: `<p>Hello ${name}, no. ${i % 10}</p><p><a href="https://go.test/c/${i}">Look</a></p>`,
      text: `Hello ${name}\nhttps://go.test/c/${i}`,
      unsubscribe: '',
      oneClick: true,
      postalAddress: '',
    }
    const asked = {
      stage: 'dispatch' as const,
      subject: somebody(),
      message: message({ category: 'loan' }),
      now: WEDNESDAY,
      alike: gates.alike('t', given),
    }
    const content = contentOf(given)
    const { outcome } = gates.judge({
      ...asked,
      get content() {
        read++
        return content
      },
    } as never)
    assert.equal(outcome, 'pass')
  }
  assert.ok(read < 100, `${read} reads`)
})

test('many rules together say what each of them says alone, asked for the first time', () => {
  let ruled = 0
  fc.assert(
    fc.property(anyPolicies, fc.array(anyAsked, { minLength: 1, maxLength: 6 }), (policies, questions) => {
      const all = keeper(policies)
      for (const asked of questions) {
        const together = all.judge(asked)
        const alone = policies.map((each) => keeper([each]).judge(asked))
        ruled += together.rulings.length
        assert.deepEqual(new Set(together.passed), new Set(alone.flatMap(({ passed }) => passed)))
        const saying = ({ rulings }: typeof together) => rulings.map((ruling) => JSON.stringify(ruling))
        assert.deepEqual(new Set(saying(together)), new Set(alone.flatMap(saying)))
        assert.equal(RANK[together.outcome], Math.max(0, ...alone.map(({ outcome }) => RANK[outcome])))
        if (together.outcome === 'defer') assert.equal(together.until, Math.max(...alone.map(({ until }) => until)))
      }
    }),
    { numRuns: 200 },
  )
  assert.ok(ruled > 0)
})

test('what one template may say, another one that fills in the same words may not', () => {
  const gates = keeper([policy({ rule: { kind: 'wording', forbid: ['act now'] } })])
  const outcome = (template: string, begins: string, name: string) => {
    const given = { subject: 'Hi', html: `<p>${begins} ${name}</p>`, text: name, unsubscribe: '', oneClick: true, postalAddress: '' }
    return gates.judge({
      stage: 'dispatch',
      subject: somebody(),
      message: message(),
      content: contentOf(given),
      alike: gates.alike(template, given),
      now: WEDNESDAY,
    }).outcome
  }
  for (const name of ['ada', 'bob', 'now']) assert.equal(outcome('mild', 'We are here', name), 'pass')
  for (const name of ['ada', 'bob', 'now']) assert.equal(outcome('stern', 'Please act', name), name === 'now' ? 'refuse' : 'pass')
})

test('an address in a subject is words, as the rules read it', () => {
  const gates = keeper([policy({ rule: { kind: 'wording', forbid: ['apr'] } })])
  const outcome = (end: string) => {
    const given = { subject: `See https://go.test/${end}`, html: '<p>x</p>', text: 'x', unsubscribe: '', oneClick: true, postalAddress: '' }
    const asked = { stage: 'dispatch' as const, subject: somebody(), message: message(), content: contentOf(given), now: WEDNESDAY }
    return gates.judge({ ...asked, alike: gates.alike('t', given) }).outcome
  }
  assert.deepEqual(['abc', 'xyz', 'uvw', 'apr'].map(outcome), ['pass', 'pass', 'pass', 'refuse'])
})
