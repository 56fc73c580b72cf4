import { NO_EXPERIMENTS } from '#decisions/experiments/in-force.ts'
import type { Fact } from '#events/reaction.ts'
import type { Bug } from './bugs.ts'
import { FOUND_BY, OF_COMPARISONS, OF_MODELS } from './bugs.ts'
import { drawComparisons } from './comparisons.ts'
import { Database } from './database.ts'
import { Dispatcher } from './delivery.ts'
import { Dice } from './dice.ts'
import { calm, type Faults, swarm } from './faults.ts'
import { drawIntelligence } from './intelligence.ts'
import type { Invariant } from './invariants.ts'
import { runJobs } from './jobs.ts'
import { Judge } from './judge.ts'
import { judgeErased } from './judge-erased.ts'
import { Office } from './office.ts'
import { count, Process, type Surroundings } from './process.ts'
import { Provider } from './provider.ts'
import { drawScenery, type Scenery } from './published.ts'
import { difference } from './replay.ts'
import { Shop } from './shop.ts'
import type { StateRow } from './tables.ts'
import { Timeline } from './timeline.ts'
import { loseTimers, runWorker } from './worker.ts'

const MINUTE = 60_000
/** Faults last this long; afterwards everything must come to an end within the other time (ms). */
const SAFETY = MINUTE
const LIVENESS = 30 * MINUTE

export interface Knobs {
  readonly partitions: number
  readonly workers: number
  readonly dispatchers: number
  readonly jobs: number
  readonly people: number
  /** Most actions of one device, and most milliseconds between two of them. */
  readonly actions: number
  readonly hurry: number
  readonly leaseMs: number
  readonly batchSize: number
  readonly cacheSize: number
}

export interface Verdict {
  readonly seed: number
  readonly violation: { readonly invariant: Invariant; readonly detail: string } | null
  readonly trace: readonly string[]
  readonly hash: string
  readonly happened: ReadonlyMap<string, number>
  readonly known: ReadonlyMap<string, number>
  readonly acknowledged: number
  readonly tasks: number
}

/** One seed: a shop, its customers, the engine and a provider, with everything that goes wrong between them. */
export class World {
  readonly timeline: Timeline
  readonly scenery: Scenery
  readonly dice: Dice
  readonly knobs: Knobs
  readonly db: Database
  readonly judge: Judge
  readonly surroundings: Surroundings
  readonly provider: Provider
  readonly shop: Shop
  readonly bug: Bug | null
  readonly office: Office
  readonly #processes = new Set<Process>()
  readonly #seed: number
  #started = 0
  readonly #begins: number
  #calm = false
  #factsBefore = 0
  #gone: Process | null = null

