import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { useMay } from '#kit/me.ts'
import { CONNECT, HOME } from '#kit/paths.ts'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { workIn } from '#kit/workspace.ts'
import { CreateSample, DeleteSample, type Industry, ListSamples, type Sample } from '#workspaces/samples-api.ts'
import { HOME_WORDS } from './words.ts'

const LOOK_MS = 700
const INDUSTRIES = ['shop', 'saas', 'bank'] as const

/** Everything that was read belongs to the workspace that is left. */
function enter(id: string): void {
  workIn(id)
  location.assign(HOME)
}

/** A workspace to look around in: one of three, made while one waits, opened and deleted with one click. */
export function Samples() {
  const say = useWords(HOME_WORDS)
  const may = useMay('workspace:admin')
  const client = useQueryClient()
  const [making, setMaking] = useState(false)
  const read = useRead(ListSamples, {}, { every: making ? LOOK_MS : undefined })
  const samples = read.data?.samples ?? []
  const isMaking = samples.some(({ status }) => status === 'making')
  if (isMaking !== making) setMaking(isMaking)
  const changed = () => client.invalidateQueries({ queryKey: [ListSamples.name] })
  const make = useMutation({ mutationFn: (industry: Industry) => call(CreateSample, { industry }), onSettled: changed })
  if (!may && samples.length === 0) return <p className="text-ink-2">{say.adminOnly}</p>
  return (
    <div className="flex flex-col gap-3">
      <ul className="grid gap-3 md:grid-cols-3">
        {INDUSTRIES.map((industry) => {
          const { name, lead } = say.industries[industry]
          const found = samples.find((each) => each.industry === industry)
          return (
            <li key={industry} className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4">
              <div className="flex-1">
                <h3 className="text-h3">{name}</h3>
                <p className="mt-1 text-dense text-ink-2">{lead}</p>
              </div>
              {found ? (
                <Made sample={found} changed={changed} />
              ) : (
                <Button busy={make.isPending && make.variables === industry} onClick={() => make.mutate(industry)}>
                  {say.make}
                  <span className="sr-only">: {name}</span>
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {make.isError && <ErrorView error={make.error} />}
      {read.isError && <ErrorView error={read.error} retry={() => void read.refetch()} />}
    </div>
  )
}

function Made({ sample, changed }: { sample: Sample; changed: () => Promise<void> }) {
  const say = useWords(HOME_WORDS)
  if (sample.status === 'making') {
    const phase = sample.phase in say.making ? (sample.phase as keyof typeof say.making) : ''
    return (
      <div>
        <p className="text-dense" role="status">
          {say.making[phase]}
        </p>
        <progress value={sample.share} max={1} aria-label={say.making[phase]} className="mt-2 w-full" />
      </div>
    )
  }
  return (
    <div className="flex flex-col gap-2">
      {sample.status === 'failed' ? (
        <p role="alert" className="text-dense wrap-anywhere text-bad">
          {say.failed(sample.problem)}
        </p>
      ) : (
        <Button look="primary" onClick={() => enter(sample.id)}>
          {say.openIt(sample.name)}
        </Button>
      )}
      <Remove sample={sample} changed={changed} />
    </div>
  )
}

function Remove({ sample, changed }: { sample: Sample; changed: () => Promise<void> }) {
  const say = useWords(HOME_WORDS)
  const [asked, setAsked] = useState(false)
  const remove = useMutation({
    mutationFn: () => call(DeleteSample, { id: sample.id }),
    onSuccess: () => notify(say.deleted(sample.name)),
    onSettled: changed,
  })
  if (!asked)
    return (
      <Button look="quiet" onClick={() => setAsked(true)}>
        {say.deleteIt(sample.name)}
      </Button>
    )
  return (
    <fieldset aria-label={say.deleteIt(sample.name)} className="rounded-input bg-sunken p-2 text-dense">
      <p>{say.sure(sample.name, sample.people)}</p>
      <div className="mt-2 flex gap-2">
        <Button look="bad" busy={remove.isPending} onClick={() => remove.mutate()}>
          {say.yes}
        </Button>
        <Button look="quiet" onClick={() => setAsked(false)}>
          {say.no}
        </Button>
      </div>
      {remove.isError && <ErrorView error={remove.error} />}
    </fieldset>
  )
}

/** The two ways to begin, while nothing is here yet. */
export function FirstRun() {
  const say = useWords(HOME_WORDS)
  return (
    <div className="flex flex-col gap-4">
      <Way title={say.look} lead={say.lookLead}>
        <Samples />
      </Way>
      <Way title={say.start} lead={say.startLead}>
        <div>
          <ButtonLink href={CONNECT} look="primary">
            {say.start}
          </ButtonLink>
        </div>
      </Way>
    </div>
  )
}

const Way = ({ title, lead, children }: { title: string; lead: string; children: ReactNode }) => (
  <section aria-label={title} className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4">
    <div>
      <h2 className="text-h2">{title}</h2>
      <p className="mt-1 max-w-[72ch] text-ink-2">{lead}</p>
    </div>
    {children}
  </section>
)
