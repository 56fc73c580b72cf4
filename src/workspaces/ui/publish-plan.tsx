import { type ReactNode, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { PlanDocuments, PublishDraft, SaveDraft } from '../documents/api.ts'

const WORDS = words(
  {
    cannot: 'It cannot be published like this',
    breaks: (what: string) => `${what} would break`,
    cancel: 'Cancel',
    publish: 'Publish',
  },
  {
    de: {
      cannot: 'So kann es nicht veröffentlicht werden',
      breaks: (what) => `${what} würde nicht mehr stimmen`,
      cancel: 'Abbrechen',
      publish: 'Veröffentlichen',
    },
  },
)

type Plan = OutputOf<typeof PlanDocuments>

interface PlanProps {
  readonly kind: string
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
  /** What follows, in the words of its kind. */
  readonly children: (plan: Plan) => ReactNode
  readonly onClose: () => void
  /** It is live. */
  readonly onDone: () => void | Promise<void>
}

/** What publishing a document will do, what stands in the way, and the button that does it. */
export function PublishPlan({ kind, id, body, children, onClose, onDone }: PlanProps) {
  const say = useWords(WORDS)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const plan = useRead(PlanDocuments, { documents: [{ kind, id, body: body as never }] })
  const publish = async () => {
    setBusy(true)
    try {
      const { draft } = await call(SaveDraft, { kind, id, body: body as never })
      await call(PublishDraft, { kind, id, hash: draft.hash })
      await onDone()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Loaded query={plan} lines={4}>
      {(found) => (
        <div className="flex flex-col gap-4">
          {children(found)}
          {!found.ok && (
            <div role="alert" className="rounded-card bg-bad-soft p-3 text-dense">
              <p className="font-medium text-bad">{say.cannot}</p>
              <ul>
                {obstacles(found, say.breaks).map((problem) => (
                  <li key={`${problem.at} ${problem.title}`}>
                    {problem.title} {problem.hint}
                  </li>
                ))}
              </ul>
            </div>
          )}
          {error !== undefined && <ErrorView error={error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{say.cancel}</Button>
            {found.ok && (
              <Button look="primary" busy={busy} onClick={() => void publish()}>
                {say.publish}
              </Button>
            )}
          </div>
        </div>
      )}
    </Loaded>
  )
}

/** What is wrong with it, and what would be wrong with others because of it. */
const obstacles = ({ changes, breaks }: Plan, wouldBreak: (what: string) => string) => [
  ...changes.flatMap(({ problems }) => problems),
  ...breaks.flatMap((each) =>
    each.problems.map((problem) => ({ ...problem, title: `${wouldBreak(`${each.kind} ${each.id}`)}: ${problem.title}` })),
  ),
]
