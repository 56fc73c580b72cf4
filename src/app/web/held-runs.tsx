import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { z } from 'zod'
import { RequestApproval } from '#approvals/ui/request.tsx'
import { type HeldRun, ListHeld, ReleaseRun } from '#journeys/api.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMe } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toJourney, toPerson } from '#kit/paths.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import { GetHome } from '#workspaces/home-api.ts'

const WORDS = words(
  {
    title: 'Held runs',
    lead: 'Runs that stand at a hold step until somebody decides. Look at one of them, or ask for approval of all who wait there: a sample is shown, and the word holds for the batch.',
    people: (n: number) => plural(n, 'run waits', 'runs wait'),
    batch: 'Ask for all of them',
    longest: 'The longest waiting',
    since: 'since',
    until: 'goes on by itself',
    release: 'Release',
    reject: 'Send the other way',
    releaseOf: (person: string) => `Release ${person}`,
    rejectOf: (person: string) => `Send ${person} the other way`,
    releaseTitle: 'Release one run',
    rejectTitle: 'Send one run the other way',
    releaseMore: 'The run goes on, and what comes after the step happens.',
    rejectMore: 'The run takes the other way of the step.',
    comment: 'Comment',
    cancel: 'Cancel',
    released: 'The run goes on',
    rejected: 'The run takes the other way',
  },
  {
    de: {
      title: 'Angehaltene Läufe',
      lead: 'Läufe, die an einem Halt stehen, bis jemand entscheidet. Einzeln, oder für alle dort Wartenden zusammen: Gezeigt wird eine Stichprobe, und das Wort gilt für alle.',
      people: (n) => plural(n, 'Lauf wartet', 'Läufe warten'),
      batch: 'Für alle anfragen',
      longest: 'Am längsten wartend',
      since: 'seit',
      until: 'geht von selbst weiter',
      release: 'Freigeben',
      reject: 'Anderer Weg',
      releaseOf: (person) => `${person} freigeben`,
      rejectOf: (person) => `${person} auf den anderen Weg schicken`,
      releaseTitle: 'Einen Lauf freigeben',
      rejectTitle: 'Einen Lauf auf den anderen Weg schicken',
      releaseMore: 'Der Lauf geht weiter; was nach dem Schritt kommt, geschieht.',
      rejectMore: 'Der Lauf nimmt den anderen Weg des Schritts.',
      comment: 'Kommentar',
      cancel: 'Abbrechen',
      released: 'Der Lauf geht weiter',
      rejected: 'Der Lauf nimmt den anderen Weg',
    },
  },
)

type Run = z.output<typeof HeldRun>
const FEW = 3
const personOf = ({ name, profile }: Run): string => name || profile

/** Everybody who waits on a hold step, by step. Nothing while nobody waits. */
export function HeldRuns() {
  const say = useWords(WORDS)
  const held = useRead(ListHeld, {}, { every: 15_000 })
  if (held.data?.runs.length === 0) return null
  return (
    <Card title={say.title} className="mt-6">
      <Loaded query={held} lines={3}>
        {({ runs }) => (
          <>
            <p className="mb-3 max-w-[80ch] text-dense text-ink-2">{say.lead}</p>
            <ul className="flex flex-col divide-y divide-line">
              {[...Map.groupBy(runs, ({ journey, step }) => `${journey} ${step}`)].map(([name, group]) => (
                <Batch key={name} runs={group} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Card>
  )
}

function Batch({ runs }: { runs: readonly Run[] }) {
  const say = useWords(WORDS)
  const { permissions } = useMe()
  const [asking, setAsking] = useState(false)
  const [deciding, setDeciding] = useState<{ run: Run; verdict: 'released' | 'rejected' }>()
  const first = runs[0]!
  const wanted = useMemo(() => ({ kind: 'run' as const, journey: first.journey, step: first.step }), [first.journey, first.step])
  const mayAsk = permissions.includes('documents:write') || permissions.includes('publish')
  return (
    <li className="flex flex-col gap-2 py-3 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p>
          <Link href={toJourney(first.journey, { step: first.step, version: first.version })}>{first.journeyName}</Link> · {first.stepName}{' '}
          <span className="text-ink-2">
            {say.people(runs.length)}
            {first.note !== '' && `: ${first.note}`}
          </span>
        </p>
        {mayAsk && <Button onClick={() => setAsking(true)}>{say.batch}</Button>}
      </div>
      <ul aria-label={say.longest} className="flex flex-col gap-1 text-dense">
        {runs.slice(0, FEW).map((run) => (
          <li key={`${run.profile} ${run.enrollment}`} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Link href={toPerson(run.profile)}>{personOf(run)}</Link>
            <span className="text-ink-3">
              {say.since} <Moment at={run.since} />
              {run.until !== null && (
                <>
                  , {say.until} <Moment at={run.until} />
                </>
              )}
            </span>
            {permissions.includes(run.for) && (
              <span className="flex gap-1">
                <Button look="quiet" aria-label={say.releaseOf(personOf(run))} onClick={() => setDeciding({ run, verdict: 'released' })}>
                  {say.release}
                </Button>
                <Button look="quiet" aria-label={say.rejectOf(personOf(run))} onClick={() => setDeciding({ run, verdict: 'rejected' })}>
                  {say.reject}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {asking && <RequestApproval wanted={wanted} onClose={() => setAsking(false)} />}
      {deciding && <DecideRun {...deciding} onClose={() => setDeciding(undefined)} />}
    </li>
  )
}

function DecideRun({ run, verdict, onClose }: { run: Run; verdict: 'released' | 'rejected'; onClose: () => void }) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  const [comment, setComment] = useState('')
  const decide = useMutation({
    mutationFn: () => call(ReleaseRun, { profile: run.profile, enrollment: run.enrollment, step: run.step, verdict, comment }),
    onSuccess: async () => {
      notify(say[verdict])
      onClose()
      await Promise.all([ListHeld, GetHome].map(({ name }) => client.invalidateQueries({ queryKey: [name] })))
    },
  })
  const isRelease = verdict === 'released'
  return (
    <Dialog title={isRelease ? say.releaseTitle : say.rejectTitle} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!decide.isPending) decide.mutate()
        }}
      >
        <p className="text-ink-2">{isRelease ? say.releaseMore : say.rejectMore}</p>
        <label className="flex flex-col gap-1">
          <span className="text-dense font-medium">{say.comment}</span>
          <textarea
            rows={2}
            maxLength={500}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
            className="w-full rounded-input border border-line-strong bg-surface px-3 py-2"
          />
        </label>
        {decide.isError && <ErrorView error={decide.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look="primary" busy={decide.isPending}>
            {isRelease ? say.release : say.reject}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
