import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestApproval } from '#approvals/api.ts'
import { NO_CONSENT_YET, type Permit } from '#consent/schema.ts'
import { addressHash, suppress, suppressHashed } from '#platform/suppressions.ts'
import { journey, publish, team } from '../../test/fixtures/approval-team.ts'
import type { ApprovalWorld } from '../../test/fixtures/approvals.ts'

interface Somebody {
  readonly email?: string
  readonly phone?: string
  readonly permits?: readonly string[]
}

const granted: Permit = { status: 'granted', basis: 'consent', at: 1, method: '', by: 'person' } as unknown as Permit

async function live({ database, workspace }: ApprovalWorld, people: Readonly<Record<string, Somebody>>): Promise<void> {
  for (const [id, { email, phone, permits = [] }] of Object.entries(people)) {
    const state = {
      v: 2,
      profile: {
        id,
        ids: {},
        attributes: { ...(email && { email: [email, 1] }), ...(phone && { phone: [phone, 1] }) },
        activity: {},
        seen: {},
        firstSeen: 1,
        lastSeen: 1,
      },
      segments: {},
      consent: { ...NO_CONSENT_YET, permits: Object.fromEntries(permits.map((each) => [each, granted])) },
      contacts: {},
      journeys: {},
    }
    await database.pool.query(
      `insert into keyed_state (workspace_id, kind, id, partition, state, version) values ($1, 'profile', $2, 0, $3, 1)`,
      [workspace, id, JSON.stringify(state)],
    )
  }
}

const text = { kind: 'template', id: 'text', channel: 'sms', text: 'Hi' }
const both = journey({
  entry: { segment: 'vip', on: 'entered', existing: 'enter' },
  steps: [
    { kind: 'email', id: 'mail', template: 'hello', topic: 'news' },
    { kind: 'sms', id: 'text', template: 'text', topic: 'news' },
  ],
})
const vip = { kind: 'segment', id: 'vip', when: 'profile.vip == true' }

async function reachOf(people: Readonly<Record<string, Somebody>>, audience: number, before?: (world: ApprovalWorld) => Promise<unknown>) {
  const { world, ada } = await team()
  await live(world, people)
  await before?.(world)
  Object.assign(world, { audience, sample: Object.keys(people) })
  const told = await ada.do(RequestApproval, { wanted: publish(vip, text, both), dryRun: true })
  assert.ok(!('refused' in told), JSON.stringify(told))
  return told.evidence.reach.find((each) => each.journey === 'welcome')
}

test('the reach of a proposal says whom each of its channels would find: by address, permission and suppressions', async () => {
  const found = await reachOf(
    {
      both: { email: 'both@people.example', phone: '+4791234567', permits: ['email:news', 'sms'] },
      mail: { email: 'mail@people.example', permits: ['email'] },
      unasked: { email: 'unasked@people.example', phone: '+4791234568' },
      nowhere: { permits: ['email', 'sms'] },
      blocked: { email: 'blocked@people.example', phone: '+4791234569', permits: ['email', 'sms'] },
      erased: { email: 'erased@people.example', permits: ['email'] },
    },
    6,
    async ({ database, workspace }) => {
      const entry = { ws: workspace, address: 'blocked@people.example', channel: 'email', topic: '', reason: 'manual' } as const
      await suppress(database.pool, [entry], 1)
      const hash = addressHash('a secret of tests')
      await suppressHashed(database.pool, { ws: workspace, addresses: ['erased@people.example'], hash, by: 'test' }, 1)
    },
  )
  assert.deepEqual(found?.byChannel, {
    looked: 6,
    of: 6,
    channels: [
      { channel: 'email', people: 2 },
      { channel: 'sms', people: 2 },
    ],
  })
})

test('of a large audience some are looked at, and their shares are scaled', async () => {
  const people = Object.fromEntries(
    Array.from({ length: 4 }, (_, i) => [`p${i}`, { email: `p${i}@people.example`, permits: i < 3 ? ['email'] : [] }]),
  )
  const found = await reachOf(people, 10_000)
  assert.deepEqual([found?.byChannel?.looked, found?.byChannel?.of], [4, 10_000])
  assert.deepEqual(found?.byChannel?.channels, [
    { channel: 'email', people: 7_500 },
    { channel: 'sms', people: 0 },
  ])
})

test('where nobody can be looked at, nothing is said of channels', async () => {
  const found = await reachOf({}, 1_000)
  assert.equal(found?.byChannel, undefined)
})
