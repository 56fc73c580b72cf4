import { chance } from '#lib/hash.ts'
import { HORIZONS } from './heads.ts'
import { NOW, STEP_FEATURES, writeFeatures } from './sequence.ts'

/** Events of many people, one person after the other; each oldest first. Times in seconds. */
export interface Sequences {
  /** Event names by type index; the first two stand for the clock and for every other name. */
  readonly vocabulary: readonly string[]
  /** Where each person begins, and where the last one ends. */
  readonly offsets: Int32Array
  readonly types: Uint8Array
  readonly times: Float64Array
  /** When each person was first seen. */
  readonly first: Float64Array
  /** Until when everything that happened is known. */
  readonly until: number
}

export const UNKNOWN = 255

/** What one person's sequence teaches: steps of the network, and at each what came of it, where that is known. */
export interface Lesson {
  readonly steps: number
  readonly types: Uint8Array
  /** Step that this one follows; −1: the beginning. A question of the clock follows its event, and nothing follows it. */
  readonly parents: Int16Array
  readonly features: Float64Array
  /** Second of each step. */
  readonly times: Float64Array
  /** Per step and horizon 1, 0 or `UNKNOWN`. */
  readonly targets: Uint8Array
  /** Type of the next event, or `UNKNOWN`. */
  readonly next: Uint8Array
  /** Hours to the next event, or (where `next` is unknown) for which none came; NaN: not known either. */
  readonly waits: Float64Array
}

export interface LessonOptions {
  /** Type whose coming is to be foretold. */
  readonly target: number
  /** Only what was asked after this second counts … */
  readonly after: number
  /** … and only what was known by this one. */
  readonly upTo: number
  /** Share of events after which the clock asks, at a moment before the next event. */
  readonly ask: number
  readonly seed: string
}

/** The lesson of one person; null when nothing of it is known. Labels are used only when their whole window has passed: a "yes" that is in early too. */
export function lessonOf(sequences: Sequences, person: number, options: LessonOptions): Lesson | null {
  const from = sequences.offsets[person]!
  let to = sequences.offsets[person + 1]!
  while (to > from && sequences.times[to - 1]! > options.upTo) to--
  if (to - from < 2) return null
  const asked = questions(sequences, { from, to, person, options })
  const lesson = blank(to - from + asked.length)
  for (let t = from; t < to; t++) writeEvent(lesson, { sequences, person, from, to, t, options })
  asked.forEach(({ t, second }, i) => {
    writeQuestion(lesson, { sequences, person, from, t, second, step: to - from + i, options })
  })
  return lesson.targets.some((label) => label !== UNKNOWN) || lesson.next.some((type) => type !== UNKNOWN) ? lesson : null
}

const blank = (steps: number): Lesson => ({
  steps,
  types: new Uint8Array(steps),
  parents: new Int16Array(steps),
  features: new Float64Array(steps * STEP_FEATURES),
  times: new Float64Array(steps),
  targets: new Uint8Array(steps * HORIZONS.length).fill(UNKNOWN),
  next: new Uint8Array(steps).fill(UNKNOWN),
  waits: new Float64Array(steps).fill(Number.NaN),
})

interface Span {
  readonly from: number
  readonly to: number
  readonly person: number
  readonly options: LessonOptions
}

/** Moments at which the clock asks: after some events, and after the last one, before anything else happens. */
function questions({ times }: Sequences, { from, to, person, options }: Span): { readonly t: number; readonly second: number }[] {
  const asked: { t: number; second: number }[] = []
  for (let t = from; t < to; t++) {
    const last = t === to - 1
    if (!last && chance(`${options.seed}:ask`, `${person}:${t - from}`) >= options.ask) continue
    const begin = Math.max(times[t]!, options.after)
    const end = last ? options.upTo : times[t + 1]!
    const second = Math.floor(begin + (end - begin) * chance(`${options.seed}:when`, `${person}:${t - from}`) ** 2)
    if (second > times[t]! && second > options.after && second < end) asked.push({ t, second })
  }
  return asked
}

interface EventPlace extends Span {
  readonly sequences: Sequences
  readonly t: number
}

function writeEvent(lesson: Lesson, { sequences, person, from, to, t, options }: EventPlace): void {
  const { times, types, first } = sequences
  const step = t - from
  const second = times[t]!
  lesson.types[step] = types[t]!
  lesson.parents[step] = step - 1
  lesson.times[step] = second
  writeFeatures(lesson.features, step * STEP_FEATURES, {
    gap: step === 0 ? 0 : second - times[t - 1]!,
    age: second - first[person]!,
    second,
  })
  if (second <= options.after) return
  writeTargets(lesson, { sequences, t, second, step, person, options })
  if (t + 1 < to) {
    lesson.next[step] = types[t + 1]!
    lesson.waits[step] = (times[t + 1]! - second) / 3_600
  } else if (options.upTo > second) lesson.waits[step] = (options.upTo - second) / 3_600
}

interface Question {
  readonly sequences: Sequences
  readonly person: number
  readonly t: number
  readonly second: number
  readonly step: number
  readonly options: LessonOptions
}

function writeQuestion(lesson: Lesson, question: Question & { readonly from: number }): void {
  const { sequences, person, t, from, second, step } = question
  lesson.types[step] = NOW
  lesson.parents[step] = t - from
  lesson.times[step] = second
  const gap = second - sequences.times[t]!
  writeFeatures(lesson.features, step * STEP_FEATURES, { gap, age: second - sequences.first[person]!, second })
  writeTargets(lesson, question)
}

function writeTargets(lesson: Lesson, { sequences, person, t, second, step, options }: Question): void {
  const end = sequences.offsets[person + 1]!
  let next = t + 1
  while (next < end && sequences.types[next] !== options.target) next++
  const wait = next < end ? sequences.times[next]! - second : Number.POSITIVE_INFINITY
  HORIZONS.forEach((horizon, k) => {
    if (second + horizon <= options.upTo) lesson.targets[step * HORIZONS.length + k] = wait <= horizon ? 1 : 0
  })
}
