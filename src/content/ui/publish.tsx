import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call, type Failure, Refused, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { InputOf } from '#lib/action.ts'
import { GetDocument, ListDocuments, PlanDocuments, PublishDraft } from '#workspaces/documents/api.ts'
import { ListSnippets, ListTemplates, ReadContentNames } from '../list-api.ts'
import type { Draft } from './draft.ts'
import { FRAME_WORDS } from './frame-words.ts'
import { Problems } from './problems.tsx'

type DocumentBody = InputOf<typeof PlanDocuments>['documents'][number]['body']

export interface Affected {
  readonly label: string
  readonly href: string
}

interface PublishProps {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly draft: Draft
  /** What sends or uses it. */
  readonly affected: readonly Affected[]
  /** Instead of `affected`, where more has to be said than who sends it. */
  readonly impact?: ReactNode
  readonly onJump: (at: string) => void
  readonly onClose: () => void
}

/** What has to be read again when something was published. */
export const CONTENT_READS = [GetDocument, ListDocuments, ListTemplates, ListSnippets, ReadContentNames].map(({ name }) => name)

/** What would change, whom it reaches, what stands in the way; then the one button. */
export function Publish({ kind, id, name, draft, affected, impact, onJump, onClose }: PublishProps) {
  const say = useWords(FRAME_WORDS)
  const client = useQueryClient()
  const { doc, hash, isDraft } = draft.state()
  const plan = useRead(PlanDocuments, { documents: [{ kind, id, body: doc as unknown as DocumentBody }] })
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const publish = async () => {
    setBusy(true)
    setFailure(undefined)
    try {
      const { published } = await call(PublishDraft, { kind, id, hash: hash ?? '' })
      draft.published()
      for (const read of CONTENT_READS) void client.invalidateQueries({ queryKey: [read] })
      notify(say.published(name, published[0]?.version ?? 0))
      onClose()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={say.publishTitle(name)} open onClose={onClose} wide>
      <Loaded query={plan} lines={5}>
        {({ changes, breaks, ok }) => {
          const change = changes[0]
          const nothing = !isDraft || change?.action === 'unchanged'
          return (
            <div className="flex flex-col gap-4">
              {impact ?? <Senders affected={affected} />}
              {change && change.diff !== '' && <Changes diff={change.diff} />}
              {change && change.problems.length > 0 && (
                <section className="flex flex-col gap-2">
                  <h3 className="font-semibold text-bad">{say.notSound}</h3>
                  <Problems
                    problems={change.problems}
                    onJump={(at) => {
                      onClose()
                      onJump(at)
                    }}
                  />
                </section>
              )}
              {breaks.length > 0 && (
                <section className="flex flex-col gap-2">
                  <h3 className="font-semibold text-bad">{say.breaks}</h3>
                  <Problems
                    problems={breaks.flatMap((each) => each.problems.map((problem) => ({ ...problem, at: `${each.kind} ${each.id}` })))}
                  />
                </section>
              )}
              {failure && <Problems problems={failure.problems ?? [failure]} />}
              <div className="flex flex-wrap items-center gap-3 border-t border-line pt-4">
                {nothing ? (
                  <p className="text-ink-2">{say.nothingToPublish}</p>
                ) : (
                  ok && (
                    <Button look="primary" busy={busy} onClick={() => void publish()}>
                      {busy ? say.publishing : say.publishNow}
                    </Button>
                  )
                )}
                <Button onClick={onClose}>{say.cancel}</Button>
              </div>
            </div>
          )
        }}
      </Loaded>
    </Dialog>
  )
}

/** The live journeys that send it. */
function Senders({ affected }: Pick<PublishProps, 'affected'>) {
  const say = useWords(FRAME_WORDS)
  return (
    <section>
      <h3 className="mb-1 font-semibold">{say.affects}</h3>
      <p className="text-ink-2">{affected.length === 0 ? say.affectsNone : say.affectsSome(affected.length)}</p>
      <ul className="mt-1 flex flex-wrap gap-x-4">
        {affected.map((each) => (
          <li key={each.href}>
            <Link href={each.href}>{each.label}</Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A unified diff, told in lines and shown line by line. */
export function Changes({ diff }: { diff: string }) {
  const say = useWords(FRAME_WORDS)
  const lines = diff
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => !/^(?:---|\+\+\+) /.test(line))
  const added = lines.filter((line) => line.startsWith('+')).length
  const removed = lines.filter((line) => line.startsWith('-')).length
  const tone = (line: string) =>
    line.startsWith('+') ? 'bg-ok-soft text-ok' : line.startsWith('-') ? 'bg-bad-soft text-bad' : 'text-ink-2'
  return (
    <section>
      <h3 className="mb-1 font-semibold">{say.changes}</h3>
      <p className="mb-2 text-dense text-ink-2">{say.lines(added, removed)}</p>
      <Scroll label={say.diffLabel} className="max-h-64 overflow-auto rounded-card border border-line bg-sunken py-2 text-dense">
        <pre className="w-max min-w-full">
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that does not change
            <code key={i} className={`block px-3 whitespace-pre ${tone(line)}`}>
              {line || ' '}
            </code>
          ))}
        </pre>
      </Scroll>
    </section>
  )
}
