import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp } from '#app/start.ts'
import { buildWebIfNeeded } from '#app/web-build.ts'
import { systemClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import { launchBrowser } from '../test/browser/browser.ts'
import { House } from '../test/browser/house.ts'
import { copyInto } from '../test/fixtures/kept.ts'
import { keptIn, sampleWorkspace } from '../test/fixtures/sample.ts'

export const ROOT = join(import.meta.dirname, '..')
/** A journey with as many steps as the budget speaks of. */
export const LONG = { id: 'three-hundred', steps: 300 } as const

const wait = (id: string) => ({ kind: 'wait', id, for: '1d' })
/** Five steps: two ways, one of them longer. */
const block = (i: number) => [
  wait(`w${i}`),
  {
    kind: 'branch',
    id: `f${i}`,
    branches: [{ id: 'yes', when: 'profile.a == 1', steps: [wait(`y${i}`), wait(`x${i}`)] }],
    otherwise: [wait(`n${i}`)],
  },
]
const journey = (id: string, blocks: number) => ({
  kind: 'journey',
  id,
  name: `${blocks * 5} steps`,
  goal: { event: 'Order Completed', within: '300d' },
  entry: { event: 'Bench Entered', reentry: { after: '1s' } },
  steps: Array.from({ length: blocks }, (_, i) => block(i)).flat(),
})

export const SHORT = { id: 'forty', steps: 40 } as const
/** People whom the list of people is filled up with. */
const PEOPLE = 2_000

/** The real server with the sample shop, journeys of 40 and 300 steps and a long list of people, and a browser. */
export async function withServer<T>(look: (at: House) => Promise<T>): Promise<T> {
  await buildWebIfNeeded(ROOT)
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-bench-web-'))
  await copyInto(await sampleWorkspace('shop'), dataDir)
  const config = await withSecretKey(readConfig({ DATA_DIR: dataDir, PORT: '0', MAILBOX: 'local' }))
  const app = await startApp({ config, clock: systemClock(), logger: logger({ level: 'silent' }) })
  const browser = await launchBrowser()
  try {
    const at = new House()
    at.goOn(app, browser, keptIn(dataDir))
    const documents = [LONG, SHORT].map(({ id, steps }) => ({ kind: 'journey', id, body: journey(id, steps / 5) }))
    await at.ask('POST /api/documents/apply', { body: { documents } })
    for (let from = 0; from < PEOPLE; from += 500) await batch(at, from, 500)
    await at.settled()
    return await look(at)
  } finally {
    await browser.close()
    await app.stop()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

async function batch(at: House, from: number, many: number): Promise<void> {
  const calls = Array.from({ length: many }, (_, i) => ({
    type: 'identify',
    userId: `bench-${from + i}`,
    traits: { name: `Reader ${from + i}`, email: `reader-${from + i}@people.example`, country: 'NO' },
  }))
  await post(at, calls)
}

/** People who come into the long journey, so that its counts move. */
export const enter = (at: House, from: number, many: number): Promise<void> =>
  post(
    at,
    Array.from({ length: many }, (_, i) => ({ type: 'track', event: 'Bench Entered', userId: `bench-${(from + i) % PEOPLE}` })),
  )

async function post(at: House, calls: readonly object[]): Promise<void> {
  const response = await fetch(`${at.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${at.writeKey}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: calls }),
  })
  if (response.status !== 200) throw new Error(`batch answered ${response.status}: ${await response.text()}`)
}
