import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house({ people: false })

tour(at, {
  'studio-draft': ['/journeys/abandoned-cart?view=draft', 'Leave them in peace'],
  'studio-panel': ['/journeys/abandoned-cart?view=draft&step=worth', 'Setup'],
  'studio-outline': ['/journeys/abandoned-cart?view=draft&tab=outline', 'Leave them in peace'],
  'studio-code': ['/journeys/abandoned-cart?view=draft&tab=code', 'It can be read'],
  'studio-live': ['/journeys/abandoned-cart?view=live', 'Leave them in peace'],
})

/** A journey that is only a draft, and the page on which it is built. */
async function draft(
  id: string,
  steps: readonly object[],
  path = '',
): Promise<{ page: Page; wrong: string[]; body: () => Promise<{ steps: Step[] }> }> {
  const body = { kind: 'journey', id, name: id, goal: { event: 'Order Completed', within: '7d' }, entry: { event: 'Product Added' }, steps }
  await at.ask(`PUT /api/documents/journey/${id}/draft`, { body: { kind: 'journey', id, body } })
  const { page, wrong } = await at.open(`/journeys/${id}${path}`)
  await page.locator('.react-flow__node, [role=tree]').first().waitFor()
  return { page, wrong, body: async () => (await at.ask(`GET /api/documents/journey/${id}`)).draft.body }
}
interface Step {
  readonly kind: string
  readonly id: string
  readonly [field: string]: unknown
}

const wait = (id: string, span = '1d') => ({ kind: 'wait', id, for: span })
const fork = (id: string, yes: readonly object[], no: readonly object[] = []) => ({
  kind: 'branch',
  id,
  name: `Fork ${id}`,
  branches: [{ id: 'yes', label: 'Yes', when: 'profile.plan == "pro"', steps: yes }],
  otherwise: no,
})
const kinds = (steps: readonly Step[]) => steps.map(({ kind }) => kind)
const ids = (steps: readonly Step[]) => steps.map(({ id }) => id)
const canvas = (page: Page) => page.locator('.react-flow')
const box = (page: Page, id: string) => page.locator(`[data-step="${id}"]`)

/** The server has what the screen shows. */
const saved = (page: Page) => until('it is saved', async () => (await page.locator('[data-saved="saved"]').count()) === 1)

/** Chooses a kind of step in the search. */
async function choose(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Add a step' })
  await dialog.waitFor()
  await page.keyboard.type(name)
  await dialog.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
}

