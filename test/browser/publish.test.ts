import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { overflow, until, violations } from './browser.ts'
import { house } from './house.ts'

const PICTURES = process.env['PICTURES']
const policy = {
  kind: 'approval-policy',
  id: 'journeys',
  name: 'A second pair of eyes',
  when: [{ kind: 'documents', kinds: ['journey'] }],
  deadline: '2d',
}

// Whoever takes part is there, and has accepted the invitation.
const at = house({ prepare: async (shop) => void (await Promise.all([shop.cookie('marketer'), shop.cookie('approver')])) })

/** Opens a journey as somebody, tells a story on it, and closes it. */
async function on(
  path: string,
  story: (page: Page, dialog: Locator) => Promise<void>,
  options: Parameters<typeof at.open>[1] = {},
): Promise<void> {
  const { page, wrong } = await at.open(path, options)
  try {
    await story(page, page.getByRole('dialog'))
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
}

async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

// biome-ignore lint/suspicious/noExplicitAny: the body of a document
type Body = any

async function draft(id: string, change: (body: Body) => Body, as = 'marketer'): Promise<void> {
  const { shown } = await at.ask(`GET /api/documents/journey/${id}`)
  await at.ask(`PUT /api/documents/journey/${id}/draft`, { body: { body: change(structuredClone(shown.body)) }, as })
}
const liveOf = async (id: string): Promise<number> => (await at.ask(`GET /api/documents/journey/${id}`)).live
const station = (dialog: Locator, name: string) =>
  dialog.getByRole('list', { name: 'The road to being live' }).getByRole('listitem').filter({ hasText: name }).first()
async function insideOf(id: string): Promise<number> {
  const { shown } = await at.ask(`GET /api/documents/journey/${id}`)
  return (await at.ask(`POST /api/journeys/${id}/impact`, { body: { inFlight: { kind: 'pin' }, body: shown.body } })).people
}

test('publishing says first what happens to the people inside, and publishes exactly that', async () => {
  const people = await insideOf('abandoned-cart')
  assert.ok(people > 0, 'somebody is inside')
  const before = await liveOf('abandoned-cart')
  await draft('abandoned-cart', (body) => ({
    ...body,
    steps: [{ ...body.steps[0], id: 'calm', name: 'A calm hour' }, ...body.steps.slice(1)],
  }))
  await on('/journeys/abandoned-cart', async (page, dialog) => {
    await page.getByRole('button', { name: 'Publish…' }).click()
    await station(dialog, 'Draft').getByText('1 step added: A calm hour. 1 step removed: Leave them in peace.').waitFor()
    await station(dialog, 'Test').getByText('Not tried in this browser as it is now.').waitFor()
    await station(dialog, 'Impact').getByText('they finish on their version').waitFor()
    await station(dialog, 'Impact').getByText('By address, permission and suppressions each channel finds now: E-mail 8.').waitFor()
    await station(dialog, 'Approve').getByText('Nobody has to agree.').waitFor()
    assert.deepEqual(await violations(page), [])
    await picture(page, 'publish-1440')

    await dialog.getByLabel(/go on with the new version/).check()
    await dialog.getByText(/People may stand on the step settle/).waitFor()
    await station(dialog, 'Publish').getByText('Once everybody inside has a place.').waitFor()
    const publish = dialog.getByRole('button', { name: `Publish version ${before + 1}, take ${people} along` })
    assert.ok(await publish.isDisabled(), 'who stands on a step that is no more needs a place first')
    await picture(page, 'publish-along-1440')
    await dialog.getByLabel(/Who stands on settle/).selectOption({ label: 'leaves the journey' })
    await dialog.getByText('leave the journey').first().waitFor()
    await until('it can be published', () => publish.isEnabled())
    assert.deepEqual(await violations(page), [])
    await publish.click()
    await dialog.getByText(`Version ${before + 1} is live.`).waitFor()
    assert.deepEqual(await violations(page), [])
    await picture(page, 'published-1440')
    await dialog.getByRole('link', { name: 'Open the report' }).click()
    await page.waitForURL(/tab=report/)
    await dialog.waitFor({ state: 'detached' })
  })
  assert.equal(await liveOf('abandoned-cart'), before + 1)
  await until('who stood there has left', async () => {
    await at.settled()
    return (await insideOf('abandoned-cart')) === 0
  })
})

test('a test run of exactly this draft stands on the road', async () => {
  await draft('thank-you', (body) => ({ ...body, description: 'Tried first.' }), 'admin')
  await on('/journeys/thank-you?tab=test&view=draft', async (page, dialog) => {
    await page.getByRole('button', { name: 'Publish…' }).click()
    await station(dialog, 'Test').getByRole('link', { name: 'Make a test run' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page
      .getByRole('button', { name: /^(Run|Try)/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Publish…' }).focus()
    await until('the run is known', () => page.evaluate(() => localStorage.getItem('tried') !== null))
    await page.keyboard.press('Enter')
    await station(dialog, 'Test')
      .getByText(/Tried in this browser, exactly as it is, on/)
      .waitFor()
  })
})

test('who may not publish what needs nobody’s approval is told whom to turn to', async () => {
  await draft('thank-you', (body) => ({ ...body, description: 'For whoever may publish.' }))
  await on(
    '/journeys/thank-you?view=draft',
    async (page, dialog) => {
      await page.getByRole('button', { name: 'Request approval…' }).click()
      await station(dialog, 'Approve').getByText('Nobody has to agree.').waitFor()
      await station(dialog, 'Publish').getByText('Give the link to somebody who has it.').waitFor()
      await dialog.getByRole('button', { name: 'Copy the link to this draft' }).waitFor()
      assert.equal(await dialog.getByRole('button', { name: /^(Publish|Request)/ }).count(), 0)
      await picture(page, 'tell-1440')
    },
    { as: 'marketer' },
  )
})

test('an approval that has come to be needed meanwhile leads to the request', async () => {
  const { page, wrong } = await at.open('/journeys/thank-you?view=draft')
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'Publish…' }).click()
  const publish = dialog.getByRole('button', { name: /^Publish version/ })
  await publish.waitFor()
  await at.ask('POST /api/documents/apply', { body: { documents: [{ kind: policy.kind, id: policy.id, body: policy }] }, as: 'admin' })
  const before = await liveOf('thank-you')
  await publish.click()
  await dialog.getByText('Who has to agree, and why').waitFor()
  assert.equal(await dialog.getByLabel('Note to those who decide').inputValue(), 'Of the journey itself changed: description.')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await station(dialog, 'Approve').getByText('A second pair of eyes: Approver of the shop has to agree.').waitFor()
  await dialog.getByRole('button', { name: 'Request approval' }).waitFor()
  assert.equal(await liveOf('thank-you'), before)
  // The browser itself notes that the server refused.
  assert.ok(
    wrong.every((line) => line.includes('409')),
    wrong.join(),
  )
  await page.context().close()
})

test('a marketer asks for approval, an approver decides, it goes live', async () => {
  const before = await liveOf('thank-you')
  await draft('thank-you', (body) => ({ ...body, name: 'Thank you, dearly' }))
  let request = ''
  await on(
    '/journeys/thank-you?view=draft',
    async (page, dialog) => {
      assert.equal(await page.getByRole('button', { name: 'Publish…' }).count(), 0, 'who may not publish is not offered it')
      await page.getByRole('button', { name: 'Request approval…' }).click()
      await station(dialog, 'Approve').getByText('A second pair of eyes: Approver of the shop has to agree.').waitFor()
      assert.equal(await dialog.getByRole('button', { name: /^Publish/ }).count(), 0)
      await picture(page, 'request-1440')
      await dialog.getByRole('button', { name: 'Request approval' }).click()
      assert.equal(await dialog.getByLabel('Note to those who decide').inputValue(), 'Of the journey itself changed: name.')
      await dialog.getByRole('button', { name: /^Ask / }).click()
      await dialog.waitFor({ state: 'detached' })
      const { approvals } = await at.ask('GET /api/approvals', { as: 'marketer' })
      request = approvals[0].id
      assert.equal(approvals[0].title, 'Publish Thank you, dearly')

      await page.getByRole('button', { name: 'Request approval…' }).click()
      await station(dialog, 'Approve').getByText('It was asked for, and waits.').waitFor()
      await dialog.getByRole('link', { name: 'Open the request' }).last().click()
      await page.waitForURL(new RegExp(`open=${request}`))
    },
    { as: 'marketer' },
  )
  await on(
    `/approvals?open=${request}`,
    async (page) => {
      await page.getByText('Of the journey itself changed: name.').first().waitFor()
      await page.getByRole('button', { name: 'Approve' }).first().click()
      await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
      await page.getByText('It is approved. It may be published exactly as it is, once.').waitFor()
      assert.equal(await liveOf('thank-you'), before, 'to approve is not to publish')
      await page.goto(`${at.url}/journeys/thank-you`)
      await page.getByRole('button', { name: 'Publish…' }).click()
      const dialog = page.getByRole('dialog')
      await station(dialog, 'Approve').getByText('It is approved, exactly like this.').waitFor()
      await dialog.getByRole('button', { name: `Publish version ${before + 1}` }).click()
      await dialog.getByText(`Version ${before + 1} is live.`).waitFor()
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await dialog.waitFor({ state: 'detached' })
    },
    { as: 'approver' },
  )
  assert.equal((await at.ask(`GET /api/approvals/${request}`, { as: 'admin' })).state, 'executed')
  assert.equal(await liveOf('thank-you'), before + 1)
})

test('the road fits a telephone in the dark, in German', async () => {
  await draft('abandoned-cart', (body) => ({ ...body, description: 'Another word on it.' }))
  await on(
    '/journeys/abandoned-cart?view=draft',
    async (page, dialog) => {
      await page.evaluate(() => localStorage.setItem('language', 'de'))
      await page.reload()
      await page.getByRole('button', { name: 'Veröffentlichen …' }).click()
      await dialog
        .getByText('Der Weg bis live')
        .or(dialog.getByRole('list', { name: 'Der Weg bis live' }))
        .first()
        .waitFor()
      await dialog.getByRole('button', { name: /^Freigabe anfragen|^Version \d+ veröffentlichen/ }).waitFor()
      assert.deepEqual(await violations(page), [])
      assert.ok((await overflow(page)) <= 0)
      await picture(page, 'publish-390-dark')
    },
    { width: 390, theme: 'dark' },
  )
})
