import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import { webFolder } from '#app/web-assets.ts'
import { buildScreens } from '../fixtures/screens.ts'
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
    await buildScreens()
    api = await startFakeApi(webFolder(ROOT))
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
