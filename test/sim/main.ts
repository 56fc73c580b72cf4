import { parseArgs } from 'node:util'
import { BUGS, type Bug, isBug } from './bugs.ts'
import { INVARIANTS } from './invariants.ts'
import { type Verdict, World } from './world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    bug: { type: 'string' },
  },
})

function chosenBug(name: string | undefined): Bug | null {
  if (name === undefined) return null
  if (isBug(name)) return name
  throw new Error(`There is no bug ${name}. There are: ${Object.keys(BUGS).join(', ')}`)
}

function tellFailure({ seed, violation, trace }: Verdict, bug: Bug | null): void {
  for (const line of trace) console.log(line)
  console.log(`\nseed ${seed} violates ${violation!.invariant}: ${INVARIANTS[violation!.invariant]}`)
  console.log(violation!.detail.slice(0, 4_000))
  console.log(`again: npm run sim -- --seed ${seed}${bug === null ? '' : ` --bug ${bug}`}`)
}

function add(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, times] of counts) sums.set(name, (sums.get(name) ?? 0) + times)
}

const table = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `  ${name.padEnd(50)}${String(times).padStart(9)}`)
    .join('\n')

async function main(): Promise<void> {
  const bug = chosenBug(values.bug)
  const from = Number(values.seed ?? values.from)
  const count = values.seed === undefined ? Number(values.seeds) : 1
  const happened = new Map<string, number>()
  const known = new Map<string, number>()
  let acknowledged = 0
  let tasks = 0
  const started = performance.now()
  for (let seed = from; seed < from + count; seed++) {
    const verdict = await new World(seed, bug).run()
    add(happened, verdict.happened)
    add(known, verdict.known)
    acknowledged += verdict.acknowledged
    tasks += verdict.tasks
    if (count === 1) console.log(`trace ${verdict.hash}`)
    if (!verdict.violation) continue
    tellFailure(verdict, bug)
    process.exitCode = 1
    return
  }
  const seconds = (performance.now() - started) / 1_000
  console.log(
    `${count} seeds from ${from}, ${(count / seconds).toFixed(1)} seeds/s, ${tasks} tasks, ${acknowledged} events acknowledged: nothing violated`,
  )
  console.log(`what went wrong on purpose:\n${table(happened)}`)
  console.log(`what is allowed, and happened:\n${table(known)}`)
}

await main()
