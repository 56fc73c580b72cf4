import { Check, Circle, X } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { useMe } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { CONNECT, CONTENT, GOALS, JOURNEYS, NEW_SEGMENT, PEOPLE_AND_ROLES, REFERENCE, toContent } from '#kit/paths.ts'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { Step } from '#workspaces/home-api.ts'
import { HOME_WORDS } from './words.ts'

/** Where each step is taken. */
const WHERE: Readonly<Record<Step['id'], string>> = {
  connect: CONNECT,
  event: CONNECT,
  segment: NEW_SEGMENT,
  sender: toContent('brands'),
  test: CONTENT,
  journey: JOURNEYS,
  colleague: PEOPLE_AND_ROLES,
  measure: GOALS,
}

const NAME = 'steps hidden'
/** Whether a reader has put the steps away, in this browser and workspace. */
export function useHidden(): readonly [boolean, (hide: boolean) => void] {
  const { workspace } = useMe()
  const name = `${NAME} ${workspace?.id ?? ''}`
  const [hidden, set] = useState(() => localStorage.getItem(name) === 'yes')
  const change = (hide: boolean): void => {
    if (hide) localStorage.setItem(name, 'yes')
    else localStorage.removeItem(name)
    set(hide)
  }
  return [hidden, change]
}

/** The first steps; each ticks itself from what is there. */
export function Checklist({ steps, onHide }: { steps: readonly Step[]; onHide?: (hide: boolean) => void }) {
  const say = useWords(HOME_WORDS)
  const done = steps.filter((step) => step.done).length
  const hide = (): void => {
    onHide?.(true)
    notify(say.hidden, { label: say.undo, run: () => onHide?.(false) })
  }
  return (
    <Card
      title={say.steps(done, steps.length)}
      flush
      className="self-start"
      aside={
        onHide && (
          <IconButton label={say.hide} onClick={hide}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        )
      }
    >
      <ol>
        {steps.map((step) => (
          <li key={step.id} className="flex items-center gap-3 border-b border-line px-4 py-2">
            {step.done ? (
              <Check size={16} className="shrink-0 text-ok" aria-hidden="true" />
            ) : (
              <Circle size={16} className="shrink-0 text-ink-3" aria-hidden="true" />
            )}
            <span className="flex-1">
              {step.done ? <span className="text-ink-2">{say.step[step.id]}</span> : <Link href={WHERE[step.id]}>{say.step[step.id]}</Link>}
              <span className="sr-only">{step.done ? say.isDone : say.toDo}</span>
            </span>
          </li>
        ))}
      </ol>
      <p className="px-4 py-3 text-dense text-ink-2">
        {say.api}{' '}
        <Link href={REFERENCE} target="_blank" rel="noreferrer">
          {say.apiLink}
        </Link>
      </p>
    </Card>
  )
}
