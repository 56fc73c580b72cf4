import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { put } from '#lib/record.ts'
import { isZone } from '#lib/zone.ts'
import type { Learner, Trained, TrainingTask } from '../trainer.ts'
import { type Body, DELAYS, decodeLearned, ENOUGH } from './learned.ts'
import { type Lift, liftOf, liftReport } from './lift.ts'
import { populationOf, rhythmOf, SHRINKAGE, type Sparse, scoreOf, shares, sparse, strengthOf } from './rhythm.ts'
import { BINS, binAt, COARSE, coarse, HOUR, PARTS, type PartOfDay } from './week.ts'
import { LEAST as LEAST_WORTH } from './worth.ts'

/** Quarter-hours since the epoch: every zone's clock is off by a number of them. */
export const QUARTER = HOUR / 4

export interface Reader {
  /** '' or anything that is no zone: the fallback of the contact policy. */
  readonly zone: string
  readonly country: string
  /** Quarter-hours in which they read, newest first. */
  readonly quarters: readonly number[]
}

/** A message whose hour a send-time model has chosen, `within` and three days ago or longer. */
export interface Outcome {
  readonly person: string
  readonly by: 'control' | 'model'
  readonly explored: boolean
  readonly bin: number
  readonly part: number
  /** Of the hour, as the rhythm said when it was chosen; 1 is the mean of all hours. */
  readonly worth: number
  readonly read: boolean
}

export interface SendTimeData {
  readonly fallbackZone: string
  readonly readers: readonly Reader[]
  /** Readings of messages by whole hours after the hand-over. */
  readonly delays: readonly number[]
  readonly outcomes: readonly Outcome[]
  /** Time of the newest reading, epoch ms. */
  readonly newest: number
}

/** Readings without which nothing is learned, of a country without which it has no week of its own, held out without which nothing is compared. */
const [LEAST, OF_COUNTRY, HELD_OUT] = [50, 500, 200]
const MOST_COUNTRIES = 60
/** What countries resemble each other by, where there are too few to learn it. */
const KIN = 168
const STRENGTHS = [2, 4, SHRINKAGE, 16, 32, 64, 128, 512]
/** Before delays are known: half of what is read is read within four hours; worth so many readings. */
const [HALF, BELIEF] = [4, 50]

export const sendTimeLearner: Learner<'send-time', SendTimeData> = { type: 'send-time', every: HOUR, fit, decode: decodeLearned }

function fit(task: TrainingTask<'send-time'>, data: SendTimeData): Trained | null {
  const people = data.readers.map((reader) => personOf(reader, data.fallbackZone, task))
  const readings = people.reduce((sum, { bins }) => sum + bins.length, 0)
  if (readings < LEAST || nothingNew(task, data, readings)) return null
  const everybody = populationOf(countsOf(people))
  const compared = compare(people, everybody)
  const body: Body = {
    v: 1,
    strength: compared.strength,
    everybody: rounded(everybody),
    countries: countriesOf(people, everybody),
    delay: rounded(delayOf(data.delays)),
    response: responseOf(data.outcomes),
    tried: triedOf(data.outcomes),
  }
  const lift = liftOf(data.outcomes.map(({ person, by, explored, read }) => ({ person, read, group: groupOf(by, explored) })))
  const report = reportOf({ people, readings, compared, everybody, body, outcomes: data.outcomes, lift })
  return { body: JSON.stringify(body), trainedTo: data.newest, examples: examplesOf(readings, data), report }
}

const examplesOf = (readings: number, { outcomes }: SendTimeData): number => readings + outcomes.length
const nothingNew = ({ previous }: TrainingTask<'send-time'>, data: SendTimeData, readings: number): boolean =>
  previous?.trainedTo === data.newest && previous.examples === examplesOf(readings, data)

const groupOf = (by: Outcome['by'], explored: boolean) => (by === 'control' ? 'control' : explored ? 'explore' : 'best')

/** One person's readings: the bin of each, newest first, and what it still counts. */
interface Person {
  readonly country: string
  readonly bins: readonly number[]
  readonly weights: readonly number[]
}

