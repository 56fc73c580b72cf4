import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { count } from '#kit/format.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words, wordsNow } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ChangeBroadcast, ListBroadcasts } from '../api.ts'
import { entriesOf } from '../entries/schema.ts'
import type { Journey } from '../schema.ts'

const EVERY_MS = 2_000
const WORDS = words(
  {
    title: 'Broadcasts',
    status: { running: 'On its way', paused: 'Paused', done: 'Done', cancelled: 'Cancelled', missed: 'Missed' },
    at: (local: string) => local.replace('T', ' at '),
    next: (local: string) => `Next: ${local}`,
    none: 'It has not gone out, and no time is ahead.',
    existing: 'Members at publish',
    dates: (version: string) => `Dates, version ${version}`,
    reached: (reached: string, looked: string, of: string) => `${reached} reached, ${looked} of ${of} looked at`,
    progress: (title: string) => `Progress of ${title}`,
    pause: 'Pause',
    resume: 'Resume',
    cancel: 'Cancel',
    pauseOf: (title: string) => `Pause ${title}`,
    resumeOf: (title: string) => `Resume ${title}`,
    cancelOf: (title: string) => `Cancel ${title}`,
  },
  {
    de: {
      title: 'Aussendungen',
      status: { running: 'Unterwegs', paused: 'Angehalten', done: 'Fertig', cancelled: 'Abgebrochen', missed: 'Verpasst' },
      at: (local) => local.replace('T', ' um '),
      next: (local) => `Nächste: ${local}`,
      none: 'Sie ist noch nicht hinausgegangen, und kein Zeitpunkt steht bevor.',
      existing: 'Mitglieder bei der Veröffentlichung',
      dates: (version) => `Termine, Version ${version}`,
      reached: (reached, looked, of) => `${reached} erreicht, ${looked} von ${of} betrachtet`,
      progress: (title) => `Fortschritt von ${title}`,
      pause: 'Anhalten',
      resume: 'Fortsetzen',
      cancel: 'Abbrechen',
      pauseOf: (title) => `${title} anhalten`,
      resumeOf: (title) => `${title} fortsetzen`,
      cancelOf: (title) => `${title} abbrechen`,
    },
  },
)

/** When the journey went out to many people, how far it has come, and when it goes out next. */
export function Broadcasts({ journey }: { journey: Journey }) {
  const goesOut = entriesOf(journey).some((entry) => 'schedule' in entry || 'date' in entry || 'segment' in entry)
  return goesOut && <BroadcastList journey={journey.id} />
}

function BroadcastList({ journey }: { journey: string }) {
  const say = useWords(WORDS)
  const read = useRead(ListBroadcasts, { id: journey }, { every: EVERY_MS })
  return (
    <section aria-label={say.title} className="flex flex-col gap-2">
      <h3 className="font-semibold">{say.title}</h3>
      <Loaded query={read}>
        {({ broadcasts, next }) => (
          <>
            {next && (
              <p className="text-ink-2">
                {say.next(say.at(next.local))} (<Moment at={next.begins} />)
              </p>
            )}
            {broadcasts.length === 0 && !next && <p className="text-ink-3">{say.none}</p>}
            <ul className="flex flex-col gap-3">
              {broadcasts.map((each) => (
                <BroadcastItem key={each.occurrence} journey={journey} broadcast={each} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </section>
  )
}

type Line = OutputOf<typeof ListBroadcasts>['broadcasts'][number]

/** What a look at everybody is for. */
function titleOf({ kind, occurrence }: Line): string {
  const say = wordsNow(WORDS)
  return kind === 'scheduled' ? say.at(occurrence) : kind === 'existing' ? say.existing : say.dates(occurrence.slice('dates:'.length))
}

function BroadcastItem({ journey, broadcast }: { journey: string; broadcast: Line }) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  const { occurrence, status, people, looked, reached } = broadcast
  const change = useMutation({
    mutationFn: (to: 'pause' | 'resume' | 'cancel') => call(ChangeBroadcast, { id: journey, occurrence, to }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListBroadcasts.name] }),
  })
  const open = status === 'running' || status === 'paused'
  const title = titleOf(broadcast)
  return (
    <li className="flex flex-col gap-2 rounded-card bg-sunken p-3">
      <span className="flex items-baseline justify-between gap-2">
        <span className="font-semibold">{title}</span>
        <span role="status">{say.status[status]}</span>
      </span>
      {status !== 'missed' && (
        <span className="text-meta text-ink-2 num">{say.reached(count(reached), count(looked), count(Math.max(people, looked)))}</span>
      )}
      {open && <progress aria-label={say.progress(title)} className="w-full" max={Math.max(1, people)} value={looked} />}
      {change.isError && <ErrorView error={change.error} />}
      {open && (
        <span className="flex gap-2">
          <Button
            busy={change.isPending}
            aria-label={status === 'running' ? say.pauseOf(title) : say.resumeOf(title)}
            onClick={() => change.mutate(status === 'running' ? 'pause' : 'resume')}
          >
            {status === 'running' ? say.pause : say.resume}
          </Button>
          <Button busy={change.isPending} aria-label={say.cancelOf(title)} onClick={() => change.mutate('cancel')}>
            {say.cancel}
          </Button>
        </span>
      )}
    </li>
  )
}
