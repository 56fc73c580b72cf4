import { useWords } from '#kit/words.ts'
import { isMoment, type Row } from '../../condition/rows.ts'
import { Pick, Span, Word } from './controls.tsx'
import type { Place } from './subjects.ts'
import { ValueField } from './value.tsx'
import { moment, spanOf, type Verb, verbOf, withVerb } from './verbs.ts'
import { CONDITION_WORDS } from './words.ts'

export interface LineProps<R = Row> {
  readonly row: R
  readonly place: Place
  readonly onChange: (row: Row) => void
}
export type Compares = Extract<Row, { kind: 'compare' | 'exists' | 'flag' }>

export function Verbs({ row, verbs, onChange }: { row: Compares; verbs: readonly Verb[]; onChange: (row: Row) => void }) {
  const say = useWords(CONDITION_WORDS)
  const verb = verbOf(row)
  const offered = verbs.includes(verb) ? verbs : [...verbs, verb]
  return (
    <Pick
      label={say.verb}
      value={verb}
      choices={offered.map((each) => [each, say.verbs[each]])}
      onChange={(to) => onChange(withVerb(row, to as Verb))}
    />
  )
}

export function Right({ row, onChange }: { row: Compares; onChange: (row: Row) => void }) {
  const say = useWords(CONDITION_WORDS)
  if (row.kind !== 'compare') return null
  const { right } = row
  if (right.kind === 'known') return <Word>{say.now}</Word>
  if (isMoment(right) && right.kind === 'arithmetic')
    return (
      <Span label={say.span} ms={spanOf(right)} onChange={(ms) => onChange({ ...row, right: moment(right.operator as '+' | '-', ms) })} />
    )
  return <ValueField about={row.left} value={right as never} onChange={(next) => onChange({ ...row, right: next })} />
}
