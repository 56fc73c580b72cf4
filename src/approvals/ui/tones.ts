import type { Tone } from '#kit/chip.tsx'
import type { Grade } from '../grade.ts'
import type { State } from '../schema.ts'

export const GRADE_TONES: Readonly<Record<Grade, Tone>> = { low: 'neutral', medium: 'warn', high: 'bad' }
export const STATE_TONES: Readonly<Record<State, Tone>> = {
  open: 'accent',
  approved: 'ok',
  executed: 'ok',
  rejected: 'bad',
  changes: 'warn',
  cancelled: 'neutral',
  void: 'neutral',
  lapsed: 'neutral',
}
