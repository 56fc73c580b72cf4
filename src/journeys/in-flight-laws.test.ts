import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { chance } from '#lib/hash.ts'
import { canonical, type Json } from '#lib/json.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { EditedWorld } from '../../test/fixtures/edited.ts'
import { journey } from '../../test/fixtures/journeys.ts'
import { compile } from './compile.ts'
import { isRest, unmapped } from './in-flight-place.ts'
import type { Timers } from './modes.ts'
import { isThisRound } from './rounds.ts'
import type { Journey } from './schema.ts'
import type { Step } from './steps.ts'

/** A program as it is edited: `ident` says which step it is, whatever it is called; a change of content keeps it. */
type Draft = { ident: string; id: string; kind: string; span: string; text: number; lists: Draft[][] }

const SPANS = ['10m', '2h', '1d', '9d']
const KINDS = ['wait', 'wait', 'email', 'email', 'email', 'waitFor', 'branch', 'split', 'repeat', 'hold', 'update', 'exit']
const LISTS: Readonly<Record<string, number>> = { waitFor: 2, branch: 2, split: 2, repeat: 1, hold: 1 }

/** Dice that a seed throws: fast-check shrinks the list of numbers. */
class Dice {
  readonly #numbers: readonly number[]
  #next = 0
  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }
  upTo(most: number): number {
    return (this.#numbers[this.#next++ % this.#numbers.length]! + this.#next * 7) % most
  }
  of<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)]!
  }
}

let made = 0
function draft(dice: Dice, depth: number): Draft {
  const kind = depth === 0 ? dice.of(KINDS.slice(0, 5)) : dice.of(KINDS)
  const name = `s${++made}`
  const lists = Array.from({ length: LISTS[kind] ?? 0 }, () => list(dice, depth - 1))
  return { ident: name, id: name, kind, span: dice.of(SPANS), text: 0, lists }
}
const list = (dice: Dice, depth: number): Draft[] => Array.from({ length: dice.upTo(4) }, () => draft(dice, depth))

function stepOf({ ident, id, kind, span, text, lists: [first = [], second = []] }: Draft): object {
  const inner = (steps: readonly Draft[]) => steps.map(stepOf)
  switch (kind) {
    case 'wait':
      return { kind, id, for: span }
    case 'email':
      return { kind, id, template: `${ident}-${text}`, otherwise: [] }
    case 'waitFor':
      return { kind, id, event: 'Order Completed', upTo: span, then: inner(first), otherwise: inner(second) }
    case 'branch':
      return { kind, id, branches: [{ id: 'b', when: 'profile.rich exists', steps: inner(first) }], otherwise: inner(second) }
    case 'split':
      return { kind, id, arms: [first, second].map((steps, i) => ({ id: `a${i}`, weight: 1, steps: inner(steps) })) }
    case 'repeat':
      return { kind, id, times: 2, steps: inner(first) }
    case 'hold':
      return { kind, id, upTo: span, then: inner(first), otherwise: [] }
    case 'update':
      return { kind, id, set: { rich: true } }
    default:
      return { kind: 'exit', id }
  }
}

/** A copy with each step left out, doubled by a new one, renamed, changed or moved by chance; renames are told. */
function edited(dice: Dice, steps: readonly Draft[], renames: Map<string, string>): Draft[] {
  const after = steps.flatMap((step): Draft[] => {
    const lists = step.lists.map((inner) => edited(dice, inner, renames))
    switch (dice.upTo(8)) {
      case 0:
        return []
      case 1:
        return [draft(dice, 1), { ...step, lists }]
      case 2: {
        const id = `s${++made}`
        for (const [old, name] of renames) if (name === step.id) renames.set(old, id)
        renames.set(step.id, id)
        return [{ ...step, id, lists }]
      }
      case 3:
        return [{ ...step, span: dice.of(SPANS), text: step.text + 1, lists }]
      case 4:
        return step.kind === 'wait' ? [{ ...step, ident: `${step.ident}x`, kind: 'email', lists }] : [{ ...step, lists }]
      default:
        return [{ ...step, lists }]
    }
  })
  return dice.upTo(5) === 0 ? after.reverse() : after
}

