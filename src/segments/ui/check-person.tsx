import { CircleCheck, CircleX } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Combobox } from '#kit/form/combobox.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toPerson } from '#kit/paths.ts'
import { ErrorView } from '#kit/states.tsx'
import { language, useWords } from '#kit/words.ts'
import { isRefusal } from '#lib/problem.ts'
import { SearchProfiles } from '#profiles/api.ts'
import type { Expression } from '../condition/ast.ts'
import { parse } from '../condition/parse.ts'
import { print } from '../condition/print.ts'
import { sentence } from '../condition/sentence.ts'
import { CountConditions } from '../suggest-api.ts'
import { SEGMENT_WORDS } from './segment-words.ts'
import { useSettled } from './settled.ts'

/** One person held against the condition: in or out, and which row decides. */
export function CheckPerson({ when }: { when: string }) {
  const say = useWords(SEGMENT_WORDS)
  const [typed, setTyped] = useState('')
  const [person, setPerson] = useState<{ id: string; name: string }>()
  const q = useSettled(typed)
  const found = useRead(SearchProfiles, { q }, { enabled: q !== '' && person === undefined, keep: true })
  const people = (found.data?.people ?? []).map((each) => ({
    value: each.id,
    label: [each.name, each.email].filter(Boolean).join(' · ') || each.id,
    note: '',
  }))
  const choose = (id: string) => {
    const one = people.find(({ value }) => value === id)
    setPerson({ id, name: one?.label ?? id })
    setTyped(one?.label ?? id)
  }
  return (
    <Card title={say.check}>
      <p className="mb-2 text-dense text-ink-2">{say.checkHint}</p>
      <Combobox
        aria-label={say.person}
        placeholder={say.personHint}
        value={typed}
        choices={people}
        onChange={(text) => {
          setTyped(text)
          setPerson(undefined)
        }}
        onTake={choose}
      />
      {q !== '' && !person && found.data && people.length === 0 && <p className="mt-2 text-dense text-ink-2">{say.noSuch}</p>}
      {person && <Verdict person={person} when={when} />}
    </Card>
  )
}

function Verdict({ person, when }: { person: { id: string; name: string }; when: string }) {
  const say = useWords(SEGMENT_WORDS)
  const tree = parse(when)
  const whole = isRefusal(tree) ? undefined : tree
  const rows: readonly Expression[] = whole?.kind === 'and' || whole?.kind === 'or' ? whole.parts : []
  const answer = useRead(CountConditions, { conditions: [when, ...rows.map(print)], person: person.id }, { enabled: whole !== undefined })
  if (answer.isError) return <ErrorView error={answer.error} retry={() => void answer.refetch()} />
  if (!answer.data) return null
  const [all, ...each] = answer.data.counts
  return (
    <div aria-live="polite" className="mt-3 flex flex-col gap-2 text-dense">
      <p className="font-medium">
        <Mark yes={all === 1} /> {all === 1 ? say.isIn(person.name) : say.isOut(person.name)}{' '}
        <Link href={toPerson(person.id)}>{person.name}</Link>
      </p>
      {rows.length > 0 && (
        <ul className="flex flex-col gap-1">
          {rows.map((row, i) => (
            <li key={print(row)} className="flex items-start gap-1.5">
              <Mark yes={each[i] === 1} />
              <span>
                {sentence(row, language())} <span className="text-ink-3">({each[i] === 1 ? say.holds : say.fails})</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const Mark = ({ yes }: { yes: boolean }) =>
  yes ? (
    <CircleCheck size={15} aria-hidden="true" className="mt-0.5 inline shrink-0 text-ok" />
  ) : (
    <CircleX size={15} aria-hidden="true" className="mt-0.5 inline shrink-0 text-bad" />
  )
