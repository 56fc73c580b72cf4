import type { EventRecord } from '#events/schema.ts'
import { own, put } from '#lib/record.ts'
import type { SegmentsSection } from './schema.ts'

/** Events of ours: `{ list }`. */
export const LIST_ADDED = 'list.added'
export const LIST_REMOVED = 'list.removed'
/** `{ score, value }`. */
export const SCORE_SET = 'score.set'

export interface ListsApplied {
  readonly section: SegmentsSection
  /** Ids of lists, and names of scores, that say something else now. */
  readonly lists: readonly string[]
  readonly scores: readonly string[]
}

const NONE: readonly string[] = []

/** What one event says about lists and scores. The last word by event time counts; of two of the same moment, being taken off. */
export function applyLists(section: SegmentsSection, record: EventRecord): ListsApplied {
  if (record.type === 'system') {
    const { list, score, value } = record.props
    if (record.name === LIST_ADDED && typeof list === 'string') return withList(section, list, record.at)
    if (record.name === LIST_REMOVED && typeof list === 'string') return withList(section, list, -record.at)
    if (record.name === SCORE_SET && typeof score === 'string' && typeof value === 'number')
      return withScore(section, score, [value, record.at])
  }
  return { section, lists: NONE, scores: NONE }
}

export const isOn = (section: SegmentsSection, list: string): boolean => (own(section.lists, list) ?? 0) > 0

function withList(section: SegmentsSection, list: string, word: number): ListsApplied {
  const old = own(section.lists, list)
  const kept = old === undefined ? word : laterWord(old, word)
  if (kept === old) return { section, lists: NONE, scores: NONE }
  const lists = { ...section.lists }
  put(lists, list, kept)
  return { section: { ...section, lists }, lists: isOn(section, list) === kept > 0 ? NONE : [list], scores: NONE }
}

function withScore(section: SegmentsSection, score: string, word: readonly [number, number]): ListsApplied {
  const old = own(section.scores, score)
  const kept = old === undefined ? word : laterScore(old, word)
  if (kept === old) return { section, lists: NONE, scores: NONE }
  const scores = { ...section.scores }
  put(scores, score, kept)
  return { section: { ...section, scores }, lists: NONE, scores: old?.[0] === kept[0] ? NONE : [score] }
}

/** The section with scores as models have reckoned them at a moment (epoch ms); null: no such score any more. */
export function withScores(section: SegmentsSection, written: Readonly<Record<string, number | null>>, at: number): SegmentsSection {
  const scores = { ...section.scores }
  for (const [name, value] of Object.entries(written)) {
    if (value === null) delete scores[name]
    else put(scores, name, [value, at])
  }
  return { ...section, scores }
}

const laterWord = (a: number, b: number): number => (Math.abs(a) !== Math.abs(b) ? (Math.abs(a) > Math.abs(b) ? a : b) : Math.min(a, b))

function laterScore(a: readonly [number, number], b: readonly [number, number]): readonly [number, number] {
  if (a[1] !== b[1]) return a[1] > b[1] ? a : b
  return a[0] >= b[0] ? a : b
}

/** Lists and scores of two profiles that turned out to be one person; the order does not matter. */
export function absorbLists(ours: SegmentsSection, theirs: SegmentsSection): Pick<SegmentsSection, 'lists' | 'scores'> {
  return { lists: unite(ours.lists, theirs.lists, laterWord), scores: unite(ours.scores, theirs.scores, laterScore) }
}

function unite<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, later: (a: T, b: T) => T): Readonly<Record<string, T>> {
  const united: Record<string, T> = { ...a }
  for (const [name, theirs] of Object.entries(b)) {
    const mine = own(a, name)
    put(united, name, mine === undefined ? theirs : later(mine, theirs))
  }
  return united
}
