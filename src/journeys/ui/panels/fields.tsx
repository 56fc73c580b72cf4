import { ExternalLink } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Combobox } from '#kit/form/combobox.tsx'
import { Frame, INPUT } from '#kit/form/frame.tsx'
import { type OwnField, type OwnFields, type Spot, useForm } from '#kit/form/spot.ts'
import type { Suggested } from '#kit/form/suggest.ts'
import { Link } from '#kit/link.tsx'
import { toDocument } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { conditionField } from '#segments/ui/condition/field.tsx'
import type { PlaceName } from '#segments/ui/condition/subjects.ts'
import { attributeChoices, eventChoices, scoreChoices, useKnown } from '#segments/ui/condition/vocabulary.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { PANEL_WORDS } from './panel-words.ts'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const given = (spot: Spot, text: string) => spot.onChange(text === '' && !spot.required ? undefined : text)

function Chooser({ spot, choices, children }: { spot: Spot; choices: readonly Suggested[]; children?: ReactNode }) {
  const { readOnly } = useForm()
  return (
    <Frame spot={spot}>
      {(ids) => (
        <span className="flex items-center gap-2">
          <Combobox
            {...ids}
            readOnly={readOnly}
            value={textOf(spot.value)}
            placeholder={textOf(spot.standard)}
            choices={choices}
            onChange={(text) => given(spot, text)}
          />
          {children}
        </span>
      )}
    </Frame>
  )
}

/** The id of a document of a kind, by its name; with a way to it. */
export const documentField = (kind: string): OwnField =>
  function DocumentField(spot: Spot) {
    const say = useWords(PANEL_WORDS)
    const { data } = useRead(ListDocuments, { kind })
    const choices = (data?.documents ?? []).map(({ id, name }) => ({
      value: id,
      label: name || id,
      ...(name && name !== id && { note: id }),
    }))
    const known = choices.some(({ value }) => value === spot.value)
    return (
      <Chooser spot={spot} choices={choices}>
        {known && (
          <Link
            plain
            href={toDocument(kind, textOf(spot.value))}
            aria-label={say.open(textOf(spot.value))}
            title={say.open(textOf(spot.value))}
            className="hit inline-flex items-center justify-center text-ink-2 hover:text-ink"
          >
            <ExternalLink size={16} aria-hidden="true" />
          </Link>
        )}
      </Chooser>
    )
  }

export function EventField(spot: Spot) {
  return <Chooser spot={spot} choices={eventChoices(useKnown())} />
}
export function ScoreField(spot: Spot) {
  return <Chooser spot={spot} choices={scoreChoices(useKnown())} />
}
/** A path such as `profile.renewal_date`. */
export function DateField(spot: Spot) {
  const choices = attributeChoices(useKnown()).filter(({ note }) => note === 'date')
  return <Chooser spot={spot} choices={choices.map(({ value }) => ({ value: `profile.${value}`, label: value }))} />
}

/** A name that others refer to: it is taken over when one is done with it, so that nothing is renamed letter by letter. */
export function IdField(spot: Spot) {
  const { readOnly } = useForm()
  const [typed, setTyped] = useState<string>()
  const value = textOf(spot.value)
  const done = () => {
    if (typed !== undefined && typed !== value && typed !== '') spot.onChange(typed)
    setTyped(undefined)
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') done()
    if (event.key === 'Escape' && typed !== undefined) {
      event.stopPropagation()
      setTyped(undefined)
    }
  }
  return (
    <Frame spot={spot}>
      {(ids) => (
        <input
          {...ids}
          readOnly={readOnly}
          value={typed ?? value}
          spellCheck={false}
          autoComplete="off"
          onBlur={done}
          onKeyDown={press}
          onChange={(event) => setTyped(event.target.value)}
          className={`${INPUT} font-mono text-dense`}
        />
      )}
    </Frame>
  )
}

const conditions = (place: PlaceName, names: readonly string[]): OwnFields =>
  Object.fromEntries(names.map((name) => [name, conditionField(place)]))
const shared: OwnFields = {
  template: documentField('template'),
  topic: documentField('topic'),
  model: documentField('model'),
  event: EventField,
  id: IdField,
}

/** Fields of steps: what stands inside of them is drawn, not written. */
export const STEP_FIELDS: OwnFields = {
  ...shared,
  ...conditions('step', ['branches.when', 'options.when', 'repeat.until']),
  ...conditions('eventInRun', ['waitFor.where', 'on.where']),
  'email.sender': documentField('sender'),
  sender: documentField('provider'),
  journey: documentField('journey'),
  'until.date': DateField,
  steps: null,
  otherwise: null,
  then: null,
  fallback: null,
}

/** Fields of entry, goal, exits and the rest of a journey. */
export const SETTINGS_FIELDS: OwnFields = {
  ...shared,
  ...conditions('event', ['entry.where']),
  ...conditions('segment', ['entry.audience']),
  ...conditions('eventInRun', ['exit.where']),
  ...conditions('goal', ['goal.where']),
  'journey.id': null,
  segment: documentField('segment'),
  serves: documentField('goal'),
  metric: documentField('metric'),
  score: ScoreField,
  'entry.date': DateField,
}
