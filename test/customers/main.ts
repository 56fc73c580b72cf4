/* biome-ignore-all lint/suspicious/noConsole: a command that prints */
import { parseArgs } from 'node:util'
import { printLines, printTellings, tellingsBesideTruth, toldBesideTruth } from './beside.ts'
import { bestPath } from './paths.ts'
import { play } from './shop.ts'
import { reportedLift, trial, trueLift } from './trial.ts'
import type { Scenario } from './truth.ts'

const SCENARIOS: readonly Scenario[] = ['heterogeneous', 'flat', 'drift']
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '0' },
    customers: { type: 'string', default: '2000' },
    scenario: { type: 'string' },
    policy: { type: 'string', default: 'squarecb' },
    measured: { type: 'boolean', default: false },
  },
})
const policy = values.policy as 'squarecb' | 'thompson' | 'linucb' | 'best-arm'
const scenarios = values.scenario ? SCENARIOS.filter((each) => each === values.scenario) : SCENARIOS
if (scenarios.length === 0) {
  console.error(`There is no scenario “${values.scenario}”: write one of ${SCENARIOS.join(', ')}.`)
  process.exit(2)
}

if (values.measured) {
  await measured(Number(values.seeds), Number(values.from))
  process.exit(0)
}

const money = (x: number | undefined): string => (x === undefined ? '–' : x.toFixed(2)).padStart(7)

for (const scenario of scenarios) {
  const path = bestPath(scenario)
  console.log(`\n${scenario}: against “${path.name}”, the best path that is the same for all`)
  console.log('seed     carts  true lift  reported (95 %, always valid)      covers  unsubscribes of the path  verdict')
  let covered = 0
  for (let i = 0; i < Number(values.seeds); i++) {
    const seed = `${Number(values.from) + i}`
    const played = trial({ seed, scenario, customers: Number(values.customers), path, policy, alsoAsk: true })
    const truth = trueLift(played, scenario)
    const reported = reportedLift(played)
    const covers = reported !== null && reported.low <= truth && truth <= reported.high
    if (covers) covered++
    const { verdict } = played.intelligence.report['personal'] as { verdict: string }
    const range = `${money(reported?.reward)} (${money(reported?.low)} …${money(reported?.high)})`
    const leaving = `${((played.leaving.model / played.leaving.path) * 100).toFixed(0)} %`
    console.log(
      `${seed.padEnd(6)} ${String(played.told.length).padStart(7)}   ${money(truth)}   ${range.padEnd(32)} ${covers ? 'yes' : 'NO '}     ${leaving.padStart(6)}                    ${verdict}`,
    )
  }
  console.log(`covered ${covered} of ${values.seeds}`)
}

/** Quarters that the product's own measurement reads, beside the truth. */
async function measured(seeds: number, from: number): Promise<void> {
  const { Desk } = await import('./desk.ts')
  const desk = await Desk.open()
  const held = new Map<string, number>()
  for (let i = from; i < from + seeds; i++) {
    const workspace = `quarter-${i}`
    const played = play({ seed: workspace, customers: Number(values.customers), holdout: '30%', marketing: '20%' })
    await desk.take([{ workspace, played }])
    const lines = await toldBesideTruth(desk, workspace, played)
    console.log(`\nseed ${i}, ${values.customers} customers`)
    for (const text of printLines(lines)) console.log(text)
    console.log('\nCredit, not cause: how many orders each way of telling gives')
    for (const text of printTellings(await tellingsBesideTruth(desk, workspace, played))) console.log(text)
    for (const line of lines) held.set(line.what, (held.get(line.what) ?? 0) + (line.holds ? 1 : 0))
  }
  console.log(`\nof ${seeds} quarters, told intervals hold the truth`)
  for (const [what, times] of held) console.log(`${what.padEnd(36)} ${times}`)
  await desk.stop()
}
