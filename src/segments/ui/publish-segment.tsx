import { useQueryClient } from '@tanstack/react-query'
import { useRead } from '#kit/api.ts'
import { Dialog } from '#kit/dialog.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { toDocument } from '#kit/paths.ts'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { GetDocument, ListDocuments } from '#workspaces/documents/api.ts'
import { PublishPlan } from '#workspaces/ui/publish-plan.tsx'
import { ListMembers, ListSegments, PreviewSegment, ReadSegment } from '../api.ts'
import { SEGMENT_WORDS } from './segment-words.ts'

/** A segment as it is written. */
export interface SegmentBody {
  readonly kind: 'segment'
  readonly id: string
  readonly name?: string
  readonly description?: string
  readonly when: string
}

const NAMES: ReadonlySet<string> = new Set([ListSegments.name, ReadSegment.name, ListMembers.name, GetDocument.name, ListDocuments.name])
export const useRefresh = () => {
  const client = useQueryClient()
  return () => client.invalidateQueries({ predicate: ({ queryKey }) => NAMES.has(String(queryKey[0])) })
}

interface PublishProps {
  readonly body: SegmentBody
  /** People in it now. */
  readonly now: number
  readonly usedBy: readonly { readonly kind: string; readonly id: string; readonly name: string }[]
  readonly open: boolean
  readonly onClose: () => void
  readonly onDone: () => void
}

/** What publishing will do, before it is done: who comes and goes, what follows, what would break. */
export function PublishDialog({ body, now, usedBy, open, onClose, onDone }: PublishProps) {
  const say = useWords(SEGMENT_WORDS)
  return (
    <Dialog title={say.publishTitle} open={open} onClose={onClose} wide>
      {open && <Impact body={body} now={now} usedBy={usedBy} onClose={onClose} onDone={onDone} />}
    </Dialog>
  )
}

function Impact({ body, now, usedBy, onClose, onDone }: Omit<PublishProps, 'open'>) {
  const say = useWords(SEGMENT_WORDS)
  const refresh = useRefresh()
  const preview = useRead(PreviewSegment, { when: body.when, sample: 0 })
  const done = async () => {
    await refresh()
    notify(say.published)
    onDone()
  }
  return (
    <PublishPlan kind="segment" id={body.id} body={{ ...body }} onClose={onClose} onDone={done}>
      {() => (
        <>
          {preview.data && (
            <p className="flex flex-wrap gap-x-6 text-h3">
              <span className="num">{say.now(count(now))}</span>
              <span aria-hidden="true">→</span>
              <span className="num">{say.then(count(preview.data.count))}</span>
            </p>
          )}
          <div className="text-dense">
            {usedBy.length === 0 ? (
              <p className="text-ink-2">{say.nobodyUses}</p>
            ) : (
              <>
                <p className="font-medium">{say.begins}</p>
                <ul className="mt-1 flex flex-col gap-0.5">
                  {usedBy.map((user) => (
                    <li key={`${user.kind} ${user.id}`}>
                      <Link href={toDocument(user.kind, user.id)}>{user.name}</Link> <span className="text-ink-3">{user.kind}</span>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
        </>
      )}
    </PublishPlan>
  )
}
