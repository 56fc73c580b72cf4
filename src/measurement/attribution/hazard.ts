/** Somebody's touches and whether they converted, as often as it happened just so. Times in days. */
export interface Watched {
  /** Channel by index, and when it was met, counted from the moment of the first look. */
  readonly touches: readonly { readonly channel: number; readonly at: number }[]
  /** When they converted, or until when nobody saw them convert. */
  readonly until: number
  readonly converted: boolean
  readonly times: number
}

export interface Hazards {
  /** By channel: conversions that one touch brings in the long run, and how fast its effect fades (per day). */
  readonly effect: readonly number[]
  readonly fading: readonly number[]
  /** Conversions per day that come without any touch. */
  readonly base: number
  /** By channel: conversions credited; and those that no touch is credited with. They sum to all conversions. */
  readonly credits: readonly number[]
  readonly organic: number
  readonly logLikelihood: number
  readonly iterations: number
  readonly converged: boolean
}

export interface HazardOptions {
  readonly iterations?: number
  /** Stops when the log-likelihood of one conversion grows by less. */
  readonly tolerance?: number
}

/** Effects that last longer than a year or less than half an hour cannot be told apart in paths of weeks. */
const [SLOWEST, FASTEST] = [1 / 365, 48]
const DAYS_AT_FIRST = 7

/**
 * Additive hazard of touches (Zhang, Wei and Ren, ICDM 2014; Ji and Wang, AAAI 2017): the rate of conversions at t is
 * mu + sum over touches of b_c w_c exp(-w_c (t - t_i)), fitted by expectation and maximisation on converters and on everybody else.
 * Null: nobody converted, or nobody was watched for any time.
 */
export function additiveHazard(people: readonly Watched[], channels: number, options: HazardOptions = {}): Hazards | null {
  const { iterations = 500, tolerance = 1e-10 } = options
  const conversions = people.reduce((sum, { converted, times }) => sum + (converted ? times : 0), 0)
  const watched = people.reduce((sum, { until, times }) => sum + until * times, 0)
  if (!(conversions > 0) || !(watched > 0)) return null
  const flat = flattened(people)
  let now: Guess = {
    effect: Array.from({ length: channels }, () => 0.1),
    fading: Array.from({ length: channels }, () => 1 / DAYS_AT_FIRST),
    base: conversions / watched / 2,
  }
  let before = Number.NEGATIVE_INFINITY
  for (let turn = 1; ; turn++) {
    const step = expected(flat, now, channels)
    const converged = step.logLikelihood - before < tolerance * conversions
    if (converged || turn >= iterations)
      return {
        ...now,
        credits: step.credits,
        organic: step.organic,
        logLikelihood: step.logLikelihood,
        iterations: turn,
        converged,
      }
    before = step.logLikelihood
    now = better(step, now, watched)
  }
}

interface Guess {
  readonly effect: readonly number[]
  readonly fading: readonly number[]
  readonly base: number
}

/** Touches of all people behind one another: the loop runs hundreds of times over them. */
interface Flat {
  readonly channel: Int32Array
  /** Days from a touch to the end. */
  readonly age: Float64Array
  /** Where a person's touches begin; one more at the end. */
  readonly begin: Int32Array
  readonly converted: Uint8Array
  readonly times: Float64Array
  readonly until: Float64Array
}

function flattened(people: readonly Watched[]): Flat {
  const touches = people.flatMap(({ touches: theirs, until }) => theirs.map(({ channel, at }) => ({ channel, age: until - at })))
  const begin = new Int32Array(people.length + 1)
  people.forEach((person, i) => {
    begin[i + 1] = begin[i]! + person.touches.length
  })
  return {
    channel: Int32Array.from(touches, ({ channel }) => channel),
    age: Float64Array.from(touches, ({ age }) => age),
    begin,
    converted: Uint8Array.from(people, ({ converted }) => (converted ? 1 : 0)),
    times: Float64Array.from(people, ({ times }) => times),
    until: Float64Array.from(people, ({ until }) => until),
  }
}

interface Expected {
  readonly credits: number[]
  readonly organic: number
  /** By channel: sums that the next guess is made of. */
  readonly spent: Float64Array
  readonly aged: Float64Array
  readonly left: Float64Array
  readonly logLikelihood: number
}

function expected(flat: Flat, { effect, fading, base }: Guess, channels: number): Expected {
  const { channel, age, begin, converted, times, until } = flat
  const credits = Array.from({ length: channels }, () => 0)
  const [spent, aged, left] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)]
  let [organic, logLikelihood] = [0, 0]
  for (let i = 0; i < times.length; i++) {
    const weight = times[i]!
    let rate = base
    for (let k = begin[i]!; k < begin[i + 1]!; k++) {
      const c = channel[k]!
      const still = Math.exp(-fading[c]! * age[k]!)
      rate += effect[c]! * fading[c]! * still
      spent[c]! += weight * (1 - still)
      left[c]! += weight * age[k]! * still
      logLikelihood -= weight * effect[c]! * (1 - still)
    }
    logLikelihood -= weight * base * until[i]!
    if (converted[i] === 0) continue
    logLikelihood += weight * Math.log(rate)
    organic += (weight * base) / rate
    for (let k = begin[i]!; k < begin[i + 1]!; k++) {
      const c = channel[k]!
      const part = (weight * effect[c]! * fading[c]! * Math.exp(-fading[c]! * age[k]!)) / rate
      credits[c]! += part
      aged[c]! += part * age[k]!
    }
  }
  return { credits, organic, spent, aged, left, logLikelihood }
}

function better({ credits, organic, spent, aged, left }: Expected, before: Guess, watched: number): Guess {
  const effect = credits.map((credit, c) => (spent[c]! > 0 ? credit / spent[c]! : 0))
  const fading = credits.map((credit, c) => {
    const days = aged[c]! + effect[c]! * left[c]!
    return days > 0 ? Math.min(FASTEST, Math.max(SLOWEST, credit / days)) : before.fading[c]!
  })
  return { effect, fading, base: organic / watched }
}
