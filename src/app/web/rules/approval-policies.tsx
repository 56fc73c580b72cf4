import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ListStarters } from '#approvals/api.ts'
import { ApprovalPolicy, type Condition, Operation } from '#approvals/schema.ts'
import { SUPPOSED, type Supposed, wouldNeed } from '#approvals/tester.ts'
import { COMMON } from '#approvals/ui/words.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field, Select } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { ApplyDocuments, ExportDocuments } from '#workspaces/documents/api.ts'
import { CONDITION_WORDS, POLICY_WORDS } from './policies-words.ts'

const KIND = 'approval-policy'

/** Who must approve what: all policies in force as one table, sets to begin with, and a question to try them with. */
export function ApprovalPolicies() {
  const live = useRead(ExportDocuments, { kind: KIND })
  return (
    <Loaded query={live} lines={4}>
      {({ documents }) => {
        const policies = documents.map(({ body }) => ApprovalPolicy.parse(body))
        return (
          <div className="flex flex-col gap-4">
            {policies.length === 0 ? <Starters /> : <Matrix policies={policies} />}
            {policies.length > 0 && <Tester policies={policies} />}
          </div>
        )
      }}
    </Loaded>
  )
}

function useConditionWords(): (condition: Condition) => string {
  const say = useWords(CONDITION_WORDS)
  const common = useWords(COMMON)
  return (condition) => {
    switch (condition.kind) {
      case 'always':
      case 'firstSend':
      case 'autonomy':
      case 'inFlight':
        return say[condition.kind]
      case 'reach':
        return say.reach(count(condition.people))
      case 'spend':
        return say.spend(count(condition.amount))
      case 'discount':
        return say.discount(
          condition.percent === undefined ? '' : `${condition.percent} %`,
          condition.amount === undefined ? '' : count(condition.amount),
        )
      case 'category':
      case 'jurisdiction':
        return say[condition.kind](common.and(condition.any))
      case 'brandVoice':
        return say.brandVoice(String(condition.score))
      case 'documents':
        return say.documents(common.and(condition.kinds.map((kind) => common.kinds[kind] ?? kind)))
    }
  }
}

