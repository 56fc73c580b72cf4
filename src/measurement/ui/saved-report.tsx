import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Download, Send } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip, type Tone } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { download } from '#kit/download.ts'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page, TabLinks } from '#kit/page.tsx'
import { REPORTS, toReport, toSavedReport } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, wordsNow } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetDocument, ListDocuments } from '#workspaces/documents/api.ts'
import { nextDue } from '../reports/due.ts'
import { type Destination, type Range, SavedReport, type Schedule } from '../reports/saved.ts'
import { GetReportFile, ListReportRuns, RemoveReport, SaveReport, SendReportNow } from '../reports/saved-api.ts'
import { REPORT_WORDS } from './report-words.ts'
import { SAVED_WORDS } from './saved-words.ts'
import { useReports } from './use-reports.ts'

type Run = OutputOf<typeof ListReportRuns>['runs'][number]
type Stored = OutputOf<typeof GetDocument>
export type SavedTab = 'runs' | 'settings'

/** `every Monday at 07:30 (Europe/Oslo)`. */
export function scheduleInWords(schedule: Schedule): string {
  const say = wordsNow(SAVED_WORDS)
  switch (schedule.every) {
    case 'day':
      return say.daily(schedule.at, schedule.zone)
    case 'week':
      return say.weekly(say.days[schedule.on], schedule.at, schedule.zone)
    case 'month':
      return say.monthly(schedule.day, schedule.at, schedule.zone)
  }
}

export function placeInWords(destination: Destination): string {
  const say = wordsNow(SAVED_WORDS)
  const as = destination.as.toUpperCase()
  switch (destination.to) {
    case 'email':
      return say.mail(destination.people.join(', '), as)
    case 'folder':
      return say.folder(destination.folder ?? '/', as)
    case 's3':
      return say.s3(`${destination.bucket}/${destination.prefix}`, as)
  }
}

const rangeInWords = (range: Range): string => {
  const say = wordsNow(SAVED_WORDS)
  return 'last' in range ? say.last(range.last) : say.previous(say.units[range.previous])
}

/** A saved report: what it is, when it is made, who gets it, what became of it; its settings stand in `settings`. */
export function SavedReportPage({ id, tab, settings }: { id: string; tab: SavedTab; settings: ReactNode }) {
  const say = useWords(SAVED_WORDS)
  const reports = useWords(REPORT_WORDS)
  const document = useRead(GetDocument, { kind: 'report', id })
  const body = document.data?.draft?.body ?? document.data?.shown?.body
  const name = typeof body?.['name'] === 'string' ? body['name'] : id
  return (
    <Page
      title={name}
      up={{ label: reports.reports, href: REPORTS }}
      facts={
        document.data && (
          <>
            {document.data.live !== null && <Chip tone="ok">{say.live}</Chip>}
            {body?.['paused'] === true && <Chip tone="warn">{say.paused}</Chip>}
            {document.data.draft && <Chip dashed>{say.draft}</Chip>}
          </>
        )
      }
      actions={document.data && <Actions id={id} stored={document.data} />}
    >
      <TabLinks
        label={say.tabs}
        className="mb-4"
        tabs={[
          { label: say.runs, href: toSavedReport(id), current: tab === 'runs' },
          { label: say.settings, href: toSavedReport(id, 'settings'), current: tab === 'settings' },
        ]}
      />
      {tab === 'settings' ? (
        settings
      ) : (
        <Loaded query={document} lines={6}>
          {(stored) => (
            <div className="flex flex-col gap-4">
              <About stored={stored} />
              <Runs id={id} live={stored.live !== null} />
            </div>
          )}
        </Loaded>
      )}
    </Page>
  )
}

/** Send, pause, remove: what one may not do is not offered. */
function Actions({ id, stored }: { id: string; stored: Stored }) {
  const say = useWords(SAVED_WORDS)
  const client = useQueryClient()
  const maySend = useMay('send')
  const maySave = useMay('reports:save')
  const [state, setState] = useState<{ busy?: boolean; error?: unknown; removing?: boolean }>({})
  const body = stored.shown?.body
  const isPaused = body?.['paused'] === true
  const doing = async (work: () => Promise<void>) => {
    setState({ busy: true })
    try {
      await work()
      setState({})
    } catch (error) {
      setState({ error })
    }
    await client.invalidateQueries()
  }
  const send = () =>
    doing(async () => {
      await call(SendReportNow, { id })
      notify(say.sending)
    })
  const pause = (paused: boolean): Promise<void> =>
    doing(async () => {
      const { paused: _, ...others } = body ?? {}
      await call(SaveReport, { id, body: paused ? { ...others, paused } : others })
      notify(paused ? say.isPaused : say.isResumed, { label: say.undo, run: () => void pause(!paused) })
    })
  return (
    <>
      {stored.live !== null && maySend && (
        <Button look="primary" busy={state.busy ?? false} onClick={() => void send()}>
          <Send size={15} aria-hidden="true" />
          {say.sendNow}
        </Button>
      )}
      {stored.live !== null && body?.['schedule'] !== undefined && maySave && !stored.draft && (
        <Button busy={state.busy ?? false} onClick={() => void pause(!isPaused)}>
          {isPaused ? say.resume : say.pause}
        </Button>
      )}
      {stored.live !== null && maySave && <Button onClick={() => setState({ removing: true })}>{say.remove}</Button>}
      {state.error !== undefined && <ErrorView error={state.error} />}
      {state.removing && <Remove id={id} places={placesOf(body)} onClose={() => setState({})} />}
    </>
  )
}

