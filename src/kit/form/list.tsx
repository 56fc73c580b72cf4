import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { Button, IconButton } from '../button.tsx'
import { useWords } from '../words.ts'
import { COMMON_WORDS, FORM_WORDS } from './form-words.ts'
import { Frame } from './frame.tsx'
import { ChoicesInput } from './inputs.tsx'
import { wordsFor } from './labels.ts'
import { ObjectParts } from './object.tsx'
import { Part } from './part.tsx'
import { type Shape, shapeOf } from './shape.ts'
import { type Spot, useForm } from './spot.ts'
import { blank, moved } from './value.ts'

export const ChoicesField = ChoicesInput

/** Ids that stay with their items while these are moved. */
function useKeys(length: number) {
  const keys = useRef<number[]>([])
  const next = useRef(0)
  while (keys.current.length < length) keys.current.push(next.current++)
  keys.current.length = length
  return {
    of: (i: number) => keys.current[i]!,
    move: (from: number, to: number) => {
      keys.current = moved(keys.current, from, to)
    },
    drop: (i: number) => {
      keys.current.splice(i, 1)
    },
  }
}

/** A list of things: added below, moved by buttons or Alt with the arrows, taken away; a word says what became of it. */
export function ListField({ spot, shape }: { spot: Spot; shape: Extract<Shape, { kind: 'list' }> }) {
  const say = useWords(FORM_WORDS)
  const common = useWords(COMMON_WORDS)
  const { root, catalogues, readOnly } = useForm()
  const items: readonly unknown[] = Array.isArray(spot.value) ? spot.value : []
  const keys = useKeys(items.length)
  const box = useRef<HTMLDivElement>(null)
  const [told, setTold] = useState('')
  const words = [...catalogues, common]
  const one = wordsFor(spot.path, words, '#') ?? spot.label
  const set = (next: readonly unknown[]) => spot.onChange(next.length === 0 && !spot.required ? undefined : next)
  const nameOf = (i: number) => titleOf(items[i]) ?? say.item(one, i + 1)
  const move = (from: number, to: number) => {
    if (to < 0 || to >= items.length) return
    keys.move(from, to)
    set(moved(items, from, to))
    setTold(say.movedTo(nameOf(from), to + 1))
  }
  const remove = (i: number) => {
    keys.drop(i)
    set(items.filter((_item, at) => at !== i))
    setTold(say.removed(nameOf(i)))
    box.current?.querySelector<HTMLElement>('[data-add]')?.focus()
  }
  const add = () => {
    set([...items, blank(shape.items, root)])
    // The new item is there after this turn.
    requestAnimationFrame(() => {
      const added = box.current?.querySelectorAll<HTMLElement>(':scope > ol > li')
      added
        ?.item(added.length - 1)
        ?.querySelector<HTMLElement>('input, select, textarea')
        ?.focus()
    })
  }
  return (
    <Frame spot={spot} group>
      {() => (
        <div ref={box} className="flex flex-col gap-2">
          <ol className="flex flex-col gap-2">
            {items.map((item, i) => (
              <Item
                key={keys.of(i)}
                name={nameOf(i)}
                last={i === items.length - 1}
                first={i === 0}
                onMove={(by) => move(i, i + by)}
                onRemove={() => remove(i)}
              >
                <ItemBody
                  spot={spot}
                  shape={shape}
                  at={i}
                  label={nameOf(i)}
                  item={item}
                  set={(next) => set(items.map((each, at) => (at === i ? next : each)))}
                />
              </Item>
            ))}
          </ol>
          {!readOnly && items.length < shape.max && (
            <Button data-add="" onClick={add} className="self-start">
              <Plus size={16} aria-hidden="true" />
              {wordsFor(spot.path, words, '+') ?? say.add(one)}
            </Button>
          )}
          <span role="status" className="sr-only">
            {told}
          </span>
        </div>
      )}
    </Frame>
  )
}

/** What an item is known by. */
function titleOf(item: unknown): string | undefined {
  if (typeof item === 'string' && item !== '') return item
  if (item === null || typeof item !== 'object') return undefined
  const { label, name, id } = item as Record<string, unknown>
  return [label, name, id].find((text): text is string => typeof text === 'string' && text !== '')
}

interface ItemProps {
  readonly name: string
  readonly first: boolean
  readonly last: boolean
  readonly onMove: (by: 1 | -1) => void
  readonly onRemove: () => void
  readonly children: ReactNode
}

function Item({ name, first, last, onMove, onRemove, children }: ItemProps) {
  const say = useWords(FORM_WORDS)
  const { readOnly } = useForm()
  const press = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    event.stopPropagation()
    onMove(event.key === 'ArrowUp' ? -1 : 1)
  }
  return (
    <li onKeyDown={readOnly ? undefined : press} className="flex items-start gap-1 rounded-card border border-line bg-surface p-2.5">
      <div className="flex min-w-0 flex-1 flex-col gap-3">{children}</div>
      {!readOnly && (
        <div className="flex shrink-0 flex-col @md:flex-row">
          {!(first && last) && (
            <>
              <IconButton
                label={say.up(name)}
                aria-disabled={first || undefined}
                onClick={() => onMove(-1)}
                className={first ? 'opacity-40' : ''}
              >
                <ArrowUp size={15} aria-hidden="true" />
              </IconButton>
              <IconButton
                label={say.down(name)}
                aria-disabled={last || undefined}
                onClick={() => onMove(1)}
                className={last ? 'opacity-40' : ''}
              >
                <ArrowDown size={15} aria-hidden="true" />
              </IconButton>
            </>
          )}
          <IconButton label={say.remove(name)} onClick={onRemove}>
            <X size={15} aria-hidden="true" />
          </IconButton>
        </div>
      )}
    </li>
  )
}

interface BodyProps {
  readonly spot: Spot
  readonly shape: Extract<Shape, { kind: 'list' }>
  readonly at: number
  readonly label: string
  readonly item: unknown
  readonly set: (next: unknown) => void
}

function ItemBody({ spot, shape, at, label, item, set }: BodyProps) {
  const { root, fields } = useForm()
  const inner: Spot = {
    schema: shape.items,
    path: [...spot.path, String(at)],
    value: item,
    // An item is taken away by its button, not by emptying it.
    onChange: (next) => set(next === undefined ? '' : next),
    label,
    required: true,
  }
  const items = shapeOf(shape.items, root)
  if (items.kind === 'object' && fields[spot.path.at(-1) ?? ''] === undefined)
    return (
      <fieldset className="flex min-w-0 flex-col gap-3">
        <legend className="sr-only">{label}</legend>
        <ObjectParts spot={inner} shape={items} />
      </fieldset>
    )
  return <Part {...inner} />
}
