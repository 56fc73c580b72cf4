import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { dress, overflow, until, violations } from './browser.ts'
import type { House } from './house.ts'

/** Set to a folder to look at every screen. */
const PICTURES = process.env['PICTURES']

/** Address, the text that shows that its data is there, and who looks (a role; left out: an administrator). */
export type Stop = readonly [path: string, ready: string | RegExp, as?: string]

/** Every theme and every layout meets axe once; the other looks can only be too wide. From one to the next changes either the theme or the width. */
export const LOOKS = [
  ['light', 1440, 'axe'],
  ['dark', 1440, 'width'],
  ['dark', 390, 'axe'],
  ['light', 390, 'width'],
  ['light', 1024, 'width'],
] as const

/** One test a screen: in both themes and three widths nothing that axe finds, one h1, a title, nothing wider than the window, no error, nothing from outside. */
export function tour(at: House, stops: Readonly<Record<string, Stop>>): void {
  for (const [name, [path, ready, as]] of Object.entries(stops))
    test(`${name}: both themes, three widths, accessible, no error, nothing from outside`, async () => {
      const { page, wrong } = await at.open(path, { ...(as !== undefined && { as }) })
      try {
        await look(page, ready)
        for (const [theme, width, by] of LOOKS) {
          await dress(page, theme, width)
          await settled(page)
          if (PICTURES) {
            mkdirSync(PICTURES, { recursive: true })
            await page.screenshot({ path: join(PICTURES, `${name}-${theme}-${width}.png`) })
          }
          if (by === 'axe') assert.deepEqual(await violations(page), [], `${theme}, ${width} px`)
          const wider = await overflow(page)
          assert.ok(wider <= 0, `wider than ${width} px by ${wider}`)
        }
        await look(page, ready)
        assert.deepEqual(wrong, [])
      } finally {
        await page.context().close()
      }
    })
}

async function look(page: Page, ready: string | RegExp): Promise<void> {
  await page.getByText(ready).filter({ visible: true }).first().waitFor()
  await settled(page)
  assert.equal(await page.locator('h1').count(), 1, 'one h1')
  assert.match(await page.title(), / · Cadenza$|^Cadenza$/)
}

const settled = (page: Page): Promise<void> =>
  until('nothing is loading, and fonts are there', () =>
    page.evaluate('document.querySelector("[data-loading]") === null && document.fonts.status === "loaded"'),
  )
