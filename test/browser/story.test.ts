// One marketer's whole story on the real server: from signing in to the order that a mail brought.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Analytics } from '@segment/analytics-node'
import type { Page } from 'playwright-core'
import { codeAt, stepAt } from '#workspaces/adapters/totp.ts'
import { until, type Watched } from './browser.ts'
import { house } from './house.ts'

const PASSWORD = 'a long and good password'
const policy = {
  kind: 'approval-policy',
  id: 'journeys',
  name: 'A second pair of eyes',
  when: [{ kind: 'documents', kinds: ['journey'] }],
  deadline: '2d',
}

const at = house({
  prepare: async (shop) => {
    // Both are invited, and have accepted; whoever could agree must be there.
    await shop.cookie('marketer')
    await shop.cookie('approver')
    await shop.ask('POST /api/documents/apply', { body: { documents: [{ kind: policy.kind, id: policy.id, body: policy }] }, as: 'admin' })
  },
})

const wrong: string[][] = []
async function door(): Promise<Page> {
  const opened: Watched = await at.open('/sign-in', { as: 'nobody' })
  wrong.push(opened.wrong)
  return opened.page
}
async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
}
const inside = (page: Page) => page.getByRole('navigation', { name: 'Main' }).waitFor()

/** Sets a second factor up, signs out, and comes in again with it. */
async function withSecondFactor(page: Page): Promise<void> {
  await page.goto(`${at.url}/account`)
  await page.getByRole('button', { name: 'Set up a second factor' }).click()
  await page.getByLabel('Your password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  const shown = page.locator('code').filter({ hasText: /^[A-Z2-7]{32}$/ })
  const secret = ((await shown.textContent()) ?? '').trim()
  // Signing in takes the next step's: a code counts once.
  await page.getByLabel('Code that the app shows now').fill(codeAt(secret, stepAt(Date.now())))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('10 recovery codes left.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/sign-in/)
  await signIn(page, 'marketer@shop.example')
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
  await page.getByLabel('Code', { exact: true }).fill(codeAt(secret, stepAt(Date.now()) + 1))
  await page.keyboard.press('Enter')
  await inside(page)
}

async function makeSegment(page: Page): Promise<void> {
  await page.goto(`${at.url}/segments/new`)
  await page.getByLabel('Name', { exact: true }).fill('Norwegians')
  await page.getByRole('button', { name: 'Add condition' }).click()
  await page.getByRole('combobox', { name: 'What is it about?' }).fill('attribute')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Attribute', exact: true }).fill('country')
  await page.getByRole('combobox', { name: 'Value', exact: true }).click()
  await page.locator('[role=option]', { hasText: /^NO/ }).click()
  await page.getByText(' of 8 people now').waitFor()
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('4 after publishing').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await page.waitForURL('**/segments/norwegians')
}

async function makeContent(page: Page): Promise<void> {
  await page.goto(`${at.url}/content?make=1`)
  await page.getByRole('radio', { name: /Newsletter/ }).press('Space')
  await page.getByLabel('Name', { exact: true }).fill('Lamp care')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/content\/templates\/lamp-care/)
  await page.getByLabel('Subject').fill('How to care for your lamp')
  await publishContent(page, 1)
}
async function publishContent(page: Page, version: number): Promise<void> {
  await page.getByText('All changes saved').waitFor()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('button', { name: 'Publish this version' }).click()
  await page.getByText(`Live, version ${version}`).first().waitFor()
}

/** Steps in the studio, by keyboard; then who comes in. */
async function buildJourney(page: Page): Promise<void> {
  await page.goto(`${at.url}/journeys/lamp-care?fresh=Lamp%20care`)
  await page.locator('.react-flow').focus()
  await page.keyboard.press('n')
  const search = page.getByRole('dialog', { name: 'Add a step' })
  await search.waitFor()
  await page.keyboard.type('e-mail')
  await search.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('complementary', { name: 'Step' }).getByRole('combobox', { name: 'Template' }).fill('lamp-care')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await page.locator('[data-saved="saved"]').waitFor()
  await page.getByRole('navigation', { name: 'Views of the journey' }).getByRole('link', { name: 'Settings' }).click()
  const entry = page.getByRole('group', { name: 'Entry' })
  await entry.getByRole('combobox', { name: 'Event' }).fill('Product Viewed')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await entry.getByText(/More settings/).click()
  await entry.getByRole('button', { name: 'Text', exact: true }).click()
  await entry.getByRole('combobox', { name: 'Only when' }).fill('segment("norwegians")')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await until('the draft is saved', async () => JSON.stringify(await at.ask('GET /api/documents/journey/lamp-care')).includes('norwegians'))
}

const stateOf = async (id: string): Promise<string> => (await at.ask(`GET /api/approvals/${id}`, { as: 'admin' })).state
/** By the road to being live, as the studio shows it; leads to the request, whose id it gives. */
async function request(page: Page, note: string): Promise<string> {
  await page.goto(`${at.url}/journeys/lamp-care?view=draft`)
  await page.getByRole('button', { name: 'Request approval…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('A second pair of eyes: Approver of the shop has to agree.').waitFor()
  await dialog.getByRole('button', { name: 'Request approval', exact: true }).click()
  await dialog.getByRole('textbox').fill(note)
  await dialog.getByRole('button', { name: 'Ask one person' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Open the request' }).click()
  await page.waitForURL(/\/approvals\?.*open=/)
  return new URL(page.url()).searchParams.get('open')!
}

/** Asked for, sent back, mended, approved and published; the approver does their part by keyboard. */
async function approve(page: Page, approver: Page): Promise<void> {
  const first = await request(page, 'For those who look at lamps')
  await page.getByText('You cannot decide on this request. It is your own work, so somebody else has to agree.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Approve', exact: true }).count(), 0)
  await approver.goto(`${at.url}/approvals?open=${first}`)
  await approver.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  await approver.keyboard.press('e')
  await approver.getByRole('dialog').getByLabel('What should change').waitFor()
  await approver.keyboard.type('Say which lamps')
  await approver.keyboard.press('Control+Enter')
  await until('a change is asked for', async () => (await stateOf(first)) === 'changes')

  await page.goto(`${at.url}/content/templates/lamp-care`)
  await page.getByLabel('Subject').fill('How to care for your oak lamp')
  await publishContent(page, 2)
  const second = await request(page, 'It says which now')
  await approver.goto(`${at.url}/approvals?open=${second}`)
  await approver.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  await approver.keyboard.press('a')
  await approver.getByRole('dialog').waitFor()
  await approver.keyboard.press('Enter')
  await approver.getByText('It is approved. It may be published exactly as it is, once.').waitFor()
  assert.notEqual(await stateOf(second), 'executed', 'to approve is not to publish')
  await approver.goto(`${at.url}/approvals?show=over&open=${second}`)
  await approver.getByRole('button', { name: 'Publish now' }).press('Enter')
  await until('it is published', async () => (await stateOf(second)) === 'executed')
}

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36' }

/** The shop's own server tells what its customers do; one of them gets the mail, and clicks. */
async function shopGoesOn(page: Page): Promise<void> {
  const shop = new Analytics({ host: at.url, path: '/v1/batch', writeKey: at.writeKey, flushInterval: 50 })
  const mailOf = async (to: string): Promise<{ id: string } | undefined> =>
    (await at.ask('GET /api/mailbox')).mail.find((each: { to: string; subject: string }) => each.to === to && /oak lamp/.test(each.subject))
  // What was published holds within a second, and she looks more than once.
  await until('the mail is there', async () => {
    shop.track({ userId: 'maya-lind', event: 'Product Viewed', properties: { product_id: 'oak-lamp' } })
    return (await mailOf('maya.lind@people.example')) !== undefined
  })
  // He is no Norwegian: the segment keeps him out.
  shop.track({ userId: 'jonas-berg', event: 'Product Viewed', properties: { product_id: 'oak-lamp' } })
  await page.goto(`${at.url}/mailbox/${(await mailOf('maya.lind@people.example'))!.id}`)
  const link = page.frameLocator('iframe').first().locator('a[href*="/c/"]').first()
  await link.waitFor()
  const clicked = await fetch((await link.getAttribute('href'))!, { redirect: 'manual', headers: BROWSER })
  assert.match(clicked.headers.get('location') ?? '', /^https:/, `the click answered ${clicked.status}`)
  shop.track({ userId: 'maya-lind', event: 'Order Completed', properties: { order_id: 'lamp-1', total: 40 } })
  await shop.closeAndFlush()
  await at.settled()
  assert.equal(await mailOf('jonas.berg@people.example'), undefined)
}

async function seeResults(page: Page): Promise<void> {
  await page.goto(`${at.url}/journeys/lamp-care?tab=report`)
  const reached = page.getByRole('row', { name: /^Reached the goal/ })
  await reached.getByRole('link', { name: '1', exact: true }).first().click()
  await page.waitForURL(/\/people\?/)
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('heading', { name: 'Maya Lind' }).waitFor()
  for (const text of ['Reached the goal', 'E-mail clicked', 'E-mail sent', 'Entered'])
    await page.getByText(text).filter({ visible: true }).first().waitFor()
}

test('from signing in to the order that a mail brought', async () => {
  const page = await door()
  await signIn(page, 'marketer@shop.example')
  await inside(page)
  await withSecondFactor(page)
  await makeSegment(page)
  await makeContent(page)
  await buildJourney(page)
  const approver = await door()
  await signIn(approver, 'approver@shop.example')
  await inside(approver)
  await approve(page, approver)
  await shopGoesOn(page)
  await seeResults(page)
  // Before sign-in, and of a journey that is not there yet, the browser tells of the refusals that it was answered with.
  assert.deepEqual(
    wrong.flat().filter((each) => !/status of 40[14]/.test(each)),
    [],
  )
  await Promise.all([page.context().close(), approver.context().close()])
})
