import { useEffect, useId, useState } from 'react'
import { type Failure, Refused, useRead } from '#kit/api.ts'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { toPerson } from '#kit/paths.ts'
import { PreviewSegment } from '../api.ts'

/** The last text that stood still for a quarter of a second. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** A condition as text; below it what it says in words, how many people that are now, and some of them. */
export function ConditionEditor({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const id = useId()
  const settled = useSettled(value.trim())
  const preview = useRead(PreviewSegment, { when: settled, sample: 8 }, { enabled: settled !== '', keep: true })
  const failure = settled !== '' && preview.error instanceof Refused ? preview.error.failure : undefined
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-dense font-medium">
          Condition
        </label>
        <textarea
          id={id}
          value={value}
          rows={Math.min(12, Math.max(3, value.split('\n').length + 1))}
          spellCheck={false}
          autoCapitalize="off"
          placeholder={'profile.country == "DE" and count("Order Completed" within 30d) >= 3'}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={failure ? true : undefined}
          aria-describedby={`${id}-said`}
          className="w-full rounded-input border border-line-strong bg-surface p-3 font-mono text-dense text-ink placeholder:text-ink-3 aria-[invalid=true]:border-bad"
        />
        <div id={`${id}-said`} aria-live="polite" className="min-h-6 text-dense">
          {failure ? <Fault failure={failure} /> : settled === '' ? null : <p className="text-ink-2">{preview.data?.sentence}</p>}
        </div>
      </div>
      {preview.data && !failure && settled !== '' && (
        <div aria-busy={preview.isFetching} className="rounded-card border border-line bg-sunken p-4">
          <p>
            <strong className="text-h2 num">{count(preview.data.count)}</strong> of {count(preview.data.of)} people now
          </p>
          {preview.data.sample.length > 0 && (
            <ul aria-label="Some of them" className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-dense">
              {preview.data.sample.map((person) => (
                <li key={person.id}>
                  <Link href={toPerson(person.id)}>{person.name || person.email || person.id}</Link>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  )
}

function Fault({ failure }: { failure: Failure }) {
  return (
    <p className="text-bad">
      {failure.at ? `${failure.at}: ` : ''}
      {failure.title}
      {failure.hint ? ` ${failure.hint}` : ''}
    </p>
  )
}