const reminder = (steps: readonly Draft[]): Journey =>
  journey({ id: 'reminder', entry: { event: 'Product Added', reentry: 'never' }, exit: [{ event: 'Gone' }], steps: steps.map(stepOf) })

const compiled = (source: Journey, version: number) => {
  const program = compile(source, version)
  if ('refused' in program) throw new Error(JSON.stringify(program.refused))
  return program
}

/** A policy that publishing accepts: every step on which somebody may stand has its place. */
function policy(
  dice: Dice,
  versions: readonly Journey[],
  { next, renames }: { next: Journey; renames: ReadonlyMap<string, string> },
): InFlight {
  if (dice.upTo(3) === 0) return { kind: 'pin' }
  const to = compiled(next, versions.length + 1)
  const targets = [...to.nodes.keys()]
  const map: Record<string, string | null> = {}
  const open = (inFlight: InFlight) => versions.flatMap((source, i) => unmapped({ from: compiled(source, i + 1), to, inFlight }))
  for (const step of open({ kind: 'follow' })) {
    const renamed = renames.get(step)
    if (renamed !== undefined && to.nodes.has(renamed)) map[step] = renamed
    else map[step] = targets.length > 0 && dice.upTo(3) > 0 ? dice.of(targets) : null
  }
  const inFlight: InFlight = Object.keys(map).length === 0 ? { kind: 'follow' } : { kind: 'migrate', map }
  assert.deepEqual(open(inFlight), [])
  return inFlight
}

const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4']
interface Story {
  readonly world: EditedWorld
  readonly stops: readonly number[]
}

/** Random steps, random edits with any policy, pauses, stops, events and time; then a year passes. */
function play(numbers: readonly number[], length: number, reload: (n: number) => boolean): Story {
  made = 0
  const dice = new Dice(numbers)
  const world = new EditedWorld({ reload, answer: ({ id }) => (chance('answer', id) < 0.2 ? 'message.failed' : 'message.sent') })
  let steps = [...list(dice, 2), draft(dice, 1)]
  const versions = [reminder(steps)]
  world.publish(versions[0]!)
  for (const name of PEOPLE) world.person(name)
  // Told again with every edit: somebody may be pinned to the version from before an earlier one.
  const renames = new Map<string, string>()
  let mode = 'run'
  const stops: number[] = []
  const change = (kind: 'run' | 'pause' | 'drain' | 'stop', timers?: Timers): void => {
    mode = kind
    world.mode('reminder', kind, timers)
    if (kind !== 'stop') return
    stops.push(world.now)
    world.sweep()
    for (const name of PEOPLE) assert.deepEqual(world.runsOf(name), [], 'stopped means stopped')
  }
  for (let i = 0; i < length; i++) {
    switch (dice.upTo(9)) {
      case 0:
      case 1: {
        steps = edited(dice, steps, renames)
        const next = reminder(steps)
        const inFlight = policy(dice, versions, { next, renames })
        versions.push(next)
        world.publish(next, inFlight)
        break
      }
      case 2:
        if (mode === 'run') change('pause')
        else if (mode === 'pause') change(dice.of(['run', 'drain'] as const), dice.of(['run', 'shift', 'exit'] as const))
        else change('run')
        break
      case 3:
        world.sweep()
        break
      case 4:
        world.passes(dice.of(SPANS))
        break
      case 5:
        if (dice.upTo(6) === 0) change('stop')
        else world.happens(dice.of(PEOPLE), 'Gone')
        break
      case 6:
        world.happens(dice.of(PEOPLE), 'Order Completed')
        break
      default:
        world.happens(dice.of(PEOPLE), 'Product Added')
    }
    sound(world)
  }
  if (mode === 'pause') change('run', dice.of(['run', 'shift', 'exit'] as const))
  world.sweep()
  sound(world)
  world.rest()
  return { world, stops }
}

