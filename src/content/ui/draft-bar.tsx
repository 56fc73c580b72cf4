import { useQueryClient } from '@tanstack/react-query'
import { CloudAlert, Redo2, Undo2 } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { Button, IconButton } from '#kit/button.tsx'
import { Chip, Dot } from '#kit/chip.tsx'
import { useWords } from '#kit/words.ts'
import type { Draft, DraftState } from './draft.ts'
import { FRAME_WORDS } from './frame-words.ts'
import { CONTENT_READS } from './publish.tsx'
import { theirs } from './use-draft.ts'

/** Whether it is live, whether there is a draft, whether it is saved. */
export function DraftFacts({ state, live }: { state: DraftState; live: number | null }) {
  const say = useWords(FRAME_WORDS)
  return (
    <>
      {live === null ? (
        <Chip dashed>{say.neverLive}</Chip>
      ) : (
        <Chip tone="ok">
          <Dot />
          {say.live(live)}
        </Chip>
      )}
      {state.isDraft && <Chip dashed>{say.draft}</Chip>}
      {state.problems.length > 0 && <Chip tone="bad">{say.problems(state.problems.length)}</Chip>}
    </>
  )
}

/** Undo, redo, and how the saving goes; Ctrl Z and Ctrl Shift Z work in the whole screen. */
export function DraftTools({ draft, state }: { draft: Draft; state: DraftState }) {
  const say = useWords(FRAME_WORDS)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== 'z') return
      event.preventDefault()
      if (event.shiftKey) draft.redo()
      else draft.undo()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [draft])
  const told = { saved: say.saved, waiting: say.waiting, saving: say.saving, failed: say.failed, conflict: say.waiting }[state.status]
  return (
    <div className="flex items-center gap-1">
      <span role="status" className={`mr-1 text-dense ${state.status === 'failed' ? 'text-bad' : 'text-ink-3'}`}>
        {state.isDraft || state.status !== 'saved' ? told : ''}
      </span>
      {state.status === 'failed' && <Button onClick={() => void draft.flush()}>{say.again}</Button>}
      <IconButton
        label={say.undo}
        aria-disabled={state.history.done.length === 0}
        className="aria-disabled:opacity-40"
        onClick={draft.undo}
      >
        <Undo2 size={18} aria-hidden="true" />
      </IconButton>
      <IconButton
        label={say.redo}
        aria-disabled={state.history.undone.length === 0}
        className="aria-disabled:opacity-40"
        onClick={draft.redo}
      >
        <Redo2 size={18} aria-hidden="true" />
      </IconButton>
    </div>
  )
}

/** Somebody else saved meanwhile: say it, and let one choose. */
export function Conflict({ kind, id, draft }: { kind: string; id: string; draft: Draft }) {
  const say = useWords(FRAME_WORDS)
  const client = useQueryClient()
  const take = async () => {
    const { doc, hash } = await theirs(kind, id)
    draft.takeTheirs(doc, hash)
    for (const read of CONTENT_READS) void client.invalidateQueries({ queryKey: [read] })
  }
  return (
    <div
      role="alert"
      className="mx-4 mt-3 flex flex-wrap items-center gap-3 rounded-card border border-warn bg-warn-soft px-4 py-3 sm:mx-6 lg:mx-8"
    >
      <CloudAlert size={20} className="shrink-0 text-warn" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-warn">{say.conflict}</p>
        <p>{say.conflictHint}</p>
      </div>
      <Button onClick={() => void take()}>{say.takeTheirs}</Button>
      <Button onClick={() => void draft.keepMine()}>{say.keepMine}</Button>
    </div>
  )
}

/** For those who may not write. */
export function ReadOnly(): ReactNode {
  const say = useWords(FRAME_WORDS)
  return <p className="mx-4 mt-3 rounded-input bg-sunken px-3 py-2 text-ink-2 sm:mx-6 lg:mx-8">{say.readOnly}</p>
}
