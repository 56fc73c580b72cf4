import { type Refusal, refuse } from '#lib/problem.ts'

/** Where a page of a list ends: newest first, and by key within one millisecond. */
export interface Place {
  /** Epoch ms. */
  readonly at: number
  readonly key: string
}

export const cursorText = ({ at, key }: Place): string => `${at}.${key}`

/** Undefined when the text was not made by `cursorText`. */
export function readCursor(text: string): Place | undefined {
  const parts = /^(-?\d{1,16})\.(.*)$/s.exec(text)
  return parts ? { at: Number(parts[1]), key: parts[2]! } : undefined
}

export const badCursor = (cursor: string): Refusal =>
  refuse({
    code: 'cursor.unknown',
    status: 400,
    title: 'This place in the list is not known.',
    detail: cursor,
    hint: 'Give back what `next` said, or leave `cursor` out to begin at the top.',
    at: '/cursor',
  })
