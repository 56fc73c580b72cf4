import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Identifier } from '#events/schema.ts'
import { type Known, profileIdOf, resolve, resolveAlias } from './resolve.ts'

const id = (text: string): Identifier => ({ kind: text.slice(0, text.indexOf(':')), value: text.slice(text.indexOf(':') + 1) })

/** An identity table as simple as it can be. */
class Table {
  readonly owner = new Map<string, string>()
  readonly merged: string[] = []
  see(...texts: string[]): string {
    const ids = texts.map(id)
    return this.#take(resolve('w', ids, (each) => this.known(each)))
  }
  alias(previous: string, ...texts: string[]): string {
    return this.#take(
      resolveAlias('w', texts.map(id), { previous: { kind: 'previous', value: previous }, known: (each) => this.known(each) }),
    )
  }
  known({ kind, value }: Identifier): Known | undefined {
    const profile = this.owner.get(`${kind}:${value}`)
    return profile === undefined
      ? undefined
      : { profile, user: [...this.owner].some(([name, of]) => of === profile && name.startsWith('user_id:')) }
  }
  #take({ profile, claim, merge }: ReturnType<typeof resolve>): string {
    for (const { kind, value } of claim) this.owner.set(`${kind}:${value}`, profile)
    for (const loser of merge) {
      this.merged.push(loser)
      for (const [name, of] of this.owner) if (of === loser) this.owner.set(name, profile)
    }
    return profile
  }
}

test('a visitor who logs in keeps the profile, and the next visit finds it', () => {
  const table = new Table()
  const visitor = table.see('anonymous_id:a1')
  assert.equal(table.see('user_id:u1', 'anonymous_id:a1'), visitor)
  assert.equal(table.see('user_id:u1'), visitor)
  assert.equal(table.see('anonymous_id:a1'), visitor)
  assert.deepEqual(table.merged, [])
})

test('a known person on a new device: the device’s history joins', () => {
  const table = new Table()
  const ada = table.see('user_id:ada')
  const phone = table.see('anonymous_id:phone')
  assert.equal(table.see('user_id:ada', 'anonymous_id:phone'), ada)
  assert.deepEqual(table.merged, [phone])
  assert.equal(table.see('anonymous_id:phone'), ada)
})

test('two people on one device stay two people; the device follows the last', () => {
  const table = new Table()
  const ada = table.see('user_id:ada', 'anonymous_id:tablet')
  const bo = table.see('user_id:bo', 'anonymous_id:tablet')
  assert.notEqual(ada, bo)
  assert.equal(table.see('anonymous_id:tablet'), bo)
  assert.equal(table.see('user_id:ada'), ada)
  assert.deepEqual(table.merged, [])
})

test('a shared address does not join two people with different user ids', () => {
  const table = new Table()
  const ada = table.see('user_id:ada', 'email:family@example.com')
  assert.notEqual(table.see('user_id:bo', 'email:family@example.com'), ada)
  assert.deepEqual(table.merged, [])
})

test('a newsletter reader who registers is one person', () => {
  const table = new Table()
  const reader = table.see('email:ann@example.com')
  assert.equal(table.see('user_id:ann', 'email:ann@example.com', 'anonymous_id:x'), reader)
})

test('alias joins two people whatever ids they have, and a previous id that was never seen is known from then on', () => {
  const table = new Table()
  const old = table.see('user_id:old')
  const now = table.see('user_id:new')
  assert.equal(table.alias('old', 'user_id:new'), now)
  assert.deepEqual(table.merged, [old])
  assert.equal(table.see('user_id:old'), now)
  table.alias('unseen', 'user_id:new')
  assert.equal(table.see('anonymous_id:unseen'), now)
})

test('the first profile id depends on the strongest identifier only, so two workers agree', () => {
  const anyone = () => undefined
  assert.equal(resolve('w', [id('anonymous_id:a'), id('user_id:u')], anyone).profile, profileIdOf('w', id('user_id:u')))
  assert.notEqual(profileIdOf('w', id('user_id:u')), profileIdOf('other', id('user_id:u')))
})

test('whatever is seen, in any order: no profile ever holds two user ids, and every identifier has one living owner', () => {
  const identifier = fc
    .tuple(fc.constantFrom('user_id', 'email', 'anonymous_id', 'phone'), fc.constantFrom('1', '2', '3'))
    .map((parts) => parts.join(':'))
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(identifier, { minLength: 1, maxLength: 4, selector: (text) => text.split(':')[0] }), { maxLength: 40 }),
      (sightings) => {
        const table = new Table()
        for (const ids of sightings) table.see(...ids)
        const users = [...table.owner].filter(([name]) => name.startsWith('user_id:')).map(([, profile]) => profile)
        assert.equal(new Set(users).size, users.length)
        for (const profile of table.owner.values())
          assert.ok(!table.merged.includes(profile), 'an identifier points to a profile that is gone')
      },
    ),
  )
})
