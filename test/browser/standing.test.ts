// People who stand on a step: written down, moved on, taken out.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { places, title } from '#journeys/lanes.ts'
import { overflow, until, violations } from './browser.ts'
import { house } from './house.ts'

const PICTURES = process.env['PICTURES']
const at = house()

async function standing(): Promise<Map<string, number>> {
  const { steps } = await at.ask('GET /api/reports/journeys/abandoned-cart/steps')
  return new Map(steps.map((each: { step: string; in: number }) => [each.step, each.in]))
}

test('who may not publish may write them down, and move nobody', async () => {
  await at.settled()
  const [step] = [...(await standing())].find(([, n]) => n > 0) ?? assert.fail('somebody stands somewhere')
  const { page } = await at.open(`/journeys/abandoned-cart/people?of=waiting&step=${step}`, { as: 'marketer' })
  await page.getByRole('button', { name: 'Export' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Move on…' }).count(), 0)
  await page.context().close()
})

test('a person’s page says at which step they stand, by its name, and leads there', async () => {
  await at.settled()
  const [step] = [...(await standing())].find(([, n]) => n > 0) ?? assert.fail('somebody stands somewhere')
  const { people } = await at.ask(`GET /api/reports/journeys/abandoned-cart/people?of=waiting&step=${step}`)
  const { definition } = await at.ask('GET /api/journeys/abandoned-cart')
  const where = places(definition.steps).find((place) => place.step.id === step)!.step
  for (const [locale, says] of [
    ['en', 'They are in the journey, at the step'],
    ['de', 'Die Person ist in der Journey, bei dem Schritt'],
  ] as const) {
    const { page, wrong } = await at.open(`/people/${people[0].profileId}?why=abandoned-cart`, { context: { locale } })
    await page.getByText(`${says} ${title(where, locale)}.`, { exact: true }).waitFor()
    const link = page.getByText(says).getByRole('link')
    assert.match((await link.getAttribute('href')) ?? '', new RegExp(`^/journeys/abandoned-cart\\?.*step=${step}`))
    await link.click()
    await page.getByRole('heading', { level: 1, name: 'Abandoned cart' }).waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  }
})

test('those who stand on a step are written down, and moved on with a word on what happens', async () => {
  await at.settled()
  const before = await standing()
  const [step, people] = [...before].find(([, n]) => n > 0) ?? assert.fail('somebody stands somewhere')
  const { page, wrong } = await at.open(`/journeys/abandoned-cart/people?of=waiting&step=${step}`)
  try {
    const actions = page.getByRole('group', { name: 'What to do with those who stand here' })
    const download = page.waitForEvent('download')
    await actions.getByRole('button', { name: 'Export' }).click()
    const file = await download
    assert.equal(file.suggestedFilename(), `abandoned-cart-${step}.csv`)
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
    assert.equal(lines.length, people + 1, 'as many rows as the number says')
    assert.match(lines[0]!, /^Person,Name,Step,Why they are here,Since$/)
    await actions.getByRole('button', { name: 'Move on…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('They go on to the next step at once, as if the wait were over.').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.ok((await overflow(page)) <= 0)
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/standing.png` })
    await dialog.getByRole('button', { name: /^Move \d+ (person|people) on$/ }).click()
    await page.getByText(new RegExp(`^${people} (person|people) moved on$`)).waitFor()
    await until('nobody stands there any more', async () => {
      await at.settled()
      return ((await standing()).get(step) ?? 0) === 0
    })
    assert.deepEqual(wrong, [])
  } finally {
    await page.context().close()
  }
})
