import { ListModels } from '#decisions/api.ts'
import { WEEKDAYS, type When } from '#journeys/campaigns/form.ts'
import { useRead } from '#kit/api.ts'
import { Field } from '#kit/field.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { useWords } from '#kit/words.ts'
import { zoneInUse } from '#kit/zone.ts'
import { Body, OneOf, type PartProps, Pick } from './form-fields.tsx'
import { CAMPAIGN_WORDS } from './words.ts'

type Rhythm = Exclude<When['kind'], 'once'>
const RHYTHMS = ['day', 'week', 'month', 'rule'] as const

function again(kind: Rhythm, time: string): When {
  switch (kind) {
    case 'day':
      return { kind, time }
    case 'week':
      return { kind, on: ['mon'], time }
    case 'month':
      return { kind, day: 1, time }
    case 'rule':
      return { kind, rule: '', time, from: '' }
  }
}

interface WhenProps extends PartProps {
  readonly now: boolean
  readonly onNow: (now: boolean) => void
}

export function WhenCard({ campaign, onChange, readOnly, now, onNow }: WhenProps) {
  const say = useWords(CAMPAIGN_WORDS)
  const mayModels = useMay('models:read')
  const models = useRead(ListModels, {}, { enabled: mayModels })
  const hasHours = models.data?.models.some(({ type }) => type === 'send-time') ?? false
  const { when, zone, fallbackZone, best } = campaign
  const way = now ? 'now' : when.kind === 'once' ? 'once' : 'again'
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')].map((each) => ({ value: each, label: each }))
  return (
    <Card title={say.when}>
      <Body>
        <OneOf
          legend={say.when}
          value={way}
          choices={[
            ['now', say.now],
            ['once', say.oncePlanned],
            ['again', say.again],
          ]}
          onChange={(to) => {
            onNow(to === 'now')
            if (to === 'now') onChange({ zone: zoneInUse(), when: { kind: 'once', at: '' } })
            else if (to !== way) onChange({ when: to === 'again' ? again('week', '09:00') : { kind: 'once', at: '' } })
          }}
          disabled={readOnly}
        />
        {way === 'now' && <p className="text-dense text-ink-2">{say.nowHint}</p>}
        {when.kind === 'once' && !now && (
          <Field
            label={say.moment}
            type="datetime-local"
            value={when.at}
            disabled={readOnly}
            onChange={({ target }) => onChange({ when: { kind: 'once', at: target.value.slice(0, 16) } })}
          />
        )}
        {when.kind !== 'once' && <RhythmFields when={when} onChange={(to) => onChange({ when: to })} readOnly={readOnly} />}
        {!now && (
          <div className="grid gap-4 sm:grid-cols-2">
            <Pick
              label={say.zone}
              hint={zone === 'profile' ? say.ownTimeHint : undefined}
              value={zone}
              choices={[{ value: 'profile', label: say.ownTime }, ...zones]}
              onChange={(to) => onChange({ zone: to })}
              disabled={readOnly}
            />
            {zone === 'profile' && (
              <Pick
                label={say.fallback}
                value={fallbackZone}
                choices={zones}
                onChange={(to) => onChange({ fallbackZone: to })}
                disabled={readOnly}
              />
            )}
          </div>
        )}
        <label className="flex items-start gap-2">
          <input
            type="checkbox"
            className="mt-1"
            checked={best}
            disabled={readOnly || (!hasHours && !best)}
            onChange={({ target }) => onChange({ best: target.checked })}
          />
          <span>
            {say.best}
            <span className="block text-meta text-ink-3">{hasHours || best ? say.bestHint : say.bestNone}</span>
          </span>
        </label>
      </Body>
    </Card>
  )
}

type Again = Extract<When, { kind: Rhythm }>

function RhythmFields({ when, onChange, readOnly }: { when: Again; onChange: (when: When) => void; readOnly: boolean }) {
  const say = useWords(CAMPAIGN_WORDS)
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Pick
        label={say.rhythm}
        value={when.kind}
        choices={RHYTHMS.map((each) => ({ value: each, label: say.rhythms[each] }))}
        onChange={(to) => onChange(again(RHYTHMS.find((each) => each === to) ?? 'week', when.time))}
        disabled={readOnly}
      />
      <Field
        label={say.time}
        type="time"
        value={when.time}
        disabled={readOnly}
        onChange={({ target }) => onChange({ ...when, time: target.value.slice(0, 5) })}
      />
      {when.kind === 'week' && (
        <fieldset className="flex flex-wrap gap-x-4 gap-y-2 sm:col-span-2" disabled={readOnly}>
          <legend className="mb-1 text-dense font-medium">{say.onDays}</legend>
          {WEEKDAYS.map((day) => (
            <label key={day} className="flex min-h-6 items-center gap-1.5">
              <input
                type="checkbox"
                checked={when.on.includes(day)}
                onChange={({ target }) =>
                  onChange({ ...when, on: WEEKDAYS.filter((each) => (each === day ? target.checked : when.on.includes(each))) })
                }
              />
              {say.days[day]}
            </label>
          ))}
        </fieldset>
      )}
      {when.kind === 'month' && (
        <Field
          label={say.dayOfMonth}
          hint={say.lastDay}
          type="number"
          min={-1}
          max={31}
          value={when.day}
          disabled={readOnly}
          onChange={({ target }) => onChange({ ...when, day: Number(target.value) })}
        />
      )}
      {when.kind === 'rule' && (
        <>
          <Field
            label={say.rule}
            hint={say.ruleHint}
            value={when.rule}
            disabled={readOnly}
            onChange={({ target }) => onChange({ ...when, rule: target.value })}
          />
          <Field
            label={say.from}
            type="date"
            value={when.from}
            disabled={readOnly}
            onChange={({ target }) => onChange({ ...when, from: target.value })}
          />
        </>
      )}
    </div>
  )
}
