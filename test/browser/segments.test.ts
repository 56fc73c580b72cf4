import assert from 'node:assert/strict'
import { test } from 'node:test'
import { overflow, violations } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house()

const make = async (id: string, when: string, name = id) =>
  at.ask('POST /api/documents/apply', { body: { documents: [{ kind: 'segment', id, body: { kind: 'segment', id, name, when } }] } })

test('a marketer builds a segment in rows: suggestions of the workspace, counts per row, impact, live', async () => {
  const { page, wrong } = await at.open('/segments/new', { as: 'admin' })
  await page.getByLabel('Name', { exact: true }).fill('Norwegians with a cart')
  await page.getByRole('button', { name: 'Add condition' }).click()
  await page.getByRole('combobox', { name: 'What is it about?' }).fill('attribute')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Attribute', exact: true }).fill('country')
  await page.getByRole('combobox', { name: 'Value', exact: true }).click()
  await page.locator('[role=option]', { hasText: /^NO/ }).click()
  await page.getByText(' of 8 people now').waitFor()
  await page.getByRole('button', { name: 'Add condition' }).click()
  await page.getByRole('combobox', { name: 'What is it about?' }).fill('how often')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('Fill in what is missing here').waitFor()
  await page.getByRole('combobox', { name: 'Event', exact: true }).fill('Product Added')
  await page.getByText('leaves 4').waitFor()
  await page.getByText('leaves 3').waitFor()
  await page.getByRole('button', { name: 'Sentence' }).click()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  assert.equal(
    await page.getByRole('combobox', { name: 'Condition' }).inputValue(),
    'profile.country == "NO" and count("Product Added" within 30d) >= 1',
  )
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('3 after publishing').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await page.waitForURL('**/segments/norwegians-with-a-cart')
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('a text that is wrong says where, and what stands in rows stays what it was', async () => {
  await make('text-check', 'profile.country == "DE"')
  const { page } = await at.open('/segments/text-check')
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  const text = page.getByRole('combobox', { name: 'Condition' })
  await text.fill('profile.country == "DE" an')
  await page.getByText('“an” is not expected here.').first().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Rows' }).getAttribute('aria-disabled'), 'true')
  await text.fill('profile.country == "DE" and segment("")')
  await text.press('ArrowLeft')
  await text.press('ArrowLeft')
  await text.press('Control+ ')
  await page.getByRole('listbox').waitFor()
  await page.keyboard.press('Escape')
  await text.fill('')
  await text.pressSequentially('profile.cou')
  await page.getByRole('option', { name: 'profile.country' }).waitFor()
  await page.keyboard.press('Enter')
  assert.equal(await text.inputValue(), 'profile.country')
  await page.context().close()
})

test('by keyboard alone: a row is moved, put into a group, taken away and brought back', async () => {
  await make('keys', 'profile.country == "DE" and profile.plan == "gold"')
  const { page } = await at.open('/segments/keys')
  await page.getByRole('button', { name: 'Rows' }).press('Enter')
  const first = page.getByRole('combobox', { name: 'Attribute', exact: true }).first()
  await first.focus()
  await page.keyboard.press('Alt+ArrowDown')
  const shown = async () => {
    await page.getByRole('button', { name: 'Text', exact: true }).press('Enter')
    const text = await page.getByRole('combobox', { name: 'Condition' }).inputValue()
    await page.getByRole('button', { name: 'Rows' }).press('Enter')
    return text
  }
  assert.equal(await shown(), 'profile.plan == "gold" and profile.country == "DE"')
  await page.getByRole('button', { name: 'Remove Condition 2' }).press('Enter')
  assert.equal(await shown(), 'profile.plan == "gold"')
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  assert.equal(await shown(), 'profile.plan == "gold" and profile.country == "DE"')
  await page.context().close()
})

test('one person is held against it: in or out, and which row decides; the overlap with another is counted', async () => {
  await make('gold-germans', 'profile.country == "DE" and profile.plan == "gold"')
  await make('germans', 'profile.country == "DE"', 'Germans')
  const { page } = await at.open('/segments/gold-germans')
  await page.getByRole('combobox', { name: 'Person' }).fill('jonas.berg@')
  await page.getByRole('option', { name: /Jonas Berg/ }).click()
  await page.getByText('is not in it.').waitFor()
  await page.getByText('country is “DE” (holds)').waitFor()
  await page.getByText('plan is “gold” (does not hold)').waitFor()
  await page.goto(`${at.url}/segments/gold-germans?tab=use`)
  await page.getByRole('combobox', { name: 'Segment' }).selectOption('Germans')
  await page.getByText(/are in both/).waitFor()
  await page.getByText('0 only in this one').waitFor()
  await page.context().close()
})

test('in German every word of the builder is German', async () => {
  const { page } = await at.open('/segments/new?from=lapsing', { context: { locale: 'de-DE' } })
  await page.getByRole('button', { name: 'Bedingung hinzufügen' }).waitFor()
  await page.getByRole('button', { name: 'Satz' }).click()
  await page.getByText('Personen jetzt').waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Art des Vergleichs' }).first().inputValue(), '>=')
  assert.ok((await overflow(page)) <= 0)
  await page.context().close()
})

tour(at, {
  'segment-new': ['/segments/new?from=cart', 'people now'],
})
