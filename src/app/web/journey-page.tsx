import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { lazy, Suspense, useCallback } from 'react'
import type { z } from 'zod'
import { GetJourney } from '#journeys/api.ts'
import { durationWords, places, title } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import { CodeView } from '#journeys/ui/code.tsx'
import { LiveJourney, type Totals } from '#journeys/ui/counts.tsx'
import { Inspector } from '#journeys/ui/inspector.tsx'
import { ArchiveButton, DuplicateButton, ModeButtons } from '#journeys/ui/modes.tsx'
import { MostMessages } from '#journeys/ui/most-messages.tsx'
import { Outline } from '#journeys/ui/outline.tsx'
import { PublishButton } from '#journeys/ui/publish.tsx'
import { JourneyState } from '#journeys/ui/status.tsx'
import { useRead } from '#kit/api.ts'
import { Select } from '#kit/field.tsx'
import { count, plural, stamp } from '#kit/format.ts'
import type { Link as StreamState } from '#kit/live.ts'
import { Page, TabLinks } from '#kit/page.tsx'
import { JOURNEYS, type JourneyTab, toJourney } from '#kit/paths.ts'
import { useShortcuts } from '#kit/shortcuts.ts'
import { Loaded, Skeleton } from '#kit/states.tsx'
import { Outcome } from '#measurement/ui/outcome.tsx'
import { Report } from '#measurement/ui/report.tsx'

const Canvas = lazy(() => import('#journeys/ui/canvas.tsx').then((module) => ({ default: module.Canvas })))

const route = getRouteApi('/inside/journeys/$id')
const TABS: readonly (readonly [JourneyTab, string])[] = [
  ['canvas', 'Canvas'],
  ['outline', 'Outline'],
  ['report', 'Report'],
  ['code', 'Code'],
]

type Shown = z.output<typeof GetJourney.output>

export function JourneyPage() {
  const { id } = route.useParams()
  const { version } = route.useSearch()
  const journey = useRead(GetJourney, { id, version }, { keep: true })
  return (
    <Loaded query={journey} lines={8}>
      {(shown) => <JourneyView key={id} shown={shown} />}
    </Loaded>
  )
}

