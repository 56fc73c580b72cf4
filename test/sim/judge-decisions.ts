import type { Batch, PlacedFact } from '#app/ports.ts'
import { FALLBACK, NOTHING, recompute } from '#decisions/choice/decide.ts'
import type { Candidate, DecisionRecord } from '#decisions/record.ts'
import { deciderOf } from '#decisions/rollout.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import type { DecisionFact, Effect } from '#events/reaction.ts'
import { chance } from '#lib/hash.ts'
import { canonical } from '#lib/json.ts'
import { draw, random } from '#lib/numeric/random.ts'
import { CHANNEL_OF, FRESH_MS, SHARES, STEPS_OF } from './intelligence.ts'
import type { TrainingRow } from './learning.ts'
import type { SnapshotRow } from './models.ts'
import type { World } from './world.ts'

interface Told {
  readonly record: DecisionRecord
  readonly profile: string
  readonly at: number
}

/** Watches what models decide: by the records alone, the snapshots' texts, and what people have said. */
export class DecisionWatch {
  readonly #world: World
  readonly #told = new Map<string, Told>()
  /** Claims of trainings that have installed something. */
  readonly #installed = new Set<string>()
  readonly #claimed = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  /** Whoever was erased and comes back is decided on anew. */
  forget(keys: readonly string[]): void {
    for (const [id, { profile }] of this.#told) if (keys.includes(profile)) this.#told.delete(id)
  }

  /** Somebody has taken a training. */
  claimed({ model, version, claim }: TrainingRow): void {
    this.#claimed.set(`${model} ${version}`, claim)
  }

  installed({ model, serial, version }: SnapshotRow, { claim }: { row: TrainingRow; claim: number }): void {
    const { judge, office } = this.#world
    const name = `${model} ${version} ${claim}`
    if (this.#installed.has(name))
      judge.violate('snapshot-once', `training ${claim} of ${model} ${version} has come to snapshot ${serial} as well`)
    this.#installed.add(name)
    if (claim < (this.#claimed.get(`${model} ${version}`) ?? 0))
      judge.violate('snapshot-once', `training ${claim} of ${model} ${version} was taken over, and has come to snapshot ${serial}`)
    const serials = office.registry.models.snapshots.filter((row) => row.model === model).map((row) => row.serial)
    if (serials.some((each, i) => each !== i + 1)) judge.violate('snapshot-once', `${model} has the snapshots ${serials.join(', ')}`)
  }

  saved(batch: Batch, facts: readonly PlacedFact[]): void {
    for (const placed of facts)
      if (placed.fact.table === 'decisions' && placed.fact.row.record) this.#decided(placed, placed.fact.row, batch)
    for (const effect of batch.effects) this.#sends(effect)
  }

  #decided({ partition, seq }: PlacedFact, row: DecisionFact, batch: Batch): void {
    const { judge } = this.#world
    const record = JSON.parse(row.record!) as DecisionRecord
    const { id, candidates, chosen, propensity } = record
    const name = `${id} of ${row.profile_id} at ${partition} ${seq}`
    const before = this.#told.get(id)
    if (before || row.decision_id !== id)
      judge.violate('one-decision-per-id', `${name}: decided at ${before?.at} and at ${row.at} (${row.decision_id})`)
    this.#told.set(id, { record, profile: row.profile_id, at: row.at })
    const sum = candidates.reduce((all, each) => all + each.propensity, 0)
    const own = candidates.find(({ arm }) => arm === chosen)
    const isWhole = Math.abs(sum - 1) < 1e-9 && own !== undefined && own.propensity === propensity && propensity > 0 && own.excluded === ''
    const isOpen = candidates.every((each) => each.excluded === '' || each.propensity === 0)
    if (!isWhole || !isOpen || row.arm !== chosen || row.propensity !== propensity)
      judge.violate('propensities-whole', `${name}: ${row.record}`)
    const unit = this.#unitOf(row, batch)
    this.#checkModel(record, { name, row, unit, revision: this.#revisionAt(partition, seq) })
    if (record.kind === 'choose') this.#checkChoice(record, { name, row, unit, partition, seq })
    if (record.kind === 'send_time') this.#checkHour(record, name)
  }

  /** By which revision a place of the log is handled. */
  #revisionAt(partition: number, seq: number): number {
    const { places } = this.#world.db.log.partitions[partition]!
    return places.slice(0, seq).reduce((last, { record }) => (record.kind === 'definitions' ? Math.max(last, record.revision) : last), 0)
  }

  /** The person under whose name the run began; undefined: the run is over. */
  #unitOf({ profile_id, enrollment_id }: DecisionFact, batch: Batch): string | undefined {
    const state = batch.people.find(({ id }) => id === profile_id)?.state
    return state?.journeys.enrollments.find(({ id }) => id === enrollment_id)?.unit
  }

  /** Only a snapshot in force by the log, that can be read and is fresh, acts, and only for those for whom its version does. */
  #checkModel(
    record: DecisionRecord,
    { name, row, unit, revision }: { name: string; row: DecisionFact; unit: string | undefined; revision: number },
  ): void {
    const { office, judge } = this.#world
    const models = office.registry.models.inForceAt(revision)
    const full = models.byId.get(record.model)
    const inForce = [full, full?.candidate].find((each) => each?.version === record.modelVersion)
    const wrong = (why: string): void => judge.violate('model-may-act', `${name} by revision ${revision}: ${why}; ${row.record}`)
    if (!inForce) {
      if (record.modelVersion !== 0 || full) wrong('no such version is in force')
      return
    }
    if (unit !== undefined && deciderOf(models, record.model, unit).decides?.version !== record.modelVersion)
      wrong('another version decides')
    const state = standingOf(inForce, row.at)
    const isAsked = record.by === 'model' || (record.kind === 'send_time' && record.by === 'control')
    if (isAsked && state !== 'fresh') wrong(`the model acts, and is ${state}`)
    if (record.snapshot !== 0 && record.snapshot !== inForce.snapshot?.serial) wrong(`${inForce.snapshot?.serial} is in force`)
    const said = { model_cold: 'cold', model_broken: 'broken', model_stale: 'stale' }[String(record.silence)]
    if (said !== undefined && said !== state) wrong(`it is ${state}`)
  }

