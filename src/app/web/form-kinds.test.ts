import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { KINDS } from '#app/kinds.ts'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import { PAGE_FIELD_WORDS } from '#content/ui/page-field-words.ts'
import { faultsOf, optionOf } from '#kit/form/check.ts'
import { COMMON_WORDS } from '#kit/form/form-words.ts'
import { jsonSchemaOf, problemsOf } from '#kit/form/from-zod.ts'
import { type JsonSchema, resolved } from '#kit/form/json-schema.ts'
import { type FieldWords, labelFor, optionLabel, readable, wordsFor } from '#kit/form/labels.ts'
import { shapeOf } from '#kit/form/shape.ts'
import { matching } from '#kit/form/suggest.ts'
import { readDuration, readNumber, readOffset, readShare, writeDuration, writeOffset, writeShare } from '#kit/form/units.ts'
import { unworded } from '#kit/form/unworded.ts'
import { asOption, blank, moved, pointer, renamed, withPart } from '#kit/form/value.ts'
import { hasScreen } from '#kit/paths.ts'
import type { Words } from '#kit/words.ts'
import { LANGUAGES, type Language } from '#lib/language.ts'
import { KIND_FORMS } from './kind-forms.ts'
import { EXPERIMENT_FORM, GOAL_FORM, HOLDOUT_FORM, REPORT_FORM } from './measurement/settings-words.ts'
import { CHANNEL_FORM } from './settings/channel-form-words.ts'

/** Values that a schema takes, as far as JSON Schema says it. */
function valuesOf(schema: JsonSchema, root: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  const here = resolved(schema, root)
  if (here.const !== undefined) return fc.constant(here.const)
  if (here.enum) return fc.constantFrom(...here.enum)
  const options = here.oneOf ?? here.anyOf
  if (options) return fc.oneof(...options.map((each) => fc.constant(each))).chain((each) => valuesOf(each, root, depth))
  switch (Array.isArray(here.type) ? here.type[0] : here.type) {
    case 'string':
      return textsOf(here)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'integer':
    case 'number':
      return numbersOf(here)
    case 'array': {
      const min = here.minItems ?? 0
      if (!here.items) return fc.constant([])
      return fc.array(
        fc.constant(null).chain(() => valuesOf(here.items!, root, depth + 1)),
        { minLength: min, maxLength: depth > 3 ? min : Math.min(here.maxItems ?? 3, min + 2) },
      )
    }
    case 'object':
      return objectsOf(here, root, depth)
    default:
      return fc.jsonValue()
  }
}

const FITTING = ['mail.shop.example', 'hello@shop.example', 'Shop', 'a', 'x-1', 'https://shop.example/a']

function textsOf({ pattern, minLength = 0, maxLength = 40, format }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uri') return fc.webUrl()
  if (format === 'email') return fc.constant('ada@example.com')
  // What looks ahead cannot be drawn from its pattern: one that fits stands for all.
  if (pattern && /\(\?[=!<]/.test(pattern)) return fc.constantFrom(...FITTING.filter((text) => new RegExp(pattern).test(text)))
  if (pattern) return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= minLength && text.length <= maxLength)
  return fc
    .string({ minLength, maxLength: Math.min(maxLength, minLength + 20), unit: 'grapheme' })
    .filter((text) => [...text].length <= maxLength && [...text].length >= minLength)
}

function numbersOf(schema: JsonSchema): fc.Arbitrary<number> {
  const above = schema.exclusiveMinimum
  const min = Math.max(schema.minimum ?? -1e6, above === undefined ? -1e6 : above + (schema.type === 'integer' ? 1 : 1e-6))
  const max = Math.min(schema.maximum ?? 1e6, schema.exclusiveMaximum === undefined ? 1e6 : schema.exclusiveMaximum - 1e-6)
  return schema.type === 'integer' ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }).map((value) => value || 0)
}

function objectsOf(schema: JsonSchema, root: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  if (!schema.properties || Object.keys(schema.properties).length === 0) {
    if (typeof schema.additionalProperties !== 'object') return fc.constant({})
    const values = schema.additionalProperties
    return fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.constant(null).chain(() => valuesOf(values, root, depth + 1)),
      { maxKeys: depth > 3 ? 0 : 2 },
    )
  }
  const required = new Set(schema.required)
  const parts = Object.entries(schema.properties).map(([name, inner]) => {
    const value = fc.constant(null).chain(() => valuesOf(inner, root, depth + 1))
    const there = required.has(name) ? value : depth > 3 ? fc.constant(undefined) : fc.option(value, { nil: undefined })
    return there.map((each) => [name, each] as const)
  })
  return fc.tuple(...parts).map((pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined)))
}

