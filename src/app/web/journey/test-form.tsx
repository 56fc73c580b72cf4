import { Plus, X } from 'lucide-react'
import { useId } from 'react'
import { PersonChoice } from '#content/ui/person-choice.tsx'
import { places, title } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import { sends } from '#journeys/sends.ts'
import { ListTriggers } from '#journeys/try-api.ts'
import { useRead } from '#kit/api.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { Field, Select } from '#kit/field.tsx'
import { stamp, zoneName } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Loaded } from '#kit/states.tsx'
import { language } from '#kit/words.ts'
import { zoneInUse } from '#kit/zone.ts'
import { type Asked, type Happening, objectOf } from './test-asked.ts'
import { useTestWords } from './test-words.ts'

interface TestFormProps {
  readonly id: string
  readonly journey: Journey
  readonly draft: boolean
  readonly asked: Asked
  readonly onAsked: (asked: Asked) => void
}

/** Who goes through, when, and what happens on the way. */
export function TestForm(props: TestFormProps) {
  const { asked, onAsked } = props
  const say = useTestWords()
  const reads = useMay('people:read')
  const put = (part: Partial<Asked>) => onAsked({ ...asked, ...part })
  return (
    <>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-dense font-medium">{say.who}</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {(['event', 'person', 'made'] as const).map((as) => (
            <label key={as} className={`flex min-h-6 items-center gap-1.5 ${reads || as === 'made' ? '' : 'text-ink-3'}`}>
              <input type="radio" name="as" disabled={!reads && as !== 'made'} checked={asked.as === as} onChange={() => put({ as })} />
              {say.ways[as]}
            </label>
          ))}
        </div>
        {!reads && <p className="text-meta text-ink-3">{say.noPeople}</p>}
      </fieldset>
      {asked.as === 'event' && <Triggers {...props} />}
      {asked.as === 'person' && <PersonChoice person={asked.person} onChoose={(person) => put({ person })} />}
      {asked.as === 'made' && <JsonField label={say.attributes} value={asked.attributes} onChange={(attributes) => put({ attributes })} />}
      {asked.as !== 'event' && (
        <>
          <Field label={say.opens} value={asked.event} onChange={(event) => put({ event: event.target.value })} />
          <JsonField label={say.properties} value={asked.properties} onChange={(properties) => put({ properties })} />
        </>
      )}
      <Select
        label={say.from}
        value={asked.from}
        onChange={(from) => put({ from })}
        choices={[
          { value: '', label: say.fromEntry },
          ...places(props.journey.steps).map(({ step }) => ({ value: step.id, label: title(step, language()) })),
        ]}
      />
      <div className="flex flex-wrap items-end gap-4">
        <Field
          label={say.start}
          type="datetime-local"
          required
          value={localOf(asked.start)}
          hint={say.zone(zoneName(asked.start))}
          onChange={({ target: { value } }) => value !== '' && put({ start: momentOf(value) })}
        />
        <Select
          label={say.limit}
          value={String(asked.days)}
          onChange={(days) => put({ days: Number(days) })}
          choices={Object.entries(say.limits).map(([value, label]) => ({ value, label }))}
        />
      </div>
      <Happenings {...props} />
    </>
  )
}

/** A moment as the field for a date and a time writes it, in the reader's zone. */
const localOf = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zoneInUse()).toPlainDateTime().toString({ smallestUnit: 'minute' })
const momentOf = (text: string): number => Temporal.PlainDateTime.from(text).toZonedDateTime(zoneInUse()).epochMilliseconds

