import { chance } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import type { ModelOf } from '../schema.ts'
import type { Learner, Trained, TrainingTask } from '../trainer.ts'
import { forward, type Tape, tapeFor } from './backprop.ts'
import { baselineLogit, columnsFor, eachRow } from './baseline.ts'
import { type Network, network, shapeFor } from './gru.ts'
import { HORIZON_NAMES, HORIZONS, surpriseOf } from './heads.ts'
import { type Answers, calibrate, type Judgement, judge, sentenceOf } from './judge.ts'
import { type Lesson, lessonOf, type Sequences, UNKNOWN } from './lessons.ts'
import { OTHER } from './sequence.ts'
import { decodePattern, type PatternSnapshot, packed } from './snapshot.ts'
import { type SurpriseScale, scaleOf } from './surprise.ts'
import { targetsTold, train } from './train.ts'

const DAY = 86_400_000
/** People that are learned from; beyond, a sample of them. */
export const MOST_PEOPLE = 20_000
/** Sequences read over all epochs, and epochs at most: what bounds the work of one training. */
const MOST_READ = 100_000
const MOST_EPOCHS = 12
const FEWEST_EPOCHS = 3
/** Moments that the baseline learns from; beyond, a sample of them. */
const MOST_ROWS = 20_000
/** Moments with and without the target that learning and judging need each. */
const FEWEST = 20
/** Share of what is known that is newest, and judged on. */
const NEWEST_SHARE = 0.2
const ASK = 0.15
const EMPHASIS = { next: 0.3, wait: 0.1 }

/** How pattern models learn: the network and its baseline from the same moments, judged on the same newer ones. */
export const patternLearner: Learner<'pattern', Sequences> = {
  type: 'pattern',
  every: DAY,
  longest: 1_800_000,
  megabytes: 1_024,
  fit: fitPattern,
  decode: decodePattern,
}

export interface Lessons {
  readonly learn: readonly Lesson[]
  readonly tune: readonly Lesson[]
  readonly judge: readonly Lesson[]
  readonly cut: number
}

export interface Ask {
  readonly target: number
  /** Index of the horizon that is served. */
  readonly horizon: number
  readonly types: number
  readonly seed: string
}

/** Null: the target is unknown, or there are too few moments to learn from and to judge by. */
export function fitPattern(task: TrainingTask<'pattern'>, sequences: Sequences): Trained | null {
  const ask = askOf(task.model, sequences)
  if (ask.target <= OTHER) return null
  const lessons = divide(sequences, ask)
  if (!lessons || !enough(lessons, ask)) return null
  const { snapshot, judgement, losses } = learnPattern(sequences.vocabulary, lessons, ask)
  return {
    body: JSON.stringify(snapshot),
    trainedTo: sequences.until * 1_000,
    examples: sequences.types.length,
    report: reportOf({ sequences, lessons, judgement, losses, snapshot }),
  }
}

const askOf = (model: ModelOf<'pattern'>, { vocabulary }: Sequences): Ask => ({
  target: vocabulary.indexOf(model.target.event, OTHER + 1),
  horizon: HORIZON_NAMES.indexOf(model.target.within),
  types: vocabulary.length,
  seed: `pattern:${model.id}`,
})

/** The older moments teach; of the newer ones half the people tune (when to stop, calibration), the other half judge. Null: the span is too short. */
function divide(sequences: Sequences, ask: Ask): Lessons | null {
  const known = sequences.times.filter((second) => second + HORIZONS[ask.horizon]! <= sequences.until).sort()
  const cut = known[Math.floor(known.length * (1 - NEWEST_SHARE))]
  if (cut === undefined) return null
  const people = Array.from({ length: sequences.offsets.length - 1 }, (_, person) => person)
  const lessons = (of: readonly number[], after: number, upTo: number): Lesson[] =>
    of
      .map((person) => lessonOf(sequences, person, { target: ask.target, after, upTo, ask: ASK, seed: ask.seed }))
      .filter((lesson) => lesson !== null)
  const judges = Map.groupBy(people, (person) => chance(`${ask.seed}:judge`, String(person)) < 0.5)
  return {
    cut,
    learn: lessons(people, Number.NEGATIVE_INFINITY, cut),
    tune: lessons(judges.get(false) ?? [], cut, sequences.until),
    judge: lessons(judges.get(true) ?? [], cut, sequences.until),
  }
}

function enough(lessons: Lessons, ask: Ask): boolean {
  return [lessons.learn, lessons.tune, lessons.judge].every((part) => {
    const counts = [0, 0]
    for (const { targets, steps } of part)
      for (let step = 0; step < steps; step++) {
        const label = targets[step * HORIZONS.length + ask.horizon]!
        if (label !== UNKNOWN) counts[label]!++
      }
    return counts.every((count) => count >= FEWEST)
  })
}

interface Learned {
  readonly snapshot: PatternSnapshot
  readonly judgement: Judgement
  readonly losses: readonly number[]
}