/** A value that went through every field of the form: each reads what it shows and writes it back. */
function through(schema: JsonSchema, value: unknown, { root, name = '' }: { root: JsonSchema; name?: string }): unknown {
  const shape = shapeOf(schema, root, name)
  switch (shape.kind) {
    case 'text': {
      const text = value as string
      if (shape.of === 'share') return writeShare(readShare(text))
      if (shape.of === 'offset') {
        const read = readOffset(text)
        return 'raw' in read ? read.raw : writeOffset(read)
      }
      if (shape.of !== 'duration') return text
      const read = readDuration(text)
      return 'raw' in read ? read.raw : writeDuration(read.n, read.unit)
    }
    case 'number':
      return readNumber(String(value))
    case 'list':
      return (value as unknown[]).map((each) => through(shape.items, each, { root }))
    case 'record':
      return Object.entries(value as object).reduce<Record<string, unknown>>(
        (sum, [part, each]) => withPart(sum, part, through(shape.values, each, { root })),
        value as Record<string, unknown>,
      )
    case 'object':
      return shape.fields.reduce<Record<string, unknown>>(
        (sum, field) =>
          field.name in sum ? withPart(sum, field.name, through(field.schema, sum[field.name], { root, name: field.name })) : sum,
        value as Record<string, unknown>,
      )
    case 'union': {
      const at = optionOf(shape, value, root)
      assert.ok(at >= 0, `no option for ${JSON.stringify(value)}`)
      return through(shape.options[at]!.schema, value, { root, name })
    }
    case 'any':
      return parse(stringify(value))
    default:
      return value
  }
}

for (const [kind, { schema }] of KINDS) {
  test(`${kind}: every value that its schema takes survives the form unchanged, byte for byte, and nothing is wrong with it`, () => {
    const root = jsonSchemaOf(schema as z.ZodType)
    fc.assert(
      fc.property(valuesOf(root, root), (value) => {
        assert.equal(JSON.stringify(through(root, value, { root })), JSON.stringify(value))
        assert.deepEqual(faultsOf(root, value), [])
      }),
      { numRuns: 25 },
    )
  })
}

/** Forms of kinds that have a screen of their own; those of journeys and templates are drawn, and tested there. */
const OWN_FORMS: Readonly<Record<string, Words<FieldWords>>> = {
  experiment: EXPERIMENT_FORM,
  goal: GOAL_FORM,
  holdout: HOLDOUT_FORM,
  report: REPORT_FORM,
  page: PAGE_FIELD_WORDS,
}
const isAddress = (path: readonly string[]): boolean => path.length === 1 && (path[0] === 'kind' || path[0] === 'id')

for (const language of Object.keys(LANGUAGES) as Language[]) {
  for (const [kind, { schema }] of KINDS) {
    const words = hasScreen(kind) ? async () => OWN_FORMS[kind] : KIND_FORMS[kind]
    if (hasScreen(kind) && !OWN_FORMS[kind]) continue
    test(`${language}: every field of the form of ${kind} has a label, and every choice a word`, async () => {
      const labels = (await words?.())?.[language] ?? {}
      assert.deepEqual(unworded(jsonSchemaOf(schema as z.ZodType), [labels, COMMON_WORDS[language]], { hidden: isAddress }), [])
    })
  }
  for (const { type, settings } of PROVIDERS.values())
    test(`${language}: every setting of the provider ${type} has a label`, () => {
      assert.deepEqual(unworded(jsonSchemaOf(settings), [CHANNEL_FORM[language], COMMON_WORDS[language]]), [])
    })
}

test('a fault of the form is a fault of zod: what the form lets pass, JSON Schema lets pass', () => {
  const schema = z.strictObject({
    n: z.int().min(2).max(5),
    text: z.string().min(2).max(4),
    share: z
      .string()
      .regex(/^(100|\d{1,2})%$/)
      .optional(),
  })
  const root = jsonSchemaOf(schema)
  fc.assert(
    fc.property(
      fc.record({
        n: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.string()),
        text: fc.string({ maxLength: 6 }),
        share: fc.constantFrom('10%', '10', ''),
      }),
      (value) => {
        assert.equal(faultsOf(root, value).length === 0, schema.safeParse(value).success)
        assert.deepEqual(
          new Set(faultsOf(root, value).map(({ path }) => pointer(path))),
          new Set(problemsOf(schema, value).map(({ at }) => at)),
        )
      },
    ),
  )
})

