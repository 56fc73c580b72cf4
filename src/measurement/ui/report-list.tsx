import { ChartColumn, FileClock } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { toReport, toSavedReport } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { ROW_LINK } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { ListReportRuns } from '../reports/saved-api.ts'
import { REPORT_WORDS } from './report-words.ts'
import { SAVED_WORDS } from './saved-words.ts'
import { useReports } from './use-reports.ts'

/** Reports by what one wants to know. A report that is not named here stands under “More”. */
const GROUPS = [
  ['works', ['outcomes', 'goals', 'goal', 'experiment', 'attribution', 'returns']],
  ['journeys', ['journey-funnel', 'journey-map', 'channels', 'send-time', 'pressure', 'deliverability']],
  ['customers', ['value', 'journey-value', 'cohorts', 'retention', 'pipeline', 'costs']],
] as const

/** What was saved, and every report there is, by the question that it answers. */
export function ReportList() {
  const say = useWords(REPORT_WORDS)
  const mayRead = useMay('documents:read')
  const { reports, lines } = useReports()
  return (
    <Page title={say.reports} lead={say.lead}>
      <div className={mayRead ? 'grid items-start gap-6 lg:grid-cols-[300px_minmax(0,1fr)]' : ''}>
        {mayRead && <Saved />}
        <Loaded query={reports} lines={8}>
          {() => {
            const named = new Set<string>(GROUPS.flatMap(([, ids]) => ids))
            const groups = [...GROUPS, ['more', lines.filter(({ id }) => !named.has(id)).map(({ id }) => id)] as const]
            return (
              <div className="flex min-w-0 flex-col gap-6">
                {groups.map(([name, ids]) => {
                  const shown = ids.flatMap((id) => lines.find((each) => each.id === id) ?? [])
                  if (shown.length === 0) return null
                  return (
                    <Card key={name} title={say.groups[name]} flush>
                      <ul>
                        {shown.map(({ id, title, question }) => (
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
      </div>
    </Page>
  )
}

/** Saved reports with how their last run ended. */
function Saved() {
  const say = useWords(SAVED_WORDS)
  const saved = useRead(ListDocuments, { kind: 'report' })
  const runs = useRead(ListReportRuns, { limit: 200 })
  return (
    <Card title={say.saved} flush>
      <Loaded query={saved} lines={3}>
        {({ documents }) =>
          documents.length === 0 ? (
            <p className="p-4 text-pretty text-ink-2">{say.none}</p>
          ) : (
            <ul>
              {documents.map(({ id, name, live }) => {
                const last = runs.data?.runs.find(({ report }) => report === id)
                return (
                  <li
                    key={id}
                    className="relative flex items-start gap-3 border-b border-line px-4 py-3 last:border-0 hover:bg-sunken has-[a:focus-visible]:bg-sunken"
                  >
                    <FileClock size={17} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
                    <div className="min-w-0 flex-1">
                      <Link plain href={toSavedReport(id)} className={ROW_LINK}>
                        {name || id}
                      </Link>
                      <p className="text-meta text-ink-3">
                        {last ? (
                          <>
                            {say.states[last.state]}, <Moment at={last.endedAt ?? last.due} />
                          </>
                        ) : (
                          live === null && say.notLive
                        )}
                      </p>
                    </div>
                    {live === null && <Chip dashed>{say.draft}</Chip>}
                  </li>
                )
              })}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
