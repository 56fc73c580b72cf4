import { readFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { webFolder } from '#app/web-assets.ts'
import type { House } from '../test/browser/house.ts'
import { type CanvasFrames, canvasFrames, type Heap, studioHeap } from './web-canvas.ts'
import type { Frames } from './web-frames.ts'
import { SCREENS, type Screen, scrolled, type Vitals, vitals } from './web-screens.ts'
import { ROOT, withServer } from './web-server.ts'

/** `most` must not be exceeded, `least` must be reached. */
type Limit = { readonly most: number } | { readonly least: number }
interface Finding {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly limit: Limit
}

const RUNS = 3
const FRAMES: Readonly<Record<keyof CanvasFrames, number>> = { pan: 55, drag: 55, zoom: 40, 'pan, zoomed out': 45 }
const P95_MS = 34
const SCROLL_FPS = 50
const HEAP = { mb: 150, grown: 5 } as const
const ROWS = 1_000
/** In the studio of 300 steps the first paint may take longer, and an input less long. */
const OF_SCREEN = (name: string) => {
  const long = name.includes('300')
  return { lcp: 1_200, cls: 0.02, tbt: long ? 600 : 150, inp: long ? 100 : 200 }
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)
const missed = ({ value, limit }: Finding): boolean => !('most' in limit ? value <= limit.most : value >= limit.least)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
const rounded = (value: number): number => (value < 1 ? Math.round(value * 1_000) / 1_000 : Math.round(value * 10) / 10)

function tell(finding: Finding): Finding {
  const { what, value, unit, limit } = finding
  const bound = 'most' in limit ? limit.most : limit.least
  const of = 'most' in limit ? 'at most' : 'at least'
  say(
    `  ${what.padEnd(34)} ${String(rounded(value)).padStart(8)} ${unit.padEnd(3)} ${of} ${bound}, ratio ${(value / bound).toFixed(2)}${missed(finding) ? '  MISSED' : ''}`,
  )
  return finding
}

interface Asked {
  /** Seconds for which the heap of the studio is watched. */
  readonly seconds: number
  /** Only these parts: `weights`, `screens`, `canvas`, `table`, `memory`. */
  readonly only: string | undefined
}

/** What the screens weigh, how soon they are there, how soon they answer and how smoothly they move, on the real server with the sample shop. */
export async function web({ seconds, only }: Asked): Promise<object> {
  const wanted = (part: string): boolean => only === undefined || only.split(',').includes(part)
  const began = loadavg()[0]!
  const findings: Finding[] = []
  await withServer(async (at) => {
    if (wanted('weights')) findings.push(...(await weights()))
    if (wanted('screens')) for (const screen of SCREENS) findings.push(...(await screened(at, screen)))
    if (wanted('canvas')) findings.push(...(await moved(at)))
    if (wanted('table')) findings.push(...(await listed(at)))
    if (wanted('memory')) findings.push(...heap(await studioHeap(at, seconds)))
  })
  const over = findings.filter(missed)
  const load = { before: rounded(began), after: rounded(loadavg()[0]!), cores: cpus().length }
  say(`load average ${load.before} before, ${load.after} after, ${load.cores} cores; ${over.length} of ${findings.length} limits missed`)
  if (over.length > 0) process.exitCode = 1
  return { load, missed: over.map(({ what }) => what), findings: findings.map((each) => ({ ...each, value: rounded(each.value) })) }
}

async function weights(): Promise<Finding[]> {
  say('what is fetched, gzipped, by the build:')
  const parts = JSON.parse(await readFile(join(webFolder(ROOT), 'weights.json'), 'utf8')) as { what: string; size: number; limit: number }[]
  return parts.map(({ what, size, limit }) => tell({ what, value: size, unit: 'KB', limit: { most: limit } }))
}

/** Medians of three visits with an empty cache; every request to another server fails the bench at once. */
async function screened(at: House, screen: Screen): Promise<Finding[]> {
  const runs: Vitals[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await vitals(at, screen))
  const wrong = runs.flatMap((run) => run.wrong)
  if (wrong.length > 0) throw new Error(`${screen.name}: ${wrong.join('; ')}`)
  const limits = OF_SCREEN(screen.name)
  const of = (key: keyof typeof limits) => median(runs.map((run) => run[key]))
  const [slow] = runs.toSorted((a, b) => b.inp - a.inp)
  const worked = Math.round(median(runs.map((run) => run.worked)))
  say(`${screen.name}: its thread worked ${worked} ms until it rested; painted largest “${slow!.largest}”; slowest input ${slow!.slowest}`)
  return [
    tell({ what: `${screen.name}: LCP`, value: of('lcp'), unit: 'ms', limit: { most: limits.lcp } }),
    tell({ what: `${screen.name}: CLS`, value: of('cls'), unit: '', limit: { most: limits.cls } }),
    tell({ what: `${screen.name}: TBT`, value: of('tbt'), unit: 'ms', limit: { most: limits.tbt } }),
    tell({ what: `${screen.name}: INP`, value: of('inp'), unit: 'ms', limit: { most: limits.inp } }),
  ]
}

const middle = (runs: readonly Frames[]): Frames => [...runs].sort((a, b) => a.fps - b.fps)[Math.floor(runs.length / 2)]!

async function moved(at: House): Promise<Finding[]> {
  say('a canvas of 300 steps, 1440 × 900, drawn without a graphics card (frames counted on the page, requestAnimationFrame):')
  const runs: CanvasFrames[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await canvasFrames(at))
  return (Object.keys(FRAMES) as (keyof CanvasFrames)[]).flatMap((deed) => {
    const { fps, p95 } = middle(runs.map((run) => run[deed]))
    return [
      tell({ what: deed, value: fps, unit: 'fps', limit: { least: FRAMES[deed] } }),
      tell({ what: `${deed}: a slow frame (p95)`, value: p95, unit: 'ms', limit: { most: P95_MS } }),
    ]
  })
}

async function listed(at: House): Promise<Finding[]> {
  const runs: Awaited<ReturnType<typeof scrolled>>[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await scrolled(at, ROWS))
  return [tell({ what: `people, ${runs[0]!.rows} rows, scrolled`, value: middle(runs).fps, unit: 'fps', limit: { least: SCROLL_FPS } })]
}

function heap({ mb, grown, seconds, entered }: Heap): Finding[] {
  say(`the studio of 300 steps, open for ${Math.round(seconds)} s while ${entered} people come in:`)
  return [
    tell({ what: 'heap', value: mb, unit: 'MB', limit: { most: HEAP.mb } }),
    tell({ what: 'heap, grown', value: grown, unit: 'MB', limit: { most: HEAP.grown } }),
  ]
}