test('what is told apart: a time, a share, a duration, a day, a zone; a choice in a union is several options', () => {
  const shape = (schema: z.ZodType, name = '') => {
    const root = jsonSchemaOf(schema)
    return shapeOf(root, root, name)
  }
  const of = (schema: z.ZodType, name = '') => (shape(schema, name) as { of?: string }).of
  assert.equal(of(z.string().regex(/^(?:\d+(?:ms|[wdhms]))+$/)), 'duration')
  assert.equal(of(z.string().regex(/^[+-]?(?:\d+(?:ms|[wdhms]))+$/)), 'offset')
  assert.equal(of(z.string().regex(/^(100|\d{1,2})(\.\d+)?%$/)), 'share')
  assert.equal(of(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)), 'clock')
  assert.equal(of(z.iso.date()), 'day')
  assert.equal(of(z.string(), 'fallbackZone'), 'zone')
  assert.equal(of(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)), 'line')
  const again = shape(z.union([z.enum(['never', 'always']), z.strictObject({ after: z.string() })]))
  assert.deepEqual(again.kind === 'union' && again.options.map(({ name }) => name), ['never', 'always', 'after'])
  const json = shape(z.json())
  assert.deepEqual(json.kind === 'union' && json.options.map(({ name }) => name), ['text', 'number', 'boolean', 'null', 'other'])
})

test('a union by kind keeps what its options share when another is chosen, and what is begun is complete', () => {
  const schema = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a'), id: z.string(), n: z.int().min(3) }),
    z.strictObject({ kind: z.literal('b'), id: z.string(), days: z.array(z.string()).min(1) }),
  ])
  const root = jsonSchemaOf(schema)
  const shape = shapeOf(root, root)
  assert.ok(shape.kind === 'union' && shape.tag === 'kind')
  assert.equal(optionOf(shape, { kind: 'b' }, root), 1)
  assert.deepEqual(asOption({ kind: 'a', id: 'x', n: 4 }, shape.options[1]!.schema, root), { kind: 'b', id: 'x', days: [''] })
  assert.deepEqual(blank(root, root), { kind: 'a', id: '', n: 3 })
})

test('moving keeps every item; a part keeps its place when it is renamed or set', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.nat(), fc.nat(), (items, a, b) => {
      const [from, to] = [a % items.length, b % items.length]
      const after = moved(items, from, to)
      assert.deepEqual(after.toSorted(), items.toSorted())
      assert.equal(after[to], items[from])
      assert.deepEqual(moved(after, to, from), items)
    }),
  )
  assert.deepEqual(Object.keys(renamed({ a: 1, b: 2, c: 3 }, 'b', 'x')), ['a', 'x', 'c'])
  assert.deepEqual(Object.keys(withPart({ a: 1, b: 2 }, 'a', 5)), ['a', 'b'])
  assert.deepEqual(withPart({ a: 1 }, 'a', undefined), {})
  assert.equal(pointer(['steps', '0', 'a/b~c']), '/steps/0/a~1b~0c')
})

test('the longest path has the first word; a name is readable without any', () => {
  const own = { 'goal.within': 'Counts for', within: 'Within', 'within?': 'A duration', 'reentry=never': 'Never again' }
  assert.equal(labelFor(['goal', 'within'], [own]), 'Counts for')
  assert.equal(labelFor(['steps', '3', 'within'], [own]), 'Within')
  assert.equal(wordsFor(['goal', 'within'], [own], '?'), 'A duration')
  assert.equal(optionLabel(['entry', 'reentry'], [own], 'never'), 'Never again')
  assert.equal(readable('fallbackZone'), 'Fallback zone')
})

test('suggestions hold every typed word, those that begin with them first', () => {
  const choices = [{ value: 'profile.country' }, { value: 'Order Completed' }, { value: 'country', label: 'The country' }]
  assert.deepEqual(
    matching(choices, 'coun', 9).map(({ value }) => value),
    ['country', 'profile.country'],
  )
  assert.deepEqual(
    matching(choices, 'com ord', 9).map(({ value }) => value),
    ['Order Completed'],
  )
  assert.equal(matching(choices, '', 2).length, 2)
})

test('numbers are taken with a comma or a point, and only when they are numbers', () => {
  assert.equal(readNumber('1,5'), 1.5)
  assert.equal(readNumber('1.'), 1)
  assert.equal(readNumber('x'), undefined)
  assert.equal(readNumber('-'), undefined)
})
