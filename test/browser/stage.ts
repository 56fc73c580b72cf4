import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import { buildWebIfNeeded } from '#app/web-build.ts'
import { launchBrowser } from './browser.ts'
import { type FakeApi, startFakeApi } from './fake-api.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The built screens over an API with known answers, and a browser, for all tests of a file. */
export interface Stage {
  readonly api: FakeApi
  readonly browser: Browser
}

export function stage(): Stage {
  let api: FakeApi | undefined
  let browser: Browser | undefined
  before(async () => {
    await buildWebIfNeeded(ROOT)
    api = await startFakeApi(join(ROOT, 'dist/web'))
    browser = await launchBrowser()
  })
  after(async () => {
    await browser?.close()
    await api?.stop()
  })
  return {
    get api() {
      return api!
    },
    get browser() {
      return browser!
    },
  }
}