function JourneyView({ shown }: { shown: Shown }) {
  const { tab = 'canvas', step = '', version } = route.useSearch()
  const navigate = route.useNavigate()
  const goTo = useNavigate()
  const definition = shown.definition as Journey
  const set = useCallback(
    (search: { step?: string; tab?: JourneyTab; version?: number }, replace = true) =>
      void navigate({ search: (now) => ({ ...now, ...search }), replace }),
    [navigate],
  )
  useShortcuts({
    c: () => set({ tab: 'canvas' }),
    o: () => set({ tab: 'outline' }),
    r: () => set({ tab: 'report' }),
    y: () => set({ tab: 'code' }),
  })
  const onOpen = useCallback((id: string) => set({ step: id === '@end' ? undefined : id }), [set])
  const close = () => {
    set({ step: undefined })
    // Back to where one came from: the canvas is one stop, the tree has its own.
    document.querySelector<HTMLElement>('.react-flow, [role=tree] [tabindex="0"]')?.focus()
  }
  const names = new Map(places(definition.steps).map((place) => [place.step.id, title(place.step)]))
  return (
    <LiveJourney id={shown.id}>
      {(totals, stream) => (
        <Page
          full
          title={shown.name}
          up={{ label: 'Journeys', href: JOURNEYS }}
          facts={<JourneyState status={shown.status} version={shown.version} mode={shown.mode} />}
          actions={
            <>
              {shown.versions.length > 1 && tab !== 'report' && (
                <Select
                  label="Version"
                  value={String(shown.version)}
                  onChange={(value) => set({ version: Number(value), step: undefined })}
                  choices={shown.versions.map((each) => ({
                    value: String(each.version),
                    label: `v${each.version} ${each.status}, ${stamp(each.at)} by ${each.by}`,
                  }))}
                />
              )}
              <DuplicateButton id={shown.id} onMade={(id) => void goTo({ to: toJourney(id) })} />
              {shown.versions.some((each) => each.status === 'live') && <ArchiveButton id={shown.id} mode={shown.mode} />}
              {shown.versions.length > 0 && <ModeButtons id={shown.id} mode={shown.mode} />}
              {shown.draft !== null && <PublishButton id={shown.id} hash={shown.draft} />}
            </>
          }
        >
          <div className="flex flex-wrap items-end justify-between gap-x-6 border-b border-line px-4 pt-2 sm:px-6 lg:px-8">
            <TabLinks
              label="Views of the journey"
              className="-mb-px border-0"
              tabs={TABS.map(([value, label]) => ({
                label,
                current: tab === value,
                href: toJourney(shown.id, { tab: value, version, step: value === 'report' || value === 'code' ? undefined : step }),
              }))}
            />
            <Numbers totals={totals} stream={stream} />
          </div>
          <Problems shown={shown} />
          <MostMessages journey={shown.definition} />
          {tab === 'canvas' && (
            <div className="flex min-h-[420px] flex-1 max-lg:flex-col lg:min-h-0">
              <div className="relative min-h-0 min-w-0 flex-1">
                <Suspense fallback={<Skeleton lines={8} />}>
                  <Canvas journey={definition} dashed={shown.status !== 'live'} step={step} onOpen={onOpen} />
                </Suspense>
              </div>
              {step && <Inspector journey={definition} step={step} sentences={shown.sentences} onClose={close} />}
            </div>
          )}
          {tab === 'outline' && (
            <div className="flex min-h-0 flex-1 max-lg:flex-col">
              <div className="min-w-0 flex-1 overflow-y-auto p-4 sm:p-6 lg:px-8">
                <Outline journey={definition} step={step} onOpen={onOpen} />
                <p className="mt-3 text-meta text-ink-3">Arrow keys walk the tree, Enter opens a step. {summary(definition)}</p>
              </div>
              {step && <Inspector journey={definition} step={step} sentences={shown.sentences} onClose={close} />}
            </div>
          )}
          {tab === 'report' && (
            <div className="mx-auto w-full max-w-[1200px] p-4 sm:p-6 lg:px-8">
              <Outcome journey={shown.id} />
              <Report
                journey={shown.id}
                version={version}
                onVersion={(next) => set({ version: next })}
                stepName={(id) => names.get(id) ?? id}
              />
            </div>
          )}
          {tab === 'code' && (
            <div className="mx-auto w-full max-w-[1200px] p-4 sm:p-6 lg:px-8">
              <CodeView id={shown.id} yaml={shown.yaml} />
            </div>
          )}
        </Page>
      )}
    </LiveJourney>
  )
}

const summary = (journey: Journey): string =>
  `${plural(places(journey.steps).length, 'step')} · goal: ${journey.goal.event} within ${durationWords(journey.goal.within)} · held out: ${journey.holdout}`

function Numbers({ totals, stream }: { totals: Totals | undefined; stream: StreamState }) {
  const shown = [
    ['entered', totals?.entered],
    ['left', totals?.exited],
    ['reached the goal', totals?.converted],
  ] as const
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-dense text-ink-2">
      {shown.map(([word, value]) => (
        <span key={word}>
          <strong className="font-semibold text-ink num">{value === undefined ? '–' : count(value)}</strong> {word}
        </span>
      ))}
      <span className={`inline-flex items-center gap-1.5 text-meta ${stream === 'lost' ? 'text-warn' : 'text-ink-3'}`}>
        <span
          aria-hidden="true"
          className={`size-1.5 rounded-pill ${stream === 'live' ? 'bg-ok' : stream === 'lost' ? 'bg-warn' : 'bg-line-strong'}`}
        />
        {stream === 'live' ? 'live' : stream === 'lost' ? 'reconnecting' : 'connecting'}
      </span>
    </p>
  )
}

function Problems({ shown }: { shown: Shown }) {
  if (shown.problems.length === 0) return null
  const errors = shown.problems.filter((problem) => problem.severity === 'error').length
  return (
    <details className="border-b border-line bg-warn-soft px-4 py-2 text-dense sm:px-6 lg:px-8">
      <summary className="flex min-h-6 items-center gap-2 font-medium text-warn">
        <TriangleAlert size={15} aria-hidden="true" />
        {errors > 0 ? plural(errors, 'problem') : plural(shown.problems.length, 'note')} about this version
      </summary>
      <ul className="mt-1 mb-1 flex list-disc flex-col gap-1 pl-6">
        {shown.problems.map((problem) => (
          <li key={`${problem.code}${problem.at}`}>
            {problem.title} {problem.detail} {problem.hint} {problem.at && <code className="text-ink-2">{problem.at}</code>}
          </li>
        ))}
      </ul>
    </details>
  )
}
