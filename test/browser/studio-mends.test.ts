// What is wrong is mended where it stands, steps are put under stages, and a journey is tried from a step on.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { overflow, until, violations } from './browser.ts'
import { house } from './house.ts'

const PICTURES = process.env['PICTURES']
const at = house({ people: false })

interface Step {
  readonly kind: string
  readonly id: string
  readonly [field: string]: unknown
}
const wait = (id: string, more: object = {}) => ({ kind: 'wait', id, for: '1d', ...more })
const fork = (id: string, when: string, yes: readonly object[]) => ({
  kind: 'branch',
  id,
  name: `Fork ${id}`,
  branches: [{ id: 'yes', label: 'Yes', when, steps: yes }],
  otherwise: [],
})

/** A journey that is only a draft, open to be changed. */
async function draft(id: string, steps: readonly object[], { path = '', more = {} }: { path?: string; more?: object } = {}) {
  const body = {
    kind: 'journey',
    id,
    name: id,
    goal: { event: 'Order Completed', within: '9d' },
    entry: { event: 'Product Added' },
    ...more,
    steps,
  }
  await at.ask(`PUT /api/documents/journey/${id}/draft`, { body: { kind: 'journey', id, body } })
  const { page, wrong } = await at.open(`/journeys/${id}${path}`)
  await page.locator('.react-flow__node, [role=tree]').first().waitFor()
  return { page, wrong, body: async () => (await at.ask(`GET /api/documents/journey/${id}`)).draft.body as Step & { steps: Step[] } }
}
const canvas = (page: Page) => page.locator('.react-flow')
const box = (page: Page, id: string) => page.locator(`[data-step="${id}"]`)
const row = (page: Page, id: string) => page.locator(`[role=treeitem][data-row="${id}"]`)
async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: `${PICTURES}/${name}.png` })
}

