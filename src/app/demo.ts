import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger as createLogger } from '#platform/log-lines.ts'
import { demoClock } from './demo/demo-clock.ts'
import type { Play, Told } from './demo/player.ts'
import { Progress } from './demo/progress.ts'
import { startReaders } from './demo/readers.ts'
import { type Result, resultOf } from './demo/result.ts'
import { setUp, type Workspace } from './demo/set-up.ts'
import { type App, startApp } from './start.ts'
import { buildWebIfNeeded } from './web-build.ts'

const ROOT = join(import.meta.dirname, '../..')
const SHOP = join(ROOT, 'examples/shop')
const START = Date.parse('2017-03-06T00:00:00Z')
const DAY = 86_400_000
const HELP = `npm run demo [-- options]

Starts Cadenza with everything built in, applies examples/shop, and plays real households' purchases
through the public API on a fast clock. Leaves the screens open until Ctrl-C.

  --once         end when the story is over
  --json         print one JSON object with the result (implies nothing else on standard output)
  --days <n>     days of the story, 1 to 8 (default 8)
  --speed <n>    how much faster the clock runs (default 7200: two hours in a second)
  --port <n>     port of the screens (default 8080; any free one with --once)
  --data <dir>   keep the data in this folder
`

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    days: { type: 'string', default: '8' },
    speed: { type: 'string', default: '7200' },
    port: { type: 'string' },
    data: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const say = (text: string): void => void process.stderr.write(`${text}\n`)

interface Story {
  readonly days: number
  readonly rate: number
}

async function demo({ days, rate }: Story): Promise<number> {
  if (!values.once && (await buildWebIfNeeded(ROOT)) === 'built') say('The screens were built.')
  const dataDir = values.data ?? (await mkdtemp(join(tmpdir(), 'cadenza-demo-')))
  const config = await withSecretKey(
    readConfig({
      DATA_DIR: dataDir,
      MAILBOX: 'local',
      PORT: values.port ?? (values.once ? '0' : '8080'),
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
    }),
  )
  const realStart = Date.now()
  const begun = performance.now()
  const clock = demoClock(START, rate)
  const logger = createLogger({ level: config.logLevel, to: process.stderr })
  const app = await startApp({ config, clock, rate: clock.rate, logger })
  try {
    if (app.setupToken === '') throw new Error(`There is a workspace in ${dataDir} already: give the demo a folder of its own`)
    const workspace = await setUp({ url: app.url, setupToken: app.setupToken, folder: SHOP })
    say(`Cadenza runs at ${app.url}. Sign in as ${workspace.email} with the password ${workspace.password}`)
    const play: Play = {
      url: app.url,
      writeKey: workspace.writeKey,
      file: join(SHOP, 'data/baskets.csv'),
      start: START,
      realStart,
      rate,
      until: START + days * DAY,
    }
    const result = await tellStory(app, { workspace, play, begun })
    clock.calm()
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
    else say(summary(result))
    if (!values.once) await untilStopped(app, workspace)
    return result.duplicates === 0 && result.wronglyMailed === 0 ? 0 : 1
  } finally {
    await app.stop()
    if (values.data === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

/** Plays the record, lets the readers read, and waits until the last message has left. */
async function tellStory(app: App, { workspace, play, begun }: { workspace: Workspace; play: Play; begun: number }): Promise<Result> {
  const acknowledged = new Map<string, number>()
  const readers = startReaders({ url: app.url, secretKey: workspace.secretKey })
  const progress = new Progress(app, { start: START, rate: play.rate, realStart: play.realStart, say, ...workspace })
  await new Promise<void>((resolve, reject) => {
    const player = fork(join(import.meta.dirname, 'demo/player.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    player.on('message', (told: Told) => {
      if (told.kind === 'acknowledged') acknowledged.set(told.cart, told.at)
      else progress.told(told)
      if (told.kind !== 'played') return
      player.disconnect()
      if (told.failed > 0) reject(new Error(`${told.failed} events were refused`))
      else resolve()
    })
    player.once('error', reject)
    player.once('exit', (code) => code !== 0 && reject(new Error(`The player ended with ${code}`)))
    player.send(play)
  })
  await quiet(app)
  await readers.stop()
  await quiet(app)
  progress.stop()
  const { id } = await workspaceOf(app, workspace)
  return resultOf(app, { secretKey: workspace.secretKey, workspace: id, acknowledged, seconds: (performance.now() - begun) / 1_000 })
}

const workspaceOf = async (app: App, { secretKey }: Workspace): Promise<{ id: string }> => {
  const response = await fetch(`${app.url}/api/workspace`, { headers: { authorization: `Bearer ${secretKey}` } })
  return (await response.json()) as { id: string }
}

/** Nothing is on its way, and reports have seen everything. */
async function quiet(app: App): Promise<void> {
  await app.settled()
  await app.reported()
}

function summary(result: Result): string {
  const { conversions, told, eventToDecisionMs: ms } = result
  const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`
  return `
${result.eventsAccepted} events of ${result.profiles} people, ${result.enrollments} runs, ${result.messagesSent} messages, in ${result.seconds} seconds.
Sent twice: ${result.duplicates}. Reminded after their order: ${result.wronglyMailed}.
Bought within three days: ${percent(conversions.treated.rate)} of ${conversions.treated.people} reminded, ${percent(conversions.heldOut.rate)} of ${conversions.heldOut.people} held out.
The purchases are of 2017, so the true difference is none: see what the reports make of it.
Outcome: ${told.outcome}
Return: ${told.returned}
From event to decision: p50 ${ms.p50} ms, p95 ${ms.p95} ms, p99 ${ms.p99} ms.`
}

async function untilStopped(app: App, { email, password }: Workspace): Promise<void> {
  say(`\nOpen ${app.url} and sign in as ${email} with the password ${password}\nCtrl-C ends the demo.`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

function storyOf(): Story {
  const days = Number(values.days)
  const rate = Number(values.speed)
  if (!(days > 0 && days <= 8)) throw new Error('--days takes a number from 1 to 8')
  if (!(rate >= 1 && rate <= 20_000)) throw new Error('--speed takes a number from 1 to 20000')
  return { days, rate }
}

if (values.help) {
  process.stdout.write(HELP)
} else {
  demo(storyOf()).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(process.env['LOG_LEVEL'] === 'debug' || !(error instanceof Error) ? error : error.message)
      process.exit(1)
    },
  )
}
