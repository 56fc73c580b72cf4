import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { Scenario } from '#app/cli/scenario.ts'
import { play } from '#app/cli/simulate.ts'
import { check } from '#journeys/check.ts'
import { ENGINE_VERSION } from '#journeys/engine-version.ts'
import { Journey } from '#journeys/schema.ts'
import { Simulation } from '#journeys/simulate.ts'
import { chance, digest } from '#lib/hash.ts'
import { canonical } from '#lib/json.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const FOLDERS = ['shop', 'saas', 'bank']
/** `UPDATE_TRACES=1 node --test test/roads/traces.test.ts` writes them anew; what differs needs a new ENGINE_VERSION. */
const UPDATE = process.env['UPDATE_TRACES'] === '1'

const yaml = (path: string): unknown => parse(readFileSync(path, 'utf8'))
const files = (folder: string): string[] => readdirSync(join(EXAMPLES, folder)).filter((name) => name.endsWith('.yaml'))
const journeyAt = (path: string): Journey => Journey.parse(yaml(path)) as Journey

/** The kept text, or (when asked to) the new one in its place. */
function kept(name: string, text: string): string {
  const path = join(EXAMPLES, 'traces', name)
  if (!UPDATE) {
    assert.ok(existsSync(path), `There is no trace ${name}: write it with UPDATE_TRACES=1`)
    return readFileSync(path, 'utf8')
  }
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const version = /^engine (\d+)$/m.exec(before)?.[1]
  assert.ok(
    before === text || version !== String(ENGINE_VERSION),
    `${name} has changed: raise ENGINE_VERSION first, and say why in the commit`,
  )
  writeFileSync(path, text)
  return text
}

for (const folder of FOLDERS) {
  for (const file of files(`${folder}/journeys`)) {
    test(`the example ${folder}/${file} is sound`, () => {
      const library = {
        ids: (kind: string) =>
          files(`${folder}/${kind}s`).map((name) => (yaml(join(EXAMPLES, folder, `${kind}s`, name)) as { id: string }).id),
      }
      const found = check(journeyAt(join(EXAMPLES, folder, 'journeys', file)), library).map(({ severity, code }) => `${severity} ${code}`)
      assert.deepEqual(found, file === 'card-offer.yaml' ? FIRM_OFFER : [])
    })
  }
}

for (const file of files('scenarios')) {
  test(`the scenario ${file} goes as its trace says`, () => {
    const path = join(EXAMPLES, 'scenarios', file)
    const scenario = Scenario.parse(yaml(path))
    const journeys = scenario.journeys.map((name) => journeyAt(join(dirname(path), name)))
    const { simulation, vain } = play(journeys, scenario)
    assert.deepEqual(vain, [])
    const lines = simulation.trace.map(({ at, person, journey, kind, step, reason }) =>
      `${new Date(at).toISOString()} ${person} ${journey} ${kind} ${step} ${reason}`.trimEnd(),
    )
    assert.ok(lines.some((line) => line.includes(' message ')))
    const text = [`engine ${ENGINE_VERSION}`, ...lines, ...states(simulation), ''].join('\n')
    assert.equal(text, kept(file.replace('.yaml', '.txt'), text))
  })
}

/** Whoever was prescreened must get the firm offer, so nobody can be held out. */
const FIRM_OFFER = ['warning journey.outcome.holdout']

/** One line for each person: their whole state, in 96 bits. */
const states = (simulation: Simulation): string[] =>
  [...simulation.people].map(([person, state]) => `state ${person} ${digest(canonical(JSON.parse(JSON.stringify(state))))}`)

test('a thousand recorded runs of the examples replay to the same states, facts and messages', () => {
  const journeys = FOLDERS.flatMap((folder) =>
    files(`${folder}/journeys`).map((file) => journeyAt(join(EXAMPLES, folder, 'journeys', file))),
  )
  const digests = Array.from({ length: 40 }, (_, block) =>
    digest(Array.from({ length: 25 }, (_, i) => recorded(journeys, block * 25 + i)).join(' ')),
  )
  const text = [`engine ${ENGINE_VERSION}`, ...digests, ''].join('\n')
  assert.equal(text, kept('thousand-runs.txt', text))
})

const NAMES = [
  'Product Added',
  'Order Completed',
  'Trial Started',
  'Project Created',
  'Member Joined',
  'Subscription Started',
  'Loan Applied',
  'Policy Renewed',
]

/** The life of one person, drawn by their number alone. */
function recorded(journeys: readonly Journey[], n: number): string {
  const start = Date.UTC(2026, 2, 20, 8)
  const draw = (what: string, below: number): number => Math.floor(chance(what, String(n)) * below)
  const provider = ({ id }: { readonly id: string }) =>
    chance('fails', id) < 0.1
      ? ({ receipt: 'message.failed', reason: '' } as const)
      : ({ receipt: 'message.sent', answer: { score: 600 + draw('score', 200) } } as const)
  const simulation = new Simulation({ journeys, start, provider })
  const zone = ['Europe/Oslo', 'America/New_York', 'Asia/Tokyo', 'Nowhere/Land'][draw('zone', 4)]!
  const person = `person-${n}`
  simulation.identify(person, { email: `${person}@example.com`, timezone: zone, renewal_date: `2026-04-${10 + draw('day', 20)}` })
  for (let i = 0; i < 12; i++) {
    const at = start + draw(`at ${i}`, 30 * 24 * 60) * 60_000
    const properties = { cart_id: `c${draw(`cart ${i}`, 3)}`, value: draw(`value ${i}`, 20), application_id: `l${i}`, amount: 10, total: 5 }
    simulation.event({ person, name: NAMES[draw(`name ${i}`, NAMES.length)]!, at, properties, id: `event-${n}-${i}` })
  }
  simulation.run(start + 60 * 86_400_000)
  const sent = simulation.sent.map(({ at, effect }) => `${at} ${effect.id}`)
  return digest(canonical(JSON.parse(JSON.stringify([[...simulation.people.values()], simulation.facts, sent]))))
}
