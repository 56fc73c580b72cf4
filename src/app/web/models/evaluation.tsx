import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import { useState } from 'react'
import type { GetModel } from '#decisions/api.ts'
import { CancelEvaluation, CheckPromotion, EvaluateModel, type EvaluationLine, ListEvaluations } from '#decisions/evaluation/api.ts'
import { MODEL_WORDS } from '#decisions/ui/model-words.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip, type Tone } from '#kit/chip.tsx'
import { Select } from '#kit/field.tsx'
import { count, percent, shortDay } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Card, Facts } from '#kit/page.tsx'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ChartView } from '#measurement/ui/chart.tsx'
import { signedSmall, Twin } from './pictures.tsx'
import { PAGE_WORDS } from './words.ts'

type One = OutputOf<typeof GetModel>
type Done = EvaluationLine & { readonly result: NonNullable<EvaluationLine['result']> }
const POLICIES = ['document', 'best-arm', 'uniform'] as const
const TONES: Readonly<Record<Done['result']['verdict'], Tone>> = { better: 'ok', worse: 'bad', not_shown: 'neutral', refused: 'warn' }
/** Beyond this share of unlike choices, what is said rests on hardly anything. */
const MUCH_UNSUPPORTED = 0.05

const running = ({ status }: EvaluationLine): boolean => status === 'waiting' || status === 'running'

function usePolicyName(): (policy: EvaluationLine['policy']) => string {
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  return (policy) => {
    if (policy.kind === 'arm') return `${say.policies.arm} “${policy.arm}”`
    if (policy.kind === 'shadow') return `${all.stages.shadow} ${policy.version}`
    return say.policies[policy.kind]
  }
}

/** What a policy would have earned, valued before it acts. */
export function EvaluationTab({ one, options }: { one: One; options: readonly string[] }) {
  const say = useWords(PAGE_WORDS)
  const may = useMay('models:write')
  const [fast, setFast] = useState(false)
  const list = useRead(ListEvaluations, { id: one.id }, { every: fast ? 1_000 : 15_000 })
  const active = list.data?.evaluations.some(running) ?? false
  if (active !== fast) setFast(active)
  return (
    <div className="flex flex-col gap-6">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {may && <Begin id={one.id} options={options} />}
        <Promotion id={one.id} />
      </div>
      <Loaded query={list} lines={4}>
        {({ evaluations }) =>
          evaluations.length === 0 ? (
            <Card>
              <Empty icon={<Scale size={20} aria-hidden="true" />} title={say.none}>
                {say.noneLead}
              </Empty>
            </Card>
          ) : (
            <>
              <Compared all={evaluations.filter((each): each is Done => each.result !== null)} />
              {evaluations.map((each) => (
                <OneEvaluation key={each.id} of={each} />
              ))}
            </>
          )
        }
      </Loaded>
    </div>
  )
}

function Begin({ id, options }: { id: string; options: readonly string[] }) {
  const say = useWords(PAGE_WORDS)
  const client = useQueryClient()
  const [policy, setPolicy] = useState('document')
  const begin = useMutation({
    mutationFn: () => {
      const plain = POLICIES.find((kind) => kind === policy)
      return call(EvaluateModel, { id, policy: plain ? { kind: plain } : { kind: 'arm', arm: policy.slice('arm:'.length) } })
    },
    onSuccess: () => {
      notify(say.started)
      void client.invalidateQueries({ queryKey: [ListEvaluations.name] })
    },
  })
  return (
    <Card title={say.evaluate}>
      <p className="mb-3 text-pretty text-ink-2">{say.evaluateLead}</p>
      <div className="flex flex-wrap items-end gap-3">
        <Select
          label={say.compareOf}
          value={policy}
          onChange={setPolicy}
          choices={[
            ...POLICIES.map((kind) => ({ value: kind, label: say.policies[kind] })),
            ...options.map((arm) => ({ value: `arm:${arm}`, label: `${say.policies.arm} “${arm}”` })),
          ]}
        />
        <Button look="primary" busy={begin.isPending} onClick={() => begin.mutate()}>
          {say.start}
        </Button>
      </div>
      {begin.isError && <ErrorView error={begin.error} />}
    </Card>
  )
}