function Triggers({ id, draft, asked, onAsked }: TestFormProps) {
  const say = useTestWords()
  const triggers = useRead(ListTriggers, { id, draft })
  return (
    <Loaded query={triggers} lines={3}>
      {({ events }) =>
        events.length === 0 ? (
          <p className="text-dense text-ink-2">{say.noEvents}</p>
        ) : (
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 text-dense font-medium">{say.events}</legend>
            {events.map((each) => {
              const properties = JSON.stringify(each.properties)
              const chosen = asked.person?.id === each.profile && asked.event === each.name && asked.properties === properties
              return (
                <label key={each.messageId} className="flex items-start gap-2 rounded-input px-2 py-1 text-dense has-checked:bg-sunken">
                  <input
                    type="radio"
                    name="trigger"
                    className="mt-1"
                    checked={chosen}
                    onChange={() => onAsked({ ...asked, person: { id: each.profile, name: each.profile }, event: each.name, properties })}
                  />
                  <span className="min-w-0">
                    <span className="block font-medium">{each.name}</span>
                    <span className="block text-meta wrap-anywhere text-ink-3">
                      {stamp(each.at)} · {properties}
                    </span>
                  </span>
                </label>
              )
            })}
          </fieldset>
        )
      }
    </Loaded>
  )
}

function JsonField({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  const say = useTestWords()
  const id = useId()
  const wrong = objectOf(value) === undefined
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-dense font-medium">
        {label}
      </label>
      <textarea
        id={id}
        value={value}
        rows={Math.min(8, value.split('\n').length + 1)}
        spellCheck={false}
        aria-invalid={wrong || undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className="w-full rounded-input border border-line-strong bg-surface px-3 py-2 font-mono text-dense aria-invalid:border-bad"
      />
      {wrong && (
        <p id={`${id}-wrong`} className="text-dense text-bad">
          {say.badJson}
        </p>
      )}
    </div>
  )
}

const HOLD = ['released', 'rejected']

function Happenings({ journey, asked, onAsked }: TestFormProps) {
  const say = useTestWords()
  const steps = places(journey.steps)
    .map(({ step }) => step)
    .filter((step) => sends(step) || step.kind === 'hold')
  const put = (happenings: readonly Happening[]) => onAsked({ ...asked, happenings })
  const change = (n: number, part: Partial<Happening>) => put(asked.happenings.map((each, i) => (i === n ? { ...each, ...part } : each)))
  const whats = (id: string) => {
    const step = steps.find((each) => each.id === id)
    if (!step) return ['goal']
    return step.kind === 'hold' ? HOLD : Object.keys(say.receipts).filter((each) => !HOLD.includes(each) && each !== 'goal')
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-dense font-medium">{say.what}</legend>
      <p className="text-meta text-ink-3">{say.whatHint}</p>
      {asked.happenings.map((each, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own
        <div key={n} className="flex flex-wrap items-center gap-2 rounded-card border border-line p-2">
          <Select
            label={say.step}
            value={each.step}
            onChange={(step) => change(n, { step, what: whats(step)[0]! })}
            choices={[{ value: '', label: '–' }, ...steps.map((step) => ({ value: step.id, label: title(step) }))]}
          />
          <Select
            label={say.happens}
            value={each.what}
            onChange={(what) => change(n, { what })}
            choices={whats(each.step).map((value) => ({ value, label: say.receipts[value] ?? value }))}
          />
          <label className="flex items-center gap-2 text-dense text-ink-2">
            {say.after}
            <input
              type="number"
              min={0}
              max={8_760}
              step="any"
              value={each.hours}
              onChange={(event) => change(n, { hours: Math.max(0, Number(event.target.value)) })}
              className="h-9 w-20 rounded-input border border-line-strong bg-surface px-2 text-ink"
            />
            {say.hours}
          </label>
          <IconButton label={say.remove} onClick={() => put(asked.happenings.filter((_each, i) => i !== n))}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
      <Button
        className="self-start"
        onClick={() => put([...asked.happenings, { step: steps[0]?.id ?? '', what: whats(steps[0]?.id ?? '')[0]!, hours: 1 }])}
      >
        <Plus size={16} aria-hidden="true" />
        {say.add}
      </Button>
    </fieldset>
  )
}