const placesOf = (body: Readonly<Record<string, unknown>> | undefined): number => {
  const read = SavedReport.safeParse(body)
  return read.success && read.data.schedule ? read.data.deliver.length : 0
}

function Remove({ id, places, onClose }: { id: string; places: number; onClose: () => void }) {
  const say = useWords(SAVED_WORDS)
  const client = useQueryClient()
  const router = useRouter()
  const [state, setState] = useState<{ busy?: boolean; error?: unknown }>({})
  const remove = async () => {
    setState({ busy: true })
    try {
      await call(RemoveReport, { id })
      await client.invalidateQueries({ queryKey: [ListDocuments.name] })
      notify(say.removed)
      router.history.push(REPORTS)
    } catch (error) {
      setState({ error })
    }
  }
  return (
    <Dialog title={say.removeTitle} open onClose={onClose}>
      <p>{say.removeWhy(places)}</p>
      {state.error !== undefined && <ErrorView error={state.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.keep}</Button>
        <Button look="bad" busy={state.busy ?? false} onClick={() => void remove()}>
          {say.remove}
        </Button>
      </div>
    </Dialog>
  )
}

function About({ stored }: { stored: Stored }) {
  const say = useWords(SAVED_WORDS)
  const { lines } = useReports()
  const read = SavedReport.safeParse(stored.shown?.body ?? stored.draft?.body)
  if (!read.success) return null
  const { report, params, range, schedule, deliver, paused } = read.data
  const line = lines.find((each) => each.id === report)
  const asked = Object.entries(params).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const address = Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(([inner, of]) => [`${name}.${inner}`, String(of)])
        : [[name, String(value)]],
    ),
  ) as Readonly<Record<string, string>>
  return (
    <Card title={say.about} aside={<ButtonLink href={toReport(report, address)}>{say.readNow}</ButtonLink>}>
      <Facts
        rows={[
          [say.report, line?.title ?? report],
          [say.asked, asked.length === 0 ? say.asUsual : asked.join(', ')],
          ...(range ? [[say.stretch, rangeInWords(range)] as const] : []),
          [
            say.when,
            schedule ? (
              <>
                {scheduleInWords(schedule)}
                {stored.live !== null && !paused && (
                  <>
                    {' · '}
                    {say.next} <Moment at={nextDue(schedule, Date.now())} exact />
                  </>
                )}
              </>
            ) : (
              say.unscheduled
            ),
          ],
          [
            say.goes,
            deliver.length === 0 ? (
              say.nowhere
            ) : (
              <ul key="places">
                {deliver.map((each) => (
                  <li key={JSON.stringify(each)}>{placeInWords(each)}</li>
                ))}
              </ul>
            ),
          ],
        ]}
      />
    </Card>
  )
}

const TONES: Readonly<Record<Run['state'], Tone>> = { open: 'neutral', done: 'ok', partly: 'warn', failed: 'bad' }

function Runs({ id, live }: { id: string; live: boolean }) {
  const say = useWords(SAVED_WORDS)
  const runs = useRead(ListReportRuns, { report: id }, { every: 3_000 })
  return (
    <Card title={say.runs} flush>
      <Loaded query={runs} lines={3}>
        {({ runs: all }) =>
          all.length === 0 ? (
            <Empty title={live ? say.noRuns : say.notLive} />
          ) : (
            <ul aria-label={say.runs}>
              {all.map((run) => (
                <OneRun key={run.id} run={run} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}

function OneRun({ run }: { run: Run }) {
  const say = useWords(SAVED_WORDS)
  const [error, setError] = useState<unknown>()
  return (
    <li className="grid gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-0 md:grid-cols-[220px_minmax(0,1fr)_minmax(0,1fr)]">
      <div>
        <p className="flex items-center gap-2">
          <Chip tone={TONES[run.state]}>{say.states[run.state]}</Chip>
          <span className="text-dense text-ink-2">{run.by || say.schedule}</span>
        </p>
        <Moment at={run.due} exact className="mt-1 block text-dense text-ink-2" />
        {run.missed > 0 && <p className="text-meta text-warn">{say.missed(run.missed)}</p>}
      </div>
      <ul className="min-w-0 text-dense">
        {run.detail !== '' && <li className="text-bad">{run.detail}</li>}
        {run.deliveries.map((delivery) => (
          <li key={`${delivery.to}${delivery.as}`} className="wrap-anywhere">
            {delivery.to}
            {delivery.state !== 'done' && `: ${say.states[delivery.state]}`} {delivery.detail}
          </li>
        ))}
      </ul>
      <ul className="flex min-w-0 flex-col gap-1">
        {run.files.map((file) => (
          <li key={file.id}>
            <Button look="quiet" className="max-w-full" onClick={() => void download(GetReportFile, { id: file.id }).catch(setError)}>
              <Download size={15} aria-hidden="true" className="shrink-0" />
              <span className="truncate">{say.file(file.name, file.bytes)}</span>
            </Button>
          </li>
        ))}
        {error !== undefined && <ErrorView error={error} />}
      </ul>
    </li>
  )
}
