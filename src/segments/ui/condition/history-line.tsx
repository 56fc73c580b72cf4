import { Plus, X } from 'lucide-react'
import { IconButton } from '#kit/button.tsx'
import { useWords } from '#kit/words.ts'
import type { Expression, History, Sequence } from '../../condition/ast.ts'
import { PLACES } from '../../condition/available.ts'
import { pathText, readPath } from '../../condition/path-text.ts'
import type { Row } from '../../condition/rows.ts'
import { type Compares, type LineProps, Right, Verbs } from './compare.tsx'
import { Pick, Span, Suggest, Word } from './controls.tsx'
import { Nested } from './nested.tsx'
import type { Place } from './subjects.ts'
import { NumberField } from './value.tsx'
import { COUNT_VERBS, NUMBER_VERBS, TIME_VERBS } from './verbs.ts'
import { eventChoices, propertyChoices, useVocabulary } from './vocabulary.ts'
import { CONDITION_WORDS } from './words.ts'

interface HistoryProps extends LineProps<Compares> {
  readonly history: History
  readonly set: (next: Expression) => void
}

export function HistoryFields({ row, history, place, set, onChange }: HistoryProps) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  const group =
    history.what === 'count'
      ? (['count'] as const)
      : history.what === 'first' || history.what === 'last'
        ? (['first', 'last'] as const)
        : (['sum', 'min', 'max', 'distinct'] as const)
  return (
    <>
      {history.what !== 'count' && (
        <Pick
          label={say.about}
          value={history.what}
          choices={group.map((each) => [each, say.what[each]])}
          onChange={(what) => set({ ...history, what: what as History['what'] })}
        />
      )}
      {history.property !== undefined && (
        <>
          <Suggest
            label={say.property}
            value={pathText(history.property)}
            choices={propertyChoices(known, history.event || undefined)}
            onChange={(text) => set({ ...history, property: readPath(text) })}
          />
          <Word>{say.of}</Word>
        </>
      )}
      <Suggest label={say.event} value={history.event} choices={eventChoices(known)} onChange={(event) => set({ ...history, event })} />
      <WhereField
        where={history.where}
        onChange={(where) => set(where === undefined ? without(history, 'where') : { ...history, where })}
      />
      {history.what === 'count' && row.kind === 'compare' ? <CountVerbs row={row} onChange={onChange} /> : null}
      {history.what !== 'count' && (
        <>
          <Verbs row={row} verbs={group.length === 2 ? TIME_VERBS : NUMBER_VERBS} onChange={onChange} />
          <Right row={row} onChange={onChange} />
        </>
      )}
      <WindowField of={history} place={place} onChange={(next) => set(next as History)} />
    </>
  )
}

export function without<T extends object, K extends keyof T>(value: T, name: K): T {
  const { [name]: _gone, ...rest } = value
  return rest as T
}

function CountVerbs({ row, onChange }: { row: Extract<Row, { kind: 'compare' }>; onChange: (row: Row) => void }) {
  const say = useWords(CONDITION_WORDS)
  const n = row.right.kind === 'number' ? row.right.value : 1
  const verb = n === 0 && row.operator === '==' ? 'never' : n === 0 && row.operator === '>' ? 'once' : (row.operator as '>=')
  const choose = (to: string) => {
    if (to === 'never' || to === 'once') onChange({ ...row, operator: to === 'never' ? '==' : '>', right: { kind: 'number', value: 0 } })
    else onChange({ ...row, operator: to as '>=', right: { kind: 'number', value: n === 0 ? 1 : n } })
  }
  return (
    <>
      <Pick label={say.verb} value={verb} choices={COUNT_VERBS.map((each) => [each, say.counts[each]])} onChange={choose} />
      {verb !== 'never' && verb !== 'once' && (
        <>
          <NumberField label={say.times} value={n} onChange={(value) => onChange({ ...row, right: { kind: 'number', value } })} />
          <Word>{say.timesWord}</Word>
        </>
      )}
    </>
  )
}