function Promotion({ id }: { id: string }) {
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  const promotion = useRead(CheckPromotion, { id })
  return (
    <Card title={say.promotion}>
      <Loaded query={promotion} lines={2}>
        {({ stage, refused, warnings }) => (
          <>
            <p className="mb-2">
              <Chip>{all.stages[stage]}</Chip>
            </p>
            {[...(refused ? [refused] : []), ...warnings].map((told) => (
              <p key={told.code} className="mb-2 text-pretty">
                <span className={`font-medium ${refused === told ? 'text-bad' : 'text-warn'}`}>{told.title}</span> {told.detail} {told.hint}
              </p>
            ))}
            {!refused && warnings.length === 0 && <p className="text-ink-2">{say.promotionFree}</p>}
          </>
        )}
      </Loaded>
    </Card>
  )
}

function Compared({ all }: { all: readonly Done[] }) {
  const say = useWords(PAGE_WORDS)
  const nameOf = usePolicyName()
  // The newest of each policy.
  const newest = [...new Map(all.toReversed().map((each) => [JSON.stringify(each.policy), each])).values()]
  if (newest.length === 0) return null
  const gains = newest.map((each) => ({ name: nameOf(each.policy), ...each.result.gain, verdict: each.result.verdict }))
  return (
    <Card title={say.compare}>
      <ChartView
        chart={{
          kind: 'bars',
          title: say.gain,
          format: 'number',
          bars: gains.map(({ name, value, low, high }) => ({ label: name, value, ...(low !== null && high !== null && { low, high }) })),
        }}
      />
      <Twin>
        <Table
          label={say.compare}
          rows={gains}
          rowKey={({ name }) => name}
          columns={[
            { name: say.compareOf, cell: ({ name }) => name },
            { name: say.gain, right: true, cell: ({ value }) => signedSmall(value) },
            {
              name: say.interval,
              right: true,
              cell: ({ low, high }) => (low === null || high === null ? '–' : say.compared(signedSmall(low), signedSmall(high))),
            },
            { name: say.state, right: true, cell: ({ verdict }) => say.verdicts[verdict] },
          ]}
        />
      </Twin>
    </Card>
  )
}

function OneEvaluation({ of }: { of: EvaluationLine }) {
  const say = useWords(PAGE_WORDS)
  const nameOf = usePolicyName()
  const { result } = of
  return (
    <Card
      title={nameOf(of.policy)}
      aside={
        <span className="flex items-center gap-2">
          <Moment at={of.beganAt} className="text-dense text-ink-3" />
          {result ? <Chip tone={TONES[result.verdict]}>{say.verdicts[result.verdict]}</Chip> : <Chip>{say.status[of.status]}</Chip>}
        </span>
      }
    >
      {running(of) && <Progress of={of} />}
      {of.error !== '' && <p className="text-bad">{of.error}</p>}
      {result && (
        <>
          <p className="max-w-[80ch] text-pretty">{result.sentence}</p>
          {result.support.unsupported > MUCH_UNSUPPORTED && <p className="mt-2 font-medium text-warn">{say.overlapThin}</p>}
          <div className="mt-3">
            <Facts
              rows={[
                [say.span, `${shortDay(of.from)} – ${shortDay(of.to)}`],
                [say.gain, signedSmall(result.gain.value)],
                [say.effective, `${count(result.support.effective)} / ${count(result.support.decisions)}`],
                [say.unsupported, percent(result.support.unsupported)],
              ]}
            />
          </div>
          {result.notes.length > 0 && (
            <ul className="mt-3 list-disc pl-5 text-dense text-ink-2">
              {result.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </Card>
  )
}

function Progress({ of }: { of: EvaluationLine }) {
  const say = useWords(PAGE_WORDS)
  const client = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => call(CancelEvaluation, { id: of.id }),
    onSuccess: () => {
      notify(say.cancelled)
      void client.invalidateQueries({ queryKey: [ListEvaluations.name] })
    },
    onError: (error) => notify(error.message),
  })
  return (
    <div className="flex flex-wrap items-center gap-3">
      <progress className="min-w-40 flex-1" aria-label={say.status.running} max={Math.max(1, of.total)} value={of.done} />
      <span className="num text-dense text-ink-2">{say.progress(count(of.done), count(of.total))}</span>
      <Button onClick={() => cancel.mutate()}>{say.cancel}</Button>
    </div>
  )
}