/** Trains both, calibrates both on the tuning people, and lets the judging people decide which of them answers. */
export function learnPattern(vocabulary: readonly string[], lessons: Lessons, ask: Ask): Learned {
  const shape = shapeFor(ask.types)
  const epochs = Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, Math.floor(MOST_READ / lessons.learn.length)))
  const options = { seed: ask.seed, epochs, patience: 2, emphasis: EMPHASIS }
  const { theta, losses } = train(shape, { lessons: lessons.learn, keptBack: lessons.tune }, options)
  const net = network(shape, theta)
  const weights = fitBaseline(lessons.learn, ask)
  const calibration = calibrate(ofNetwork(net, lessons.tune, ask))
  const plain = calibrate(ofBaseline(weights, lessons.tune, ask))
  const judgement = judge(
    { ...ofNetwork(net, lessons.judge, ask), calibration },
    { ...ofBaseline(weights, lessons.judge, ask), calibration: plain },
  )
  const snapshot: PatternSnapshot = {
    format: 1,
    vocabulary: [...vocabulary],
    target: ask.target,
    horizon: HORIZON_NAMES[ask.horizon]!,
    theta: packed(theta),
    calibration,
    baseline: { weights: [...weights], calibration: plain },
    serves: judgement.serves,
    surprise: usual(net, [...lessons.tune, ...lessons.judge]),
  }
  return { snapshot, judgement, losses }
}

function fitBaseline(lessons: readonly Lesson[], ask: Ask): Float64Array {
  const horizons = HORIZONS.length
  let known = 0
  for (const lesson of lessons) eachRow(lesson, { ...ask, horizons }, () => known++)
  const share = Math.min(1, MOST_ROWS / known)
  const rows: Float64Array[] = []
  const labels: number[] = []
  lessons.forEach((lesson, person) => {
    eachRow(lesson, { ...ask, horizons }, (step, row) => {
      if (chance(`${ask.seed}:row`, `${person}:${step}`) >= share) return
      rows.push(row.slice())
      labels.push(lesson.targets[step * horizons + ask.horizon]!)
    })
  })
  const columns = columnsFor(ask.types)
  const x = matrix(rows.length, columns)
  rows.forEach((row, i) => void x.data.set(row, i * columns))
  return fitLogistic(x, labels, { l2: Array.from({ length: columns }, (_, i) => (i === 0 ? 0 : 1)) }).weights
}

/** What the network says of all moments of these lessons whose target is known. */
export function ofNetwork(net: Network, lessons: readonly Lesson[], { horizon }: Pick<Ask, 'horizon'>): Answers {
  const answers = { logits: [] as number[], labels: [] as number[], people: [] as number[] }
  const tape = roomFor(net, lessons)
  lessons.forEach((lesson, person) => {
    for (const told of targetsTold(net, lesson, tape)) if (told.horizon === horizon) add(answers, { ...told, person })
  })
  return answers
}

/** The same of the baseline, moment by moment in the same order. */
export function ofBaseline(weights: Float64Array, lessons: readonly Lesson[], ask: Pick<Ask, 'horizon' | 'types' | 'target'>): Answers {
  const answers = { logits: [] as number[], labels: [] as number[], people: [] as number[] }
  lessons.forEach((lesson, person) => {
    const at: [number, number][] = []
    eachRow(lesson, { ...ask, horizons: HORIZONS.length }, (step, row) => at.push([step, baselineLogit(weights, row)]))
    for (const [step, logit] of at.sort(([a], [b]) => a - b))
      add(answers, { logit, label: lesson.targets[step * HORIZONS.length + ask.horizon]!, person })
  })
  return answers
}

function add(
  answers: { logits: number[]; labels: number[]; people: number[] },
  said: { logit: number; label: number; person: number },
): void {
  answers.logits.push(said.logit)
  answers.labels.push(said.label)
  answers.people.push(said.person)
}

const roomFor = (net: Network, lessons: readonly Lesson[]): Tape =>
  tapeFor(
    net,
    lessons.reduce((most, { steps }) => Math.max(most, steps), 1),
  )

/** Events of a person before the first that tells what is usual. */
const SETTLED = 5

/** How surprising the events of these lessons were: each under what came before it. */
function usual(net: Network, lessons: readonly Lesson[]): SurpriseScale | null {
  const tape = roomFor(net, lessons)
  const { units } = net.shape
  return scaleOf(
    lessons.map((lesson) => {
      forward(net, lesson, tape)
      const surprises: number[] = []
      for (let s = SETTLED; s < lesson.steps && lesson.types[s] !== 0; s++) {
        const before = tape.hidden.subarray(s * units, (s + 1) * units)
        const hours = (lesson.times[s]! - lesson.times[s - 1]!) / 3_600
        surprises.push(surpriseOf(net, before, { type: lesson.types[s]!, hours }))
      }
      return surprises
    }),
  )
}

interface Account extends Learned {
  readonly sequences: Sequences
  readonly lessons: Lessons
}

function reportOf({ sequences, lessons, judgement, losses, snapshot }: Account): JsonObject {
  const { network, baseline, difference } = judgement
  return {
    says: sentenceOf(judgement),
    serves: judgement.serves,
    target: sequences.vocabulary[snapshot.target]!,
    within: snapshot.horizon,
    people: sequences.offsets.length - 1,
    events: sequences.types.length,
    types: sequences.vocabulary.length - OTHER - 1,
    from: sequences.times.reduce((least, second) => Math.min(least, second), Number.POSITIVE_INFINITY) * 1_000,
    learnedTo: lessons.cut * 1_000,
    until: sequences.until * 1_000,
    epochs: losses.length,
    judged: { people: judgement.people, moments: judgement.moments, positives: judgement.positives },
    network: { ...network },
    baseline: { ...baseline },
    difference: { ...difference },
    notices: snapshot.surprise ? 'anomalies can be told' : 'too few events to say what is usual: no anomalies are told',
  }
}
