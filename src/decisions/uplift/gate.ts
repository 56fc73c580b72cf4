import { row } from '#lib/numeric/linear.ts'
import { random } from '#lib/numeric/random.ts'
import { type Judge, judge, type Ranking, rankingOf } from './curves.ts'
import { type Bases, foldsOf, part, type UpliftData, type UpliftLearner } from './learners.ts'

export interface GateOptions {
  readonly learner: UpliftLearner
  readonly bases: Bases
  /** Of folds and resampling. */
  readonly seed: string
  readonly folds?: number
  /** Times that the folds are drawn anew. */
  readonly repeats?: number
  readonly resamples?: number
}

export interface Ranked {
  readonly value: number
  readonly se: number
  readonly low: number
  readonly high: number
}

/** Whether who is to be treated may be chosen by uplift. */
export interface Gate {
  readonly open: boolean
  readonly reason: 'uplift_ranks' | 'too_few' | 'not_better_than_chance' | 'not_better_than_response'
  /** Cross-validated Qini of the uplift ranking, of ranking by the response to treatment, and of their difference. Null: too few. */
  readonly uplift: Ranked | null
  readonly response: Ranked | null
  readonly difference: Ranked | null
  readonly sentence: string
}

/** People of an arm, and people who responded in it, below which nothing is tried. */
const LEAST_PEOPLE = 500
const LEAST_RESPONDERS = 50

/**
 * The ranking by uplift is used only when the interval of its cross-validated Qini leaves out zero and the interval of what it has
 * over the response model does too. People of the held-out folds are resampled, the models are not fitted anew.
 */
export function gate(data: UpliftData, options: GateOptions): Gate {
  const { learner, bases, seed, folds = 5, repeats = 2, resamples = 200 } = options
  const counts = countsOf(data)
  if (counts.people < LEAST_PEOPLE || counts.responders < LEAST_RESPONDERS)
    return { open: false, reason: 'too_few', uplift: null, response: null, difference: null, sentence: TOO_FEW }
  const held: Held[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    const fold = foldsOf(data.y.length, { folds, seed: `${seed} ${repeat}` })
    for (let k = 0; k < folds; k++) held.push(heldOut(data, { learner, bases, inFold: (i) => fold[i] === k }))
  }
  const means = (times?: Uint16Array): Means => {
    let [uplift, response] = [0, 0]
    for (const each of held) {
      const here = times && Uint16Array.from(each.rows, (i) => times[i]!)
      uplift += each.judge.score(each.uplift, here) / held.length
      response += each.judge.score(each.response, here) / held.length
    }
    return { uplift, response }
  }
  const found = means()
  const again = Array.from({ length: resamples }, (_, i) => means(resample(data.y.length, `${seed} resample ${i}`)))
  const ranked = (of: (means: Means) => number): Ranked => spread(of(found), again.map(of))
  return verdictOf({
    uplift: ranked((each) => each.uplift),
    response: ranked((each) => each.response),
    difference: ranked((each) => each.uplift - each.response),
  })
}

interface Means {
  readonly uplift: number
  readonly response: number
}

interface Held {
  readonly judge: Judge
  readonly uplift: Ranking
  readonly response: Ranking
  /** Of the whole data, so that a person is drawn alike in each repeat. */
  readonly rows: readonly number[]
}

function heldOut(
  data: UpliftData,
  { learner, bases, inFold }: Pick<GateOptions, 'learner' | 'bases'> & { inFold: (i: number) => boolean },
): Held {
  const [training, test] = [part(data, (i) => !inFold(i)), part(data, inFold)]
  const uplift = learner.learn(training, bases)
  const treated = part(training, (i) => training.treated[i] === 1)
  const response = bases.outcome.fitRows(treated.x, treated.y)
  const scores = (predict: (features: Float64Array) => number): Ranking =>
    rankingOf(Float64Array.from({ length: test.y.length }, (_, i) => predict(row(test.x, i))))
  return { judge: judge('qini', test), uplift: scores(uplift), response: scores(response), rows: [...data.y.keys()].filter(inFold) }
}

/** How often each person counts in a resample: Poisson with mean 1 (Chamandy et al. 2012), so that the folds of all repeats agree about a person. */
function resample(people: number, seed: string): Uint16Array {
  const chance = random(seed)
  return Uint16Array.from({ length: people }, () => {
    let [count, left, term] = [0, chance.uniform(), Math.exp(-1)]
    while (left >= term && count < 50) {
      left -= term
      count++
      term /= count
    }
    return count
  })
}

const Z = 1.959963984540054

function spread(value: number, drawn: readonly number[]): Ranked {
  const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length
  const se = Math.sqrt(drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (drawn.length - 1))
  return { value, se, low: value - Z * se, high: value + Z * se }
}

function countsOf({ y, treated }: UpliftData): { people: number; responders: number } {
  const [people, responders] = [
    [0, 0],
    [0, 0],
  ]
  for (let i = 0; i < y.length; i++) {
    people[treated[i]!]! += 1
    if (y[i] !== 0) responders[treated[i]!]! += 1
  }
  return { people: Math.min(...people), responders: Math.min(...responders) }
}

const TOO_FEW = `Too few people to rank by uplift: it takes ${LEAST_PEOPLE} in each arm, ${LEAST_RESPONDERS} of them with an outcome. Treat all or none.`

function verdictOf(found: { uplift: Ranked; response: Ranked; difference: Ranked }): Gate {
  const { uplift, difference } = found
  const told = ({ value, low, high }: Ranked): string => `${value.toFixed(4)} (95 % interval ${low.toFixed(4)} to ${high.toFixed(4)})`
  if (uplift.low <= 0) {
    const sentence = `Ranking by uplift is not shown to be better than chance: Qini ${told(uplift)}. Treat all or none.`
    return { open: false, reason: 'not_better_than_chance', ...found, sentence }
  }
  if (difference.low <= 0) {
    const sentence = `Ranking by uplift is not shown to be better than ranking by response: Qini difference ${told(difference)}. Treat all or none.`
    return { open: false, reason: 'not_better_than_response', ...found, sentence }
  }
  const sentence = `Ranking by uplift finds whom it moves: Qini ${told(uplift)}, ${told(difference)} beyond ranking by response.`
  return { open: true, reason: 'uplift_ranks', ...found, sentence }
}
