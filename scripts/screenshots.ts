import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startApp } from '#app/start.ts'
import { buildWebIfNeeded } from '#app/web-build.ts'
import { scaledClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import { launchBrowser } from '../test/browser/browser.ts'
import { House } from '../test/browser/house.ts'
import { settle } from '../test/fixtures/sample.ts'
import { furnish, SHOTS, type Shot, START, take } from './screenshots/shots.ts'

/** Takes the pictures of the README and the guides by itself: a server of its own, the sample shop of one seed, a clock that starts at one moment. */
const ROOT = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    into: { type: 'string', default: join(ROOT, 'docs/pictures') },
    /** Only these pictures, by name, with commas between. */
    only: { type: 'string' },
  },
})
const SEED = 7
const LIMIT_KB = 200

const wanted = SHOTS.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name))
await buildWebIfNeeded(ROOT)
const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-pictures-'))
await chmod(dataDir, 0o711)
const config = await withSecretKey(readConfig({ DATA_DIR: dataDir, PORT: '0', MAILBOX: 'local' }))
const app = await startApp({ config, clock: scaledClock({ start: START, rate: 1 }), logger: logger({ level: 'error' }) })
const browser = await launchBrowser()
try {
  const at = new House()
  at.goOn(app, browser, await settle(app, 'shop', SEED))
  await furnish(at)
  await mkdir(values.into, { recursive: true })
  for (const shot of wanted) await save(at, shot)
} finally {
  await browser.close()
  await app.stop()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
}

async function save(at: House, shot: Shot): Promise<void> {
  const file = join(values.into, `${shot.name}.png`)
  await writeFile(file, await take(at, shot))
  const kb = Math.round((await stat(file)).size / 1024)
  if (kb > LIMIT_KB) throw new Error(`${file} has ${kb} KB, more than ${LIMIT_KB}: show less on it.`)
  process.stdout.write(`${file} ${kb} KB\n`)
}
