import { drawBody, type ModelId } from './intelligence.ts'
import type { Process } from './process.ts'
import { count } from './process.ts'
import type { World } from './world.ts'

/** A training that is due, as app/learning keeps it in its table. */
export interface TrainingRow {
  readonly model: ModelId
  readonly version: number
  owner: string
  /** Grows with each claim: whoever holds an older one is not listened to any more. */
  claim: number
  /** Real time (ms) until which the owner is taken for alive, and at which it is to be done next. */
  until: number
  due: number
}

const LEASE_MS = 4_000

/** As app/learning/train.ts and install.ts: claim, gather, fit, and put in force by a revision, all of it or nothing. True: there may be more. */
export async function runTrainer(process: Process, world: World): Promise<boolean> {
  const { office, dice, db } = world
  if (!office.learns) return false
  const claim = await process.call('claim a training', () => claimed(world, process.name))
  if (!claim) return false
  // Only what has reached ClickHouse is learned from.
  const trainedTo = await process.call('gather', () => db.facts.slice(0, db.projected).at(-1)?.fact.row.at ?? world.timeline.now)
  await process.sleep(dice.chance(0.2) ? dice.between(2_000, 9_000) : dice.between(50, 1_000))
  await process.call('install', () => install(world, claim, trainedTo ?? world.timeline.now))
  return true
}

interface Claim {
  readonly row: TrainingRow
  readonly claim: number
}

function claimed({ office, timeline, judge }: World, owner: string): Claim | null {
  const wanted = office.registry.models.wanted()
  const row = wanted
    .map(({ model, version }) => office.training(model, version))
    .find(({ owner: whose, until, due }) => due <= timeline.now && (whose === '' || until < timeline.now))
  if (!row) return null
  Object.assign(row, { owner, claim: row.claim + 1, until: timeline.now + LEASE_MS })
  judge.decisions.claimed(row)
  return { row, claim: row.claim }
}

function install(world: World, { row, claim }: Claim, newest: number): void {
  const { office, bug, timeline, dice, judge, surroundings } = world
  if (bug !== 'snapshot-twice' && row.claim !== claim) {
    count(surroundings, 'training not ours')
    return
  }
  Object.assign(row, { owner: '', due: timeline.now + dice.between(1_000, 15_000), claim: row.claim + (bug === 'snapshot-twice' ? 0 : 1) })
  const drawn = drawBody(row.model, dice)
  // What was learned from old facts is old.
  const trainedTo = dice.chance(0.15) ? newest - 300_000 : newest
  const made = office.learned({ model: row.model, version: row.version, trainedTo, drawn })
  count(surroundings, typeof made.read === 'string' ? 'snapshot: broken' : 'snapshot: installed')
  timeline.tell(`${row.model} ${row.version} learns ${made.serial}${typeof made.read === 'string' ? ', which cannot be read' : ''}`)
  judge.decisions.installed(made, { row, claim })
}
