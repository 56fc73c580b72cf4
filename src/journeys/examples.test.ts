import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { parse } from 'yaml'
import { check } from './check.ts'
import { entriesOf, eventsOf } from './entries/schema.ts'
import { Journey } from './schema.ts'
import { Simulation } from './simulate.ts'

const shop = new URL('../../examples/shop/', import.meta.url).pathname
const files = (folder: string) => readdirSync(`${shop}${folder}`).filter((name) => name.endsWith('.yaml'))
const read = (path: string) => parse(readFileSync(`${shop}${path}`, { encoding: 'utf8' })) as { id: string }
const library = { ids: (kind: string) => files(`${kind}s`).map((name) => read(`${kind}s/${name}`).id) }

for (const file of files('journeys')) {
  test(`the example ${file} is sound, and writes to a person who enters it`, () => {
    const journey = Journey.parse(read(`journeys/${file}`))
    assert.deepEqual(check(journey, library), [])
    const simulation = new Simulation({ journeys: [{ ...journey, holdout: '0%' }], start: Date.UTC(2026, 2, 2, 10) })
    simulation.identify('ada', { email: 'ada@example.com' })
    simulation.event({ person: 'ada', name: eventsOf(entriesOf(journey)[0]!, journey.id)[0]!, properties: { cart_id: 'c1', value: 9 } })
    simulation.pass(30 * 86_400_000)
    assert.ok(simulation.sent.length > 0)
    assert.deepEqual(simulation.people.get('ada')!.journeys.enrollments, [])
  })
}
