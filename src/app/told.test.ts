import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import { explain } from '#journeys/reasons.ts'
import { told } from './told.ts'

test('reasons and conditions are told in the language that was asked for, wherever they stand in the answer', () => {
  const row = { id: 'm1', reason: 'capped:weekly', sentence: explain('capped:weekly') }
  const journey = { sentences: { 'profile.plan == "pro"': 'plan is “pro”' } }
  assert.deepEqual(told({ messages: [row], next: null, journey }, 'de'), {
    messages: [{ ...row, sentence: 'Die Person hat so viele Nachrichten bekommen, wie die Obergrenze „weekly“ erlaubt.' }],
    next: null,
    journey: { sentences: { 'profile.plan == "pro"': 'plan ist „pro“' } },
  })
})

test('the condition that was asked about makes the sentence of the answer', () => {
  assert.deepEqual(told({ count: 3, sentence: 'plan is “pro”' }, 'de', { when: 'profile.plan == "pro"' }), {
    count: 3,
    sentence: 'plan ist „pro“',
  })
})

test('problems in an answer are told by their code, with the names that they hold', () => {
  const problem = {
    code: 'sender.provider',
    title: 'There is no provider for e-mail called "post".',
    at: '/sender',
    hint: 'Publish it too.',
  }
  assert.deepEqual(told({ problems: [problem] }, 'de'), {
    problems: [{ ...problem, title: 'Es gibt keinen E-Mail-Anbieter „post“.', hint: 'Veröffentlichen Sie ihn ebenfalls.' }],
  })
})

test('every type of provider says what it does, and what each of its secrets is, in German', () => {
  for (const { does, secrets } of PROVIDERS.values()) {
    const line = { does, secrets: Object.entries(secrets).map(([name, is]) => ({ name, is })) }
    const german = told(line, 'de') as typeof line
    assert.notEqual(german.does, does)
    for (const [i, { name, is }] of line.secrets.entries()) {
      assert.equal(german.secrets[i]!.name, name)
      assert.notEqual(german.secrets[i]!.is, is)
    }
  }
})

test('a sentence that was made of something else stays as it is', () => {
  const answer = { reason: 'capped', sentence: 'Written by somebody.', when: 'not a condition (' }
  assert.deepEqual(told(answer, 'de'), answer)
})

test('in English, and without sentences, every answer stays the same', () => {
  fc.assert(fc.property(fc.jsonValue(), (answer) => assert.deepEqual(told(answer, 'en'), answer)))
})

test('sentences of experiments, goals, models and outcomes are told whole, with the names that people gave', () => {
  const german = (sentence: string): unknown => (told({ sentence }, 'de') as { sentence: unknown }).sentence
  for (const [english, expected] of [
    [
      'Not decided: so far people in “A b c” did “Orders again” 18.70 percentage points more often (63.25 % against 44.55 %), but anything between −13.02 and 50.43 percentage points is possible (95 %, valid however often you look).',
      'Noch nicht entschieden: Personen in „A b c“ taten „Orders again“ um 18,70 Prozentpunkte öfter (63,25 % gegenüber 44,55 %); möglich ist aber alles zwischen −13,02 und 50,43 Prozentpunkten (95 %, gültig, wie oft man auch hinsieht).',
    ],
    [
      'People whom marketing could reach had “Revenue” of 1,020.77 USD more each (115.41 USD against 94.77 USD, 7.1 % more; between 6.40 and 8.92 USD; 95 %, valid however often you look; adjusted by what they did before).',
      'Vom Marketing erreichbare Personen hatten bei „Revenue“ je Person 1.020,77 USD mehr (115,41 USD gegenüber 94,77 USD, 7,1 % mehr; zwischen 6,40 und 8,92 USD; 95 %, gültig, wie oft man auch hinsieht; bereinigt um das, was sie vorher taten).',
    ],
    [
      '“Revenue of the month”, “Revenue”: 58,022 so far (day 23 of 30). As things go it will be 77,120 by 30 November 2026 (80 % interval 72,551 to 82,046). The goal is at least 65,000, 24.4 % above the 52,271 of 1 October 2026 to 31 October 2026. It is likely to be reached: the chance is above 99 %.',
      '„Revenue of the month“, „Revenue“: 58.022 bisher (Tag 23 von 30). So wie es läuft, werden es bis 30. November 2026 77.120 sein (80 %-Intervall 72.551 bis 82.046). Das Ziel ist mindestens 65.000, 24,4 % über den 52.271 (1. Oktober 2026 bis 31. Oktober 2026). Wahrscheinlich wird es erreicht: die Chance ist über 99 %.',
    ],
    [
      'Too early: on one side 1 person has done it so far, and 20 are needed on each before the figures hold.',
      'Zu früh: auf einer Seite hat es bisher 1 Person getan, und auf jeder sind 20 nötig, bevor die Zahlen gelten.',
    ],
    [
      'There are 9,527 moments of people whose 7 days are over, and 1,661 whose time is not over: it learns when it is next its turn.',
      'Es gibt 9.527 Zeitpunkte von Personen, deren 7 Tage vorbei sind, und 1.661, deren Zeit noch läuft: gelernt wird, sobald es an der Reihe ist.',
    ],
    [
      '39.70 USD in 30 days: platform 39.70 USD. 0 % of it was measured, the rest estimated.',
      '39,70 USD in 30 Tagen: Plattform 39,70 USD. Davon sind 0 % gemessen, der Rest ist geschätzt.',
    ],
    [
      '“Unsubscribed” must not get worse by more than 0.01 a person; else it is stopped.',
      '„Abgemeldet“ darf nicht um mehr als 0,01 je Person schlechter werden; sonst wird sie beendet.',
    ],
  ])
    assert.equal(german(english!), expected)
})