/** Ten clicks within an hour are one reading. */
function personOf({ zone, country, quarters }: Reader, fallback: string, { model, now }: TrainingTask<'send-time'>): Person {
  const halfLife = milliseconds(model.halfLife)!
  const clock = isZone(zone) ? zone : fallback
  const hours = new Map(quarters.map((quarter) => [Math.floor((quarter * QUARTER) / HOUR), quarter * QUARTER]))
  const times = [...hours.values()].filter((at) => at <= now)
  return { country, bins: times.map((at) => binAt(at, clock)), weights: times.map((at) => 2 ** (-(now - at) / halfLife)) }
}

/** Counts by bin; `of` chooses readings by their place among the person's. */
function binned({ bins, weights }: Person, of: (place: number, all: number) => boolean = () => true): Float64Array {
  const counts = new Float64Array(BINS)
  bins.forEach((bin, i) => {
    if (of(i, bins.length)) counts[bin] = counts[bin]! + weights[i]!
  })
  return counts
}

function countsOf(people: readonly Person[]): Float64Array {
  const counts = new Float64Array(BINS)
  for (const { bins, weights } of people)
    bins.forEach((bin, i) => {
      counts[bin] = counts[bin]! + weights[i]!
    })
  return counts
}

interface Compared {
  readonly strength: number
  /** Nats of the newest fifth of each person's readings, by the population and by their own rhythm; null: too few. */
  readonly heldOut: { readonly readings: number; readonly population: number; readonly person: number; readonly hit: number } | null
  /** Readings that make a person as telling as the population, without smoothing. */
  readonly alike: number
}

/** How much the population counts in one person's rhythm: what foretells the newest fifth of everyone's readings best from the rest. */
function compare(people: readonly Person[], everybody: Float64Array): Compared {
  const isNew = (place: number, all: number): boolean => place < Math.floor(all / 5)
  const split = people.filter(({ bins }) => bins.length >= 5)
  const old = split.map((person) => binned(person, (place, all) => !isNew(place, all)))
  const seen = split.map(({ bins }) => bins.filter((_, place) => isNew(place, bins.length)))
  const readings = seen.reduce((sum, bins) => sum + bins.length, 0)
  const alike = strengthOf(
    people.map((person): Sparse => sparse(binned(person))).filter(({ bins }) => bins.length > 0),
    everybody,
  )
  if (readings < HELD_OUT) return { strength: SHRINKAGE, heldOut: null, alike }
  const before = populationOf(old.reduce((sum, counts) => sum.map((each, bin) => each + counts[bin]!), new Float64Array(BINS)))
  const score = (strength: number | null): { nats: number; hit: number } => {
    const scores = old.map((counts, i) => scoreOf(strength === null ? before : rhythmOf(counts, before, strength), seen[i]!))
    return {
      nats: scores.reduce((sum, { nats }) => sum + nats, 0) / readings,
      hit: scores.reduce((sum, { hits }) => sum + hits, 0) / readings,
    }
  }
  const tried = STRENGTHS.map((strength) => ({ strength, ...score(strength) }))
  const best = tried.reduce((least, each) => (each.nats < least.nats ? each : least))
  return { strength: best.strength, heldOut: { readings, population: score(null).nats, person: best.nats, hit: best.hit }, alike }
}

/** The weeks of countries with enough readings, shrunk to everybody's. */
function countriesOf(people: readonly Person[], everybody: Float64Array): Record<string, number[]> {
  const groups = [...Map.groupBy(people, ({ country }) => country)]
    .filter(([country]) => country !== '')
    .map(([country, theirs]) => ({ country, counts: countsOf(theirs), readings: theirs.reduce((sum, { bins }) => sum + bins.length, 0) }))
    .filter(({ readings }) => readings >= OF_COUNTRY)
    .sort((a, b) => b.readings - a.readings || (a.country < b.country ? -1 : 1))
    .slice(0, MOST_COUNTRIES)
  const strength =
    groups.length < 3
      ? KIN
      : strengthOf(
          groups.map(({ counts }) => sparse(counts)),
          everybody,
        )
  const weeks: Record<string, number[]> = {}
  for (const { country, counts } of groups) {
    const [own, total] = [populationOf(counts), counts.reduce((sum, each) => sum + each, 0)]
    put(weeks, country, rounded(own.map((share, bin) => (share * total + strength * everybody[bin]!) / (total + strength))))
  }
  return weeks
}

