import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { count } from '#kit/format.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import type { OutputOf } from '#lib/action.ts'
import { ChangeBroadcast, ListBroadcasts } from '../api.ts'
import { entriesOf } from '../entries/schema.ts'
import type { Journey } from '../schema.ts'

const EVERY_MS = 2_000
const WORDS = { running: 'On its way', paused: 'Paused', done: 'Done', cancelled: 'Cancelled', missed: 'Missed' } as const

/** When the journey went out to many people, how far it has come, and when it goes out next. */
export function Broadcasts({ journey }: { journey: Journey }) {
  const goesOut = entriesOf(journey).some((entry) => 'schedule' in entry || 'date' in entry || 'segment' in entry)
  return goesOut && <BroadcastList journey={journey.id} />
}

function BroadcastList({ journey }: { journey: string }) {
  const read = useRead(ListBroadcasts, { id: journey }, { every: EVERY_MS })
  return (
    <section aria-label="Broadcasts" className="flex flex-col gap-2">
      <h3 className="font-semibold">Broadcasts</h3>
      <Loaded query={read}>
        {({ broadcasts, next }) => (
          <>
            {next && (
              <p className="text-ink-2">
                Next: {next.local.replace('T', ' at ')} (<Moment at={next.begins} />)
              </p>
            )}
            {broadcasts.length === 0 && !next && <p className="text-ink-3">It has not gone out, and no time is ahead.</p>}
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
const titleOf = ({ kind, occurrence }: Line): string =>
  kind === 'scheduled'
    ? occurrence.replace('T', ' at ')
    : kind === 'existing'
      ? 'Members at publish'
      : `Dates, version ${occurrence.slice('dates:'.length)}`

function BroadcastItem({ journey, broadcast }: { journey: string; broadcast: Line }) {
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
        <span role="status">{WORDS[status]}</span>
      </span>
      {status !== 'missed' && (
        <span className="text-meta text-ink-2 num">
          {count(reached)} reached, {count(looked)} of {count(Math.max(people, looked))} looked at
        </span>
      )}
      {open && <progress aria-label={`Progress of ${title}`} className="w-full" max={Math.max(1, people)} value={looked} />}
      {change.isError && <ErrorView error={change.error} />}
      {open && (
        <span className="flex gap-2">
          <Button
            busy={change.isPending}
            aria-label={`${status === 'running' ? 'Pause' : 'Resume'} ${title}`}
            onClick={() => change.mutate(status === 'running' ? 'pause' : 'resume')}
          >
            {status === 'running' ? 'Pause' : 'Resume'}
          </Button>
          <Button busy={change.isPending} aria-label={`Cancel ${title}`} onClick={() => change.mutate('cancel')}>
            Cancel
          </Button>
        </span>
      )}
    </li>
  )
}
