import type { CompiledJourney } from './compile.ts'

/** More than 0: the first journey comes before the other, by priority, then by the value of a message. Equals are served as they come. */
export const rank = (a: Pick<CompiledJourney, 'priority' | 'value'>, b: Pick<CompiledJourney, 'priority' | 'value'>): number =>
  a.priority - b.priority || a.value - b.value
