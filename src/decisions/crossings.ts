import type { z } from 'zod'
import type { Crossing } from './schema.ts'

export interface Crossed {
  /** Id of the crossing. */
  readonly crossing: string
  readonly direction: 'up' | 'down'
}

export interface Crossings {
  /** Ids of the crossings that the score is above now, in the order of the document. */
  readonly above: readonly string[]
  readonly crossed: readonly Crossed[]
}

/** Which marks a score passes: up at the mark, down only `by` below it, so that a score that wavers between the two says nothing. */
export function cross(was: readonly string[], score: number, crossings: readonly z.output<typeof Crossing>[]): Crossings {
  const above: string[] = []
  const crossed: Crossed[] = []
  for (const { id, above: mark, by } of crossings) {
    const isAbove = was.includes(id)
    const holds = isAbove ? score >= mark - by : score >= mark
    if (holds) above.push(id)
    if (holds !== isAbove) crossed.push({ crossing: id, direction: holds ? 'up' : 'down' })
  }
  return { above, crossed }
}
