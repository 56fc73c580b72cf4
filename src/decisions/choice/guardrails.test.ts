import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '#lib/numeric/random.ts'
import { NO_SAMPLE } from '#lib/numeric/sequential.ts'
import type { ArmSums } from './body.ts'
import { guardrails } from './guardrails.ts'

const RUNS = 300

/** Share of runs in which one of two arms is ever paused, looked at after every hundred messages; one of ten people compares. */
function paused(rate: number, { harm, messages }: { harm: number; messages: number }): number {
  let stopped = 0
  for (let run = 0; run < RUNS; run++) {
    const r = random(`guard ${rate} ${harm} ${run}`)
    const [control, a, b] = [sums(), sums(), sums()]
    for (let i = 1; i <= messages; i++) {
      const u = r.uniform()
      const to = u < 0.1 ? control : u < 0.55 ? a : b
      to.reward.n++
      if (r.uniform() < (to === a ? rate * harm : rate)) to.unsubscribes++
      if (i % 100 !== 0) continue
      if (
        Object.keys(
          guardrails({ arms: { a, b } as unknown as Record<string, ArmSums>, control: control as unknown as ArmSums, paused: {} }),
        ).length === 0
      )
        continue
      stopped++
      break
    }
  }
  return stopped / RUNS
}
const sums = () => ({ reward: { ...NO_SAMPLE, n: 0 } as { n: number }, unsubscribes: 0, complaints: 0 })

test('arms that do no harm are paused in at most 5 % of runs, also where few compare and few leave', () => {
  for (const rate of [0.005, 0.02]) assert.ok(paused(rate, { harm: 1, messages: 8_000 }) <= 0.05, `at ${rate}`)
})

test('an arm from which six times as many leave is paused', () => {
  assert.ok(paused(0.005, { harm: 6, messages: 12_000 }) >= 0.9)
})
