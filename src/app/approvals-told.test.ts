import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteLanguage } from '#workspaces/store.ts'
import { publish, team, template } from '../../test/fixtures/approval-team.ts'

test('letters are in the language of whoever gets them; what colleagues wrote stays as it is', async () => {
  const { world, ada, kim, lee, ask, say } = await team()
  await noteLanguage(world.database.pool, { person: kim.id, language: 'de' })
  const letters = async (): Promise<Map<string, { subject: string; text: string }>> => {
    const { rows } = await world.database.pool.query<{ address: string; payload: { subject: string; text: string } }>(
      `select address, payload from outbox where workspace_id = $1 and channel = 'email' order by created_at`,
      [world.workspace],
    )
    return new Map(rows.map(({ address, payload }) => [address.split('@')[0]!, payload]))
  }
  const asked = await ask(ada, publish(template('Hi')))
  const [german, english] = [(await letters()).get(kim.id)!, (await letters()).get(lee.id)!]
  assert.match(german.subject, /^Um Freigabe gebeten: „.+“$/)
  assert.match(german.text, /^admin bittet um Ihre Freigabe\.\n\n– .+\n\nAnsehen: https:\/\/cadenza\.example\/approvals\?open=\S+$/)
  assert.match(english.subject, /^Approval asked for: “.+”$/)
  assert.match(english.text, /^admin asks for your approval\.\n\n– The policy asks each time\.\n\nLook at it: https:/)

  await noteLanguage(world.database.pool, { person: ada.id, language: 'de' })
  await say(kim, asked, 'change')
  const answer = (await letters()).get(ada.id)!
  assert.match(answer.subject, /^Um eine Änderung gebeten: „.+“$/)
  assert.match(answer.text, /^approver bittet um eine Änderung\.\n\nseen\n\nAnsehen: /)
})
