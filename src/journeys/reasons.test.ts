import assert from 'node:assert/strict'
import test from 'node:test'
import { codeOf, explain, REASONS } from './reasons.ts'

test('every reason has one sentence, with and without its detail', () => {
  for (const code of Object.keys(REASONS)) {
    assert.match(explain(code), /^[A-Z].*[^:… ]\.$/, code)
    assert.doesNotMatch(explain(code), /…|“”| \.|\.\./, code)
    assert.match(explain(`${code}:x`), /^[A-Z].*\.|x/, code)
  }
})

test('the detail finds its place, and the reason of a last step is told after the end', () => {
  assert.equal(explain('branch:vip'), 'The condition of branch “vip” held.')
  assert.equal(explain('exit_condition:bought'), 'An exit condition ended the run: bought.')
  assert.equal(explain('completed:no_address'), 'They reached the end of the journey. The profile has no address for this channel.')
  assert.equal(explain('failed:550: no such user'), 'The message failed: 550: no such user.')
})

test('every reason has a German sentence too, with the detail in its place', () => {
  for (const code of Object.keys(REASONS)) {
    assert.match(explain(code, 'de'), /^[A-Z].*[^:… ]\.$/, code)
    assert.doesNotMatch(explain(code, 'de'), /…|„“| \.|\.\./, code)
    assert.equal(explain(`${code}:x7`, 'de').includes('x7'), true, code)
    assert.doesNotMatch(explain(code, 'de'), /\b(the|They|was|not|journey|profile|message|nobody|their)\b/, code)
  }
  assert.equal(explain('completed:no_address', 'de'), 'Hat das Ende der Journey erreicht. Das Profil hat keine Adresse für diesen Kanal.')
  assert.equal(explain('failed:550: $& no such user', 'de'), 'Die Nachricht ist gescheitert: 550: $& no such user.')
})

test('an unknown code is shown as it is', () => {
  assert.equal(explain('from_the_future'), 'from_the_future')
  assert.equal(codeOf('constructor'), undefined)
})
