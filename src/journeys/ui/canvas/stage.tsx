import type { NodeProps } from '@xyflow/react'
import { ChevronsDownUp } from 'lucide-react'
import { memo } from 'react'
import { stageKey } from '../../stages.ts'
import { useStudioWords } from '../studio-words.ts'
import { useActs } from './acts.ts'
import type { StageNode } from './picture.ts'

/** What is drawn around the steps of a stage; its name folds them. */
export const StageView = memo(function StageView({ data: { frame } }: NodeProps<StageNode>) {
  const say = useStudioWords()
  const acts = useActs()
  const label = say.foldStage(frame.name)
  return (
    <div className="relative rounded-card border border-dashed border-line-strong" style={{ width: frame.width, height: frame.height }}>
      <button
        type="button"
        tabIndex={-1}
        aria-label={label}
        title={label}
        data-stage={frame.id}
        onClick={(event) => {
          event.stopPropagation()
          acts.fold(stageKey(frame.id))
        }}
        className="nopan pointer-events-auto absolute -top-3 left-2 inline-flex h-6 max-w-[112px] items-center gap-1 rounded-input border border-line bg-surface px-1.5 text-meta font-medium text-ink-2 hover:border-line-strong hover:text-ink"
      >
        <ChevronsDownUp size={13} aria-hidden="true" className="shrink-0" />
        <span className="truncate">{frame.name}</span>
      </button>
    </div>
  )
})
