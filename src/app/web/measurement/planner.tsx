import { useState } from 'react'
import { Holdout } from '#decisions/experiments/schema.ts'
import { useRead } from '#kit/api.ts'
import { Field } from '#kit/field.tsx'
import { Card, Facts } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { ListExperiments } from '#measurement/experiments/api.ts'
import { Plan, PlanExperiment } from '#measurement/inference/api.ts'
import { EXPERIMENT_WORDS } from '#measurement/ui/experiment-words.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'

type Body = Readonly<Record<string, unknown>>
interface Asked {
  readonly rate: string
  readonly effect: string
  readonly aDay: string
  readonly window: string
}

/** Share of the control and number of treated arms, as the form says them. */
function armsOf(body: Body): { control: number; arms: number } {
  const arms = (Array.isArray(body['arms']) ? body['arms'] : []) as readonly { share?: unknown; control?: unknown }[]
  const control = Number.parseFloat(String(arms.find((arm) => arm.control === true)?.share ?? '50')) / 100
  return { control: control > 0 && control < 1 ? control : 0.5, arms: Math.max(1, arms.length - 1) }
}

/** How many people it takes, and what else draws people. */
export function Planner({ body }: { body: Body }) {
  return (
    <div className="flex min-w-0 flex-col gap-4 xl:sticky xl:top-4">
      <Needs body={body} />
      <Meets id={String(body['id'] ?? '')} />
    </div>
  )
}

function Needs({ body }: { body: Body }) {
  const say = useWords(EXPERIMENT_WORDS)
  const [asked, setAsked] = useState<Asked>({ rate: '5', effect: '10', aDay: '', window: '7' })
  const set = (name: keyof Asked) => (event: { target: { value: string } }) => setAsked((now) => ({ ...now, [name]: event.target.value }))
  const { control, arms } = armsOf(body)
  const plan = Plan.safeParse({
    outcome: { kind: 'rate', rate: Number(asked.rate) / 100 },
    effect: { as: 'relative', size: Number(asked.effect) / 100 },
    alpha: typeof body['alpha'] === 'number' ? body['alpha'] : 0.05,
    control,
    arms,
    windowDays: Math.round(Number(asked.window)),
    ...(Number(asked.aDay) > 0 && { peopleADay: Number(asked.aDay) }),
  })
  return (
    <Card title={say.planTitle}>
      <p className="mb-3 text-pretty text-ink-2">{say.planWhy}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={say.rate} type="number" min={0} max={100} step="any" value={asked.rate} onChange={set('rate')} />
        <Field label={say.effect} type="number" step="any" value={asked.effect} onChange={set('effect')} />
        <Field label={say.aDay} type="number" min={0} value={asked.aDay} onChange={set('aDay')} />
        <Field label={say.window} type="number" min={0} max={365} value={asked.window} onChange={set('window')} />
      </div>
      <div className="mt-4">{plan.success ? <Planned plan={plan.data} /> : <p className="text-warn">{say.planUnsound}</p>}</div>
    </Card>
  )
}

function Planned({ plan }: { plan: Plan }) {
  const say = useWords(EXPERIMENT_WORDS)
  const planned = useRead(PlanExperiment, plan, { keep: true })
  return (
    <Loaded query={planned} lines={3}>
      {({ sentence, once, always, doubts }) => (
        <>
          <p className="text-h3 text-pretty">{sentence}</p>
          <div className="mt-3">
            <Facts
              rows={[
                [say.always, say.needs(always.people, always.days)],
                [say.once, say.needs(once.people, once.days)],
              ]}
            />
          </div>
          {doubts.length > 0 && (
            <ul className="mt-3 list-disc pl-5 text-dense text-ink-2">
              {doubts.map(({ code, sentence: doubt }) => (
                <li key={code}>{doubt}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </Loaded>
  )
}

function Meets({ id }: { id: string }) {
  const say = useWords(EXPERIMENT_WORDS)
  const holdouts = useRead(ExportDocuments, { kind: 'holdout' })
  const experiments = useRead(ListExperiments, {})
  const shares = holdouts.data?.documents.map(({ body }) => Holdout.parse(body).share) ?? []
  const others = experiments.data?.experiments.filter(({ key, kind }) => kind === 'experiment' && key !== `experiment:${id}`) ?? []
  return (
    <Card title={say.meets}>
      <ul className="flex list-disc flex-col gap-1.5 pl-5 text-pretty">
        <li>{say.meetsHoldouts(shares.length, shares.join(', '))}</li>
        <li>
          {say.meetsOthers(others.length)} {others.map(({ title }) => `“${title}”`).join(', ')}
        </li>
      </ul>
    </Card>
  )
}
