import { Chip, Dot, type Tone } from '#kit/chip.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { ListModels } from '../api.ts'
import { MODEL_WORDS } from './model-words.ts'

export type ModelLine = OutputOf<typeof ListModels>['models'][number]

const TONES: Readonly<Record<ModelLine['state'], Tone>> = { learning: 'ok', shadow: 'agent', cold: 'accent', stale: 'warn', broken: 'bad' }

/** How a model is, in a word. */
export function ModelState({ state }: { state: ModelLine['state'] }) {
  const say = useWords(MODEL_WORDS)
  return (
    <Chip tone={TONES[state]}>
      <Dot hollow={state === 'cold' || state === 'shadow'} />
      {say.states[state]}
    </Chip>
  )
}

/** The type of a model as people call it. */
export function ModelKind({ type }: { type: string }) {
  const say = useWords(MODEL_WORDS)
  return <>{(say.types as Readonly<Record<string, string>>)[type] ?? type}</>
}