test('what is wrong is mended by a digit, by a button, in the list and beside the step, and each mend can be undone', async () => {
  const { page, wrong, body } = await draft('broken', [
    { kind: 'email', id: 'letter', template: 'cart-remindr' },
    fork('ask', 'traits.plan = "pro"', [wait('in')]),
    { kind: 'exit', id: 'out' },
    wait('never'),
    wait('again'),
  ])
  try {
    await page.getByText('Never published: nobody has been in it').waitFor()
    assert.equal(await page.getByText('reconnecting').count(), 0)
    await canvas(page).focus()
    await page.keyboard.press('p')
    const list = page.getByRole('region', { name: /What is wrong/ })
    await list.getByRole('button', { name: /Take away the 2 steps that nobody reaches/ }).waitFor()
    await picture(page, 'mends-list')
    assert.deepEqual(await violations(page), [])
    // By a digit, on the problem that has the focus.
    const nobody = list.getByRole('button', { name: /Nobody ever reaches/ })
    await nobody.focus()
    await page.keyboard.press('1')
    await until('the steps are gone', async () => (await body()).steps.map(({ id }) => id).join() === 'letter,ask,out')
    await page.getByText('Done: Take away the 2 steps that nobody reaches').waitFor()
    await until('the focus stays in the list', async () => (await list.locator(':focus').count()) === 1)
    // By a button; then back by the notice.
    await list.getByRole('button', { name: 'Go on below then' }).click()
    await until('it says what then', async () => Array.isArray((await body()).steps[0]!['otherwise']))
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await until('it is silent again', async () => (await body()).steps[0]!['otherwise'] === undefined)
    // Beside the step, twice: first the name, then the sign.
    await list.getByRole('button', { name: /traits is not known/ }).click()
    const panel = page.getByRole('complementary', { name: 'Step' })
    await picture(page, 'mends-panel')
    await panel.getByRole('button', { name: 'Write “profile.plan = "pro"”' }).click()
    await panel.getByRole('button', { name: 'Write “profile.plan == "pro"”' }).click()
    const whenOf = async () => ((await body()).steps[1]!['branches'] as { when: string }[])[0]!.when
    await until('the condition can be read', async () => (await whenOf()) === 'profile.plan == "pro"')
    await canvas(page).focus()
    for (let n = 0; n < 3; n++) await page.keyboard.press('Control+z')
    await until('all is as it was', async () => (await body()).steps.length === 5 && (await whenOf()) === 'traits.plan = "pro"')
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('steps are put under a stage, which folds on the canvas and in the outline', async () => {
  const { page, wrong, body } = await draft('staged', [wait('a'), fork('f', 'profile.plan == "pro"', [wait('in')]), wait('z')])
  try {
    await box(page, 'a').waitFor()
    await canvas(page).focus()
    for (const key of ['Home', 'ArrowDown', 'Shift+ArrowDown', 'Control+g']) await page.keyboard.press(key)
    const dialog = page.getByRole('dialog', { name: 'Stage of 2 steps' })
    await dialog.getByLabel('Stage').fill('Welcome')
    await page.keyboard.press('Enter')
    await page.locator('[data-stage="a"]').getByText('Welcome').waitFor()
    assert.deepEqual(
      (await body().then(({ steps }) => until('saved', async () => (await body()).steps[1]!['stage'] === 'Welcome').then(() => steps)))
        .length,
      3,
    )
    await picture(page, 'stage-open')
    await page.locator('[data-stage="a"]').click()
    await box(page, 'a').getByText('Welcome').waitFor()
    await box(page, 'a').getByText('+ 3 steps').waitFor()
    assert.equal(await box(page, 'f').count(), 0)
    await picture(page, 'stage-folded')
    assert.deepEqual(await violations(page), [])
    await canvas(page).focus()
    for (const key of ['Home', 'ArrowDown', 'f']) await page.keyboard.press(key)
    await box(page, 'f').waitFor()
    // The outline says the same; arrow keys walk over stages and branches.
    await page.getByRole('navigation', { name: 'Views of the journey' }).getByRole('link', { name: 'Outline' }).click()
    await row(page, 'stage:a').getByText('Welcome, 3 steps').waitFor()
    await row(page, '@entry').focus()
    const walked: string[] = []
    for (let n = 0; n < 6; n++) {
      await page.keyboard.press('ArrowDown')
      walked.push((await page.locator('[role=treeitem]:focus').getAttribute('data-row')) ?? '')
    }
    assert.deepEqual(walked, ['stage:a', 'a', 'f', 'f/yes', 'in', 'f/otherwise'])
    await picture(page, 'stage-outline')
    await row(page, 'stage:a').focus()
    await page.keyboard.press('ArrowLeft')
    await until('folded', async () => (await row(page, 'f').count()) === 0)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('T tries the journey from the step that has the focus', async () => {
  const { page, wrong } = await draft('tried', [wait('a'), wait('b', { name: 'The second' }), wait('c')])
  try {
    await canvas(page).focus()
    for (const key of ['Home', 'ArrowDown', 'ArrowDown', 't']) await page.keyboard.press(key)
    await page.waitForURL(/tab=test/)
    assert.equal(await page.getByRole('combobox', { name: 'From', exact: true }).inputValue(), 'b')
    await page.getByRole('button', { name: 'Run it' }).click()
    await page.getByText('What would happen').waitFor()
    await picture(page, 'test-from')
    const lit = async (id: string) => (await box(page, id).getAttribute('class'))?.includes('border-accent') === true
    await until('b and c were passed', async () => (await lit('b')) && (await lit('c')))
    assert.equal(await lit('a'), false, 'what stands before was not walked')
    assert.ok((await overflow(page)) <= 0)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('what is live is tried from its draft view before anything is changed, and the foot leads to the proof', async () => {
  const { page, wrong } = await at.open('/journeys/abandoned-cart?view=draft')
  try {
    await page.getByText(/a day come in/).waitFor()
    await page.getByRole('link', { name: /^up to \d+ messages? a person$/ }).click()
    await page.getByRole('button', { name: 'Run it' }).click()
    await page.getByText('What would happen').waitFor()
    await page.getByText('The most that one person can get').click()
    await page.getByRole('heading', { name: 'From this journey' }).waitFor()
    assert.deepEqual(await violations(page), [])
    await picture(page, 'proof')
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})
