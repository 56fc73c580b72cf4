import { type KeyboardEvent, useId, useState } from 'react'
import { Dialog } from '#kit/dialog.tsx'
import { useWords } from '#kit/words.ts'
import { placeKey } from '../edit/around.ts'
import type { JourneyBody, StepKind } from '../edit/body.ts'
import { type Place, whatMayGoHere } from '../edit/places.ts'
import type { Journey } from '../schema.ts'
import { placeWords } from './place-words.ts'
import { StepIcon } from './step-icon.tsx'
import { GROUPS, groupsInOrder, STEP_WORDS } from './step-words.ts'
import { useStudioWords } from './studio-words.ts'

interface StepPickerProps {
  readonly body: JourneyBody
  readonly journey: Journey
  /** Where it may be meant, the likeliest first. */
  readonly places: readonly Place[]
  readonly onPick: (kind: StepKind, at: Place) => void
  readonly onClose: () => void
}

/** Search of the kinds of steps, at a place: the field keeps the focus, arrows walk what fits, Enter puts it there. */
export function StepPicker({ body, journey, places, onPick, onClose }: StepPickerProps) {
  const say = useStudioWords()
  const steps = useWords(STEP_WORDS)
  const list = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(places[0]!)
  const [chosen, setChosen] = useState('')
  const why = new Map(whatMayGoHere(body, at).map((each) => [each.kind, each.why]))
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (kind: StepKind): boolean =>
    words.every((word) => `${kind} ${steps.names[kind]} ${steps.does[kind]}`.toLowerCase().includes(word))
  // What is called so stands before what only says so.
  const named = (kind: StepKind): boolean => words.length > 0 && words.every((word) => steps.names[kind].toLowerCase().includes(word))
  const groups = groupsInOrder.map((group) => ({ group, kinds: GROUPS[group].filter(fits) })).filter(({ kinds }) => kinds.length > 0)
  const able = groups.flatMap(({ kinds }) => kinds as readonly StepKind[]).filter((kind) => why.get(kind) === undefined)
  const active = able.find((kind) => kind === chosen) ?? able.find(named) ?? able[0]
  const take = (kind: StepKind | undefined) => {
    if (kind === undefined || why.get(kind) !== undefined) return
    onClose()
    onPick(kind, at)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const now = active === undefined ? -1 : able.indexOf(active)
    const to: Record<string, () => void> = {
      ArrowDown: () => setChosen(able[(now + 1) % able.length] ?? ''),
      ArrowUp: () => setChosen(able[(now - 1 + able.length) % able.length] ?? ''),
      Enter: () => take(active),
    }
    const act = to[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  const optionId = (kind: StepKind) => `${list}-${kind}`
  return (
    <Dialog title={say.addTitle} open onClose={onClose} wide>
      <div className="-m-4">
        <input
          type="text"
          role="combobox"
          aria-label={say.addSearch}
          aria-expanded
          aria-controls={list}
          aria-activedescendant={active && optionId(active)}
          aria-autocomplete="list"
          placeholder={say.addSearch}
          autoFocus
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setChosen('')
          }}
          onKeyDown={onKeyDown}
          className="h-12 w-full border-b border-line bg-surface px-4 text-h3 -outline-offset-2 placeholder:text-ink-3"
        />
        <div id={list} role="listbox" aria-label={say.addTitle} className="max-h-[44vh] overflow-y-auto p-2">
          {groups.length === 0 && <p className="p-4 text-ink-2">{say.nothingFound(typed)}</p>}
          {groups.map(({ group, kinds }) => (
            // biome-ignore lint/a11y/useSemanticElements: a part of a list of options
            <div key={group} role="group" aria-label={steps.groups[group]} className="mb-1">
              <p aria-hidden="true" className="px-2.5 py-1.5 text-meta font-medium text-ink-3">
                {steps.groups[group]}
              </p>
              <div className="grid sm:grid-cols-2">
                {kinds.map((kind) => (
                  <Option
                    key={kind}
                    id={optionId(kind)}
                    kind={kind}
                    active={kind === active}
                    why={why.get(kind)?.title}
                    onTake={() => take(kind)}
                  />
                ))}
              </div>
            </div>
          ))}
        </div>
        <WherePicker journey={journey} places={places} at={at} onAt={setAt} />
      </div>
    </Dialog>
  )
}

interface OptionProps {
  readonly id: string
  readonly kind: StepKind
  readonly active: boolean
  readonly why: string | undefined
  readonly onTake: () => void
}

function Option({ id, kind, active, why, onTake }: OptionProps) {
  const steps = useWords(STEP_WORDS)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above keeps the focus and handles the keys
    // biome-ignore lint/a11y/useFocusableInteractive: it is told by aria-activedescendant
    <div
      id={id}
      ref={(element) => {
        if (active) element?.scrollIntoView({ block: 'nearest' })
      }}
      role="option"
      aria-selected={active}
      aria-disabled={why !== undefined || undefined}
      onClick={onTake}
      className={`flex min-h-11 cursor-pointer items-center gap-2.5 rounded-button px-2.5 py-1 hover:bg-sunken aria-disabled:cursor-default aria-selected:bg-sunken aria-selected:outline-2 aria-selected:-outline-offset-2 aria-selected:outline-focus ${why === undefined ? '' : 'text-ink-3'}`}
    >
      <StepIcon kind={kind} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{steps.names[kind]}</span>
        <span className="block text-meta text-ink-3">{why ?? steps.does[kind]}</span>
      </span>
    </div>
  )
}

function WherePicker({ journey, places, at, onAt }: { journey: Journey; places: readonly Place[]; at: Place; onAt: (at: Place) => void }) {
  const say = useStudioWords()
  const id = useId()
  if (places.length === 1) {
    return (
      <p className="border-t border-line px-4 py-2.5 text-dense text-ink-2">
        {say.addWhere}: {placeWords(say, journey, at)}
      </p>
    )
  }
  return (
    <div className="flex items-center gap-2 border-t border-line px-4 py-2.5">
      <label htmlFor={id} className="text-dense text-ink-2">
        {say.addWhere}
      </label>
      <select
        id={id}
        value={placeKey(at)}
        onChange={({ target: { value } }) => onAt(places.find((place) => placeKey(place) === value) ?? at)}
        className="h-9 min-w-0 flex-1 truncate rounded-input border border-line-strong bg-surface px-2 text-ink pointer-coarse:h-11"
      >
        {places.map((place) => (
          <option key={placeKey(place)} value={placeKey(place)}>
            {placeWords(say, journey, place)}
          </option>
        ))}
      </select>
    </div>
  )
}
