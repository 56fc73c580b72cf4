import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

let maya = ''
const at = house({
  prepare: async (shop) => {
    for (const userId of ['maya-lind', 'jonas-berg', 'aisha-khan']) {
      await shop.call('group', { userId, groupId: 'acme', traits: { name: 'Acme Lamps', seats: 12 } })
      await shop.call('track', { userId, event: 'Pricing Viewed' })
    }
    await shop.settled()
    maya = (await shop.ask('GET /api/profiles?q=maya-lind')).people[0].id
  },
})

tour(at, {
  'people-filtered': ['/people?when=profile.plan%20%3D%3D%20%22gold%22&columns=plan,country', 'gold'],
  company: ['/companies/acme', 'What colleagues did together'],
})

test('each part of a profile: both themes, three widths, accessible', async () => {
  const TABS = [
    ['life', 'Why, or why not?'],
    ['about', 'newest value wins'],
    ['consent', 'May be written to now'],
    ['messages', 'None was decided for this person.'],
  ] as const
  for (const [tab, ready] of TABS) {
    const { page, wrong } = await at.open(`/people/${maya}?tab=${tab}`)
    await page.getByText(ready).first().waitFor()
    assert.deepEqual(wrong, [], tab)
    await page.context().close()
  }
})

/** Opens a screen, tells a story on it, and closes it. */
async function on(path: string, story: (page: Page, wrong: string[]) => Promise<void>, as?: string): Promise<void> {
  const { page, wrong } = await at.open(path, { ...(as && { as }) })
  try {
    await story(page, wrong)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
}

test('people are found by a condition, shown with columns of one’s own, and the address keeps it', async () => {
  await on('/people', async (page) => {
    await page.getByText('Filter and columns').click()
    await page.getByRole('group', { name: 'Condition' }).getByRole('button', { name: 'Text' }).click()
    await page
      .getByRole('combobox', { name: 'Condition' })
      .or(page.getByRole('textbox', { name: 'Condition' }))
      .fill('profile.plan == "gold"')
    await page.getByLabel('Columns').fill('country')
    await page.keyboard.press('Enter')
    await page.getByRole('columnheader', { name: 'country' }).waitFor()
    assert.match(page.url(), /when=/)
    await page.reload()
    await page.getByRole('columnheader', { name: 'country' }).waitFor()
    const names = await page.getByRole('rowheader').allInnerTexts()
    assert.deepEqual(names.map((each) => each.split('\n')[0]).sort(), ['Li Wei', 'Maya Lind', 'Nora Dahl'])
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.getByText('Tom Baker').waitFor()
  })
})

test('a condition that cannot be read says what is wrong', async () => {
  const { page } = await at.open(`/people?when=${encodeURIComponent('profile.plan ==')}`)
  await page.getByRole('alert').waitFor()
  assert.match((await page.getByRole('alert').textContent())!, /condition/i)
  await page.context().close()
})

test('three colleagues on the pricing page lead to those three', async () => {
  await on('/companies/acme', async (page) => {
    await page
      .getByRole('row', { name: /Pricing Viewed/ })
      .getByRole('link')
      .first()
      .click()
    await page.getByText('Only who did “Pricing Viewed” in the last 48 hours').waitFor()
    await until(
      'the three are listed',
      async () => (await page.getByRole('table', { name: 'People' }).getByRole('rowheader').count()) === 3,
    )
  })
})

test('what a person said on the phone is recorded by keyboard, with its proof, and holds', async () => {
  await on(`/people/${maya}?tab=consent`, async (page) => {
    await page.getByRole('button', { name: 'Record what they said' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Where it was said').focus()
    await page.keyboard.type('phone')
    await page.keyboard.press('Tab')
    await page.keyboard.type('verbal')
    await page.keyboard.press('Enter')
    await page.getByText('Recorded').waitFor()
    await page.getByRole('table', { name: 'What was said, with its proof' }).getByText('phone').first().waitFor()
  })
  const { permits } = await at.ask(`GET /api/profiles/${maya}/consent`)
  assert.deepEqual(
    permits.map((permit: { channel: string; status: string }) => [permit.channel, permit.status]),
    [['email', 'withdrawn']],
  )
})

test('everything about a person is given out as a file, and erased for good when the name is typed', async () => {
  const { people } = await at.ask('GET /api/profiles?q=tom-baker')
  await on(`/people/${people[0].id}`, async (page, wrong) => {
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Their data' }).click()
    await page.getByRole('menuitem', { name: 'Everything as JSON' }).click()
    assert.match((await coming).suggestedFilename(), /\.json$/)
    await page.getByRole('button', { name: 'Their data' }).click()
    await page.getByRole('menuitem', { name: 'Erase this person…' }).click()
    const erase = page.getByRole('button', { name: 'Erase for good' })
    assert.ok(await erase.isDisabled(), 'not before the name is typed')
    await page.getByLabel('Type “Tom Baker” to confirm').fill('Tom Baker')
    await erase.click()
    await page.getByText('Erased', { exact: true }).waitFor({ timeout: 20_000 })
    // The page asks once for somebody who is no more.
    wrong.splice(0)
  })
})

test('a viewer sees neither people nor a way to them, and reads who can open it', async () => {
  const { page } = await at.open('/people', { as: 'viewer' })
  await page.getByText('This is not open to you').waitFor()
  assert.equal(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People' }).count(), 0)
  await page.context().close()
})
