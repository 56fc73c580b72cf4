import { useEffect, useState } from 'react'
import type { z } from 'zod'
import { Button } from '#kit/button.tsx'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import type { OwnFields } from '#kit/form/spot.ts'
import { useWords } from '#kit/words.ts'
import type { Json } from '#lib/json.ts'
import { conditionField } from '#segments/ui/condition/field.tsx'
import { liveFields } from '../live.ts'
import { beyondSchema, type DraftProblem } from './draft.ts'
import { Area } from './fields.tsx'
import { FormOrText, type View } from './form-or-text.tsx'
import { LIVE_FIELD_WORDS } from './live-field-words.ts'
import type { Body } from './message-fields.tsx'
import { PoolField } from './pool-field.tsx'
import { STUDIO_WORDS } from './studio-words.ts'

const PARTS = ['slots', 'products', 'coupons', 'connected'] as const
type Part = (typeof PARTS)[number]

/** What a part begins as. */
const FIRST: Readonly<Record<Part, (pool: string) => Json>> = {
  slots: () => ({
    hero: {
      by: 'model',
      variants: [
        { id: 'a', fields: { headline: 'A' } },
        { id: 'b', fields: { headline: 'B' } },
      ],
      otherwise: 'omit',
    },
  }),
  products: () => [{ as: 'cart', from: 'entry.properties.products', max: 4 }],
  coupons: (pool) => ({ welcome: { pool } }),
  connected: () => [{ as: 'weather', url: 'https://api.example/v1/{{ profile.city }}', otherwise: { value: {} } }],
}

interface LiveProps {
  readonly body: Body
  readonly pools: readonly { readonly id: string }[]
  readonly problems: readonly DraftProblem[]
  readonly mayEdit: boolean
  readonly set: (at: string, value: Json | undefined) => void
}

/** Slots, products, coupons and data of other services, and the sample that the preview uses for them. */
export function LiveFields({ body, pools, problems, mayEdit, set }: LiveProps) {
  const say = useWords(STUDIO_WORDS)
  const [view, setView] = useState<View>('form')
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <p className="min-w-0 flex-1 text-ink-2">{say.liveLead}</p>
        <FormOrText view={view} onView={setView} />
      </div>
      {PARTS.map((part) =>
        body[part] === undefined ? (
          <div key={part} className="flex flex-col items-start gap-1">
            {mayEdit && <Button onClick={() => set(`/${part}`, FIRST[part](pools[0]?.id ?? 'welcome'))}>{say.addPart[part]}</Button>}
            <p className="text-meta text-ink-3">{say.liveHints[part]}</p>
          </div>
        ) : view === 'text' ? (
          <JsonField
            key={part}
            label={say.liveJson(say.liveParts[part])}
            hint={say.liveHints[part]}
            place={`/${part}`}
            value={body[part]}
            onChange={(value) => set(`/${part}`, value)}
          />
        ) : (
          <div key={part} data-place={`/${part}`} className="min-w-0 border-t border-line pt-4">
            <SchemaForm
              schema={SCHEMAS[part]}
              name={part}
              base={`/${part}`}
              label={say.liveParts[part]}
              value={body[part]}
              onChange={(value) => set(`/${part}`, isBare(value) ? undefined : (value as Json))}
              problems={beyondSchema(problems)}
              words={LIVE_FIELD_WORDS}
              fields={OWN}
              readOnly={!mayEdit}
            />
          </div>
        ),
      )}
      <JsonField label={say.sample} place="/sample" value={body['sample'] ?? {}} onChange={(value) => set('/sample', value)} />
    </div>
  )
}

const SCHEMAS: Readonly<Record<Part, z.ZodType>> = {
  slots: liveFields.slots.unwrap(),
  products: liveFields.products.unwrap(),
  coupons: liveFields.coupons.unwrap(),
  connected: liveFields.connected.unwrap(),
}
const OWN: OwnFields = { when: conditionField('segment'), pool: PoolField }
/** A part with nothing in it is gone. */
const isBare = (value: unknown): boolean =>
  value === undefined || (value !== null && typeof value === 'object' && Object.keys(value).length === 0)

interface JsonFieldProps {
  readonly label: string
  readonly hint?: string
  readonly place: string
  readonly value: Json | undefined
  readonly onChange: (value: Json | undefined) => void
}

/** JSON as text; while it cannot be read the last good state stays. Left empty, the part is gone. */
export function JsonField({ label, hint, place, value, onChange }: JsonFieldProps) {
  const say = useWords(STUDIO_WORDS)
  const stored = JSON.stringify(value ?? null, null, 2)
  const [text, setText] = useState(stored)
  const read = jsonOf(text)
  // Undo and other fields change it from outside; spaces of the writer stay.
  useEffect(() => {
    setText((now) => (JSON.stringify(jsonOf(now)?.value ?? null) === JSON.stringify(value ?? null) ? now : stored))
  }, [stored, value])
  return (
    <Area
      label={label}
      mono
      rows={4}
      value={text}
      place={place}
      hint={hint}
      error={read || text.trim() === '' ? undefined : say.badJson}
      onChange={(next) => {
        setText(next)
        const now = jsonOf(next)
        if (next.trim() === '') onChange(undefined)
        else if (now) onChange(now.value)
      }}
    />
  )
}

function jsonOf(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
