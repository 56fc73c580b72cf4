import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const wait = (span: string) => ({ kind: 'wait', id: 'pause', for: span })
const mail = { kind: 'email', id: 'mail', template: 'cart-reminder', topic: 'cart', otherwise: [] }
const body = (steps: readonly object[]) => ({
  kind: 'journey',
  id: 'tried',
  name: 'Tried journey',
  tags: ['spring'],
  goal: { event: 'Order Completed', within: '7d' },
  entry: { event: 'Product Added' },
  steps,
})

const at = house({
  prepare: async (shop) => {
    await shop.ask('POST /api/documents/apply', { body: { documents: [{ kind: 'journey', id: 'tried', body: body([wait('2h'), mail]) }] } })
    await shop.ask('POST /api/documents/apply', { body: { documents: [{ kind: 'journey', id: 'tried', body: body([wait('1h'), mail]) }] } })
    const draft = body([wait('3h'), mail, { kind: 'wait', id: 'more', for: '1d' }])
    await shop.ask('PUT /api/documents/journey/tried/draft', { body: { kind: 'journey', id: 'tried', body: draft } })
  },
})

tour(at, {
  'journeys-test': ['/journeys/tried?tab=test', 'Test run'],
  'journeys-versions': ['/journeys/tried?tab=versions', '1 added, 0 removed, 1 changed'],
})

test('the list is searched and filtered in the address; a journey is paused from it and runs again', async () => {
  const { page, wrong } = await at.open('/journeys')
  try {
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('spring')
    await until('only one is listed', async () => (await page.getByRole('table').getByRole('row').count()) === 2)
    assert.match(page.url(), /q=spring/)
    await page
      .getByRole('row', { name: /Tried journey/ })
      .getByText('Draft v3')
      .waitFor()
    await page.getByRole('checkbox', { name: 'Select Tried journey' }).check()
    await page.getByRole('button', { name: 'Pause 1 journey' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Pause 1 journey' }).click()
    await page
      .getByRole('row', { name: /Tried journey/ })
      .getByText('Paused v2')
      .waitFor()
    await page.getByRole('button', { name: 'Let run again' }).click()
    await page
      .getByRole('row', { name: /Tried journey/ })
      .getByText('Live v2')
      .waitFor()
    await page.getByRole('combobox', { name: 'Status' }).selectOption('archived')
    await page.getByText('Nothing matches').waitFor()
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('a template is looked at and used by keyboard alone: the journey and its templates are drafts', async () => {
  const { page, wrong } = await at.open('/journeys/new?for=shop')
  try {
    await page.getByRole('button', { name: 'Look at Browse abandonment' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Browse abandonment' })
    await dialog.getByText('Event Product Viewed').waitFor()
    await dialog.getByRole('button', { name: 'Use this template' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/journeys\/browse-abandonment/)
    await page.getByRole('heading', { level: 1, name: 'Browse abandonment' }).waitFor()
    const made = await at.ask('GET /api/documents?kind=template')
    assert.equal(made.documents.find((each: { id: string }) => each.id === 'gallery-browse')?.draft, true)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('YAML that cannot be read says in which line; what can be read becomes a draft', async () => {
  const { page } = await at.open('/journeys/new')
  try {
    const text = page.getByRole('textbox', { name: 'Journey as YAML' })
    await text.fill('kind: journey\nid: pasted\ngoal: { event: Bought, within: soon }\nentry: { event: Begun }\nsteps: []\n')
    await page.getByRole('button', { name: 'Import as a draft' }).click()
    await page
      .getByText(/^Line 3:/)
      .first()
      .waitFor()
    await text.fill('kind: journey\nid: pasted\nname: Pasted\ngoal: { event: Bought, within: 3d }\nentry: { event: Begun }\nsteps: []\n')
    await page.getByRole('button', { name: 'Import as a draft' }).click()
    await page.waitForURL(/journeys\/pasted/)
    await page.getByRole('heading', { level: 1, name: 'Pasted' }).waitFor()
  } finally {
    await page.context().close()
  }
})

test('a test run goes through in simulated time, lights the way, shows the message, and nothing is sent', async () => {
  const { page, wrong } = await at.open('/journeys/tried?tab=test')
  try {
    await page.getByRole('button', { name: 'Run it' }).click()
    const result = page.getByRole('region', { name: 'What would happen' })
    await result.getByText('would be sent: consent').waitFor()
    await result.getByText(/3 h(ours)? later/).waitFor()
    await page.locator('[data-step="mail"].border-accent').waitFor()
    await result.getByRole('button', { name: 'Show the message' }).click()
    await page.getByTitle('The message as it would be read').waitFor()
    const { messages } = await at.ask('GET /api/messages?journey=tried')
    assert.deepEqual(messages, [])
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('an older version is restored as the draft', async () => {
  const { page } = await at.open('/journeys/tried?tab=versions')
  try {
    await page.getByRole('button', { name: 'Restore as draft: version 1' }).click()
    await page.getByText('Version 1 is the draft now').waitFor()
    await until(
      'the draft is the first version',
      async () => (await at.ask('GET /api/documents/journey/tried')).draft.body.steps[0].for === '2h',
    )
  } finally {
    await page.context().close()
  }
})

test('an address of nothing says so below a heading, with the way back', async () => {
  for (const path of ['/journeys/no-such-journey?view=draft', '/content/snippets/no-such-snippet']) {
    const { page } = await at.open(path)
    await page.getByRole('heading', { level: 1, name: /^no-such-/ }).waitFor()
    await page.getByRole('alert').first().waitFor()
    assert.ok((await page.locator('main').getByRole('link').count()) > 0, path)
    await page.context().close()
  }
})
