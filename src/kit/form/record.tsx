import { Plus, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button, IconButton } from '../button.tsx'
import { useWords } from '../words.ts'
import { COMMON_WORDS, FORM_WORDS } from './form-words.ts'
import { Frame, INPUT } from './frame.tsx'
import { wordsFor } from './labels.ts'
import { Part } from './part.tsx'
import { type Shape, shapeOf } from './shape.ts'
import { type Spot, useForm } from './spot.ts'
import { blank, renamed, withPart } from './value.ts'

/** Values by names of one's own: a row for each. */
export function RecordField({ spot, shape }: { spot: Spot; shape: Extract<Shape, { kind: 'record' }> }) {
  const say = useWords(FORM_WORDS)
  const common = useWords(COMMON_WORDS)
  const { root, readOnly, catalogues } = useForm()
  const value = (spot.value ?? {}) as Readonly<Record<string, unknown>>
  const names = Object.keys(value)
  // What has parts of its own stands below its name.
  const isLarge = ['object', 'union', 'list', 'record'].includes(shapeOf(shape.values, root, '').kind)
  const box = useRef<HTMLDivElement>(null)
  const words = [...catalogues, common]
  const set = (next: Record<string, unknown>) => spot.onChange(Object.keys(next).length === 0 && !spot.required ? undefined : next)
  const add = () => {
    let name: string = say.newName
    for (let n = 2; name in value; n++) name = `${say.newName}_${n}`
    set(withPart(value, name, blank(shape.values, root)))
    requestAnimationFrame(() => {
      const inputs = box.current?.querySelectorAll<HTMLInputElement>('[data-name]')
      inputs?.item(inputs.length - 1)?.select()
    })
  }
  return (
    <Frame spot={spot} group>
      {() => (
        <div ref={box} className="flex flex-col gap-2">
          {names.map((name, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the name changes while it is written, its place does not
            <div key={i} className="flex items-start gap-2 rounded-card border border-line p-2.5">
              <div className={`grid min-w-0 flex-1 gap-2 ${isLarge ? '' : '@sm:grid-cols-2'}`}>
                <NameInput
                  name={name}
                  others={names}
                  readOnly={readOnly}
                  label={wordsFor(spot.path, words, '.name') ?? say.name}
                  onRename={(to) => set(renamed(value, name, to))}
                />
                <Part
                  schema={shape.values}
                  path={[...spot.path, name]}
                  value={value[name]}
                  onChange={(next) => set(withPart(value, name, next === undefined ? '' : next))}
                  label={wordsFor(spot.path, words, '.value') ?? say.value}
                  required
                />
              </div>
              {!readOnly && (
                <IconButton label={say.remove(name)} onClick={() => set(withPart(value, name, undefined))}>
                  <X size={15} aria-hidden="true" />
                </IconButton>
              )}
            </div>
          ))}
          {!readOnly && (
            <Button onClick={add} className="self-start">
              <Plus size={16} aria-hidden="true" />
              {wordsFor(spot.path, words, '+') ?? say.add(spot.label)}
            </Button>
          )}
        </div>
      )}
    </Frame>
  )
}

interface NameProps {
  readonly name: string
  readonly others: readonly string[]
  readonly label: string
  readonly readOnly: boolean
  readonly onRename: (to: string) => void
}

/** A name that another has already is not taken over while it is so. */
function NameInput({ name, others, label, readOnly, onRename }: NameProps) {
  const say = useWords(FORM_WORDS)
  const [typed, setTyped] = useState<string | undefined>()
  const write = (to: string) => {
    const free = to !== '' && (to === name || !others.includes(to))
    setTyped(free ? undefined : to)
    if (free) onRename(to)
  }
  return (
    <label className="flex min-w-0 flex-col gap-1 text-dense font-medium">
      {label}
      <input
        data-name=""
        readOnly={readOnly}
        value={typed ?? name}
        aria-invalid={typed === undefined ? undefined : true}
        onBlur={() => setTyped(undefined)}
        onChange={(event) => write(event.target.value)}
        className={`${INPUT} text-body font-normal`}
      />
      {typed !== undefined && typed !== '' && <span className="font-normal text-bad">{say.twice(typed)}</span>}
    </label>
  )
}