function Matrix({ policies }: { policies: readonly ApprovalPolicy[] }) {
  const say = useWords(POLICY_WORDS)
  const words = useWords(CONDITION_WORDS)
  const common = useWords(COMMON)
  const inWords = useConditionWords()
  return (
    <Card title={say.matrix}>
      <p className="mb-3 text-dense text-ink-2">{say.matrixLead}</p>
      <Scroll label={say.matrixLead} className="overflow-x-auto">
        <table className="w-full min-w-[560px] border-collapse text-dense">
          <thead>
            <tr className="border-b border-line text-left text-meta text-ink-3">
              {[say.whatCol, say.whoCol, say.afterCol].map((name) => (
                <th key={name} scope="col" className="h-8 pr-4 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {policies.map(({ id, name, when, for: operations, quorum, deciders, ownWork, deadline, otherwise }) => (
              <tr key={id} className="border-b border-line align-top last:border-0">
                <th scope="row" className="py-2 pr-4 text-left font-normal">
                  <span className="font-medium">{name ?? id}</span>
                  <ul className="list-disc pl-4 text-ink-2">
                    {when.map((condition) => (
                      <li key={JSON.stringify(condition)}>{inWords(condition)}</li>
                    ))}
                  </ul>
                  <span className="text-meta text-ink-3">{common.and(operations.map((each) => common.operations[each]))}</span>
                </th>
                <td className="py-2 pr-4">
                  {words.who(quorum, deciders.permission)}
                  {deciders.roles && <span className="block text-ink-2">{words.roles(common.and(deciders.roles))}</span>}
                  {deciders.people && <span className="block text-ink-2">{words.named(deciders.people.length)}</span>}
                  {ownWork === 'allowed' && <span className="block text-ink-2">{words.ownWork}</span>}
                </td>
                <td className="py-2">
                  {deadline ?? say.noDeadline}
                  {deadline !== undefined && <span className="block text-meta text-ink-3">{common.otherwise[otherwise]}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

function Starters() {
  const say = useWords(POLICY_WORDS)
  const may = useMay('documents:write')
  const mayPublish = useMay('policies:publish')
  const client = useQueryClient()
  const starters = useRead(ListStarters, {})
  const use = useMutation({
    mutationFn: (policies: readonly ApprovalPolicy[]) =>
      call(ApplyDocuments, { documents: policies.map((body) => ({ kind: KIND, id: body.id, body: body as never })) }),
    onSuccess: async () => {
      await client.invalidateQueries()
      notify(say.done)
    },
  })
  return (
    <Card title={say.noPolicies}>
      <p className="mb-3 max-w-[72ch] text-ink-2">{say.noPoliciesMore}</p>
      <Loaded query={starters} lines={2}>
        {(data) => (
          <ul className="grid gap-3 sm:grid-cols-2">
            {data.starters.map(({ id, policies }) => (
              <li key={id} className="flex flex-col gap-2 rounded-card border border-line p-3">
                <span className="font-medium">{say.starters[id] ?? id}</span>
                <span className="flex-1 text-dense text-ink-2">{say.startersMore[id]}</span>
                <span className="text-meta text-ink-3">{say.rules(policies.length)}</span>
                {may && mayPublish && (
                  <Button className="self-start" busy={use.isPending} onClick={() => use.mutate(policies)}>
                    {say.useStarter}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {use.isError && <ErrorView error={use.error} />}
    </Card>
  )
}

const NUMBERS = ['people', 'cost', 'discount', 'voice'] as const
const FLAGS = ['autonomy', 'firstSend', 'inFlight'] as const
const KINDS = [
  'journey',
  'template',
  'segment',
  'sender',
  'provider',
  'policy',
  'approval-policy',
  'contact-policy',
  'topic',
  'model',
  'budget',
]

function Tester({ policies }: { policies: readonly ApprovalPolicy[] }) {
  const say = useWords(POLICY_WORDS)
  const common = useWords(COMMON)
  const [supposed, setSupposed] = useState<Supposed>(SUPPOSED)
  const needs = useMemo(() => wouldNeed(policies, supposed), [policies, supposed])
  const set = (change: Partial<Supposed>) => setSupposed((now) => ({ ...now, ...change }))
  return (
    <Card title={say.tester}>
      <p className="mb-3 text-dense text-ink-2">{say.testerLead}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label={say.operation}
          value={supposed.operation}
          choices={Operation.options.map((value) => ({ value, label: common.operations[value] }))}
          onChange={(value) => set({ operation: value as Operation })}
        />
        <Select
          label={say.kind}
          value={supposed.kind}
          choices={KINDS.map((value) => ({ value, label: common.kinds[value] ?? value }))}
          onChange={(kind) => set({ kind })}
        />
        {NUMBERS.map((name) => (
          <Field
            key={name}
            label={say[name]}
            type="number"
            min={0}
            value={supposed[name]}
            onChange={(event) => set({ [name]: Math.max(0, Number(event.target.value) || 0) })}
          />
        ))}
        {FLAGS.map((name) => (
          <label key={name} className="flex items-center gap-2 text-dense">
            <input
              type="checkbox"
              checked={supposed[name]}
              onChange={(event) => set({ [name]: event.target.checked })}
              className="size-4 accent-(--accent)"
            />
            {say[name]}
          </label>
        ))}
      </div>
      <div role="status" className="mt-4 rounded-input bg-sunken px-3 py-2">
        <p className="font-medium">{needs.length === 0 ? say.testerNone : say.testerYes(needs.length)}</p>
        <ul className="text-dense">
          {needs.map(({ policy, name, quorum, reasons }) => (
            <li key={policy}>
              {name}: {common.agree(quorum)}. <span className="text-ink-2">{reasons.join(' ')}</span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  )
}
