import { type NodeProps, useStore } from '@xyflow/react'
import { Plus } from 'lucide-react'
import { memo } from 'react'
import { ROOT } from '../../edit/body.ts'
import type { Place } from '../../edit/places.ts'
import type { Spot } from '../../layout.ts'
import { placeWords } from '../place-words.ts'
import { useStudioWords } from '../studio-words.ts'
import { useActs } from './acts.ts'
import { type SpotState, useDragging, useSpotState } from './drag.ts'
import { isFar, type SpotNode } from './picture.ts'

export const placeOf = ({ parent, lane, index }: Spot): Place => ({ list: parent === '' ? ROOT : { step: parent, lane }, index })

const LOOKS: Record<SpotState, string> = {
  '': 'border-line-strong bg-surface text-ink-2 hover:border-accent hover:text-accent',
  free: 'border-accent bg-accent-soft text-accent',
  over: 'border-accent bg-accent text-surface scale-150',
  shut: 'border-line bg-canvas text-ink-3 opacity-40',
  overShut: 'border-bad bg-bad-soft text-bad',
}

/** A place on the way: a step is put here by a click, a drop, or from the keyboard. */
export const SpotView = memo(function SpotView({ data: { spot } }: NodeProps<SpotNode>) {
  const say = useStudioWords()
  const far = useStore(isFar)
  const acts = useActs()
  const dragging = useDragging()
  const state = useSpotState(spot.id)
  if (far && state === '') return null
  const place = placeOf(spot)
  const label = say.addAt(placeWords(say, acts.journey(), place))
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        aria-label={label}
        title={label}
        data-spot={spot.id}
        data-state={state}
        onClick={(event) => {
          event.stopPropagation()
          acts.deeds()?.add('', place)
        }}
        className={`nopan flex size-6 items-center justify-center rounded-pill border transition-transform duration-100 ${LOOKS[state]}`}
      >
        <Plus size={14} aria-hidden="true" />
      </button>
      {state === 'overShut' && (
        <span className="pointer-events-none absolute top-1/2 left-8 z-10 w-56 -translate-y-1/2 rounded-input border border-bad bg-surface px-2 py-1 text-meta text-bad shadow-float">
          {say.notHere(dragging.why(spot.id))}
        </span>
      )}
    </>
  )
})
