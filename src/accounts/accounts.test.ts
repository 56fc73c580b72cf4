import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { DAY, FactWorld, NOW } from '../../test/fixtures/facts.ts'
import { companyBindings } from './actions.ts'
import { GetAccount, ListAccountPeople, ListAccounts } from './api.ts'

const world = FactWorld.forThisFile()
const HOUR = 3_600_000

/** Calls an action of companies; everybody is called by their id. */
async function ask(action: { readonly name: string }, input: object): Promise<never> {
  const people = async (_workspace: string, ids: readonly string[]) => ids.map((id) => ({ id, name: id.toUpperCase(), email: null }))
  const binding = companyBindings({ analytics: world.analytics, now: () => NOW, people }).find((each) => each.action.name === action.name)!
  const answer = await binding.handle!(
    binding.action.input.parse(input) as never,
    { workspace: 'w', actor: '', permissions: new Set() },
    {} as never,
  )
  return (isRefusal(answer) ? answer : binding.action.output.parse(answer)) as never
}

const event = (profile: string, name: string, hoursAgo: number) => ({
  workspace_id: 'w',
  profile_id: profile,
  message_id: `${profile}${name}${hoursAgo}`,
  type: 'track',
  name,
  at: NOW - hoursAgo * HOUR,
  received: NOW - hoursAgo * HOUR,
  properties: '{}',
  verdict: 'accepted',
})
const group = (profile: string, hoursAgo: number, traits: { readonly group_id: string; readonly [name: string]: unknown }) => ({
  ...event(profile, '', hoursAgo),
  type: 'group',
  properties: JSON.stringify(traits),
})

test('three colleagues on the pricing page within 48 hours are three people, however often each looks', async () => {
  await world.record({
    events: [
      group('ada', 900, { group_id: 'acme', name: 'Acme', seats: 5 }),
      group('bob', 800, { group_id: 'acme', seats: 9 }),
      group('cy', 700, { group_id: 'acme' }),
      group('dee', 700, { group_id: 'globex', name: 'Globex' }),
      event('ada', 'Pricing Viewed', 1),
      event('ada', 'Pricing Viewed', 2),
      event('bob', 'Pricing Viewed', 40),
      event('cy', 'Pricing Viewed', 60),
      event('dee', 'Pricing Viewed', 1),
    ] as never,
  })
  const { accounts } = (await ask(ListAccounts, {})) as { accounts: { id: string; people: number; active30d: number; events30d: number }[] }
  assert.deepEqual(
    accounts.map(({ id, people, active30d, events30d }) => [id, people, active30d, events30d]),
    [
      ['acme', 3, 3, 4],
      ['globex', 1, 1, 1],
    ],
  )
  const acme = (await ask(GetAccount, { id: 'acme' })) as {
    name: string
    traits: { name: string; value: unknown }[]
    together: { event: string; people48h: number; people7d: number }[]
    weeks: { people: number; events: number; from: number }[]
  }
  assert.equal(acme.name, 'Acme')
  assert.deepEqual(
    Object.fromEntries(acme.traits.map(({ name, value }) => [name, value])),
    { name: 'Acme', seats: 9 },
    'the newest call wins',
  )
  assert.deepEqual(
    acme.together.map(({ event: name, people48h, people7d }) => [name, people48h, people7d]),
    [['Pricing Viewed', 2, 3]],
  )
  assert.equal(acme.weeks.length, 12)
  assert.deepEqual([acme.weeks.at(-1)!.people, acme.weeks.at(-1)!.events, acme.weeks.at(-1)!.from], [3, 4, NOW - 7 * DAY])
})

test('each figure leads to exactly the people whom it counts', async () => {
  const who = async (input: object) =>
    ((await ask(ListAccountPeople, { id: 'acme', ...input })) as { people: { id: string }[] }).people.map(({ id }) => id)
  assert.deepEqual(await who({ event: 'Pricing Viewed', hours: 48 }), ['ada', 'bob'])
  assert.deepEqual(await who({ event: 'Pricing Viewed', hours: 168 }), ['ada', 'bob', 'cy'])
  assert.deepEqual(await who({}), ['ada', 'bob', 'cy'])
})

test('a search by a part of the name; a company that nobody named is said to be unknown', async () => {
  const found = (await ask(ListAccounts, { q: 'glob' })) as { accounts: { id: string }[] }
  assert.deepEqual(
    found.accounts.map(({ id }) => id),
    ['globex'],
  )
  const lost = (await ask(GetAccount, { id: 'nobody' })) as { refused: { code: string } }
  assert.equal(lost.refused.code, 'account.unknown')
})
