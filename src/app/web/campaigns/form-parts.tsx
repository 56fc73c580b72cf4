import { Plus } from 'lucide-react'
import { Suspense, useId } from 'react'
import { ListTemplates } from '#content/list-api.ts'
import { MOST_MESSAGES } from '#journeys/campaigns/form.ts'
import { TEMPLATED } from '#journeys/sends.ts'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toTemplate } from '#kit/paths.ts'
import { Skeleton } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { SuggestSchema } from '#segments/suggest-api.ts'
import { Body, OneOf, type PartProps, Pick } from './form-fields.tsx'
import { CAMPAIGN_WORDS } from './words.ts'

const ConditionCard = lazyPart(() => import('#segments/ui/condition-card.tsx'), 'ConditionCard')

export function AudienceCard({ campaign: { audience, without }, onChange, readOnly }: PartProps) {
  const say = useWords(CAMPAIGN_WORDS)
  const known = useRead(SuggestSchema, {})
  const segments = known.data?.segments ?? []
  return (
    <Card title={say.audience}>
      <Body>
        <OneOf
          legend={say.whom}
          value={audience.kind}
          choices={[
            ['segment', say.aSegment],
            ['condition', say.aCondition],
          ]}
          onChange={(kind) => onChange({ audience: kind === 'segment' ? { kind, id: '' } : { kind, when: '' } })}
          disabled={readOnly}
        />
        {audience.kind === 'segment' ? (
          <Pick
            label={say.segment}
            value={audience.id}
            choices={[{ value: '', label: say.choose }, ...segments.map(({ id, name }) => ({ value: id, label: name }))]}
            onChange={(id) => onChange({ audience: { kind: 'segment', id } })}
            disabled={readOnly}
          />
        ) : (
          <Suspense fallback={<Skeleton lines={3} />}>
            <ConditionCard
              value={audience.when}
              onChange={(when) => onChange({ audience: { kind: 'condition', when } })}
              readOnly={readOnly}
            />
          </Suspense>
        )}
        {segments.length > 0 && (
          <fieldset className="flex flex-wrap gap-x-5 gap-y-2" disabled={readOnly}>
            <legend className="mb-1 text-dense font-medium">{say.without}</legend>
            {segments.map(({ id, name }) => (
              <label key={id} className="flex min-h-6 items-center gap-2">
                <input
                  type="checkbox"
                  checked={without.includes(id)}
                  onChange={({ target }) =>
                    onChange({ without: target.checked ? [...without, id] : without.filter((each) => each !== id) })
                  }
                />
                {name}
              </label>
            ))}
            <p className="basis-full text-meta text-ink-3">{say.withoutHint}</p>
          </fieldset>
        )}
      </Body>
    </Card>
  )
}

const LETTERS = ['A', 'B', 'C', 'D']

export function MessageCard({ campaign: { channel, messages }, onChange, readOnly }: PartProps) {
  const say = useWords(CAMPAIGN_WORDS)
  const read = useRead(ListTemplates, {})
  const templates = (read.data?.templates ?? []).filter((each) => each.channel === channel && each.live !== null)
  const label = (i: number): string => (messages.length === 1 ? say.template : say.versionOf(LETTERS[i]!))
  return (
    <Card title={say.message}>
      <Body>
        <Pick
          label={say.channel}
          value={channel}
          choices={TEMPLATED.map((each) => ({ value: each, label: say.channels[each] ?? each }))}
          onChange={(to) => onChange({ channel: TEMPLATED.find((each) => each === to) ?? 'email', messages: [''] })}
          disabled={readOnly}
        />
        {read.data && templates.length === 0 && <p className="text-dense text-ink-2">{say.noTemplates}</p>}
        {messages.map((message, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a version is its place
          <div key={i} className="flex flex-wrap items-end gap-2">
            <div className="min-w-0 flex-1 basis-60">
              <Pick
                label={label(i)}
                value={message}
                choices={[
                  { value: '', label: say.choose },
                  ...templates.map(({ id, name, first }) => ({ value: id, label: first === '' ? name || id : `${name || id}: ${first}` })),
                ]}
                onChange={(template) => onChange({ messages: messages.with(i, template) })}
                disabled={readOnly}
              />
            </div>
            {message !== '' && (
              <Link href={toTemplate(message, { panel: 'preview' })} className="py-2">
                {say.preview}
              </Link>
            )}
            {messages.length > 1 && !readOnly && (
              <Button look="quiet" onClick={() => onChange({ messages: messages.toSpliced(i, 1) })}>
                {say.remove(LETTERS[i]!)}
              </Button>
            )}
          </div>
        ))}
        {messages.length > 1 && <p className="text-dense text-ink-2">{say.evenly}</p>}
        {!readOnly && messages.length < MOST_MESSAGES && templates.length > 1 && (
          <div>
            <Button onClick={() => onChange({ messages: [...messages, ''] })}>
              <Plus size={16} aria-hidden="true" />
              {say.addVersion}
            </Button>
          </div>
        )}
      </Body>
    </Card>
  )
}

const WITHIN = [1, 3, 7, 14, 30] as const

export function GoalCard({ campaign: { goal, holdout }, onChange, readOnly }: PartProps) {
  const say = useWords(CAMPAIGN_WORDS)
  const known = useRead(SuggestSchema, {})
  const events = useId()
  const within = [...new Set([...WITHIN.map((days) => `${days}d`), goal.within])]
  return (
    <Card title={say.goalTitle}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={say.goal}
          hint={say.goalHint}
          list={events}
          value={goal.event}
          disabled={readOnly}
          onChange={({ target }) => onChange({ goal: { ...goal, event: target.value } })}
        />
        <datalist id={events}>
          {known.data?.events.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Pick
          label={say.within}
          value={goal.within}
          choices={within.map((value) => ({ value, label: /^\d+d$/.test(value) ? say.withinDays(Number.parseInt(value, 10)) : value }))}
          onChange={(to) => onChange({ goal: { ...goal, within: to } })}
          disabled={readOnly}
        />
        <Field
          label={say.worth}
          hint={say.worthHint}
          value={goal.value}
          disabled={readOnly}
          onChange={({ target }) => onChange({ goal: { ...goal, value: target.value } })}
        />
        <Field
          label={say.share}
          hint={say.shareHint}
          type="number"
          min={0}
          max={90}
          value={holdout}
          disabled={readOnly}
          onChange={({ target }) => onChange({ holdout: Math.min(90, Math.max(0, Number(target.value) || 0)) })}
        />
      </div>
    </Card>
  )
}