  /** `mix` takes the place of what the swarm has drawn. */
  constructor(seed: number, bug: Bug | null, mix: Partial<Faults> = {}) {
    this.#seed = seed
    this.bug = bug
    this.dice = new Dice(`seed ${seed}`)
    // Whoever hunts an older bug hunts it where it always lived.
    const intelligence =
      bug !== null && !OF_MODELS.has(bug) ? null : drawIntelligence(new Dice(`models of seed ${seed}`), { always: bug !== null })
    const isHunted = bug !== null && OF_COMPARISONS.has(bug)
    const comparisons = bug !== null && !isHunted ? NO_EXPERIMENTS : drawComparisons(new Dice(`arms of seed ${seed}`), { always: isHunted })
    this.scenery = drawScenery(this.dice, { intelligence, comparisons })
    // The clocks change while things go wrong.
    this.#begins = this.scenery.moment - this.dice.between(2, 50) * 1_000
    this.timeline = new Timeline(this.#begins)
    this.knobs = drawKnobs(this.dice)
    const faults = { ...swarm(this.dice), ...mix }
    this.db = new Database({ ...this.knobs, bug })
    this.judge = new Judge(this)
    this.db.witness = this.judge
    this.surroundings = {
      timeline: this.timeline,
      dice: this.dice,
      faults,
      happened: new Map(),
      pauseMs: 3 * this.knobs.leaseMs,
      skewMs: faults.clock > 0 ? 6_000 : 0,
    }
    this.provider = new Provider(this)
    this.shop = new Shop(this)
    this.office = new Office(this)
    this.db.log.onAppend = () => this.#wakeAll()
    this.db.outbox.onQueued = (effect) => this.shop.queued(effect)
    this.db.outbox.onReady = () => this.#wakeAll()
  }

  async run(): Promise<Verdict> {
    const { timeline, knobs, judge } = this
    timeline.tell(`seed ${this.#seed} ${JSON.stringify(knobs)}`)
    for (let i = 0; i < knobs.workers; i++) this.#startWorker()
    for (let i = 0; i < knobs.dispatchers; i++) this.#startDispatcher()
    for (let i = 0; i < knobs.jobs; i++) this.#startJobs()
    this.shop.start()
    this.#everySecond()
    await timeline.run(this.#begins + SAFETY, () => judge.violation !== null)
    this.#calm = true
    this.surroundings.faults = calm(this.surroundings.faults)
    timeline.tell('the faults are over')
    this.office.resumeAll()
    this.office.learns = false
    if (this.dice.chance(0.4)) this.#loseWorker()
    await timeline.run(this.#begins + SAFETY + LIVENESS, () => judge.violation !== null || this.#isQuiet())
    if (!judge.violation) this.#judgeTheEnd()
    const { happened } = this.surroundings
    for (const { fact } of this.db.facts) {
      const what = toldBy(fact)
      if (what) count(this.surroundings, what)
    }
    return {
      seed: this.#seed,
      violation: judge.violation,
      trace: [...timeline.lastLines],
      hash: timeline.hash(),
      happened,
      known: judge.known,
      acknowledged: judge.acked.size,
      tasks: timeline.tasks,
    }
  }

  #wakeAll(): void {
    for (const process of this.#processes) process.wake()
  }

  #startWorker(): void {
    const process = this.#start('worker', () => this.#startWorker())
    process.later(0, () => void runWorker(process, this))
  }

  #startDispatcher(): void {
    const process = this.#start('dispatcher', () => this.#startDispatcher())
    process.later(0, () => void new Dispatcher(process, this).run())
  }

  #startJobs(): void {
    const process = this.#start('jobs', () => this.#startJobs())
    process.later(0, () => runJobs(process, this))
  }

  #start(kind: string, again: () => void): Process {
    const process = new Process(`${kind}-${this.#started++}`, this.surroundings, (dead) => {
      this.#processes.delete(dead)
      if (this.office.builder === dead.name) this.office.builder = ''
      if (this.office.eraser === dead.name) this.office.eraser = ''
      if (this.bug === 'timer-lost-on-crash') loseTimers(this.db, dead.name)
      if (dead !== this.#gone) this.timeline.after(this.dice.between(100, 5_000), again)
    })
    this.#processes.add(process)
    return process
  }

  /** One machine never comes back: the others must take over what was its. */
  #loseWorker(): void {
    const workers = [...this.#processes].filter(({ name }) => name.startsWith('worker'))
    if (workers.length < 2) return
    count(this.surroundings, 'worker gone for good')
    this.#gone = this.dice.pick(workers)
    this.#gone.crash('for good')
  }

