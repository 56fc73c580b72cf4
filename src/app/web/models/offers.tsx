import { useMutation } from '@tanstack/react-query'
import { BadgePercent } from 'lucide-react'
import { GetResponses, LearnResponses } from '#decisions/evaluation/api.ts'
import { Areas } from '#decisions/ui/areas.tsx'
import { MODEL_WORDS } from '#decisions/ui/model-words.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { toModel } from '#kit/paths.ts'
import { Empty, Loaded, NoPermission } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ChartView } from '#measurement/ui/chart.tsx'
import { signedSmall } from './pictures.tsx'
import { PAGE_WORDS } from './words.ts'

type Told = OutputOf<typeof GetResponses>['models'][number]

/** What each type of offer changes, and whether people differ in that. */
export function OffersPage() {
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  const may = useMay('models:read')
  const change = useMay('models:write')
  const responses = useRead(GetResponses, {}, { every: 15_000, enabled: may })
  const learn = useMutation({
    mutationFn: () => call(LearnResponses, {}),
    onSuccess: () => notify(say.learning),
    onError: (error) => notify(error.message),
  })
  return (
    <Page
      title={all.areas.offers}
      lead={say.offersLead}
      actions={
        change && (
          <Button busy={learn.isPending} onClick={() => learn.mutate()}>
            {say.learn}
          </Button>
        )
      }
    >
      <Areas current="offers" />
      {may ? (
        <Loaded query={responses} lines={5}>
          {({ models }) =>
            models.length === 0 ? (
              <Card>
                <Empty icon={<BadgePercent size={20} aria-hidden="true" />} title={say.offersNone}>
                  {say.offersNoneLead}
                </Empty>
              </Card>
            ) : (
              <div className="flex flex-col gap-6">
                {models.map((each) => (
                  <OfModel key={each.model} told={each} />
                ))}
              </div>
            )
          }
        </Loaded>
      ) : (
        <NoPermission needs="models:read" />
      )}
    </Page>
  )
}

function OfModel({ told }: { told: Told }) {
  const say = useWords(PAGE_WORDS)
  return (
    <Card
      title={told.model}
      aside={
        <span className="flex gap-3 text-dense text-ink-3">
          <Link href={toModel(told.model)}>{told.model}</Link>
          <span>
            {say.reckoned} <Moment at={told.at} />
          </span>
        </span>
      }
    >
      {told.refused && (
        <p className="text-pretty">
          <span className="font-medium text-warn">{told.refused.title}</span> {told.refused.detail} {told.refused.hint}
        </p>
      )}
      {told.offers.length > 0 && (
        <>
          <ChartView
            chart={{
              kind: 'bars',
              title: say.effect,
              format: 'number',
              bars: told.offers.map(({ offer, effect, low, high }) => ({ label: offer, value: effect, low, high })),
            }}
          />
          <Table
            label={say.effect}
            rows={told.offers}
            rowKey={({ offer }) => offer}
            columns={[
              {
                name: say.offer,
                cell: (row) => (
                  <>
                    <span className="block font-medium">{row.offer}</span>
                    <span className="block text-meta text-ink-3">{row.sentence}</span>
                  </>
                ),
              },
              { name: say.people, width: 'w-24', right: true, from: 'sm', cell: ({ people }) => count(people) },
              {
                name: say.effect,
                width: 'w-36',
                right: true,
                cell: ({ effect, low, high }) => (
                  <>
                    {signedSmall(effect)}
                    <span className="block text-meta text-ink-3">{say.compared(signedSmall(low), signedSmall(high))}</span>
                  </>
                ),
              },
              {
                name: say.state,
                width: 'w-44',
                right: true,
                from: 'md',
                cell: ({ differs }) => <Chip tone={differs ? 'ok' : 'neutral'}>{differs ? say.differs : say.same}</Chip>,
              },
            ]}
          />
        </>
      )}
    </Card>
  )
}
