import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Refused } from '#kit/api.ts'
import type { Json } from '#lib/json.ts'
import { Draft, type Save } from './draft.ts'

/** A server that keeps one draft. */
function kept(body: Json = { subject: 'A' }, hash = 'h0') {
  const server = { body, hash, saves: 0 }
  const save: Save = async (given, expected) => {
    if (expected !== undefined && expected !== server.hash)
      throw new Refused({ code: 'document.changed', status: 412, title: 'Somebody else saved.' })
    server.saves += 1
    Object.assign(server, { body: given, hash: `h${server.saves}` })
    return { hash: server.hash, problems: [] }
  }
  return { server, draft: new Draft({ doc: body, hash, isDraft: false }, { save, now: () => 0 }) }
}
const subject = (value: string) => [{ kind: 'set', at: '/subject', value }] as const

suite('a draft', () => {
  test('is saved with the hash that was seen, and undo and redo are saved too', async () => {
    const { server, draft } = kept()
    draft.edit(subject('B'))
    assert.equal(draft.state().status, 'waiting')
    await draft.flush()
    assert.deepEqual([server.body, draft.state().status, draft.state().hash], [{ subject: 'B' }, 'saved', 'h1'])
    draft.undo()
    await draft.flush()
    assert.deepEqual(server.body, { subject: 'A' })
    draft.redo()
    await draft.flush()
    assert.deepEqual(server.body, { subject: 'B' })
  })

  test('is not written over what somebody else saved: one is told, and chooses', async () => {
    const { server, draft } = kept()
    Object.assign(server, { body: { subject: 'Theirs' }, hash: 'other' })
    draft.edit(subject('Mine'))
    await draft.flush()
    assert.deepEqual([draft.state().status, server.body], ['conflict', { subject: 'Theirs' }])
    draft.edit(subject('Mine, later'))
    assert.equal(draft.state().status, 'conflict', 'nothing is sent while it is not decided')
    await draft.keepMine()
    assert.deepEqual([draft.state().status, server.body], ['saved', { subject: 'Mine, later' }])
  })

  test('takes theirs, and can have its own back', async () => {
    const { draft } = kept()
    draft.edit(subject('Mine'))
    draft.takeTheirs({ subject: 'Theirs' }, 'h0')
    assert.deepEqual(draft.state().doc, { subject: 'Theirs' })
    draft.undo()
    await draft.flush()
    assert.deepEqual(draft.state().doc, { subject: 'Mine' })
  })

  test('says when it could not be saved, and tries again', async () => {
    let fails = true
    const save: Save = async () => {
      if (fails) throw new Refused({ code: 'network.unreachable', status: 0, title: 'The server cannot be reached.' })
      return { hash: 'h1', problems: [] }
    }
    const draft = new Draft({ doc: {}, hash: undefined, isDraft: false }, { save, now: () => 0 })
    draft.edit(subject('B'))
    await draft.flush()
    assert.equal(draft.state().status, 'failed')
    fails = false
    await draft.flush()
    assert.equal(draft.state().status, 'saved')
  })
})
