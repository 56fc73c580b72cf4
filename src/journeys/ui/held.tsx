import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { toPerson } from '#kit/paths.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import { ListHeld, ReleaseRun } from '../api.ts'

const EVERY_MS = 5_000

const WORDS = words(
  {
    title: 'Waiting for a decision',
    nobody: 'Nobody waits here now.',
    released: 'Released',
    rejected: 'Rejected',
    release: 'Release',
    reject: 'Reject',
    releaseOf: (profile: string) => `Release ${profile}`,
    rejectOf: (profile: string) => `Reject ${profile}`,
  },
  {
    de: {
      title: 'Wartet auf eine Entscheidung',
      nobody: 'Zurzeit wartet hier niemand.',
      released: 'Freigegeben',
      rejected: 'Abgelehnt',
      release: 'Freigeben',
      reject: 'Ablehnen',
      releaseOf: (profile) => `${profile} freigeben`,
      rejectOf: (profile) => `${profile} ablehnen`,
    },
  },
)

/** The runs that wait at a hold step, each to be released or rejected. */
export function HeldRuns({ journey, step }: { journey: string; step: string }) {
  const say = useWords(WORDS)
  const held = useRead(ListHeld, { journey }, { every: EVERY_MS })
  return (
    <section aria-label={say.title} className="flex flex-col gap-2">
      <h3 className="font-semibold">{say.title}</h3>
      <Loaded query={held}>
        {({ runs }) => {
          const here = runs.filter((run) => run.step === step)
          if (here.length === 0) return <p className="text-ink-3">{say.nobody}</p>
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
  const say = useWords(WORDS)
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
        <span role="status">{decide.data.verdict === 'released' ? say.released : say.rejected}</span>
      ) : (
        <span className="flex gap-2">
          <Button look="primary" busy={decide.isPending} aria-label={say.releaseOf(run.profile)} onClick={() => decide.mutate('released')}>
            {say.release}
          </Button>
          <Button busy={decide.isPending} aria-label={say.rejectOf(run.profile)} onClick={() => decide.mutate('rejected')}>
            {say.reject}
          </Button>
        </span>
      )}
    </li>
  )
}