test('names of arms, metrics, bars and series are told where they are ours, and stay where people gave them', () => {
  const names = (answer: object): unknown => (told(answer, 'de') as { name: unknown }).name
  assert.equal(names({ id: 'held_out', name: 'Held out', control: true }), 'Zurückgehalten')
  assert.equal(names({ id: 'a', name: 'Goal of Spring', means: '' }), 'Ziel von Spring')
  assert.equal(names({ id: 'mail', name: 'Gets the mail', control: false }), 'Gets the mail')
  assert.equal(names({ id: 'p1', name: 'Held out' }), 'Held out')
  const bars = [{ label: 'platform', value: 1 }]
  assert.deepEqual(told({ kind: 'bars', title: 'Cost by kind', format: 'money', ours: true, bars }, 'de'), {
    kind: 'bars',
    title: 'Kosten nach Art',
    format: 'money',
    ours: true,
    bars: [{ label: 'Plattform', value: 1 }],
  })
  assert.deepEqual((told({ kind: 'bars', title: 'Return', format: 'number', bars }, 'de') as { bars: unknown }).bars, bars)
})

test('what a member was told is in their language, and what a colleague wrote beside it is not touched', () => {
  const notice = { id: 'n', read: false, about: { kind: 'journey', id: 'cart' }, by: null, at: 1 }
  const mention = { ...notice, kind: 'mention', title: 'Ada mentioned you beside “cart”', detail: 'Kim approved it.' }
  const asked = { ...notice, kind: 'approval-asked', title: 'Approval asked for: “Hello”', detail: 'Ada asks for your approval.' }
  assert.deepEqual(told({ notifications: [mention, asked] }, 'de'), {
    notifications: [
      { ...mention, title: 'Ada hat Sie neben „cart“ erwähnt' },
      { ...asked, title: 'Um Freigabe gebeten: „Hello“', detail: 'Ada bittet um Ihre Freigabe.' },
    ],
  })
})

test('why an option was not possible is told whole, whatever the reason holds', () => {
  const rule = 'Not possible. ' + explain('policy:fcra-prescreen-opt-out')
  for (const [english, german] of [
    [rule, `Nicht möglich. ${explain('policy:fcra-prescreen-opt-out', 'de')}`],
    ['Not possible. Its condition did not hold for this person.', 'Nicht möglich. Die Bedingung galt für diese Person nicht.'],
    [
      'There are 62 people with “Subscription Started”: it learns when it is next its turn.',
      'Es gibt 62 Personen mit „Subscription Started“: gelernt wird, sobald es an der Reihe ist.',
    ],
  ])
    assert.deepEqual(told({ sentence: english }, 'de'), { sentence: german })
})

test('what went wrong with a sample is told where it is shown', () => {
  const sample = { id: 'ws_1', status: 'failed' }
  const problem = 'The server was stopped while it was being made. Delete it and make it anew.'
  assert.deepEqual(told({ samples: [{ ...sample, problem }] }, 'de'), {
    samples: [{ ...sample, problem: 'Der Server wurde angehalten, während er angelegt wurde. Löschen Sie ihn, und legen Sie ihn neu an.' }],
  })
})
