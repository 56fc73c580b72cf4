import { Chip, Dot, type Tone } from '#kit/chip.tsx'
import type { OutputOf } from '#lib/action.ts'
import type { ListModels } from '../api.ts'

export type ModelLine = OutputOf<typeof ListModels>['models'][number]

const LOOKS: Readonly<Record<ModelLine['state'], readonly [tone: Tone, word: string]>> = {
  learning: ['ok', 'Learning'],
  shadow: ['agent', 'Only watches'],
  cold: ['accent', 'Begins'],
  stale: ['warn', 'Too old'],
  broken: ['bad', 'Broken'],
}

/** How a model is, in a word. */
export function ModelState({ state }: { state: ModelLine['state'] }) {
  const [tone, word] = LOOKS[state]
  return (
    <Chip tone={tone}>
      <Dot hollow={state === 'cold' || state === 'shadow'} />
      {word}
    </Chip>
  )
}

export const TYPE_WORDS: Readonly<Record<string, string>> = {
  propensity: 'Score',
  pattern: 'Pattern',
  choice: 'Choice',
  'send-time': 'Best hour',
  content: 'Content',
  recommendation: 'Recommendations',
  pressure: 'Pressure',
}