function delayOf(counts: readonly number[]): Float64Array {
  const belief = shares(Float64Array.from({ length: DELAYS }, (_, hour) => 2 ** (-hour / HALF)))
  return shares(belief.map((share, hour) => share * BELIEF + (counts[hour] ?? 0)))
}

/** How the chance of reading goes with the worth of the hour, among messages that went at an hour by chance. */
function responseOf(outcomes: readonly Outcome[]): Body['response'] {
  const told = outcomes.filter(({ explored, worth }) => explored && Number.isFinite(worth))
  const reads = told.filter(({ read }) => read).length
  if (told.length < ENOUGH || reads < 5 || told.length - reads < 5) return null
  const x = matrix(told.length, 2, Float64Array.from(told.flatMap(({ worth }) => [1, Math.log(Math.max(LEAST_WORTH, worth))])))
  const { weights, converged } = fitLogistic(
    x,
    Float64Array.from(told, ({ read }) => (read ? 1 : 0)),
    { l2: 1 },
  )
  const [intercept, slope] = [weights[0]!, weights[1]!]
  return converged && Number.isFinite(intercept) && Number.isFinite(slope) ? { intercept, slope } : null
}

/** Only messages that went at an hour drawn evenly from those allowed: the rates of others lean to whom they were sent. */
function triedOf(outcomes: readonly Outcome[]): Body['tried'] {
  const tried: Partial<Record<PartOfDay, { sends: number[]; reads: number[] }>> = {}
  for (const { explored, bin, part, read } of outcomes) {
    const name = PARTS[part]
    if (!explored || name === undefined || !(bin >= 0 && bin < BINS)) continue
    const group = tried[name] ?? { sends: new Array<number>(COARSE).fill(0), reads: new Array<number>(COARSE).fill(0) }
    tried[name] = group
    const at = coarse(bin)
    group.sends[at] = group.sends[at]! + 1
    if (read) group.reads[at] = group.reads[at]! + 1
  }
  return tried
}

const rounded = (all: Float64Array): number[] => [...all].map((each) => Math.round(each * 1e8) / 1e8)
const short = (value: number): number => Math.round(value * 1e4) / 1e4

interface Told {
  readonly people: readonly Person[]
  readonly readings: number
  readonly compared: Compared
  readonly everybody: Float64Array
  readonly body: Body
  readonly outcomes: readonly Outcome[]
  readonly lift: Lift
}

function reportOf({ people, readings, compared, everybody, body, outcomes, lift }: Told): JsonObject {
  const { heldOut, strength, alike } = compared
  const busiest = everybody.indexOf(Math.max(...everybody))
  const explored = outcomes.filter((each) => each.explored).length
  return {
    says: [rhythmWords(heldOut), lift.says],
    people: people.filter(({ bins }) => bins.length > 0).length,
    readings,
    busiest_hour: busiest,
    strength,
    alike: short(alike),
    held_out: heldOut && {
      readings: heldOut.readings,
      nats_population: short(heldOut.population),
      nats_person: short(heldOut.person),
      within_likeliest_day: short(heldOut.hit),
    },
    countries: Object.keys(body.countries),
    delay_median_hours: medianOf(body.delay),
    by_chance: explored,
    response_slope: body.response && short(body.response.slope),
    lift: liftReport(lift),
  }
}

function rhythmWords(heldOut: Compared['heldOut']): string {
  if (!heldOut) return 'There are too few readings to say how well people’s hours are foretold.'
  const hit = `${Math.round(heldOut.hit * 100)} % of what people read last was within their 24 likeliest hours of the week (by chance 14 %).`
  return heldOut.person < heldOut.population
    ? `People have hours of their own: ${hit}`
    : `People’s own hours foretell no more than everybody’s together: ${hit}`
}

/** Hours after which half of what is read has been read. */
function medianOf(delay: readonly number[]): number {
  let sum = 0
  for (let hour = 0; hour < delay.length; hour++) {
    sum += delay[hour]!
    if (sum >= 0.5) return hour + 1
  }
  return delay.length
}
