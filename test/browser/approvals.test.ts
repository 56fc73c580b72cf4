import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { overflow, until, violations } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house()

const template = (subject: string) => ({
  kind: 'template',
  id: 'spring',
  name: 'Spring letter',
  sender: 'shop',
  subject,
  html: '<p>Hello {{ profile.first_name }}. Spring is here.</p><p>{{ unsubscribe_url }} {{ sender.postal_address }}</p>',
})

const policy = {
  kind: 'approval-policy',
  id: 'templates',
  name: 'A second pair of eyes on words',
  when: [{ kind: 'documents', kinds: ['template', 'journey'] }],
  deadline: '2d',
}

let sender = ''

const draft = (subject: string) =>
  at.ask('PUT /api/documents/template/spring/draft', { body: { body: { ...template(subject), sender } }, as: 'marketer' })

const wanted = { kind: 'publish', drafts: [{ kind: 'template', id: 'spring' }] }
const request = async (note = ''): Promise<{ id: string; hash: string }> =>
  at.ask('POST /api/approvals', { body: { wanted, note }, as: 'marketer' })
const stateOf = async (id: string): Promise<string> => (await at.ask(`GET /api/approvals/${id}`, { as: 'admin' })).state
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 })

suite('a request for approval', () => {
  before(async () => {
    const { documents } = await at.ask('GET /api/documents?kind=sender')
    sender = documents[0].id
    await at.ask('POST /api/documents/apply', { body: { documents: [{ kind: policy.kind, id: policy.id, body: policy }] }, as: 'admin' })
    // Whoever could agree must be there.
    await at.cookie('approver')
  })

  test('who wrote it cannot approve it, and is told before they try', async () => {
    await draft('Spring has come')
    const { id } = await request('For Monday')
    const { page } = await at.open(`/approvals?open=${id}`, { as: 'marketer' })
    await page.getByText('You cannot decide on this request.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Approve', exact: true }).count(), 0)
    await page.getByText('Could still agree').waitFor()
    assert.match(await page.locator('article').innerText(), /Approver of the shop/)
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await until('it is taken back', async () => (await stateOf(id)) === 'cancelled')
    await page.context().close()
  })

  test('by keyboard alone: asked for a change, mended, approved; then it is published', async () => {
    await draft('Spring has come at last')
    const first = await request('A letter for spring')
    const { page, wrong } = await at.open('/approvals', { as: 'approver' })
    await heading(page, 'create template spring').waitFor()
    await page.keyboard.press('e')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What should change').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.getByText('Say why.').waitFor()
    assert.equal(await stateOf(first.id), 'open', 'a reason is needed')
    await page.keyboard.type('Say until when')
    await page.keyboard.press('Control+Enter')
    await until('a change is asked for', async () => (await stateOf(first.id)) === 'changes')

    await draft('Spring is here until Sunday')
    const second = await request('Now with the date')
    assert.notEqual(second.hash, first.hash)
    await page.goto(`${at.url}/approvals?open=${second.id}&tab=history`)
    await page.getByText('What is different from the request before').waitFor()
    await page.getByText('Spring has come at last').waitFor()
    await page.getByText('Say until when').first().waitFor()
    await page.keyboard.press('a')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('It is approved. It may be published exactly as it is, once.').waitFor()
    assert.equal(await stateOf(second.id), 'approved')

    const author = await at.open(`/approvals?show=mine&open=${second.id}`, { as: 'marketer' })
    await author.page.getByRole('button', { name: 'Publish now' }).press('Enter')
    await until('it is carried out', async () => (await stateOf(second.id)) === 'executed')
    const { shown } = await at.ask('GET /api/documents/template/spring', { as: 'viewer' })
    assert.equal(shown.body.subject, 'Spring is here until Sunday')
    assert.deepEqual(wrong, [])
    await Promise.all([page.context().close(), author.page.context().close()])
  })

  test('what changes after the approval makes it void, and that is said', async () => {
    await draft('Spring, once more')
    const { id, hash } = await request()
    await at.ask(`POST /api/approvals/${id}/decide`, { body: { verdict: 'approve', hash }, as: 'approver' })
    const { shown } = await at.ask(`GET /api/documents/sender/${sender}`, { as: 'admin' })
    const from = { ...shown.body.from, name: 'Another name' }
    await at.ask('POST /api/documents/apply', {
      body: { documents: [{ kind: 'sender', id: sender, body: { ...shown.body, from } }] },
      as: 'admin',
    })
    const { page } = await at.open(`/approvals?show=over&open=${id}`, { as: 'approver' })
    await page.getByText('It is void, because something it binds has changed.').waitFor()
    await page.getByText(`sender/${sender} has changed`).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Approve', exact: true }).count(), 0)
    await page.context().close()
  })

  test('messages are shown in a frame that can run nothing, as a real person would get them', async () => {
    await draft('Spring for {{ profile.first_name }}')
    const { id } = await request('Look at the letter')
    const { page, wrong } = await at.open(`/approvals?open=${id}&tab=messages`, { as: 'approver' })
    const frame = page.locator('iframe')
    await frame.waitFor()
    assert.doesNotMatch((await frame.getAttribute('sandbox')) ?? 'allow-scripts', /allow-scripts|allow-same-origin/)
    await page.frameLocator('iframe').getByText('Spring is here.').waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('the reach of a journey says whom each of its channels would find', async () => {
    const { shown } = await at.ask('GET /api/documents/journey/abandoned-cart')
    const body = { ...shown.body, description: 'Shown by channel.' }
    const wanted = { kind: 'publish', documents: [{ kind: 'journey', id: 'abandoned-cart', body }] }
    const { id } = await at.ask('POST /api/approvals', { body: { wanted, title: 'By channel' }, as: 'marketer' })
    for (const [locale, list, line] of [
      ['en', 'abandoned-cart, by channel', /^E-mail \d+$/],
      ['de', 'abandoned-cart, je Kanal', /^E-Mail \d+$/],
    ] as const) {
      const { page, wrong } = await at.open(`/approvals?open=${id}&tab=reach`, { as: 'approver', context: { locale } })
      await page.getByRole('list', { name: list }).getByText(line).waitFor()
      assert.deepEqual(await violations(page), [])
      assert.deepEqual(wrong, [])
      if (process.env['PICTURES']) await page.screenshot({ path: `${process.env['PICTURES']}/by-channel-${locale}.png`, fullPage: true })
      await page.context().close()
    }
  })

  test('every part of a request on a telephone in the dark: nothing that axe finds, nothing wider than the window', async () => {
    const { approvals } = await at.ask('GET /api/approvals', { as: 'approver' })
    const { page, wrong } = await at.open('/approvals', { as: 'approver', width: 390, theme: 'dark' })
    for (const tab of ['summary', 'messages', 'changes', 'rules', 'reach', 'history']) {
      await page.goto(`${at.url}/approvals?open=${approvals[0].id}&tab=${tab}`)
      await page.getByRole('link', { name: 'All requests' }).waitFor()
      assert.deepEqual(await violations(page), [], tab)
      assert.ok((await overflow(page)) <= 0, tab)
      if (process.env['PICTURES']) await page.screenshot({ path: `${process.env['PICTURES']}/request-${tab}.png`, fullPage: true })
    }
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('J and K walk the list, and the address follows', async () => {
    const { approvals } = await at.ask('GET /api/approvals', { as: 'approver' })
    assert.ok(approvals.length > 0)
    await at.ask('POST /api/approvals', {
      body: { wanted: { kind: 'publish', archive: [{ kind: 'template', id: 'spring' }] }, title: 'Away with spring' },
      as: 'marketer',
    })
    const { page } = await at.open('/approvals', { as: 'approver' })
    await page.getByRole('link', { name: 'Away with spring' }).waitFor()
    const before = await page.locator('h2').first().innerText()
    await page.keyboard.press('j')
    await page.waitForURL(/open=ap_/)
    await until('another one is open', async () => (await page.locator('h2').first().innerText()) !== before)
    await page.keyboard.press('k')
    await until('the first one is open again', async () => (await page.locator('h2').first().innerText()) === before)
    await page.context().close()
  })
})

tour(at, {
  approvals: ['/approvals', 'Away with spring', 'approver'],
  'approvals-changes': ['/approvals?tab=changes', /Thing by thing|Away with spring/, 'approver'],
})
