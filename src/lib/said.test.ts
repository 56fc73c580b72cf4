import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GERMAN_SAYINGS, saidIn, telling } from './said.ts'

const de = (text: string): string => saidIn(text, 'de') ?? text

test('a sentence is told with its parts: numbers as they are written here, words with their case, names as they are', () => {
  assert.equal(
    de('5 runs entered: 3 are still inside, 2 have left. 1 run reached the goal.'),
    'Eingetreten: 5 Durchläufe; 3 sind noch darin, 2 haben sie verlassen. Ziel erreicht: 1 Durchlauf.',
  )
  assert.equal(
    de('Of 1,200 mails 34 came back (95 %: 1.2 % to 3.4 %), 5 took more than one try, and 2 complained.'),
    'Von 1.200 Mails kamen 34 zurück (95 %: 1,2 % bis 3,4 %), 5 brauchten mehr als einen Versuch; Beschwerden: 2.',
  )
  assert.equal(
    de('“none of them, at once” was drawn by lot from 3 options, each as likely: the model had learned nothing yet.'),
    '„none of them, at once“ wurde aus 3 gleich wahrscheinlichen Möglichkeiten ausgelost: das Modell hatte noch nichts gelernt.',
  )
})

test('several sentences are told together or not at all', () => {
  const known = 'It sends none.'
  assert.equal(de(`${known} ${known}`), 'Sie sendet keine. Sie sendet keine.')
  for (const text of [
    `${known} Somebody wrote this.`,
    'A message can be sent: whatever somebody wrote.',
    '{1} opened: 3 were not known to anybody.',
    'Written by somebody.',
  ])
    assert.equal(de(text), text)
})

test('English stays English, and sentences of others can be added', () => {
  assert.equal(saidIn('It sends none.', 'en'), undefined)
  assert.equal(telling({ 'They bought {1}.': 'Gekauft: {1}.' })('They bought 1,000.5.'), 'Gekauft: 1.000,5.')
})

test('every sentence of the catalogue is told when numbers are filled in, and no place stays open', () => {
  for (const code of Object.keys(GERMAN_SAYINGS)) {
    const text = code.replace(/\{(\d)\}/g, '$17')
    const told = saidIn(text, 'de')
    assert.ok(told !== undefined && !/\{\d/.test(told), `${text} → ${told}`)
  }
})

test('no text takes long, whatever people have called things', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(GERMAN_SAYINGS)),
      fc.array(fc.constantFrom(' ', ' (95 %: ', ' to ', '“', '”', 'a b', ', ', '. A')),
      (code, bits) => {
        const begun = performance.now()
        saidIn(
          code.replace(/\{\d\}/g, () => bits.join('').repeat(20).slice(0, 300)),
          'de',
        )
        assert.ok(performance.now() - begun < 1_000)
      },
    ),
    { numRuns: 200 },
  )
})
