import { useWords } from '#kit/words.ts'
import type { Expression, PathValue } from '../../condition/ast.ts'
import { pathText, readPath } from '../../condition/path-text.ts'
import type { Row } from '../../condition/rows.ts'
import { type Compares, type LineProps, Right, Verbs } from './compare.tsx'
import { Pick, Suggest, Word, Write } from './controls.tsx'
import { HistoryFields, SequenceFields, without } from './history-line.tsx'
import { Nested } from './nested.tsx'
import { aboutOf, NUMBER_VERBS, PATH_VERBS } from './verbs.ts'
import {
  attributeChoices,
  channelChoices,
  listChoices,
  propertyChoices,
  scoreChoices,
  segmentChoices,
  topicChoices,
  useVocabulary,
} from './vocabulary.ts'
import { CONDITION_WORDS } from './words.ts'

/** The fields of one line, with the words between them. */
export function LineFields({ row, place, onChange }: LineProps) {
  switch (row.kind) {
    case 'compare':
    case 'exists':
    case 'flag':
      return <Compared row={row} place={place} onChange={onChange} />
    case 'member':
      return <MemberFields row={row} place={place} onChange={onChange} />
    case 'consent':
      return <ConsentFields row={row} place={place} onChange={onChange} />
    case 'sequence':
      return <SequenceFields row={row} place={place} onChange={onChange} />
    case 'each':
      return <EachFields row={row} place={place} onChange={onChange} />
    case 'other':
      return <OtherFields row={row} place={place} onChange={onChange} />
  }
}

function Compared({ row, place, onChange }: LineProps<Compares>) {
  const about = aboutOf(row)
  const set = (next: Expression) => onChange(row.kind === 'compare' ? { ...row, left: next } : ({ ...row, of: next } as Row))
  if (about.kind === 'history') return <HistoryFields row={row} history={about} place={place} set={set} onChange={onChange} />
  if (about.kind === 'rating')
    return (
      <>
        <RatingFields about={about} set={set} />
        <Verbs row={row} verbs={NUMBER_VERBS} onChange={onChange} />
        <Right row={row} onChange={onChange} />
      </>
    )
  return (
    <>
      <AboutFields about={about} set={set} />
      <Verbs row={row} verbs={PATH_VERBS} onChange={onChange} />
      <Right row={row} onChange={onChange} />
    </>
  )
}

function RatingFields({ about, set }: { about: Extract<Expression, { kind: 'rating' }>; set: (next: Expression) => void }) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  return (
    <>
      <Word>{about.of === 'score' ? say.score : say.subjects.cohort}</Word>
      <Suggest
        label={about.of === 'score' ? say.score : say.salt}
        value={about.name}
        choices={about.of === 'score' ? scoreChoices(known) : []}
        onChange={(name) => set({ ...about, name })}
      />
    </>
  )
}

/** An attribute or a property, by its path. */
function AboutFields({ about, set }: { about: Expression; set: (next: Expression) => void }) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  if (about.kind === 'known') return <Word>{say.known[about.name]}</Word>
  const path = about as PathValue
  const choices =
    path.kind === 'attribute' ? attributeChoices(known) : path.kind === 'property' && path.of !== 'run' ? propertyChoices(known) : []
  return (
    <>
      {path.kind === 'property' && <Word>{path.of}</Word>}
      <Suggest
        label={path.kind === 'attribute' ? say.attribute : say.property}
        value={pathText(path.path)}
        choices={choices}
        onChange={(text) => set({ ...path, path: readPath(text) })}
      />
    </>
  )
}

function MemberFields({ row, onChange }: LineProps<Extract<Row, { kind: 'member' }>>) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  const { of, yes } = row
  return (
    <>
      <Word>{say.thePerson}</Word>
      <Pick
        label={say.verb}
        value={yes ? 'yes' : 'no'}
        choices={[
          ['yes', say.isIn],
          ['no', say.isNotIn],
        ]}
        onChange={(to) => onChange({ ...row, yes: to === 'yes' })}
      />
      <Word>{of.of === 'segment' ? say.theSegment : say.theList}</Word>
      <Suggest
        label={of.of === 'segment' ? say.segment : say.list}
        value={of.id}
        choices={of.of === 'segment' ? segmentChoices(known) : listChoices(known)}
        onChange={(id) => onChange({ ...row, of: { ...of, id } })}
      />
    </>
  )
}

