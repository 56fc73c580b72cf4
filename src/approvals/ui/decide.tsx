import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { ErrorView } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { DecideApproval, GetApproval, ListApprovals } from '../api.ts'
import type { Verdict } from '../schema.ts'
import { COMMON } from './words.ts'

const WORDS = words(
  {
    titles: { approve: 'Approve', reject: 'Reject', change: 'Ask for a change' } as Record<Verdict, string>,
    leads: {
      approve: (documents: number) =>
        `Your approval holds for exactly this: ${documents} ${documents === 1 ? 'document' : 'documents'}, as they are now. If one of them changes, it is void.`,
      reject: () => 'It ends here. Nothing is published or sent; whoever asked is told why.',
      change: () => 'It ends here until it is asked for again. The next request shows what is different from this one.',
    },
    reach: (text: string) => `It reaches ${text}.`,
    why: { approve: 'Comment', reject: 'Why', change: 'What should change' } as Record<Verdict, string>,
    optional: 'Optional.',
    needed: 'Whoever asked reads it. Say it so that they can act on it.',
    missing: 'Say why.',
    buttons: { approve: 'Approve', reject: 'Reject', change: 'Ask for this change' } as Record<Verdict, string>,
    approveFor: (people: string) => `Approve for ${people}`,
    cancel: 'Cancel',
  },
  {
    de: {
      titles: { approve: 'Freigeben', reject: 'Ablehnen', change: 'Um Änderung bitten' },
      leads: {
        approve: (documents) =>
          `Die Freigabe gilt für genau dies: ${documents} ${documents === 1 ? 'Dokument' : 'Dokumente'} im jetzigen Stand. Ändert sich eines davon, ist sie hinfällig.`,
        reject: () => 'Damit endet es. Nichts wird veröffentlicht oder gesendet; wer gefragt hat, erfährt den Grund.',
        change: () => 'Damit endet es, bis neu gefragt wird. Die nächste Anfrage zeigt, was gegenüber dieser anders ist.',
      },
      reach: (text) => `Es erreicht ${text}.`,
      why: { approve: 'Kommentar', reject: 'Grund', change: 'Was sich ändern soll' },
      optional: 'Freiwillig.',
      needed: 'Wer gefragt hat, liest dies. Es sollte sagen, was zu tun ist.',
      missing: 'Bitte einen Grund nennen.',
      buttons: { approve: 'Freigeben', reject: 'Ablehnen', change: 'Um diese Änderung bitten' },
      approveFor: (people) => `Für ${people} freigeben`,
      cancel: 'Abbrechen',
    },
  },
)

export type Decided = OutputOf<typeof DecideApproval> & { readonly verdict: Verdict }
type Shown = OutputOf<typeof GetApproval>

interface DecideProps {
  readonly request: Pick<Shown, 'id' | 'hash' | 'title' | 'manifest' | 'evidence' | 'journeys'>
  readonly verdict: Verdict
  readonly onClose: () => void
  readonly onDone: (done: Decided) => void
}

/** The word itself. `A` then Enter approves; a rejection and a wish for change need their reason. */
export function Decide({ request, verdict, onClose, onDone }: DecideProps) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const client = useQueryClient()
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [comment, setComment] = useState('')
  const [missing, setMissing] = useState(false)
  const decide = useMutation({
    mutationFn: () => call(DecideApproval, { id: request.id, hash: request.hash, verdict, comment: comment.trim() }),
    onSuccess: (done) => onDone({ ...done, verdict }),
    // Also a refusal may have ended it: what is shown is read again.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: [GetApproval.name] })
      void client.invalidateQueries({ queryKey: [ListApprovals.name] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lacks = verdict !== 'approve' && comment.trim() === ''
    setMissing(lacks)
    if (lacks) form.current?.querySelector('textarea')?.focus()
    else if (!decide.isPending) decide.mutate()
  }
  const quick = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) form.current?.requestSubmit()
  }
  const reached = request.journeys > 0 ? common.upTo(common.people(request.evidence.people)) : ''
  return (
    <Dialog title={`${say.titles[verdict]}: ${request.title}`} open onClose={onClose}>
      <form ref={form} onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">
          {say.leads[verdict](request.manifest.documents.length)} {verdict === 'approve' && reached !== '' && say.reach(reached)}
        </p>
        <div className="flex flex-col gap-1">
          <label htmlFor={id} className="text-dense font-medium">
            {say.why[verdict]}
          </label>
          <textarea
            id={id}
            rows={3}
            maxLength={2_000}
            value={comment}
            autoFocus={verdict !== 'approve'}
            aria-invalid={missing || undefined}
            aria-describedby={`${id}-hint`}
            onKeyDown={quick}
            onChange={(event) => setComment(event.target.value)}
            className="w-full rounded-input border border-line-strong bg-surface px-3 py-2 aria-[invalid=true]:border-bad"
          />
          <p id={`${id}-hint`} className={missing ? 'text-dense text-bad' : 'text-meta text-ink-3'}>
            {missing ? say.missing : verdict === 'approve' ? say.optional : say.needed}
          </p>
        </div>
        {decide.isError && <ErrorView error={decide.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look={verdict === 'reject' ? 'bad' : 'primary'} busy={decide.isPending} autoFocus={verdict === 'approve'}>
            {verdict === 'approve' && reached !== '' ? say.approveFor(reached) : say.buttons[verdict]}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