  #checkChoice(
    record: DecisionRecord,
    place: { name: string; row: DecisionFact; unit: string | undefined; partition: number; seq: number },
  ): void {
    const { judge, office } = this.#world
    const { name, row, unit } = place
    const snapshot = record.snapshot === 0 ? null : office.registry.models.snapshot(record.model, record.snapshot)
    if (snapshot === undefined) {
      judge.violate('decision-recomputes', `${name} names a snapshot that is not there`)
      return
    }
    const again = canonical(JSON.parse(JSON.stringify(recompute(record, snapshot))))
    if (again !== canonical(JSON.parse(row.record!))) judge.violate('decision-recomputes', `${name}: ${row.record} now comes to ${again}`)
    if (unit !== undefined) {
      const group =
        chance('choose advice:nudge holdout', unit) < SHARES.holdout
          ? 'held_out'
          : chance('choose advice:nudge control', unit) < SHARES.control
            ? 'control'
            : 'treated'
      const said = record.by === 'held_out' || record.by === 'control' ? record.by : 'treated'
      if (group !== said) judge.violate('groups-hold', `${name}: ${unit} is ${group}, and is ${said}`)
    }
    const owned = record.by === 'held_out' ? NOTHING : record.by === 'control' || record.by === 'fallback' ? FALLBACK : undefined
    if (owned !== undefined && record.chosen !== owned) judge.violate('groups-hold', `${name}: ${record.by} gets ${record.chosen}`)
    for (const each of record.candidates) if (each.propensity > 0) this.#checkPossible(each, place)
  }

  #checkPossible(
    { arm }: Candidate,
    { name, row, partition, seq }: { name: string; row: DecisionFact; partition: number; seq: number },
  ): void {
    const { judge, shop } = this.#world
    const channel = CHANNEL_OF[arm]
    const key = row.profile_id
    if (channel === undefined || !shop.isAlone(key)) return
    const why =
      judge.rights.refusedBy(key, { channel, topic: 'offers' }, { partition, seq, at: row.at }) ??
      (channel === 'sms' && !shop.hasPhone(key) ? 'no telephone' : null) ??
      judge.messages.fullAt(key, channel, row.at)
    if (why !== null) judge.violate('chosen-was-possible', `${name}: ${arm} could be chosen, and ${why}; ${row.record}`)
  }

  /** The chances of hours by the shares of the document; then the draw once more from the seed. */
  #checkHour(record: DecisionRecord, name: string): void {
    if (record.by === 'fallback') return
    const { candidates, seed, chosen } = record
    const [control, explore] = [0.2, 0.2]
    const isClose = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9
    const open = candidates.filter(({ excluded, propensity }, i) => (i === 0 ? propensity > control + 1e-9 : excluded === ''))
    const best = open.filter(({ predicted }) => predicted === Math.max(...open.map((each) => each.predicted!)))
    const expected = (each: Candidate, top: Candidate): number =>
      (each === candidates[0] ? control : 0) +
      (open.includes(each) ? explore / open.length : 0) +
      (each === top ? 1 - control - explore : 0)
    const r = random(seed)
    const group = draw(r, [control, explore, 1 - control - explore])
    const drawn = group === 0 ? candidates[0] : group === 1 ? open[Math.floor(r.uniform() * open.length)] : null
    const fits = best.some(
      (top) => candidates.every((each) => isClose(each.propensity, expected(each, top))) && (drawn ?? top)?.arm === chosen,
    )
    if (!fits) this.#world.judge.violate('decision-recomputes', `${name}: ${JSON.stringify(record)}`)
  }

  #sends({ id, key, due, payload }: Effect): void {
    if (payload['journey_id'] !== 'advice') return
    const run = String(payload['enrollment_id'])
    const step = String(payload['step_id'])
    if (step === 'digest') this.#checkMoment(`${run}:digest`, { key, due })
    const arm = STEPS_OF[step]
    if (arm === undefined) return
    const round = id.slice(`${run}:${step}:`.length).split(':')[0]
    const { judge, shop } = this.#world
    const told = this.#told.get(`${run}:nudge:${round}`)
    // Of two runs that become one the other one may have chosen.
    const others = told || shop.isAlone(key) ? [] : this.#ofFamily(key, `:nudge:${round}`)
    const chosen = told ? [told.record.chosen] : others.map(({ record }) => record.chosen)
    if (!chosen.includes(arm))
      judge.violate('groups-hold', `${id} for ${key} is of ${arm}, and ${chosen.join(' or ') || 'nothing'} was chosen`)
  }

  #ofFamily(key: string, end: string): Told[] {
    const family = new Set(this.#world.shop.familyOf([key]))
    return [...this.#told].flatMap(([id, told]) => (id.endsWith(end) && family.has(told.profile) ? [told] : []))
  }

  /** A message for a later hour is not queued before that hour begins. */
  #checkMoment(id: string, { key, due }: { key: string; due: number }): void {
    const { judge, shop } = this.#world
    const told = this.#told.get(id)
    if (!told || told.record.chosen === 'now' || !shop.isAlone(key)) return
    const begins = Math.min(...shop.zonesOf(key).map((zone) => nextHour(zone, told.at)))
    if (due < begins) judge.violate('hour-kept', `${id} of ${key} was to go from ${begins} on, and went at ${due}`)
  }
}

function standingOf({ snapshot, broken }: ModelInForce, at: number): 'fresh' | 'cold' | 'broken' | 'stale' {
  if (broken !== undefined) return 'broken'
  if (!snapshot) return 'cold'
  return at - snapshot.trainedTo > FRESH_MS ? 'stale' : 'fresh'
}

const nextHour = (zone: string, at: number): number =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .round({ smallestUnit: 'hour', roundingMode: 'floor' })
    .add({ hours: 1 }).epochMilliseconds
