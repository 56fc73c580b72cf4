import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DecideApproval, GetApproval } from '#approvals/api.ts'
import type { Action } from '#lib/action.ts'
import { refuse } from '#lib/problem.ts'
import { workRows } from '#measurement/cost/costs-store.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { ApplyDocuments } from '#workspaces/documents/api.ts'
import { type ApprovalWorld, approvalWorld } from '../../test/fixtures/approvals.ts'
import { timed } from './costs.ts'

let world: ApprovalWorld
before(async () => {
  world = await approvalWorld()
})
after(() => world?.stop())

const MINUTE = 60_000
const price = { kind: 'cost-rate', id: 'work', currency: 'EUR', charge: { per: 'hour', rates: { anybody: 60 } } }
const manifest = {
  documents: [
    { kind: 'template', id: 'hello' },
    { kind: 'journey', id: 'welcome' },
  ],
}
/** What an approver looks at and decides, answered as the desk would. */
const answers = (verdict: object): Binding[] => [
  bind(GetApproval, async () => ({ manifest }) as never),
  bind(DecideApproval, async () => verdict as never),
]

test('an approver is timed from opening a request to deciding it, for the journeys that it is about; keys, refusals and unpriced time are not', async () => {
  const { pool } = world.database
  const kim = await world.person('admin')
  const said: string[] = []
  const logger = { error: (_: unknown, message?: string) => void said.push(message ?? '') }
  const call = async (action: Action, actor: string, verdict: object = { state: 'approved', standing: [] }) => {
    const { handle } = timed(answers(verdict), { pool, now: () => world.now, logger }).find(
      (binding) => binding.action.name === action.name,
    )!
    return handle!({ id: 'r1' } as never, { workspace: world.workspace, actor, permissions: new Set() }, {} as never)
  }
  const { actor } = kim.principal
  const worked = () => workRows(pool, { workspace: world.workspace, zone: 'UTC', from: 0, until: world.now + 1 }, 15 * MINUTE)

  await call(GetApproval, actor)
  await call(DecideApproval, actor)
  assert.deepEqual(await worked(), [], 'an hour of work has no price yet')

  await kim.do(ApplyDocuments, { documents: [{ kind: price.kind, id: price.id, body: price }] })
  world.now += 5 * MINUTE
  const opened = world.now
  await call(GetApproval, actor)
  await call(GetApproval, 'key:somebody')
  world.now += 6 * MINUTE
  await call(DecideApproval, actor, refuse({ code: 'approval.own', status: 403, title: 'It is your own work' }))
  assert.deepEqual(await worked(), [], 'so far they have only looked')
  world.now += 2 * MINUTE
  await call(DecideApproval, actor)
  const day = new Date(opened).toISOString().slice(0, 10)
  assert.deepEqual(await worked(), [{ day, actor, object: 'approval:r1', journeys: ['welcome'], ms: 9 * MINUTE }])
  assert.deepEqual(said, [])
})

test('a note that cannot be written is told to the log and stops nobody', async () => {
  const said: string[] = []
  const broken = { query: async () => Promise.reject(new Error('the database does not answer')) }
  const logger = { error: (_: unknown, message?: string) => void said.push(message ?? '') }
  const [get] = timed(answers({}), { pool: broken as never, now: () => world.now, logger })
  const answer = await get!.handle!({ id: 'r1' } as never, { workspace: 'w', actor: 'person:kim', permissions: new Set() }, {} as never)
  assert.deepEqual(answer, { manifest })
  assert.deepEqual(said, ['the time that somebody worked could not be noted'])
})
