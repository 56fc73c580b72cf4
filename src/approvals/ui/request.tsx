import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { ShieldCheck, Users } from 'lucide-react'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import type { z } from 'zod'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { amount } from '#kit/format.ts'
import { useMe } from '#kit/me.ts'
import { Facts } from '#kit/page.tsx'
import { toApproval } from '#kit/paths.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import { RequestApproval as Ask, type Assessment, ListApprovals, type Wanted } from '../api.ts'
import { nameOf } from './who.ts'
import { COMMON } from './words.ts'

const WORDS = words(
  {
    title: 'Request approval',
    notNeeded: 'Nobody has to agree to this.',
    notNeededMore: 'No policy in force asks for a second person here.',
    whyTitle: 'Who has to agree, and why',
    could: (names: string) => `Could agree: ${names}`,
    nobody: 'Nobody in this workspace could agree at the moment. Ask an administrator to invite somebody, or to change the policy.',
    notYou: 'You worked on it, so your own word does not count here.',
    shown: 'What they will see',
    reach: 'Reach',
    sends: 'Sends',
    cost: 'Cost at most',
    changes: 'Changes',
    binds: 'Bound by the approval',
    bindsN: (n: number) => `${n} ${n === 1 ? 'document' : 'documents'}. If one of them changes, the approval is void.`,
    note: 'Note to those who decide',
    noteHint: 'Why now, and what they should look at. Optional.',
    noteAgain: 'What did you change since the last request?',
    ask: (names: number) => (names === 1 ? 'Ask one person' : `Ask ${names} people`),
    cancel: 'Cancel',
    asked: 'Approval was asked for',
    open: 'Open the request',
    waiting: 'Exactly this has been asked for already and waits.',
    toWaiting: 'Open that request',
    close: 'Close',
  },
  {
    de: {
      title: 'Freigabe anfragen',
      notNeeded: 'Hier muss niemand zustimmen.',
      notNeededMore: 'Keine geltende Regel verlangt hier eine zweite Person.',
      whyTitle: 'Wer zustimmen muss, und warum',
      could: (names) => `Könnten zustimmen: ${names}`,
      nobody: 'Derzeit könnte niemand in diesem Arbeitsbereich zustimmen. Die Administration kann jemanden einladen oder die Regel ändern.',
      notYou: 'Sie haben daran gearbeitet; Ihr eigenes Wort zählt hier nicht.',
      shown: 'Was gezeigt wird',
      reach: 'Reichweite',
      sends: 'Sendungen',
      cost: 'Höchste Kosten',
      changes: 'Änderungen',
      binds: 'Durch die Freigabe gebunden',
      bindsN: (n) => `${n} ${n === 1 ? 'Dokument' : 'Dokumente'}. Ändert sich eines davon, ist die Freigabe hinfällig.`,
      note: 'Mitteilung an die Entscheidenden',
      noteHint: 'Warum jetzt, und worauf zu achten ist. Freiwillig.',
      noteAgain: 'Was ist seit der letzten Anfrage anders?',
      ask: (names) => (names === 1 ? 'Eine Person fragen' : `${names} Personen fragen`),
      cancel: 'Abbrechen',
      asked: 'Die Freigabe wurde angefragt',
      open: 'Anfrage öffnen',
      waiting: 'Genau das wurde schon angefragt und wartet.',
      toWaiting: 'Diese Anfrage öffnen',
      close: 'Schließen',
    },
  },
)

export interface RequestApprovalProps {
  /** Exactly what is to happen. A new object is another question: keep it while the dialog is open. */
  readonly wanted: z.input<typeof Wanted>
  /** What the request is called; left out: the server names it. */
  readonly title?: string
  /** What the note begins with, such as what changed. */
  readonly note?: string
  readonly onClose: () => void
  /** It was asked for: the id of the request. */
  readonly onAsked?: (id: string) => void
  /** Shown where nobody has to agree: usually the button that publishes. */
  readonly unneeded?: ReactNode
}

/** Says who would have to agree to exactly this, why, and what they will see; asks them on a click. Mount it while it is open. */
export function RequestApproval({ wanted, title, note, onClose, onAsked, unneeded }: RequestApprovalProps) {
  const say = useWords(WORDS)
  // The same question is not asked twice while it is open; every opening asks anew, because drafts and policies move.
  const told = useRead(Ask, { wanted, dryRun: true })
  return (
    <Dialog title={say.title} open onClose={onClose} wide>
      <Loaded query={told} lines={5}>
        {(data) =>
          data.needed ? (
            <Asking told={data} wanted={wanted} title={title} given={note} onClose={onClose} onAsked={onAsked} />
          ) : (
            <div className="flex flex-col gap-4">
              <p>
                <strong className="font-medium">{say.notNeeded}</strong> <span className="text-ink-2">{say.notNeededMore}</span>
              </p>
              <div className="flex justify-end gap-2">
                <Button onClick={onClose}>{say.close}</Button>
                {unneeded}
              </div>
            </div>
          )
        }
      </Loaded>
    </Dialog>
  )
}