  #everySecond(): void {
    const { dice, surroundings, db } = this
    const { faults } = surroundings
    this.judge.sample()
    if (dice.chance(faults.publish * 0.1)) {
      this.office.publish()
    }
    if (this.office.learns && dice.chance(this.scenery.intelligence!.operate)) this.office.operateModels()
    if (dice.chance(faults.erasure * 0.1)) this.office.erase()
    if (dice.chance(faults.operate * 0.1)) this.office.operate()
    // Facts reach ClickHouse later.
    if (this.#calm || dice.chance(0.7)) db.projected = this.#factsBefore
    this.#factsBefore = db.facts.length
    if (dice.chance(faults.steal)) {
      count(surroundings, 'stolen lease')
      dice.pick(db.leases).until = 0
    }
    if (dice.chance(faults.restart)) {
      count(surroundings, 'restart of everything')
      for (const process of [...this.#processes]) process.crash('with all others')
    }
    this.timeline.after(1_000, () => this.#everySecond())
  }

  #isQuiet(): boolean {
    return this.#calm && this.#busy() === null
  }

  /** What is still to be done; null: nothing. */
  #busy(): string | null {
    const { db, shop, office, timeline } = this
    if (shop.open > 0) return `${shop.open} clients wait for an answer`
    const jobs = office.busy()
    if (jobs !== null) return jobs
    const behind = db.leases.find(({ partition, done }) => done < db.log.partitions[partition]!.head)
    if (behind) return `partition ${behind.partition} has handled ${behind.done} of ${db.log.partitions[behind.partition]!.head}`
    const message = [...db.outbox.rows.values()].find(({ status }) => status === 'ready' || status === 'sending' || status === 'ambiguous')
    if (message) return `message ${message.id} is ${message.status}`
    const parked = new Set(db.parked().map(({ key }) => key))
    const due = [...db.states.values()].find((row) => !parked.has(row.id) && (isAwaiting(row) || (row.nextDue ?? Infinity) <= timeline.now))
    if (due) return `${due.id} is looked at again at ${due.nextDue}`
    const ending = [...db.states.values()].find(({ id, person }) => (person.consent.due ?? 0) > timeline.now && !parked.has(id))
    if (ending) return `a permission of ${ending.id} ends at ${ending.person.consent.due}`
    const waiting = [...db.states.values()].find(({ id, person }) => person.journeys.enrollments.length > 0 && !parked.has(id))
    return waiting
      ? `${waiting.id} stands on ${waiting.person.journeys.enrollments.map(({ step, due }) => `${step} until ${due}`).join(', ')}`
      : null
  }

  #judgeTheEnd(): void {
    const { judge, db } = this
    judge.sample()
    const busy = this.#busy()
    if (busy !== null) judge.violate('quiescence', busy)
    const dead = new Set([...db.letters.values()].map(({ record }) => (JSON.parse(record) as { id?: string }).id))
    for (const id of judge.acked.keys())
      if (!judge.accepted.has(id) && !dead.has(id) && !judge.buried.has(id))
        judge.violate('acknowledged-once', `${id} was acknowledged and never handled`)
    judge.judgeReceipts(dead)
    judge.messages.end()
    judge.people.end()
    judge.rights.end()
    judge.scores.end()
    judgeErased(this, this.office.erasures)
    const differs = this.bug !== null && FOUND_BY[this.bug] ? null : difference(db, this.office.registry)
    if (differs !== null) judge.violate('replay-equal', differs)
  }
}

/** What the product did that the rules are about: a world in which none of it happens says nothing. */
function toldBy({ table, row }: Fact): string | null {
  if (table === 'deliveries' && row.status === 'held') return `held: ${row.reason}`
  if (table === 'consents') return `consent: ${row.status}`
  if (table === 'verdicts') return `law: ${row.outcome} at ${row.stage}`
  if (table === 'deliveries' && row.status === 'skipped') return `skipped: ${row.reason}`
  if (table === 'decisions' && row.record) return `decided: ${row.kind} ${row.silence || row.decided_by}`
  if (table === 'predictions') return 'prediction'
  if (table === 'events' && /^(score\.crossed|pattern\.found)/.test(row.name)) return row.name
  if (table === 'assignments') return `arm: ${row.experiment} ${row.crossed === 1 ? 'crossed' : row.arm}`
  if (table === 'memberships') return `segment: ${row.kind} by ${row.reason}`
  if (table !== 'transitions') return null
  if (row.kind === 'entered') return `entered: ${row.journey_id}`
  if (row.kind === 'migrated' && row.to_step !== '') return 'taken along'
  if (row.reason.startsWith('other_arm')) return `${row.kind}: ${row.reason}`
  const isOfMode = row.reason.startsWith('journey_') || row.reason === 'missed_in_pause'
  return isOfMode ? `${row.kind}: ${row.reason}` : null
}

const isAwaiting = ({ person }: StateRow): boolean => person.segments.awaiting !== undefined

function drawKnobs(dice: Dice): Knobs {
  return {
    partitions: dice.between(1, 4),
    workers: dice.between(2, 3),
    dispatchers: dice.between(1, 2),
    jobs: dice.between(1, 2),
    people: dice.between(1, 5),
    actions: dice.between(3, 9),
    hurry: dice.pick([500, 3_000, 10_000]),
    leaseMs: dice.pick([3_000, 6_000, 12_000]),
    batchSize: dice.pick([1, 3, 10, 1_000]),
    cacheSize: dice.pick([1, 3, 1_000]),
  }
}
