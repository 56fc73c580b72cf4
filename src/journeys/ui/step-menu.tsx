import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Deeds } from './deeds.ts'
import { useStudioWords } from './studio-words.ts'

type Item =
  | 'open'
  | 'rename'
  | 'addBelow'
  | 'move'
  | 'copy'
  | 'cut'
  | 'paste'
  | 'duplicate'
  | 'wrap'
  | 'stage'
  | 'test'
  | 'note'
  | 'comment'
  | 'fold'
  | 'unfold'
  | 'remove'
const KEYS: Readonly<Record<Item, string>> = {
  open: 'Enter',
  rename: 'F2',
  addBelow: 'N',
  move: 'M',
  copy: 'Ctrl C',
  cut: 'Ctrl X',
  paste: 'Ctrl V',
  duplicate: 'Ctrl D',
  wrap: 'W',
  stage: 'Ctrl G',
  test: 'T',
  note: 'E',
  comment: 'C',
  fold: 'F',
  unfold: 'F',
  remove: 'Del',
}
const WIDTH = 232

interface StepMenuProps {
  readonly title: string
  readonly anchor: RefObject<Element | null>
  readonly folds: 'fold' | 'unfold' | undefined
  readonly onPick: (item: Item) => void
  readonly onClose: () => void
}

/** Everything that can be done to a step. Small and its own: the studio is opened a hundred times a day. */
export function StepMenu({ title, anchor, folds, onPick, onClose }: StepMenuProps) {
  const say = useStudioWords()
  const menu = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState({ left: 0, top: 0 })
  const groups = useMemo<readonly (readonly Item[])[]>(
    () => [
      ['open', 'rename', 'addBelow', 'move'],
      ['copy', 'cut', 'paste', 'duplicate'],
      ['test', 'wrap', 'stage', ...(folds ? [folds] : []), 'note', 'comment'],
      ['remove'],
    ],
    [folds],
  )
  useLayoutEffect(() => {
    const box = anchor.current?.getBoundingClientRect()
    const own = menu.current
    if (!box || !own) return
    const left = Math.max(8, Math.min(box.right - WIDTH, innerWidth - WIDTH - 8))
    const below = box.bottom + 4
    setAt({ left, top: below + own.offsetHeight < innerHeight - 8 ? below : Math.max(8, box.top - own.offsetHeight - 4) })
    own.querySelector<HTMLElement>('[role=menuitem]')?.focus()
  }, [anchor])
  useEffect(() => {
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) onClose()
    }
    addEventListener('pointerdown', outside, true)
    return () => removeEventListener('pointerdown', outside, true)
  }, [onClose])
  const back = () => {
    onClose()
    anchor.current?.closest<HTMLElement>('.react-flow, [role=treeitem]')?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    const now = items.indexOf(document.activeElement as HTMLElement)
    const keys: Record<string, () => void> = {
      ArrowDown: () => items[(now + 1) % items.length]?.focus(),
      ArrowUp: () => items[(now - 1 + items.length) % items.length]?.focus(),
      Home: () => items[0]?.focus(),
      End: () => items.at(-1)?.focus(),
      Escape: back,
      Tab: back,
    }
    const act = keys[event.key]
    event.stopPropagation()
    if (!act) return
    event.preventDefault()
    act()
  }
  return (
    <div
      ref={menu}
      role="menu"
      aria-label={say.menuOf(title)}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="fixed z-50 max-h-[90vh] w-[232px] rise overflow-y-auto rounded-card border border-line bg-surface p-1 shadow-float"
      style={at}
    >
      {groups.map((group, i) => (
        // biome-ignore lint/a11y/useSemanticElements: a part of a menu
        <div key={group[0]} role="group" className={i > 0 ? 'mt-1 border-t border-line pt-1' : ''}>
          {group.map((item) => (
            <button
              key={item}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                back()
                onPick(item)
              }}
              className={`flex min-h-8 w-full items-center justify-between gap-3 rounded-input px-2.5 text-left -outline-offset-2 hover:bg-sunken focus:bg-sunken pointer-coarse:min-h-11 ${item === 'remove' ? 'text-bad' : ''}`}
            >
              {say.menu[item]}
              <kbd className="text-meta text-ink-3">{KEYS[item]}</kbd>
            </button>
          ))}
        </div>
      ))}
    </div>
  )
}

interface Around {
  readonly deeds: Deeds
  readonly open: () => void
  readonly fold: () => void
  readonly move: () => void
}

/** What the items of the menu do, the same on the canvas and in the outline. */
export function pick(item: Item, id: string, { deeds, open, fold, move }: Around): void {
  const does: Record<Item, () => void> = {
    open,
    rename: () => deeds.rename(id),
    addBelow: () => deeds.add(id),
    move,
    copy: () => deeds.copy([id]),
    cut: () => deeds.cut([id]),
    paste: () => deeds.paste(id),
    duplicate: () => deeds.duplicate([id]),
    wrap: () => deeds.wrap([id]),
    stage: () => deeds.stage([id]),
    test: () => deeds.test(id),
    note: () => deeds.note(id),
    comment: () => deeds.comment(id),
    fold,
    unfold: fold,
    remove: () => deeds.remove([id]),
  }
  does[item]()
}
