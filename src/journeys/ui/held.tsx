import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { toPerson } from '#kit/paths.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { ListHeld, ReleaseRun } from '../api.ts'

const EVERY_MS = 5_000

/** The runs that wait at a hold step, each to be released or rejected. */
export function HeldRuns({ journey, step }: { journey: string; step: string }) {
  const held = useRead(ListHeld, { journey }, { every: EVERY_MS })
  return (
    <section aria-label="Waiting for a decision" className="flex flex-col gap-2">
      <h3 className="font-semibold">Waiting for a decision</h3>
      <Loaded query={held}>
        {({ runs }) => {
          const here = runs.filter((run) => run.step === step)
          if (here.length === 0) return <p className="text-ink-3">Nobody waits here now.</p>
          return (
            <ul className="flex flex-col gap-3">
              {here.map((run) => (
                <HeldRun key={`${run.enrollment} ${run.since}`} run={run} />
              ))}
            </ul>
          )
        }}
      </Loaded>
    </section>
  )
}

type Run = Parameters<typeof asked>[0] & { readonly since: number }
const asked = ({ profile, enrollment, step }: { profile: string; enrollment: string; step: string }) => ({ profile, enrollment, step })

function HeldRun({ run }: { run: Run }) {
  const client = useQueryClient()
  const decide = useMutation({
    mutationFn: (verdict: 'released' | 'rejected') => call(ReleaseRun, { ...asked(run), verdict }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListHeld.name] }),
  })
  return (
    <li className="flex flex-col gap-2 rounded-card bg-sunken p-3">
      <span className="flex items-baseline justify-between gap-2">
        <Link href={toPerson(run.profile)}>{run.profile}</Link>
        <Moment at={run.since} />
      </span>
      {decide.isError && <ErrorView error={decide.error} />}
      {decide.isSuccess ? (
        <span role="status">{decide.data.verdict === 'released' ? 'Released' : 'Rejected'}</span>
      ) : (
        <span className="flex gap-2">
          <Button look="primary" busy={decide.isPending} aria-label={`Release ${run.profile}`} onClick={() => decide.mutate('released')}>
            Release
          </Button>
          <Button busy={decide.isPending} aria-label={`Reject ${run.profile}`} onClick={() => decide.mutate('rejected')}>
            Reject
          </Button>
        </span>
      )}
    </li>
  )
}