/** Which of the events count. */
function WhereField({ where, onChange }: { where: Expression | undefined; onChange: (where: Expression | undefined) => void }) {
  const say = useWords(CONDITION_WORDS)
  if (!where)
    return (
      <IconButton
        label={say.addWhere}
        className="!size-7"
        onClick={() => onChange({ kind: 'exists', of: { kind: 'known', name: 'event.name' } })}
      >
        <Plus size={14} aria-hidden="true" />
      </IconButton>
    )
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5 rounded-input bg-sunken px-2 py-0.5">
      <Word>{say.where}</Word>
      <Nested label={say.filter} tree={where} place={PLACES.window} onChange={onChange} />
      <IconButton label={say.removeWhere} className="!size-6" onClick={() => onChange(undefined)}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </span>
  )
}

/** Ever, in the last so long, or since the run began. */
function WindowField({ of, place, onChange }: { of: History | Sequence; place: Place; onChange: (next: History | Sequence) => void }) {
  const say = useWords(CONDITION_WORDS)
  const value = of.within !== undefined ? 'within' : of.since !== undefined ? `since ${of.since}` : 'ever'
  const choices: (readonly [string, string])[] = [['ever', say.ever]]
  if (place.gathered !== false) choices.push(['within', say.within])
  if (place.run) choices.push(['since run', say.sinceRun], ['since step', say.sinceStep])
  const choose = (to: string) => {
    const { within: _within, since: _since, ...bare } = of
    if (to === 'within') onChange({ ...bare, within: of.within ?? 2_592_000_000 } as History)
    else onChange((to === 'ever' ? bare : { ...bare, since: to.slice(6) }) as History)
  }
  return (
    <>
      <Pick
        label={say.window}
        value={value}
        choices={choices.map(([each, label]) => [each, each === 'within' && value === 'within' ? say.inLast : label])}
        onChange={choose}
      />
      {of.within !== undefined && <Span label={say.span} ms={of.within} onChange={(within) => onChange({ ...of, within })} />}
    </>
  )
}

export function SequenceFields({ row, place, onChange }: LineProps<Extract<Row, { kind: 'sequence' }>>) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  const { of, yes } = row
  const set = (steps: Sequence['steps']) => onChange({ ...row, of: { ...of, steps } })
  const change = (at: number, step: Sequence['steps'][number]) => set(of.steps.map((each, i) => (i === at ? step : each)))
  return (
    <>
      {of.steps.map((step, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an event is known by its place in the sequence
        <span key={i} className="inline-flex flex-wrap items-center gap-1.5">
          {i > 0 && <Word>{say.then}</Word>}
          <Suggest label={say.event} value={step.event} choices={eventChoices(known)} onChange={(event) => change(i, { ...step, event })} />
          <WhereField
            where={step.where}
            onChange={(where) => change(i, where === undefined ? without(step, 'where') : { ...step, where })}
          />
          {of.steps.length > 2 && (
            <IconButton label={say.remove(step.event)} className="!size-6" onClick={() => set(of.steps.filter((_step, at) => at !== i))}>
              <X size={14} aria-hidden="true" />
            </IconButton>
          )}
        </span>
      ))}
      {of.steps.length < 20 && (
        <IconButton label={say.addStep} className="!size-7" onClick={() => set([...of.steps, { event: '' }])}>
          <Plus size={14} aria-hidden="true" />
        </IconButton>
      )}
      <Pick
        label={say.verb}
        value={yes ? 'yes' : 'no'}
        choices={[
          ['yes', say.happened],
          ['no', say.notHappened],
        ]}
        onChange={(to) => onChange({ ...row, yes: to === 'yes' })}
      />
      <WindowField of={of} place={place} onChange={(next) => onChange({ ...row, of: next as Sequence })} />
    </>
  )
}
