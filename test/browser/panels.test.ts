// The panel of each kind of step shows a field for everything that may be written there, in English and in German.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import type { StepKind } from '#journeys/edit/body.ts'
import { STEP_KINDS } from '#journeys/edit/places.ts'
import { blankStep } from '#journeys/edit/starters.ts'
import { STEP_SCHEMAS } from '#journeys/ui/panels/schemas.ts'
import { jsonSchemaOf } from '#kit/form/from-zod.ts'
import { type FieldWords, wordsFor } from '#kit/form/labels.ts'
import { until, violations } from './browser.ts'
import { house } from './house.ts'

const at = house({ people: false })

/** Words of screens, which know the browser's types: read, and not typed, where the server's are. */
type Catalogue = Readonly<Record<'en' | 'de', FieldWords>>
const read = async <T>(path: string): Promise<T> => (await import(path)) as T
const { FIELD_WORDS } = await read<{ FIELD_WORDS: Catalogue }>('#journeys/ui/panels/field-words.ts')
const { COMMON_WORDS } = await read<{ COMMON_WORDS: Catalogue }>('#kit/form/form-words.ts')

/** Lists of steps are drawn, not written. */
const DRAWN = new Set(['kind', 'steps', 'then', 'otherwise', 'fallback'])
const expected = (kind: StepKind, language: 'en' | 'de'): string[] =>
  Object.keys(jsonSchemaOf(STEP_SCHEMAS[kind]).properties ?? {})
    .filter((name) => !DRAWN.has(name))
    .map((name) => wordsFor([kind, name], [FIELD_WORDS[language], COMMON_WORDS[language]]) ?? `no word for ${kind}.${name}`)

/** Everything that the panel says, folded parts too. */
async function textOf(panel: Locator): Promise<string> {
  return panel.evaluate((element) => {
    for (const each of element.querySelectorAll('details')) each.open = true
    const named = [...element.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label'))
    return [element.textContent, ...named].join('\n')
  })
}

for (const language of ['en', 'de'] as const)
  test(`${language}: each kind of step shows a field for everything that may be written there`, async () => {
    const id = `all-kinds-${language}`
    const steps = STEP_KINDS.map((kind) => ({
      ...blankStep(kind, { ids: () => [] }),
      id: `the_${kind.toLowerCase()}`,
      name: `The ${kind}`,
    }))
    // An exit ends the run: it stands last.
    const body = {
      kind: 'journey',
      id,
      name: id,
      goal: { event: 'Order Completed', within: '7d' },
      entry: { event: 'Product Added' },
      steps,
    }
    await at.ask(`PUT /api/documents/journey/${id}/draft`, { body: { kind: 'journey', id, body } })
    const { page, wrong } = await at.open(`/journeys/${id}?tab=outline`)
    try {
      await page.evaluate((to) => localStorage.setItem('language', to), language)
      await page.reload()
      const missing: string[] = []
      for (const kind of STEP_KINDS) {
        await page.locator(`[role=treeitem][data-row="the_${kind.toLowerCase()}"]`).click({ position: { x: 60, y: 12 } })
        const panel = page.getByRole('complementary', { name: language === 'de' ? 'Schritt' : 'Step' })
        await panel.getByRole('heading', { name: `The ${kind}`, exact: true }).waitFor()
        await until(`the fields of ${kind}`, async () => (await textOf(panel)).includes(expected(kind, language)[0]!))
        const text = await textOf(panel)
        missing.push(...expected(kind, language).flatMap((label) => (text.includes(label) ? [] : [`${kind}: ${label}`])))
      }
      assert.deepEqual(missing, [])
      assert.deepEqual(await violations(page), [])
      // To look is not to change.
      assert.deepEqual((await at.ask(`GET /api/documents/journey/${id}`)).draft.body, JSON.parse(JSON.stringify(body)))
      assert.deepEqual(wrong, [])
    } finally {
      await page.context().close()
    }
  })
