import { Code } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { PublishPlan } from '#workspaces/ui/publish-plan.tsx'
import { DOCUMENT_WORDS } from './document-words.ts'

export type Body = Readonly<Record<string, unknown>>

interface PublishProps {
  readonly kind: string
  readonly id: string
  readonly body: Body
  readonly open: boolean
  readonly onClose: () => void
  readonly onDone: () => void
}

/** What publishing a document will do, before it is done. */
export function PublishDocument({ kind, id, body, open, onClose, onDone }: PublishProps) {
  const say = useWords(DOCUMENT_WORDS)
  const done = () => {
    notify(say.published)
    onDone()
  }
  return (
    <Dialog title={say.willDo} open={open} onClose={onClose} wide>
      {open && (
        <PublishPlan kind={kind} id={id} body={body} onClose={onClose} onDone={done}>
          {({ changes }) => (
            <>
              {changes.every(({ action }) => action === 'unchanged') && <p className="text-ink-2">{say.nothing}</p>}
              {changes.map((change) => change.diff !== '' && <Code key={change.id} label={say.diff} text={change.diff} />)}
            </>
          )}
        </PublishPlan>
      )}
    </Dialog>
  )
}