type Told = z.output<typeof Assessment>

interface AskingProps extends Omit<RequestApprovalProps, 'unneeded' | 'note'> {
  readonly told: Told
  readonly given: string | undefined
}

function Asking({ told, wanted, title, given = '', onClose, onAsked }: AskingProps) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  const router = useRouter()
  const me = useMe()
  const id = useId()
  const [note, setNote] = useState(given.slice(0, 2_000))
  const ask = useMutation({
    mutationFn: () => call(Ask, { wanted, ...(title !== undefined && { title }), note }),
    onSuccess: (done) => {
      void client.invalidateQueries({ queryKey: [ListApprovals.name] })
      void client.invalidateQueries({ queryKey: [Ask.name] })
      if (done.id === null) return
      const asked = done.id
      notify(say.asked, { label: say.open, run: () => router.history.push(toApproval(asked)) })
      onAsked?.(asked)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!ask.isPending) ask.mutate()
  }
  const people = new Set(told.deciders.flat()).size
  const isStuck = told.needs.some((need, i) => (told.deciders[i]?.length ?? 0) < need.quorum)
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <Needs told={told} />
      {me.person && told.authors.includes(me.person.id) && <p className="-mt-2 text-dense text-ink-2">{say.notYou}</p>}
      <Preview told={told} />
      {told.waiting !== null ? (
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-input bg-accent-soft px-3 py-2">
          <p>{say.waiting}</p>
          <ButtonLink href={toApproval(told.waiting)}>{say.toWaiting}</ButtonLink>
        </div>
      ) : (
        <div className="flex flex-col gap-1">
          <label htmlFor={id} className="text-dense font-medium">
            {told.follows === null ? say.note : say.noteAgain}
          </label>
          <textarea
            id={id}
            value={note}
            maxLength={2_000}
            rows={3}
            onChange={(event) => setNote(event.target.value)}
            aria-describedby={`${id}-hint`}
            className="w-full rounded-input border border-line-strong bg-surface px-3 py-2"
          />
          <p id={`${id}-hint`} className="text-meta text-ink-3">
            {say.noteHint}
          </p>
        </div>
      )}
      {ask.isError && <ErrorView error={ask.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{say.cancel}</Button>
        {told.waiting === null && !isStuck && (
          <Button look="primary" type="submit" busy={ask.isPending}>
            <ShieldCheck size={16} aria-hidden="true" />
            {say.ask(people)}
          </Button>
        )}
      </div>
    </form>
  )
}

/** Each policy that asks for people, why, and who that could be. */
export function Needs({ told }: { told: Pick<Told, 'needs' | 'deciders' | 'names'> }) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  return (
    <section aria-label={say.whyTitle} className="flex flex-col gap-3">
      <h3 className="font-semibold">{say.whyTitle}</h3>
      <ul className="flex flex-col gap-2">
        {told.needs.map((need, i) => {
          const able = told.deciders[i] ?? []
          return (
            <li key={need.policy} className="rounded-card border border-line p-3">
              <p className="flex flex-wrap items-center justify-between gap-2">
                <span className="font-medium">{need.name}</span>
                <Chip tone={need.quorum > 1 ? 'warn' : 'neutral'}>
                  <Users size={12} aria-hidden="true" />
                  {common.agree(need.quorum)}
                </Chip>
              </p>
              <ul className="mt-1 text-dense text-ink-2">
                {need.reasons.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
              {able.length < need.quorum ? (
                <p className="mt-2 text-dense text-bad">{say.nobody}</p>
              ) : (
                <p className="mt-2 text-dense">{say.could(common.and(able.map((person) => nameOf(told.names, person))))}</p>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Preview({ told: { evidence, manifest } }: { told: Told }) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const { people, reach, messages, cost } = evidence
  return (
    <section aria-label={say.shown} className="flex flex-col gap-3">
      <h3 className="font-semibold">{say.shown}</h3>
      <Facts
        rows={[
          [say.changes, <Touched key="touched" touched={manifest.touched} journeys={manifest.journeys} />],
          ...(reach.length > 0 ? ([[say.reach, common.upTo(common.people(people))]] as const) : []),
          ...(messages > 0 ? ([[say.sends, common.upTo(common.messages(messages))]] as const) : []),
          ...(cost.total > 0 ? ([[say.cost, `${amount(cost.total)} ${cost.currency}`]] as const) : []),
          [say.binds, say.bindsN(manifest.documents.length)],
        ]}
      />
    </section>
  )
}

/** What is new, changed or taken out of use; of other operations the journeys. */
export function Touched({ touched, journeys }: Pick<Told['manifest'], 'touched' | 'journeys'>) {
  const common = useWords(COMMON)
  if (touched.length === 0) return <>{common.and(journeys)}</>
  return (
    <ul>
      {touched.map(({ kind, id, action }) => (
        <li key={`${kind}/${id}`}>
          {common.kinds[kind] ?? kind} <code className="text-dense">{id}</code> <span className="text-ink-3">{common.actions[action]}</span>
        </li>
      ))}
    </ul>
  )
}
