import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAt, stepAt } from '#workspaces/adapters/totp.ts'
import { house } from './house.ts'

const at = house({ documents: [], people: false })
const PASSWORD = 'a long and good password'

test('somebody is invited, accepts, signs in, sets up a second factor and signs in with it: by keyboard alone', async () => {
  const admin = await at.open('/settings/people')
  const { page } = admin
  await page.getByRole('button', { name: 'Invite somebody' }).focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('E-mail').waitFor()
  await page.keyboard.type('mary@shop.example')
  await page.keyboard.press('Enter')
  const link = (await page.getByRole('dialog').locator('pre').textContent()) ?? ''
  await page.keyboard.press('Escape')
  await page.getByText('mary@shop.example', { exact: true }).waitFor()
  await page.context().close()

  const guest = await at.open(new URL(link.trim()).pathname + new URL(link.trim()).hash, { as: 'nobody' })
  const door = guest.page
  await door.getByLabel('Your name').focus()
  await door.keyboard.type('Mary Shelley')
  await door.keyboard.press('Tab')
  await door.keyboard.type(PASSWORD)
  await door.keyboard.press('Enter')
  await door.getByRole('heading', { name: 'You are in' }).waitFor()
  await door.getByRole('link', { name: 'Go to sign-in' }).focus()
  await door.keyboard.press('Enter')

  const enter = async () => {
    // The account that is being left has a field of this name as well.
    await door.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
    await door.getByLabel('E-mail').focus()
    await door.keyboard.type('mary@shop.example')
    await door.keyboard.press('Tab')
    await door.keyboard.type(PASSWORD)
    await door.keyboard.press('Enter')
  }
  await enter()
  await door.getByRole('navigation', { name: 'Main' }).waitFor()
  await door.goto(`${at.url}/account`)
  await door.getByRole('button', { name: 'Set up a second factor' }).focus()
  await door.keyboard.press('Enter')
  await door.getByLabel('Your password').focus()
  await door.keyboard.type(PASSWORD)
  await door.keyboard.press('Enter')
  await door.getByRole('img', { name: /QR code/ }).waitFor()
  const secret = (await door
    .locator('code')
    .filter({ hasText: /^[A-Z2-7]{32}$/ })
    .textContent())!.trim()
  await door.getByLabel('Code that the app shows now').focus()
  // Signing in takes the next step's: a code counts once.
  await door.keyboard.type(codeAt(secret, stepAt(Date.now())))
  await door.keyboard.press('Enter')
  await door.getByText('Keep these recovery codes').waitFor()
  await door.getByRole('button', { name: 'I have kept them' }).focus()
  await door.keyboard.press('Enter')
  await door.getByText('10 recovery codes left.').waitFor()

  await door.getByRole('button', { name: 'Sign out' }).focus()
  await door.keyboard.press('Enter')
  await enter()
  await door.getByRole('heading', { name: 'One more step' }).waitFor()
  await door.getByLabel('Code', { exact: true }).focus()
  await door.keyboard.type(codeAt(secret, stepAt(Date.now()) + 1))
  await door.keyboard.press('Enter')
  await door.getByRole('navigation', { name: 'Main' }).waitFor()
  // A marketer administers nothing: the parts for administrators are not offered.
  await door.goto(`${at.url}/settings`)
  await door.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.equal(await door.getByRole('link', { name: 'People and roles' }).count(), 0)
  await door.context().close()
})

test('a new workspace is made, entered and left behind; each tab keeps its own', async () => {
  const made = await at.ask('POST /api/workspaces', { as: 'admin', body: { name: 'The other shop', timezone: 'UTC', currency: 'EUR' } })
  const { page } = await at.open(`/settings/workspace?workspace=${made.workspace.id}`)
  await page.getByLabel('Name').and(page.locator('[value="The other shop"]')).waitFor()
  const tab = await page.context().newPage()
  await tab.goto(`${at.url}/settings/workspace?workspace=${at.workspace}`)
  await tab.getByLabel('Name').and(tab.locator('[value="The corner shop"]')).waitFor()
  await page.reload()
  await page.getByLabel('Name').and(page.locator('[value="The other shop"]')).waitFor()
  await page.getByRole('button', { name: 'Delete the workspace' }).click()
  await page.getByText('1 member loses access').waitFor()
  await page.getByLabel(/to confirm$/).fill('The other shop')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the workspace' }).click()
  await page.waitForURL(`${at.url}/`)
  const session = await at.ask('GET /api/session', { as: 'admin' })
  assert.deepEqual(
    session.workspaces.map((each: { id: string }) => each.id),
    [at.workspace],
  )
  await page.context().close()
})

test('the screens are German where German is chosen', async () => {
  const { page } = await at.open('/account')
  await page.getByLabel('Language').selectOption('de')
  await page.getByRole('heading', { name: 'Ihr Konto' }).waitFor()
  await page.goto(`${at.url}/settings/people`)
  await page.getByRole('heading', { name: 'Personen und Rollen' }).waitFor()
  await page.getByText('Was jede Rolle darf').first().waitFor()
  await page.context().close()
})
