import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { compileTemplate } from './adapters/compile.ts'
import { idFrom, STARTERS, startersIn } from './gallery.ts'
import { member, membersOf, nameOptions } from './liquid-names.ts'
import { DocumentId } from './names.ts'
import { Template } from './schema.ts'

test('every starting template can be published as it is', async () => {
  for (const { id, channel, body } of [...STARTERS, ...startersIn('de')]) {
    const template = Template.parse({ kind: 'template', id, ...body })
    assert.equal(template.channel, channel)
    const compiled = await compileTemplate(template, 0)
    assert.equal(isRefusal(compiled), false, id)
    if (!isRefusal(compiled))
      assert.deepEqual(
        compiled.problems.filter(({ severity }) => severity === 'error'),
        [],
        id,
      )
  }
})

/** What recipients read of a starting point. */
const READ = new Set(['subject', 'preheader', 'text', 'title', 'label', 'note'])
const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.flatMap(textsIn)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, each]) => (typeof each === 'string' ? (READ.has(name) ? [each] : []) : textsIn(each)))
      : []

test('whoever works in German begins with German words, each of them', () => {
  for (const [i, { id, body }] of startersIn('de').entries()) {
    const [german, english] = [textsIn(body), textsIn(STARTERS[i]?.body)]
    assert.equal(body['locale'], 'de', id)
    assert.equal(german.length, english.length)
    assert.deepEqual(
      german.filter((text) => english.includes(text)),
      [],
      id,
    )
  }
})

test('whatever a template is called, it gets an id that is free', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (name, others) => {
      const taken = new Set(others.map((each) => idFrom(each, new Set())))
      const id = idFrom(name, taken)
      assert.equal(DocumentId.safeParse(id).success, true, id)
      assert.equal(taken.has(id), false)
    }),
  )
})

test('what can be named: attributes by share, properties with their events, live parts of the template', () => {
  const options = nameOptions(
    {
      attributes: [
        { name: 'email', type: 'string', share: 1 },
        { name: 'last name', type: 'string', share: 0.5 },
      ],
      events: [
        { name: 'Product Viewed', properties: ['price'] },
        { name: 'Product Added', properties: ['price'] },
      ],
      snippets: [
        { id: 'terms', name: 'Terms', form: 'text' },
        { id: 'foot', name: 'Foot', form: 'blocks' },
      ],
    },
    { coupons: { spring: { pool: 'spring' } }, slots: { hero: { by: 'conditions', variants: [{ id: 'a', fields: { headline: 'A' } }] } } },
  )
  const inserts = options.map(({ insert }) => insert)
  assert.ok(inserts.includes('{{ profile.email }}'))
  assert.ok(inserts.includes('{{ profile["last name"] | default: "…" }}'), 'who lacks it gets a default')
  assert.deepEqual(options.find(({ name }) => name === 'entry.properties.price')?.of, ['Product Viewed', 'Product Added'])
  assert.ok(
    inserts.includes('{{ coupons.spring.code }}') &&
      inserts.includes('{{ slots.hero.headline }}') &&
      inserts.includes('{{ snippets.terms }}'),
  )
  assert.ok(!inserts.includes('{{ snippets.foot }}'), 'blocks are no words')
  assert.deepEqual(membersOf(options, ['entry', 'properties']), ['price'])
  assert.equal(member('profile', 'plan'), 'profile.plan')
})
