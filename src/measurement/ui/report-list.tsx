import { ChartColumn } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toReport } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { ROW_LINK } from '#kit/table.tsx'
import { ListReports } from '../reports/api.ts'

/** Reports by what one wants to know. A report that is not named here stands under “More”. */
const GROUPS: readonly (readonly [name: string, ids: readonly string[]])[] = [
  ['Does it work?', ['outcomes', 'goals', 'goal', 'experiment', 'attribution', 'returns', 'costs']],
  ['Journeys and messages', ['journey-funnel', 'journey-map', 'channels', 'send-time', 'pressure', 'deliverability']],
  ['Customers', ['value', 'journey-value', 'cohorts', 'retention', 'pipeline']],
]

/** Every report there is, by the question that it answers. */
export function ReportList() {
  const reports = useRead(ListReports, {})
  return (
    <Page
      title="Reports"
      lead="Each answers one question: in sentences first, then in tables down to the people behind a number, with what could be wrong beside it."
    >
      <Loaded query={reports} lines={8}>
        {({ reports: all }) => {
          const named = new Set(GROUPS.flatMap(([, ids]) => ids))
          const groups = [...GROUPS, ['More', all.filter(({ id }) => !named.has(id)).map(({ id }) => id)] as const]
          return (
            <div className="flex flex-col gap-6">
              {groups.map(([name, ids]) => {
                const lines = ids.flatMap((id) => all.find((each) => each.id === id) ?? [])
                if (lines.length === 0) return null
                return (
                  <Card key={name} title={name} flush>
                    <ul>
                      {lines.map(({ id, title, question }) => (
                        <li
                          key={id}
                          className="relative flex items-start gap-3 border-b border-line px-4 py-3 last:border-0 hover:bg-sunken has-[a:focus-visible]:bg-sunken"
                        >
                          <ChartColumn size={17} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
                          <div className="min-w-0">
                            <Link plain href={toReport(id)} className={ROW_LINK}>
                              {title}
                            </Link>
                            <p className="text-pretty text-ink-2">{question}</p>
                          </div>
                        </li>
                      ))}
                    </ul>
                  </Card>
                )
              })}
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}
