import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { Model } from '../schema.ts'
import { type ModelInForce, modelsOf } from '../snapshot.ts'
import { isEnglish } from './language.ts'
import { compoundOf, hearMood, mergeMood, moodFeatures, moodOf } from './mood.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 2, 2)
const inForce = (parts: Record<string, unknown> = {}): ModelInForce => ({
  model: Model.parse({ kind: 'model', id: 'sentiment', type: 'sentiment', ...parts }),
  version: 1,
  snapshot: null,
})
const all = modelsOf([inForce()])
const said = (
  text: Json,
  at = NOW,
  { name = 'message.received', props = { text } }: { name?: string; props?: JsonObject } = {},
): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'ada',
  id: `${at}`,
  type: 'system',
  name,
  at,
  received: at,
  props,
  ids: [],
})
const heard = (texts: readonly (readonly [string, number])[]): Json | undefined =>
  texts.reduce<Json | undefined>((kept, [text, at]) => hearMood(kept, said(text, at), all), undefined)
const close = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) < 1e-9

const ANGRY = 'This is terrible. I hate it and I want my money back!'
const HAPPY = 'I love it, thank you so much. Great service!'

test('what people write moves their mood: newer texts count more, the last one is kept', () => {
  assert.ok(compoundOf(ANGRY)! < -0.5 && compoundOf(HAPPY)! > 0.5)
  const mood = heard([
    [HAPPY, NOW - 60 * DAY],
    [ANGRY, NOW],
  ])
  const weight = 2 ** -2
  assert.ok(close(moodOf(mood, 'sentiment'), (compoundOf(ANGRY)! + weight * compoundOf(HAPPY)!) / (1 + weight)))
  const told = moodFeatures(mood, NOW + 30 * DAY)!
  assert.ok(close(told.last, compoundOf(ANGRY)!) && close(told.count, 0.5 * (1 + weight)) && close(told.days, 30))
  assert.ok(close(told.mean, moodOf(mood, 'sentiment')!), 'the mean stays until something else is said')
})

test('the order in which texts are heard does not matter, nor does it whether one person was two', () => {
  const text = fc.record({ text: fc.constantFrom(ANGRY, HAPPY, 'It is fine.'), day: fc.nat(200) })
  fc.assert(
    fc.property(fc.uniqueArray(text, { selector: ({ day }) => day, maxLength: 8 }), fc.nat(8), (texts, cut) => {
      const list = texts.map(({ text: written, day }) => [written, NOW + day * DAY] as const)
      const [one, other] = [moodOf(heard(list), 'sentiment'), moodOf(heard([...list].reverse()), 'sentiment')]
      const merged = moodOf(mergeMood(heard(list.slice(0, cut)), heard(list.slice(cut)), all), 'sentiment')
      if (one === undefined) assert.deepEqual([other, merged], [undefined, undefined])
      else assert.ok(close(other, one) && close(merged, one) && Math.abs(one) <= 1)
    }),
  )
})

test('only English is judged, and words to a machine are no mood', () => {
  const english = [
    'The parcel never came and nobody answers me.',
    'Great product!',
    'so good 😍',
    "I don't like it at all",
    'THIS IS A SCAM',
  ]
  const others = [
    'Das ist wirklich schlecht, ich bin sehr enttäuscht.',
    'Ich will das nicht mehr',
    'Le service est très mauvais et je ne suis pas content',
    'El producto no es lo que esperaba pero gracias',
    'Het is niet wat ik wilde',
    'Non è quello che volevo',
    'これはひどい',
    'Очень плохо',
    'Jättebra produkt, tack så mycket',
  ]
  for (const text of english) assert.ok(isEnglish(text), text)
  for (const text of others) assert.ok(!isEnglish(text), text)
  for (const text of [...others, 'STOP', 'stop please', '', '   ', 7, null, { text: 'bad' }])
    assert.equal(compoundOf(text as Json), null, String(text))
  const kept = heard([[HAPPY, NOW]])
  assert.equal(hearMood(kept, said(others[0]!), all), kept, 'the very same state')
})

test('which events and properties hold texts is declared; other events say nothing', () => {
  const own = modelsOf([inForce({ id: 'voice', texts: [{ event: 'Call Ended', property: 'summary.text' }] })])
  const kept = hearMood(undefined, said(null, NOW, { name: 'Call Ended', props: { summary: { text: ANGRY } } }), own)
  assert.ok(moodOf(kept, 'voice')! < -0.5)
  assert.equal(moodOf(kept, 'sentiment'), undefined)
  assert.equal(hearMood(undefined, said(ANGRY), own), undefined)
  assert.equal(hearMood(undefined, said(ANGRY), modelsOf([])), undefined)
})

test('any text at all has a mood between -1 and 1, or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const compound = compoundOf(text)
      assert.ok(compound === null || (compound >= -1 && compound <= 1))
    }),
  )
})