function ConsentFields({ row, onChange }: LineProps<Extract<Row, { kind: 'consent' }>>) {
  const say = useWords(CONDITION_WORDS)
  const known = useVocabulary()
  const { of, yes } = row
  return (
    <>
      <Pick
        label={say.about}
        value={of.status}
        choices={[
          ['granted', say.consentTo],
          ['withdrawn', say.withdrawalOf],
        ]}
        onChange={(status) => onChange({ ...row, of: { ...of, status: status as 'granted' } })}
      />
      <Suggest
        label={say.channel}
        value={of.channel}
        choices={channelChoices}
        onChange={(channel) => onChange({ ...row, of: { ...of, channel } })}
      />
      <Word>{say.aboutTopic}</Word>
      <Suggest
        label={say.topic}
        value={of.topic ?? ''}
        choices={topicChoices(known)}
        onChange={(topic) => onChange({ ...row, of: topic === '' ? without(of, 'topic') : { ...of, topic } })}
      />
      <Pick
        label={say.verb}
        value={yes ? 'yes' : 'no'}
        choices={[
          ['yes', say.isGiven],
          ['no', say.isNotGiven],
        ]}
        onChange={(to) => onChange({ ...row, yes: to === 'yes' })}
      />
    </>
  )
}

function EachFields({ row, place, onChange }: LineProps<Extract<Row, { kind: 'each' }>>) {
  const say = useWords(CONDITION_WORDS)
  const { of, yes } = row
  const value = `${of.quantifier}${yes ? '' : ' not'}`
  const roots = [
    ...(place.person === false ? [] : ['attribute']),
    ...(place.event ? ['event'] : []),
    ...(place.entry ? ['entry'] : []),
    ...(place.run ? ['run'] : []),
  ]
  const root = of.list.kind === 'property' ? of.list.of : of.list.kind
  const setRoot = (to: string) =>
    onChange({
      ...row,
      of: {
        ...of,
        list: to === 'attribute' ? { kind: 'attribute', path: of.list.path } : { kind: 'property', of: to as 'event', path: of.list.path },
      },
    })
  return (
    <>
      <Pick
        label={say.verb}
        value={value}
        choices={[
          ['any', say.anyOf],
          ['all', say.allOf],
          ['any not', say.noneOf],
          ['all not', say.notAllOf],
        ]}
        onChange={(to) => onChange({ ...row, of: { ...of, quantifier: to.slice(0, 3) as 'any' }, yes: !to.endsWith('not') })}
      />
      {roots.length > 1 && (
        <Pick
          label={say.who}
          value={root}
          choices={roots.map((each) => [each, each === 'attribute' ? say.attribute : each])}
          onChange={setRoot}
        />
      )}
      <Suggest
        label={say.list}
        value={pathText(of.list.path)}
        choices={[]}
        onChange={(text) => onChange({ ...row, of: { ...of, list: { ...of.list, path: readPath(text) } as PathValue } })}
      />
      <Word>{say.holdsThat}</Word>
      <Nested
        label={say.subjects.element}
        tree={of.where}
        place={{ ...place, element: true }}
        onChange={(where) => onChange({ ...row, of: { ...of, where } })}
      />
    </>
  )
}

function OtherFields({ row, onChange }: LineProps<Extract<Row, { kind: 'other' }>>) {
  const say = useWords(CONDITION_WORDS)
  return (
    <span className="min-w-0 flex-1 font-mono">
      <Write label={say.subjects.other} value={row.text} onChange={(text) => onChange({ kind: 'other', text })} />
    </span>
  )
}
