import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BUGS, type Bug, FOUND_BY } from './bugs.ts'
import type { Faults } from './faults.ts'
import { CAUGHT_BY } from './seeds.ts'
import { type Verdict, World } from './world.ts'

const SEEDS = 240
const HUNTED = 500
/** Bugs that show only where others keep still, or where some things happen all the time: they are hunted in a mix of their own. */
const MIXES: Partial<Record<Bug, Partial<Faults>>> = {
  'quiet-not-asked-again': { consent: 0, erasure: 0 },
  'migrate-strands': { publish: 0.5, operate: 0.4, consent: 0, erasure: 0, merge: 0, poison: 0 },
  'merge-forgets-arms': { merge: 0.6, consent: 0, erasure: 0, poison: 0, publish: 0, operate: 0 },
  'absorb-forgets-pending': { consent: 0.6, merge: 0.6, staleIdentity: 0.3, erasure: 0, publish: 0 },
}

const told = ({ seed, violation, trace }: Verdict): string =>
  `seed ${seed} violates ${violation?.invariant}: ${violation?.detail}\n${trace.join('\n')}\nagain: npm run sim -- --seed ${seed}`

async function firstCaught(bug: Bug): Promise<Verdict | null> {
  const known = CAUGHT_BY[bug] ?? 0
  const others = Array.from({ length: HUNTED }, (_, seed) => seed).filter((seed) => seed !== known)
  for (const seed of [known, ...others]) {
    const verdict = await new World(seed, bug, MIXES[bug]).run()
    const { violation } = verdict
    if (violation && violation.invariant === (FOUND_BY[bug] ?? violation.invariant)) return verdict
  }
  return null
}

test(`${SEEDS} seeds with all that can go wrong violate nothing, and every fault happens`, async () => {
  const happened = new Map<string, number>()
  for (let seed = 0; seed < SEEDS; seed++) {
    const verdict = await new World(seed, null).run()
    assert.equal(verdict.violation, null, told(verdict))
    for (const [fault, times] of verdict.happened) happened.set(fault, (happened.get(fault) ?? 0) + times)
  }
  const missing = FAULTS.filter((fault) => !happened.get(fault))
  assert.deepEqual(missing, [], 'these faults never happened, so the seeds say nothing about them')
})

const FAULTS = [
  ...[
    'crash before',
    'crash after',
    'lost',
    'unknown',
    'stall',
    'pause',
    'reread',
    'stolen lease',
    'restart of everything',
    'worker gone for good',
  ],
  ...['request lost', 'answer lost', 'resent', 'overtaken', 'merge', 'stale identity', 'poison', 'opt-out', 'bad moment'],
  ...['new version', 'new version, follow', 'new version, migrate', 'new segment', 'changed segment', 'moved to another zone'],
  ...['journey: pause', 'journey: drain', 'journey: stop', 'pause ended', 'clock set back', 'clock set right'],
  // What the product did about it.
  ...['held: quiet_hours', 'held: capped:burst', 'held: capped:day', 'taken along', 'exited: journey_stopped', 'exited: missed_in_pause'],
  ...['event', 'review', 'merged'].map((why) => `segment: entered by ${why}`),
  ...['segment: left by time', 'refused: journey_paused', 'refused: journey_draining', 'refused: journey_stopped'],
  ...['cart', 'welcome', 'promo', 'loyalty', 'daily', 'renewal'].map((journey) => `entered: ${journey}`),
  ...[
    'STOP',
    'fallback',
    'confirmed',
    'erasure',
    'said: granted',
    'said: granted for a moment',
    'said: withdrawn',
    'said: paused',
    'said: resumed',
  ],
  ...['consent: granted', 'consent: pending', 'consent: expired', 'consent: withdrawn', 'consent: paused', 'consent: resumed'],
  ...['skipped: consent_withdrawn', 'skipped: consent_expired', 'skipped: consent_paused'],
  ...['law: defer at decision', 'law: pass at decision', 'law: defer at dispatch', 'law: pass at dispatch', 'entered: texts'],
  ...['models: published', 'models: archived', 'models: promoted', 'models: share', 'models: shadow'],
  ...['snapshot: installed', 'snapshot: broken', 'training not ours', 'prediction', 'score.crossed:likely', 'pattern.found:habit'],
  ...['model', 'control', 'held_out', 'no_candidate', 'model_missing', 'model_cold', 'model_broken', 'model_stale', 'model_not_finite'].map(
    (by) => `decided: choose ${by}`,
  ),
  ...['model', 'control', 'no_candidate', 'model_missing', 'model_cold', 'model_broken', 'model_stale'].map(
    (by) => `decided: send_time ${by}`,
  ),
  ...['advice', 'hunch', 'routine'].map((journey) => `entered: ${journey}`),
  ...['arm: all held_out', 'arm: all treated', 'arm: whole in', 'arm: whole out', 'refused: other_arm:whole'],
  ...['held: global_holdout:all', 'skipped: global_holdout:all'],
  ...['refuses', 'busy', 'acceptsAndDrops', 'drops', 'slow', 'lies', 'unknownAddress'].map((fault) => `provider ${fault}`),
]

test('the same seed is the same story', async () => {
  const hashes = new Set<string>()
  for (let seed = 0; seed < 10; seed++) {
    const first = await new World(seed, null).run()
    const second = await new World(seed, null).run()
    assert.equal(second.hash, first.hash)
    hashes.add(first.hash)
  }
  assert.equal(hashes.size, 10)
})

describe(`a planted bug is found within ${HUNTED} seeds`, () => {
  for (const [bug, what] of Object.entries(BUGS) as [Bug, string][]) {
    test(`${bug}: ${what}`, async (t) => {
      const verdict = await firstCaught(bug)
      if (verdict && verdict.seed !== (CAUGHT_BY[bug] ?? 0)) t.diagnostic(`caught by seed ${verdict.seed}: say so in seeds.ts`)
      assert.ok(verdict, `${HUNTED} seeds did not find it`)
      assert.notEqual(verdict.violation?.invariant, 'no-surprise', told(verdict))
    })
  }
})