test('a whole journey is built by keyboard alone, saved, and undone across a reload', async () => {
  const { page, wrong, body } = await draft('by-keyboard', [])
  try {
    await canvas(page).focus()
    for (const name of ['wait', 'e-mail', 'branch']) {
      await page.keyboard.press('n')
      await choose(page, name)
      await page.getByRole('complementary', { name: 'Step' }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('complementary', { name: 'Step' }).waitFor({ state: 'detached' })
    }
    // Into a branch: the place is chosen in the search.
    await page.keyboard.press('n')
    const where = page.getByRole('combobox', { name: 'Where' })
    await where.selectOption({ index: 1 })
    await page.getByRole('combobox', { name: 'Search for a kind of step' }).focus()
    await choose(page, 'push')
    await page.keyboard.press('Escape')
    await saved(page)
    const built = (await body()).steps
    assert.deepEqual(kinds(built), ['wait', 'email', 'branch'])
    assert.deepEqual(kinds((built[2]!['branches'] as { steps: Step[] }[])[0]!.steps), ['push'])
    // Its own name.
    await canvas(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: 'Name' }).fill('Let it settle')
    await page.keyboard.press('Enter')
    await box(page, built[0]!.id).getByText('Let it settle').waitFor()
    await saved(page)
    await page.reload()
    await box(page, built[0]!.id).getByText('Let it settle').waitFor()
    await canvas(page).focus()
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await until(
      'the push and the name are gone',
      async () => (await page.getByText('Let it settle').count()) === 0 && (await page.locator('[data-step^="push"]').count()) === 0,
    )
    await page.keyboard.press('Control+Shift+Z')
    await page.locator('[data-step^="push"]').waitFor()
    await saved(page)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('a step is dragged onto a place, one from the palette too; dropped elsewhere nothing happens, and it is said', async () => {
  const { page, wrong, body } = await draft('by-mouse', [wait('a'), wait('b', '2d'), wait('c', '3d')])
  try {
    const drag = async (from: { x: number; y: number }, to: { x: number; y: number }) => {
      await page.mouse.move(from.x, from.y)
      await page.mouse.down()
      await page.mouse.move(from.x + 20, from.y + 10, { steps: 3 })
      await page.mouse.move(to.x, to.y, { steps: 8 })
      await page.mouse.up()
    }
    const middle = async (selector: string) => {
      const found = (await page.locator(selector).first().boundingBox())!
      return { x: found.x + found.width / 2, y: found.y + found.height / 2 }
    }
    await drag(await middle('[data-step="c"]'), await middle('[data-spot="//0"]'))
    await until('c is first', async () => ids((await body()).steps)[0] === 'c')
    const palette = page.getByRole('region', { name: 'Steps to add' })
    const split = (await palette.getByRole('button', { name: 'Split' }).boundingBox())!
    await drag({ x: split.x + 20, y: split.y + 10 }, await middle('[data-spot="//2"]'))
    await until('the split stands there', async () => kinds((await body()).steps)[2] === 'split')
    const before = await body()
    const start = await middle('[data-step="a"]')
    await drag(start, { x: start.x + 400, y: start.y + 10 })
    await page.getByText('Nothing was moved').waitFor()
    assert.deepEqual(await body(), before)
    // A click on a place opens the search there; what would cut others off is not offered, and says why.
    await page.locator('[data-spot="//1"]').click()
    const exit = page.getByRole('option', { name: /^Exit/ })
    await exit.getByText(/nobody would reach/).waitFor()
    assert.equal(await exit.getAttribute('aria-disabled'), 'true')
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('a step is moved by arrow keys; one with steps inside asks what comes along, and which stay when it goes', async () => {
  const { page, wrong, body } = await draft('moves', [wait('a'), fork('f', [wait('in')]), wait('z', '2d')])
  try {
    await box(page, 'z').waitFor()
    await canvas(page).focus()
    for (const key of ['Home', 'ArrowDown']) await page.keyboard.press(key)
    await page.keyboard.press('m')
    await page.getByText('Choose a place with the arrow keys').first().waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await until('a is last', async () => ids((await body()).steps).join() === 'f,z,a')
    // The fork is first now.
    for (const key of ['Home', 'ArrowDown', 'Delete']) await page.keyboard.press(key)
    const dialog = page.getByRole('dialog', { name: 'Delete “Fork f”' })
    await dialog.getByRole('radio', { name: /“Yes”: 1 step/ }).check()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await until('the inner step took its place', async () => ids((await body()).steps).join() === 'in,z,a')
    await canvas(page).focus()
    await page.keyboard.press('Control+z')
    await until('undone', async () => ids((await body()).steps).join() === 'f,z,a')
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('steps are copied from one journey into another, with ids of their own', async () => {
  const one = await draft('copy-from', [wait('same'), fork('f', [wait('in')])])
  try {
    await one.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await canvas(one.page).focus()
    await one.page.keyboard.press('Control+a')
    await one.page.keyboard.press('Control+c')
    await one.page.getByText('3 steps copied').waitFor()
    await at.ask('PUT /api/documents/journey/copy-to/draft', {
      body: { kind: 'journey', id: 'copy-to', body: { ...(await one.body()), id: 'copy-to', name: 'copy-to', steps: [wait('same')] } },
    })
    await one.page.goto(`${at.url}/journeys/copy-to`)
    await box(one.page, 'same').waitFor()
    await canvas(one.page).focus()
    for (const key of ['Home', 'ArrowDown', 'Control+v']) await one.page.keyboard.press(key)
    const body = async () => (await at.ask('GET /api/documents/journey/copy-to')).draft.body as { steps: Step[] }
    await until('they are there', async () => (await body()).steps.length === 3)
    assert.deepEqual(kinds((await body()).steps), ['wait', 'wait', 'branch'])
    assert.equal(new Set(ids((await body()).steps)).size, 3)
    assert.deepEqual(one.wrong, [])
  } finally {
    await one.page.context().close()
  }
})

test('a step is found, a branch folded, and a problem leads to its step', async () => {
  const many = Array.from({ length: 12 }, (_, i) => wait(`w${i}`, `${i + 1}d`))
  const { page, wrong } = await draft('finding', [
    ...many,
    fork('f', [{ kind: 'email', id: 'lost', template: 'nowhere' }, wait('deep')]),
    wait('last'),
  ])
  try {
    await canvas(page).focus()
    await page.keyboard.press('Control+f')
    await page.getByRole('searchbox', { name: 'Find a step' }).fill('nowhere')
    await page.getByText('1 of 1').waitFor()
    await box(page, 'lost').waitFor()
    await page.keyboard.press('Escape')
    // Folded, its steps are gone from the drawing, and it says how many.
    await box(page, 'f').locator('button').click()
    await page.getByRole('menuitem', { name: /Fold its branches/ }).click()
    await box(page, 'f').getByText('+ 2 steps').waitFor()
    assert.equal(await box(page, 'lost').count(), 0)
    await page.getByRole('button', { name: /problem/ }).click()
    await page
      .getByRole('region', { name: /What is wrong/ })
      .getByRole('button', { name: /nowhere/ })
      .first()
      .click()
    await page.getByRole('complementary', { name: 'Step' }).getByRole('heading', { name: 'Send nowhere' }).waitFor()
    await box(page, 'lost').waitFor()
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('the outline does what the canvas does, and shows the same afterwards', async () => {
  const { page, wrong, body } = await draft('outlined', [wait('a'), fork('f', [wait('in')]), wait('z', '2d')], '?tab=outline')
  try {
    const row = (id: string) => page.locator(`[role=treeitem][data-row="${id}"]`)
    await row('a').focus()
    await page.keyboard.press('m')
    await page.locator('[data-place]').first().waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await until('a is last', async () => ids((await body()).steps).join() === 'f,z,a')
    await row('z').focus()
    await page.keyboard.press('n')
    await choose(page, 'note to')
    await until('added below z', async () => kinds((await body()).steps).join() === 'branch,wait,notify,wait')
    await row('z').focus()
    await page.keyboard.press('Delete')
    await until('z is gone', async () => kinds((await body()).steps).join() === 'branch,notify,wait')
    const shown = await page
      .locator('[role=treeitem]')
      .evaluateAll((rows) => rows.map((each) => (each as unknown as { dataset: { row: string } }).dataset.row))
    const steps = shown.filter((id) => !id.includes('/') && !id.startsWith('@'))
    await page.getByRole('link', { name: 'Build' }).click()
    await box(page, 'in').waitFor()
    const drawn = await page
      .locator('[data-step]')
      .evaluateAll((all) => all.map((each) => (each as unknown as { dataset: { step: string } }).dataset.step))
    assert.deepEqual(drawn.filter((id) => !id.startsWith('@')).sort(), [...steps].sort())
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})

test('two people at one draft lose nothing and are told', async () => {
  const one = await draft('together', [wait('a'), wait('b', '2d'), wait('c', '3d')])
  const two = await at.open('/journeys/together', { as: 'marketer' })
  try {
    await box(two.page, 'a').waitFor()
    await one.page.getByText('Marketer of the shop is here').first().waitFor({ state: 'attached' })
    await canvas(one.page).focus()
    for (const key of ['Home', 'ArrowDown', 'F2']) await one.page.keyboard.press(key)
    await one.page.getByRole('textbox', { name: 'Name' }).fill('First of Grace')
    await canvas(two.page).focus()
    for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'F2']) await two.page.keyboard.press(key)
    await two.page.getByRole('textbox', { name: 'Name' }).fill('Third of the marketer')
    await Promise.all([one.page.keyboard.press('Enter'), two.page.keyboard.press('Enter')])
    for (const page of [one.page, two.page]) {
      await box(page, 'a').getByText('First of Grace').waitFor()
      await box(page, 'c').getByText('Third of the marketer').waitFor()
    }
    await until('both are on the server', async () => {
      const { steps } = await one.body()
      return steps[0]!['name'] === 'First of Grace' && steps[2]!['name'] === 'Third of the marketer'
    })
    await until(
      'one is told',
      async () =>
        (await one.page.getByText(/changed 1 step while/).count()) + (await two.page.getByText(/changed 1 step while/).count()) > 0,
    )
  } finally {
    await one.page.context().close()
    await two.page.context().close()
  }
})

test('300 steps open, only those in the window are in the page, and one more is added', async () => {
  const block = (i: number) => [wait(`w${i}`), fork(`f${i}`, [wait(`y${i}`), wait(`x${i}`)], [wait(`n${i}`)])]
  const { page, wrong, body } = await draft('very-long', Array.from({ length: 60 }, (_, i) => block(i)).flat())
  try {
    await page.getByText('300 steps').waitFor()
    assert.ok((await page.locator('.react-flow__node').count()) < 80)
    await canvas(page).focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('n')
    await choose(page, 'wait')
    await page.getByText('301 steps').waitFor()
    await until('saved', async () => (await body()).steps.length === 121)
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})
