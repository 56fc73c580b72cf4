import { getRouteApi, useRouter } from '@tanstack/react-router'
import { GetModel } from '#decisions/api.ts'
import { ReadModelArms } from '#decisions/screen-api.ts'
import { DecisionLog } from '#decisions/ui/decision-log.tsx'
import { DecisionPage } from '#decisions/ui/decision-page.tsx'
import { ModelKind, ModelState } from '#decisions/ui/model-state.tsx'
import { MODEL_WORDS } from '#decisions/ui/model-words.ts'
import { Training, TrainNow } from '#decisions/ui/training.tsx'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { useMay } from '#kit/me.ts'
import { Page, TabLinks } from '#kit/page.tsx'
import { MODELS, type ModelTab, toDocument, toModel } from '#kit/paths.ts'
import { Loaded, NoPermission } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ArmsTab } from './arms.tsx'
import { DriftTab } from './drift.tsx'
import { EvaluationTab } from './evaluation.tsx'
import { OverviewTab } from './overview.tsx'
import { PAGE_WORDS } from './words.ts'

type One = OutputOf<typeof GetModel>

const DECIDES = new Set(['choice', 'send-time', 'content', 'pressure'])
const MEASURED = new Set(['propensity', 'choice', 'pattern'])

/** Parts that a type of model has. */
export function tabsOf(type: string): readonly ModelTab[] {
  return [
    'overview',
    ...(DECIDES.has(type) ? (['arms', 'decisions'] as const) : []),
    ...(MEASURED.has(type) ? (['drift'] as const) : []),
    ...(type === 'choice' ? (['evaluation'] as const) : []),
    'training',
  ]
}

const route = getRouteApi('/inside/models/$id')
const decision = getRouteApi('/inside/decisions/$id')

export const OneDecisionPage = () => {
  const { id } = decision.useParams()
  return <DecisionPage key={id} id={id} />
}

/** One model: what it does, how well, what it decided, how it learns. */
export function ModelPage() {
  const { id } = route.useParams()
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  const may = useMay('models:read')
  const change = useMay('models:write')
  const model = useRead(GetModel, { id, limit: 60 }, { every: 10_000, enabled: may })
  const one = model.data
  return (
    <Page
      title={one?.name || id}
      up={{ label: all.decisions, href: MODELS }}
      lead={one?.does}
      facts={
        one && (
          <>
            <Chip>
              <ModelKind type={one.type} />
            </Chip>
            <ModelState state={one.state} />
          </>
        )
      }
      actions={
        one && (
          <>
            {change && <TrainNow id={id} />}
            <ButtonLink href={toDocument('model', id)}>{say.settings}</ButtonLink>
          </>
        )
      }
    >
      {may ? (
        <Loaded query={model} lines={8}>
          {(data) => <Tabs one={data} />}
        </Loaded>
      ) : (
        <NoPermission needs="models:read" />
      )}
    </Page>
  )
}

function Tabs({ one }: { one: One }) {
  const say = useWords(PAGE_WORDS)
  const { tab: asked = 'overview' } = route.useSearch()
  const tabs = tabsOf(one.type)
  const tab = tabs.includes(asked) ? asked : 'overview'
  return (
    <>
      <TabLinks
        label={say.label}
        className="mb-5"
        tabs={tabs.map((each) => ({ label: say.tabs[each], href: toModel(one.id, { tab: each }), current: each === tab }))}
      />
      <Part one={one} tab={tab} />
    </>
  )
}

function Part({ one, tab }: { one: One; tab: ModelTab }) {
  const { by, chosen, days = 90 } = route.useSearch()
  const router = useRouter()
  const to = (query: Parameters<typeof toModel>[1]) => router.history.push(toModel(one.id, { tab, ...query }))
  const needed = tab === 'decisions' || tab === 'evaluation'
  const arms = useRead(ReadModelArms, { id: one.id, days: 365 }, { enabled: needed })
  const options = arms.data?.names.filter((name) => name !== '…') ?? []
  switch (tab) {
    case 'overview':
      return <OverviewTab one={one} />
    case 'arms':
      return <ArmsTab id={one.id} days={days} onDays={(next) => to({ days: next === 90 ? undefined : next })} />
    case 'drift':
      return <DriftTab one={one} />
    case 'decisions':
      return <DecisionLog model={one.id} filter={{ by, chosen }} options={options} onFilter={(filter) => to({ ...filter })} />
    case 'evaluation':
      return <EvaluationTab one={one} options={options} />
    case 'training':
      return <Training one={one} />
  }
}
