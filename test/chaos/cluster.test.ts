import assert from 'node:assert/strict'
import { test } from 'node:test'
import { natsServerIsThere } from '../fixtures/nats.ts'
import { chaosOfACluster } from './cluster.ts'

// The full run is `npm run chaos -- --cluster`: ten minutes, and processes stand still for up to a minute.
const SEED = process.env['CHAOS_SEED'] ?? '2026'
const skip = natsServerIsThere() ? false : 'nats-server is not there (install the package nats-server)'

test(`three workers and three NATS servers, killed and stopped under load: nothing is lost, nothing happens twice, everybody's order is kept (seed ${SEED})`, {
  skip,
  timeout: 240_000,
}, async (t) => {
  const report = await chaosOfACluster({ seed: SEED, forMs: 15_000, stillMs: 8_000, people: 16, say: (line) => t.diagnostic(line) })
  const { violations, figures, faults } = report
  t.diagnostic(JSON.stringify({ ...figures, faults }))
  assert.deepEqual(violations, [], `seed ${SEED}`)
  // A run in which nothing happened would prove nothing.
  for (const name of ['acknowledged', 'repeatedRequests', 'mails', 'webhooks', 'decisionsFacts', 'orderedPairs']) {
    assert.ok(figures[name]! > 0, `${name} is ${figures[name]}`)
  }
})
