import { useMemo, useState } from 'react'
import { type BlockKind, droppedAt, duplicated, freshBlock, movedBy } from '#content/block-edit.ts'
import type { Block } from '#content/blocks.ts'
import type { Brand } from '#content/brand.ts'
import { type Edit, valueAt } from '#content/edit.ts'
import type { NameOption } from '#content/liquid-names.ts'
import type { ReadContentNames } from '#content/list-api.ts'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import type { CanvasParts } from './canvas-context.ts'
import type { Draft } from './draft.ts'
import { STUDIO_WORDS } from './studio-words.ts'

interface Given {
  readonly draft: Draft
  readonly root: string
  readonly brand: Brand
  readonly names: readonly NameOption[]
  readonly known: OutputOf<typeof ReadContentNames> | undefined
  readonly slotNames: readonly string[]
  readonly mayEdit: boolean
  readonly selected: string | undefined
  readonly select: (at: string | undefined) => void
}

/** Focus goes where the block went, when React has drawn it there. */
const focusOn = (at: string): void => {
  setTimeout(() => document.querySelector<HTMLElement>(`[data-block="${CSS.escape(at)}"]`)?.focus())
}

/** What the blocks of a canvas can do, as steps of the draft. */
export function useCanvasParts({ draft, root, select, ...given }: Given): CanvasParts {
  const say = useWords(STUDIO_WORDS)
  const [dragging, drag] = useState<string>()
  const { known } = given
  const snippetNames = useMemo(() => Object.fromEntries((known?.snippets ?? []).map(({ id, name }) => [id, name])), [known])
  const doc = (): Json => draft.state().doc
  const step = (edit: Edit | undefined, to?: string): void => {
    if (!edit) return
    draft.edit([edit])
    if (to === undefined) return
    select(to)
    focusOn(to)
  }
  const moved = (edit: Extract<Edit, { kind: 'move' }> | undefined): void => step(edit, edit?.to)
  return {
    ...given,
    root,
    dragging,
    snippetNames,
    select,
    drag,
    set: (at, value) => draft.edit([{ kind: 'set', at, value }], `type:${at}`),
    add: (at: string, kind: BlockKind) => {
      const named = { slot: given.slotNames[0], snippet: known?.snippets.find(({ form }) => form !== 'text')?.id ?? known?.snippets[0]?.id }
      const fresh = freshBlock(kind, say.fresh, {
        ...(named.slot !== undefined && { slot: named.slot }),
        ...(named.snippet !== undefined && { snippet: named.snippet }),
      })
      const list = at.slice(0, at.lastIndexOf('/'))
      const edits: Edit[] = valueAt(doc(), list) === undefined ? [{ kind: 'set', at: list, value: [] }] : []
      draft.edit([...edits, { kind: 'insert', at, value: fresh as unknown as Json }])
      select(at)
    },
    move: (at, by) => moved(movedBy(doc(), { root, at, by })),
    drop: (before) => {
      if (dragging !== undefined) moved(droppedAt(doc(), { root, from: dragging, before }))
      drag(undefined)
    },
    duplicate: (at) => {
      const edit = duplicated(doc(), at)
      step(edit, edit.at)
    },
    remove: (at) => {
      const { kind } = valueAt(doc(), at) as unknown as Block
      draft.edit([{ kind: 'remove', at }])
      select(undefined)
      notify(say.removed(say.kinds[kind]), { label: say.undo, run: draft.undo })
      const cut = at.lastIndexOf('/')
      const before = Math.max(0, Number(at.slice(cut + 1)) - 1)
      focusOn(valueAt(doc(), at) === undefined ? `${at.slice(0, cut)}/${before}` : at)
    },
  }
}