/** Every run stands on a step of its version, and something will move it on. */
function sound(world: EditedWorld): void {
  const change = world.definitions.modes.get('reminder')?.at(-1)
  for (const person of PEOPLE) {
    for (const run of world.runsOf(person)) {
      const step: Step | undefined = world.definitions.version('reminder', run.version)?.nodes.get(run.step)?.step
      assert.ok(step && isRest(step), `${person} stands on ${run.version}:${run.step}`)
      // Put aside until the pause is over, or until the sweep after it.
      const isAside = change?.kind === 'pause' || (change?.revision ?? 0) > (run.mode ?? 0)
      const queued = (run.messages[run.step] ?? []).some((mark) => mark.status === 'queued' && isThisRound(mark, run))
      assert.ok(
        run.due !== null || queued || (isAside && (run.held !== undefined || run.kept !== undefined)),
        `${person} is stranded: ${JSON.stringify(run)} on ${JSON.stringify(step)}`,
      )
    }
  }
}

/** Rounds of a repeat aside, one message of a step for one run. */
function sentOnce({ world }: Story): void {
  const times = new Map<string, number>()
  for (const { payload } of world.sent) {
    const of = `${payload['enrollment_id']} ${String(payload['template']).split('-')[0]}`
    times.set(of, (times.get(of) ?? 0) + 1)
  }
  const inRepeats = new Set(
    Array.from({ length: 50 }, (_, i) => world.definitions.version('reminder', i + 1)).flatMap((version) =>
      version
        ? [...JSON.stringify(version.source).matchAll(/"kind":"repeat".*/g)].flatMap(([text]) =>
            [...text.matchAll(/"template":"([^-"]+)-/g)].map(([, ident]) => ident!),
          )
        : [],
    ),
  )
  for (const [of, count] of times) if (!inRepeats.has(of.split(' ')[1]!)) assert.ok(count <= 1, `${of} was sent ${count} times`)
}

function countsOf({ world }: Story): void {
  const moves = world.facts.flatMap((fact) => (fact.table === 'transitions' ? [fact.row] : []))
  const entered = Map.groupBy(
    moves.filter(({ kind }) => kind === 'entered'),
    ({ profile_id }) => profile_id,
  )
  for (const [person, entries] of entered) assert.equal(entries.length, 1, `${person} entered ${entries.length} times`)
  assert.equal(moves.filter(({ kind }) => kind === 'exited').length, entered.size, 'who came has gone')
  const net = new Map<string, number>()
  const add = (version: number, step: string, by: number) => {
    if (step !== '') net.set(`${version}:${step}`, (net.get(`${version}:${step}`) ?? 0) + by)
  }
  for (const { kind, version, from_step, to_step } of moves) {
    if (kind === 'refused' || kind === 'converted') continue
    add(version, to_step, 1)
    add(version, from_step, -1)
  }
  for (const [place, count] of net) assert.equal(count, 0, `${place} adds up`)
}

const stories = fc.record({
  numbers: fc.array(fc.nat(1_000_000), { minLength: 30, maxLength: 60 }),
  length: fc.integer({ min: 5, max: 45 }),
})

test('no edit strands, repeats or re-enters anybody; who is stopped stays stopped; every version adds up', () => {
  fc.assert(
    fc.property(stories, ({ numbers, length }) => {
      const story = play(numbers, length, () => false)
      for (const person of PEOPLE) assert.deepEqual(story.world.placesOf(person), [], `${person} has come to an end`)
      sentOnce(story)
      countsOf(story)
      for (const stop of story.stops) {
        const before = story.world.effects.filter(({ due }) => due <= stop)
        const after = story.world.sent.filter((effect) => before.includes(effect))
        assert.ok(after.length <= before.length)
      }
    }),
    { numRuns: 400 },
  )
})

test('the same log gives the same runs, also when every state goes to the database and back', () => {
  fc.assert(
    fc.property(stories, ({ numbers, length }) => {
      const a = play(numbers, length, () => false).world
      const b = play(numbers, length, () => true).world
      assert.deepEqual(b.facts, a.facts)
      assert.equal(canonical([...b.people] as unknown as Json), canonical([...a.people] as unknown as Json))
    }),
    { numRuns: 60 },
  )
})
