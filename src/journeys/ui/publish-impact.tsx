import { TriangleAlert } from 'lucide-react'
import type { z } from 'zod'
import { count, stamp } from '#kit/format.ts'
import { useLanguage, useWords } from '#kit/words.ts'
import type { JourneyImpact } from '../api.ts'
import { consequenceWords } from '../impact-words.ts'
import { PUBLISH_WORDS as WORDS } from './publish-words.ts'

export type Impact = z.output<typeof JourneyImpact.output>

/** One way to treat the people inside. */
export function Choice({ checked, onChoose, title, text }: { checked: boolean; onChoose: () => void; title: string; text: string }) {
  return (
    <label className="flex items-start gap-2 rounded-card border border-line p-3 has-checked:border-line-strong has-checked:bg-sunken">
      <input type="radio" name="in-flight" checked={checked} onChange={onChoose} className="mt-1" />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-dense text-ink-2">{text}</span>
      </span>
    </label>
  )
}

export type Mapped = Readonly<Record<string, string | null>>
const LEAVE = '@leave'

/** The steps that are no more: where who stands on them goes on. */
export function Places({ shown, map, onMap }: { shown: Impact; map: Mapped; onMap: (map: Mapped) => void }) {
  const say = useWords(WORDS)
  if (shown.unmapped.length === 0) return null
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-dense font-medium">{say.gone}</legend>
      {shown.unmapped.map((step) => (
        <label key={step} className="flex flex-wrap items-center justify-between gap-2 text-dense">
          <span>
            {say.who} <code>{step}</code>
          </span>
          <select
            value={map[step] === undefined ? '' : (map[step] ?? LEAVE)}
            onChange={({ target: { value } }) => {
              const { [step]: _, ...others } = map
              onMap(value === '' ? others : { ...others, [step]: value === LEAVE ? null : value })
            }}
            className="h-9 max-w-72 truncate rounded-input border border-line-strong bg-surface px-2 text-ink pointer-coarse:h-11"
          >
            <option value="">{say.choose}</option>
            <option value={LEAVE}>{say.leaves}</option>
            {shown.places.map((place) => (
              <option key={place.step} value={place.step}>
                {say.goesOn(place.title, place.step)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  )
}

/** Where people stand, and what publishing does to them. */
export function Preview({ shown }: { shown: Impact }) {
  const say = useWords(WORDS)
  const language = useLanguage()
  if (shown.people === 0) return <p className="text-ink-2">{say.nobody}</p>
  const sampled = shown.groups.some(({ people, looked }) => looked < people)
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <p className="font-medium">{say.people(shown.people)}</p>
      <div className="rounded-card border border-line">
        <table className="w-full border-collapse text-dense">
          <caption className="sr-only">{say.caption}</caption>
          <thead>
            <tr className="border-b border-line text-left text-meta text-ink-3">
              <th scope="col" className="w-2/5 px-3 py-2 font-medium sm:w-1/3">
                {say.standOn}
              </th>
              <th scope="col" className="px-3 py-2 text-right font-medium">
                {say.peopleColumn}
              </th>
              <th scope="col" className="px-3 py-2 font-medium">
                {say.and}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.groups.map((group) => (
              <tr key={`${group.version} ${group.step}`} className="border-b border-line align-top last:border-0">
                <th scope="row" className="px-3 py-2 text-left font-normal">
                  {group.title}
                  <span className="block text-meta text-ink-3">{say.place(group.step, group.version)}</span>
                </th>
                <td className="px-3 py-2 text-right num">{count(group.people)}</td>
                <td className="px-3 py-2">
                  {shown.problems.length > 0 ? (
                    <span className="text-ink-2">{say.undecided}</span>
                  ) : (
                    <ul>
                      {group.consequences.map((each) => (
                        <li key={`${each.kind} ${each.to} ${each.what}`}>
                          <span className="num">{count(each.people)}</span> {consequenceWords(each, stamp, language)}
                        </li>
                      ))}
                    </ul>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sampled && <p className="text-meta text-ink-3">{say.sampled}</p>}
      {shown.outOfReach.length > 0 && (
        <p className="flex items-start gap-2 text-dense text-warn">
          <TriangleAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
          {say.outOfReach(shown.outOfReach.join(', '))}
        </p>
      )}
      {shown.problems.map((problem) => (
        <p key={problem.title} className="text-dense text-bad">
          {problem.title}. {problem.detail}
        </p>
      ))}
    </div>
  )
}
