import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { revocationOf } from './revocation.ts'

const each = (meaning: string, texts: readonly string[]): void => {
  for (const text of texts) assert.equal(revocationOf(text), meaning, text)
}

test('the words of 47 CFR 64.1200(a)(10) and of the carriers mean stop, however they are written', () => {
  const words = ['stop', 'stopall', 'quit', 'end', 'revoke', 'opt out', 'optout', 'cancel', 'unsubscribe']
  each('stop', words)
  each(
    'stop',
    words.flatMap((word) => [
      word.toUpperCase(),
      ` ${word}.`,
      `${word}!!`,
      `"${word}"`,
      `Please ${word}`,
      `${word} please`,
      `${word} thanks`,
    ]),
  )
  each('start', ['START', 'yes', 'Unstop'])
  each('help', ['HELP', 'info?'])
})

test('free text that asks for an end is an end (any reasonable means)', () => {
  each('stop', [
    'please stop texting me',
    'Stop sending me messages',
    'pls stop',
    'I want you to stop texting this number',
    "don't text me anymore",
    'Do not contact me again',
    'take me off your list',
    'remove me from this',
    'I want to unsubscribe',
    'I would like to opt out',
    'opt me out',
    'no more texts',
    'leave me alone',
    'wrong number',
    'I revoke my consent',
    'how do I stop this?',
    'STOP!!! I already told you',
  ])
})

test('it is understood in other languages, with and without accents', () => {
  each('stop', [
    'ARRÊT',
    'arret',
    'Désabonner',
    'BAJA',
    'Abmelden',
    'afmelden',
    'annulla',
    'Bitte keine SMS mehr',
    'Bitte nicht mehr schreiben',
    'Arrêtez de m’envoyer des messages',
    'plus de messages',
    'No quiero recibir más mensajes',
    'dejen de enviar mensajes',
    'no me escriban más',
    'não quero receber',
    'geen sms meer',
    'Non inviate più messaggi',
  ])
})

test('what only looks like it is none', () => {
  each('none', [
    "don't stop",
    "please don't stop sending these",
    "I can't stop laughing",
    'Can I stop by the shop later?',
    'I am at the bus stop',
    'I did not get your message',
    "don't hesitate to call",
    'When does the sale end?',
    'Thank you!',
    'see you at the weekend',
    'non-stop fun',
    'My order has not come',
    '',
    '👍',
  ])
})

test('no text whatever stops the program or takes long', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 3_000 }),
        fc.array(fc.constantFrom('stop ', "don't ", 'not ', 'me ', 'no ', 'text '), { maxLength: 500 }).map((all) => all.join('')),
      ),
      (text) => {
        const began = process.cpuUsage()
        assert.ok(['stop', 'start', 'help', 'none'].includes(revocationOf(text)))
        // Of the processor, so that a busy machine does not count.
        assert.ok(process.cpuUsage(began).user < 1_000_000)
      },
    ),
  )
})
