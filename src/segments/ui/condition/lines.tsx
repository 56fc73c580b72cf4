import { ArrowDown, ArrowUp, GripVertical, Group as GroupIcon, Plus, Ungroup, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { IconButton } from '#kit/button.tsx'
import { Combobox } from '#kit/form/combobox.tsx'
import { useWords } from '#kit/words.ts'
import { added, changed, type Group, moved, type Node, shifted, unfinished, unwrapped, wrapped } from '../../condition/rows.ts'
import { Pick, useLook } from './controls.tsx'
import { nextKey } from './keys.ts'
import { LineFields } from './line.tsx'
import { blankRow, type Place, subjectsOf } from './subjects.ts'
import { CONDITION_WORDS } from './words.ts'

interface LinesProps {
  readonly label: string
  readonly root: Group
  readonly place: Place
  readonly onChange: (root: Group) => void
  /** Inside of a line: no moving, no groups. */
  readonly small?: boolean
  /** What stands behind a line of the first level: how many people it leaves. */
  readonly beside?: (key: number) => ReactNode
}

/** Lines and groups: in rows with handles, or as a sentence whose parts can be changed. */
export function GroupLines({ label, root, place, onChange, small = false, beside }: LinesProps) {
  const [told, setTold] = useState('')
  const say = useWords(CONDITION_WORDS)
  const box = useRef<HTMLDivElement>(null)
  const act: Acts = {
    set: (key, change) => onChange(changed(root, key, change)),
    remove: (key) => {
      onChange(changed(root, key, () => null))
      setTold(say.removed)
      box.current?.querySelector<HTMLElement>('[data-add]')?.focus()
    },
    move: (key, by) => {
      onChange(shifted(root, key, by))
      setTold(say.moved)
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-line="${key}"] [data-${by < 0 ? 'up' : 'down'}]`)?.focus())
    },
    drop: (key, group, index) => onChange(moved(root, key, { group, index })),
    wrap: (key) => onChange(wrapped(root, key, nextKey)),
    unwrap: (key) => onChange(unwrapped(root, key)),
    add: (group, node) => {
      onChange(added(root, group, node))
      requestAnimationFrame(() =>
        box.current?.querySelector<HTMLElement>(`[data-line="${node.key}"] input, [data-line="${node.key}"] select`)?.focus(),
      )
    },
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand inside of a line
    <div
      ref={box}
      role="group"
      aria-label={label}
      className={small ? 'inline-flex max-w-full flex-wrap items-center gap-1.5' : 'flex flex-col gap-2'}
    >
      <Parts group={root} place={place} act={act} small={small} beside={beside} depth={0} />
      <span role="status" className="sr-only">
        {told}
      </span>
    </div>
  )
}

interface Acts {
  set(key: number, change: (node: Node) => Node | null): void
  remove(key: number): void
  move(key: number, by: 1 | -1): void
  drop(key: number, group: number, index: number): void
  wrap(key: number): void
  unwrap(key: number): void
  add(group: number, node: Node): void
}

interface PartsProps {
  readonly group: Group
  readonly place: Place
  readonly act: Acts
  readonly small: boolean
  readonly depth: number
  readonly beside?: ((key: number) => ReactNode) | undefined
}

function Parts({ group, place, act, small, depth, beside }: PartsProps) {
  const say = useWords(CONDITION_WORDS)
  const prose = useLook() === 'prose'
  const join = (
    <Pick
      label={say.groupIs}
      value={group.join}
      choices={[
        ['and', prose || small ? say.and : say.all],
        ['or', prose || small ? say.or : say.any],
      ]}
      onChange={(to) => act.set(group.key, (node) => ({ ...node, join: to }) as Node)}
    />
  )
  return (
    <>
      {!prose && !small && (depth > 0 || group.parts.length > 1) && <GroupHead group={group} depth={depth} act={act} />}
      {group.parts.map((part, i) => (
        <Part
          key={part.key}
          part={part}
          index={i}
          group={group}
          place={place}
          act={act}
          small={small}
          depth={depth}
          join={i > 0 && (prose || small) ? join : null}
          beside={beside}
        />
      ))}
      <Adder group={group.key} place={place} act={act} small={small} />
    </>
  )
}

function GroupHead({ group, depth, act }: { group: Group; depth: number; act: Acts }) {
  const say = useWords(CONDITION_WORDS)
  const value = `${group.not ? 'not ' : ''}${group.join}`
  const choices: (readonly [string, string])[] = [
    ['and', say.all],
    ['or', say.any],
  ]
  if (depth > 0 || group.not) choices.push(['not and', say.none], ['not or', say.noneAny])
  return (
    <div className="flex flex-wrap items-center gap-2 text-dense text-ink-2">
      {say.groupIs}
      <Pick
        label={say.groupIs}
        value={value}
        choices={choices}
        onChange={(to) =>
          act.set(group.key, (node) => ({ ...node, not: to.startsWith('not'), join: to.endsWith('or') ? 'or' : 'and' }) as Node)
        }
      />
      {depth > 0 && (
        <IconButton label={say.ungroup} onClick={() => act.unwrap(group.key)}>
          <Ungroup size={15} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  )
}

interface PartProps extends PartsProps {
  readonly part: Node
  readonly index: number
  readonly join: ReactNode
}

function Part({ part, index, group, place, act, small, depth, join, beside }: PartProps) {
  const say = useWords(CONDITION_WORDS)
  const prose = useLook() === 'prose'
  const name = say.row(index + 1)
  const missing = part.kind === 'line' && unfinished(part).length > 0
  const fields =
    part.kind === 'line' ? (
      <LineFields row={part.row} place={place} onChange={(row) => act.set(part.key, () => ({ ...part, row }))} />
    ) : prose ? (
      <span className="inline-flex max-w-full flex-wrap items-center gap-1.5">
        {part.not && <span className="text-ink-2">{part.join === 'or' ? say.noneAny : say.none}:</span>}
        <span className="text-ink-3">(</span>
        <Parts group={part} place={place} act={act} small={small} depth={depth + 1} />
        <span className="text-ink-3">)</span>
      </span>
    ) : (
      <div className="flex min-w-0 flex-1 flex-col gap-2 border-l-2 border-line pl-3">
        <Parts group={part} place={place} act={act} small={small} depth={depth + 1} />
      </div>
    )
  if (small || prose)
    return (
      <span data-line={part.key} className="inline-flex max-w-full flex-wrap items-center gap-1.5">
        {join}
        {fields}
        {beside?.(part.key)}
        {(!small || group.parts.length > 1) && (
          <IconButton
            label={say.remove(name)}
            className="!size-6 opacity-60 hover:opacity-100 focus-visible:opacity-100"
            onClick={() => act.remove(part.key)}
          >
            <X size={13} aria-hidden="true" />
          </IconButton>
        )}
      </span>
    )
  return (
    <Row part={part} index={index} group={group} act={act} name={name} missing={missing} beside={beside}>
      {fields}
    </Row>
  )
}

interface RowProps extends Pick2<PartProps, 'part' | 'index' | 'group' | 'act' | 'beside'> {
  readonly name: string
  readonly missing: boolean
  readonly children: ReactNode
}
type Pick2<T, K extends keyof T> = { readonly [key in K]: T[key] }
const DRAGGED = 'application/x-cadenza-line'

/** One row: a handle, its fields, and what can be done with it. Alt and the arrows move it from everywhere in it. */
function Row({ part, index, group, act, name, missing, beside, children }: RowProps) {
  const say = useWords(CONDITION_WORDS)
  const [over, setOver] = useState(false)
  const press = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    event.stopPropagation()
    act.move(part.key, event.key === 'ArrowUp' ? -1 : 1)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move the row from every field in it; its buttons do the same
    <div
      data-line={part.key}
      onKeyDown={press}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false)
        event.preventDefault()
        event.stopPropagation()
        act.drop(Number(event.dataTransfer.getData(DRAGGED)), group.key, index)
      }}
      className={`flex items-start gap-1 rounded-card border bg-surface p-1.5 ${over ? 'border-accent' : missing ? 'border-warn' : 'border-line'}`}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; the arrows beside it do the same */}
      <span
        draggable
        title={say.drag(name)}
        onDragStart={(event) => event.dataTransfer.setData(DRAGGED, String(part.key))}
        className="mt-1.5 hidden cursor-grab text-ink-3 sm:inline"
      >
        <GripVertical size={16} aria-hidden="true" />
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">
        {children}
        {missing && <span className="basis-full text-meta text-warn">{say.unfinished}</span>}
      </div>
      {beside?.(part.key)}
      <div className="flex shrink-0 flex-wrap justify-end max-sm:max-w-16">
        <IconButton data-up="" label={say.up(name)} onClick={() => act.move(part.key, -1)}>
          <ArrowUp size={15} aria-hidden="true" />
        </IconButton>
        <IconButton data-down="" label={say.down(name)} onClick={() => act.move(part.key, 1)}>
          <ArrowDown size={15} aria-hidden="true" />
        </IconButton>
        <IconButton label={say.group(name)} onClick={() => act.wrap(part.key)}>
          <GroupIcon size={15} aria-hidden="true" />
        </IconButton>
        <IconButton label={say.remove(name)} onClick={() => act.remove(part.key)}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      </div>
    </div>
  )
}

/** What comes next: chosen by what it is about; one types or walks to it. */
function Adder({ group, place, act, small }: { group: number; place: Place; act: Acts; small: boolean }) {
  const say = useWords(CONDITION_WORDS)
  const [typed, setTyped] = useState<string>()
  const button = useRef<HTMLButtonElement>(null)
  const subjects = subjectsOf(place)
  const choices = [...subjects.map((subject) => ({ value: say.subjects[subject] })), ...(small ? [] : [{ value: say.addGroup }])]
  const add = (label: string) => {
    const subject = subjects.find((each) => say.subjects[each] === label)
    const line: Node = { key: nextKey(), kind: 'line', row: blankRow(subject ?? subjects[0]!) }
    setTyped(undefined)
    if (subject) act.add(group, line)
    else if (label === say.addGroup) act.add(group, { key: nextKey(), kind: 'group', join: 'or', not: false, parts: [line] })
  }
  const close = () => {
    setTyped(undefined)
    requestAnimationFrame(() => button.current?.focus())
  }
  if (typed !== undefined)
    return (
      <span className="w-72 max-w-full">
        <Combobox
          autoFocus
          startOpen
          aria-label={say.askSubject}
          placeholder={say.askSubject}
          value={typed}
          choices={choices}
          onChange={setTyped}
          onTake={add}
          onKeyDown={(event) => event.key === 'Escape' && close()}
          onBlur={() => setTyped(undefined)}
        />
      </span>
    )
  return small ? (
    <IconButton ref={button} data-add="" label={say.add} className="!size-7" onClick={() => setTyped('')}>
      <Plus size={14} aria-hidden="true" />
    </IconButton>
  ) : (
    <button
      ref={button}
      type="button"
      data-add=""
      onClick={() => setTyped('')}
      className="inline-flex h-8 items-center gap-1.5 self-start rounded-button border border-dashed border-line-strong px-2.5 text-dense font-medium text-ink-2 hover:text-ink pointer-coarse:h-11"
    >
      <Plus size={15} aria-hidden="true" />
      {say.add}
    </button>
  )
}
