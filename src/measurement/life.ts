import { whyChosen } from '#decisions/choice/words.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { whyHour } from '#decisions/send-time/words.ts'
import { explain } from '#journeys/reasons.ts'
import type { TimelineItem } from './schema.ts'

/** An item with its place on the log, which orders what happened in one millisecond. */
export interface Placed {
  readonly seq: number
  readonly ix: number
  readonly item: TimelineItem
}

const RANK: Readonly<Record<TimelineItem['kind'], number>> = { event: 0, decision: 1, transition: 2, delivery: 3 }

/** Oldest first. */
export const inOrder = (a: Placed, b: Placed): number =>
  a.item.at - b.item.at || a.seq - b.seq || a.ix - b.ix || RANK[a.item.kind] - RANK[b.item.kind]

/** Where a page ends: the time of its last item, and how many items of that time have been shown. */
export interface PageEnd {
  readonly at: number
  readonly shown: number
}

export const pageEndText = ({ at, shown }: PageEnd): string => `${at}.${shown}`

/** Undefined when the text was not made by `pageEndText`. */
export function readPageEnd(text: string): PageEnd | undefined {
  const parts = /^(-?\d{1,16})\.(\d{1,4})$/.exec(text)
  return parts ? { at: Number(parts[1]), shown: Number(parts[2]) } : undefined
}

/** Newest first; `found` holds the newest of each kind up to the page's end, at least `limit + shown + 1` of each if there are so many. */
export function page(
  found: readonly Placed[],
  { after, limit }: { after: PageEnd | undefined; limit: number },
): { items: TimelineItem[]; next: string | null } {
  const sorted = found.toSorted((a, b) => inOrder(b, a))
  const from = after?.shown ?? 0
  const items = sorted.slice(from, from + limit).map(({ item }) => item)
  const last = items.at(-1)
  if (!last || sorted.length <= from + limit) return { items, next: null }
  const here = items.filter(({ at }) => at === last.at).length
  return { items, next: pageEndText({ at: last.at, shown: here + (after?.at === last.at ? after.shown : 0) }) }
}

/** Why a model chose as it did, of its record as text; '' where none was asked. */
export function whyDecided(record: string): string {
  if (record === '') return ''
  const told = JSON.parse(record) as DecisionRecord
  if (told.kind === 'choose') return whyChosen(told, explain)
  return told.kind === 'send_time' ? whyHour(told, explain) : ''
}

/** What became of one person in one journey, over all runs. */
export interface Standing {
  readonly entered: number
  readonly exited: number
  readonly refused: number
  /** Of the newest exit and refusal; '' when there is none. */
  readonly exitReason: string
  readonly refusalReason: string
  /** Where a run stands now; '' when none does. */
  readonly step: string
}

interface Answer {
  readonly standing: 'never' | 'refused' | 'in' | 'left'
  readonly step: string
  readonly sentence: string
}

export function answer(told: Standing): Answer {
  const { entered, exited, refused, step } = told
  if (entered > exited)
    return { standing: 'in', step, sentence: step === '' ? 'They are in the journey.' : `They are in the journey, at step “${step}”.` }
  if (exited > 0) return { standing: 'left', step: '', sentence: `They have left the journey. ${explain(told.exitReason)}` }
  if (refused > 0) return { standing: 'refused', step: '', sentence: `They were not let in. ${explain(told.refusalReason)}` }
  return { standing: 'never', step: '', sentence: 'Nothing that they did has met the entry rule of this journey.' }
}
