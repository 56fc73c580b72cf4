import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house()

suite('rules of the workspace', () => {
  test('a law is switched on with who answers for it, and shows its citations', async () => {
    const { page, wrong } = await at.open('/settings/policies', { as: 'admin' })
    const card = page.getByRole('region', { name: /CAN-SPAM/ }).first()
    await card.getByRole('button', { name: 'Switch on' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Who answers for it').fill('Grace Hopper')
    await dialog.getByRole('button', { name: 'Switch on' }).click()
    await until('it is on', async () =>
      (await at.ask('GET /api/compliance/packs', { as: 'viewer' })).packs.some(
        (pack: { id: string; on: boolean }) => /can-spam/.test(pack.id) && pack.on,
      ),
    )
    await card
      .getByText(/rules?$/)
      .first()
      .click()
    await card.getByText('15 USC').first().waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('a set of approval policies is begun with, and tried', async () => {
    const { page } = await at.open('/settings/policies?view=approvals', { as: 'admin' })
    await page.getByRole('listitem').filter({ hasText: 'For a team' }).getByRole('button', { name: 'Use this set' }).click()
    await page.getByText('Would this need approval?').waitFor()
    await page.getByText('No. Whoever may publish does so alone.').waitFor()
    await page.getByLabel('People reached').fill('10000')
    await page.getByText('Yes, by one policy.').waitFor()
    await page.context().close()
  })

  test('caps show what a week becomes before they hold', async () => {
    const { page } = await at.open('/settings/caps', { as: 'marketer' })
    await page.getByText('A week with this').waitFor()
    await page
      .getByRole('row', { name: /Late offer/ })
      .getByText(/waits until/)
      .waitFor()
    await page.getByRole('button', { name: 'Request approval' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Publish' }).count(), 0, 'a marketer does not publish')
    await page.context().close()
  })

  test('an address is put on the list with why, found, and taken off', async () => {
    const { page } = await at.open('/settings/topics?view=suppressions', { as: 'admin' })
    await page.getByRole('button', { name: 'Add an address' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Address').fill('never@again.example')
    await dialog.getByLabel('Why').fill('asked by telephone')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('button', { name: 'Remove never@again.example' }).click()
    await page.getByRole('dialog').getByLabel('Why').fill('asked to be written to')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await until(
      'it is off the list',
      async () => (await at.ask('GET /api/suppressions?q=never', { as: 'admin' })).suppressions.length === 0,
    )
    await page.context().close()
  })
})

tour(at, {
  'policies-approvals': ['/settings/policies?view=approvals', 'Would this need approval?'],
  'policies-own': ['/settings/policies?view=own', 'No rules of the house yet'],
  suppressions: ['/settings/topics?view=suppressions', 'Nobody is on the list'],
})
