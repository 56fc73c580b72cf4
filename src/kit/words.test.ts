import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ago, amount, count, decimal, percent, points, stamp, zoneName } from './format.ts'
import { setZone } from './zone.ts'

const store = new Map<string, string>()
Object.assign(globalThis, {
  localStorage: {
    getItem: (name: string) => store.get(name) ?? null,
    setItem: (name: string, to: string) => store.set(name, to),
    removeItem: (name: string) => store.delete(name),
  },
  dispatchEvent: () => true,
  document: { documentElement: { lang: '' } },
})
const { language, setLanguage, words, wordsNow } = await import('./words.ts')
after(() => setLanguage('en'))

const PARTS = words(
  { people: (n: number) => `${n} people`, group: { save: 'Save' } },
  { de: { people: (n) => `${n} Personen`, group: { save: 'Speichern' } } },
)

test('words follow the language that the reader chose', () => {
  setLanguage('en')
  assert.equal(wordsNow(PARTS).people(2), '2 people')
  setLanguage('de')
  assert.equal(language(), 'de')
  assert.equal(wordsNow(PARTS).people(2), '2 Personen')
  assert.equal(wordsNow(PARTS).group.save, 'Speichern')
})

test('numbers and distances are written as the language writes them', () => {
  setLanguage('de')
  assert.equal(count(1_234_567), '1.234.567')
  assert.equal(amount(1234.5), '1.234,5')
  assert.equal(percent(0.1824), '18,2 %')
  assert.equal(points(0.031), '+3,1 Pp.')
  assert.equal(decimal(2.5, 2), '2,50')
  assert.equal(ago(0, 7_200_000), 'vor 2 Std.')
  setLanguage('en')
  assert.equal(amount(1234.5), '1,234.5')
})

test('times are told in the zone that the reader chose', () => {
  setLanguage('en')
  const noon = Date.parse('2026-11-23T12:00:00Z')
  setZone('Asia/Tokyo')
  assert.match(stamp(noon), /21:00:00/)
  assert.equal(zoneName(noon), 'GMT+9')
  setZone('Europe/Oslo')
  assert.match(stamp(noon), /13:00:00/)
  setZone('')
})
