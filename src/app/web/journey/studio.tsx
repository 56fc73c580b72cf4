import { useQueryClient } from '@tanstack/react-query'
import { GitCompare, Redo2, Undo2 } from 'lucide-react'
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { GetJourney } from '#journeys/api.ts'
import { type JourneyBody, standingOf } from '#journeys/edit/body.ts'
import { blankJourney } from '#journeys/edit/starters.ts'
import { stepChanges } from '#journeys/step-changes.ts'
import { LiveJourney } from '#journeys/ui/counts.tsx'
import type { Mark, Marks } from '#journeys/ui/marks.ts'
import { PublishButton } from '#journeys/ui/publish.tsx'
import { type StudioView, useStudio } from '#journeys/ui/studio-state.ts'
import { useDeeds } from '#journeys/ui/use-deeds.tsx'
import { Refused, useRead } from '#kit/api.ts'
import { IconButton } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useShortcuts } from '#kit/shortcuts.ts'
import { ErrorView, Skeleton } from '#kit/states.tsx'
import { ListComments } from '#workspaces/comments/api.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import type { Shown } from '../journey-page.tsx'
import { Meanwhile } from './conflicts.tsx'
import { useCounted } from './counted.ts'
import { JourneyFrame, neverLive } from './frame.tsx'
import type { Address } from './route.ts'
import { Colleagues, SavedState } from './saved.tsx'
import { useTabKeys } from './tab-keys.ts'
import { useJourneyWords } from './words.ts'
import { backToWork, Work } from './work.tsx'

const StepPanel = lazyPart(() => import('./step-panel.tsx'), 'StepPanel')
const Tabs = lazyPart(() => import('./tabs.tsx'), 'Tabs')
const TestRun = lazyPart(() => import('./test-run.tsx'), 'TestRun')
const Settings = lazyPart(() => import('./settings.tsx'), 'Settings')
const CodeEditor = lazyPart(() => import('./code-editor.tsx'), 'CodeEditor')

interface JourneyDraftProps {
  readonly id: string
  /** Undefined: it is not on the server yet. */
  readonly shown: Shown | undefined
  readonly address: Address
}

/** The draft of a journey, open to be changed. */
export function JourneyDraft(props: JourneyDraftProps) {
  const { id, address } = props
  const say = useJourneyWords()
  const [fresh] = useState((): JourneyBody | undefined =>
    address.search.fresh === undefined ? undefined : { ...blankJourney(address.search.fresh, []), id },
  )
  const studio = useStudio(id, { fresh })
  if (studio.state === 'loading') return <Skeleton lines={8} />
  if (studio.state === 'failed')
    return <ErrorView error={new Refused({ ...studio.why, detail: studio.why.detail ?? say.missing })} retry={studio.reload} />
  return <Ready {...props} studio={studio} />
}

export type Ready = Extract<StudioView, { state: 'ready' }>

const NOBODY: ReadonlySet<string> = new Set()

function Ready({ id, shown, address, studio }: JourneyDraftProps & { studio: Ready }) {
  const { search, set } = address
  const { tab = 'canvas', step = '' } = search
  const { journey, body, selection, select } = studio
  // An address that names a step opens on it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the address that it was opened with
  useEffect(() => {
    if (step) select([step])
  }, [])
  const client = useQueryClient()
  const [panelTab, setPanelTab] = useState<'setup' | 'comments'>('setup')
  const [comparing, setComparing] = useState(false)
  const counted = useCounted(id, journey, { ...search, never: neverLive(shown) })
  const live = useLive(id, studio.live)
  const changes = useMemo(() => (live ? stepChanges(live, body) : undefined), [live, body])
  const comments = useComments(id, studio.commentsAt, shown !== undefined)
  const marks = useMemo(
    () => marksOf({ presence: studio.presence, comments, changes: comparing ? changes : undefined }),
    [studio.presence, comments, changes, comparing],
  )
  const onOpen = useCallback(
    (to: string | undefined) => {
      if (to) select([to])
      setPanelTab('setup')
      set({ step: to })
    },
    [select, set],
  )
  const onComment = useCallback(
    (to: string) => {
      setPanelTab('comments')
      set({ step: to })
    },
    [set],
  )
  const onTest = useCallback((from: string) => set({ tab: 'test', step: from }), [set])
  const { deeds, dialogs } = useDeeds(studio.readOnly ? undefined : studio, { onComment, onOpen, onTest })
  const at = selection[0] ?? step
  const selected = useMemo(() => (selection.length > 1 ? new Set(selection) : NOBODY), [selection])
  const onSelect = useCallback(
    (to: string, some: ReadonlySet<string>) =>
      select(some.size > 0 ? [to, ...[...some].filter((each) => each !== to)].filter((each) => some.has(each)) : [to]),
    [select],
  )
  const close = useCallback(() => {
    set({ step: undefined })
    backToWork()
  }, [set])
  const onKey = useCallback(
    (key: string) => {
      if (key === 'outline') set({ tab: tab === 'outline' ? undefined : 'outline' })
      if (key === 'test') set({ tab: 'test', step: standingOf(body, at) ? at : undefined })
    },
    [set, tab, at, body],
  )
  useShortcuts(useTabKeys(set))
  const published = async () => {
    await studio.flush()
    await client.invalidateQueries({ queryKey: [GetJourney.name] })
  }
  return (
    <LiveJourney {...counted}>
      {(totals, stream) => (
        <JourneyFrame
          id={id}
          title={journey.name ?? id}
          shown={shown}
          view="draft"
          changes={changes?.size ?? 0}
          address={address}
          totals={totals}
          stream={stream}
          facts={<SavedState saved={studio.saved} fresh={shown === undefined} />}
          actions={
            <Actions
              id={id}
              studio={studio}
              hasLive={live !== undefined}
              comparing={comparing}
              onCompare={setComparing}
              before={published}
            />
          }
        >
          <Meanwhile journey={journey} conflicts={studio.conflicts} incoming={studio.incoming} settle={studio.settle} seen={studio.seen} />
          {comparing && changes && <Removed changes={changes} />}
          {tab === 'canvas' || tab === 'outline' ? (
            <Work
              journey={journey}
              body={body}
              tab={tab}
              dashed
              frame={comparing ? 'compare' : 'build'}
              deeds={deeds}
              step={step}
              onOpen={onOpen}
              at={at}
              selected={selected}
              onSelect={onSelect}
              problems={studio.problems}
              mendable={studio}
              marks={marks}
              onKey={onKey}
              panel={
                step && (
                  <Suspense>
                    <StepPanel id={id} studio={studio} step={step} tab={panelTab} onTab={setPanelTab} onClose={close} />
                  </Suspense>
                )
              }
            />
          ) : (
            <Suspense fallback={<Skeleton lines={6} />}>
              {tab === 'code' ? (
                <CodeEditor studio={studio} />
              ) : tab === 'test' ? (
                <TestRun key={step} id={id} journey={journey} from={step} before={published} />
              ) : tab === 'settings' ? (
                <Settings studio={studio} />
              ) : (
                <Tabs tab={tab} id={id} shown={shown} journey={journey} address={address} onRestored={studio.reload} />
              )}
            </Suspense>
          )}
          {dialogs}
        </JourneyFrame>
      )}
    </LiveJourney>
  )
}

interface ActionsProps {
  readonly id: string
  readonly studio: Ready
  readonly hasLive: boolean
  readonly comparing: boolean
  readonly onCompare: (on: boolean) => void
  readonly before: () => Promise<void>
}

function Actions({ id, studio, hasLive, comparing, onCompare, before }: ActionsProps) {
  const say = useJourneyWords()
  const off = 'disabled:opacity-40'
  return (
    <>
      <Colleagues people={studio.presence} />
      {hasLive && (
        <IconButton
          label={say.compare}
          aria-pressed={comparing}
          onClick={() => onCompare(!comparing)}
          className={comparing ? 'bg-warn-soft text-warn' : ''}
        >
          <GitCompare size={17} aria-hidden="true" />
        </IconButton>
      )}
      {!studio.readOnly && (
        <>
          <IconButton label={say.undo} disabled={studio.undoes === null} onClick={studio.undo} className={off}>
            <Undo2 size={17} aria-hidden="true" />
          </IconButton>
          <IconButton label={say.redo} disabled={studio.redoes === null} onClick={studio.redo} className={off}>
            <Redo2 size={17} aria-hidden="true" />
          </IconButton>
        </>
      )}
      <PublishButton id={id} before={before} />
    </>
  )
}

function Removed({ changes }: { changes: ReadonlyMap<string, string> }) {
  const say = useJourneyWords()
  const gone = [...changes].filter(([, change]) => change === 'removed').map(([id]) => id)
  if (gone.length === 0) return null
  return (
    <p className="border-b border-line bg-bad-soft px-4 py-1.5 text-dense text-bad sm:px-6 lg:px-8">
      − {say.removedSteps(gone.join(', '))}
    </p>
  )
}

/** What is live, to compare with. */
function useLive(id: string, version: number | null): JourneyBody | undefined {
  const live = useRead(GetDocument, { kind: 'journey', id, ...(version !== null && { version }) }, { enabled: version !== null })
  return live.data?.shown?.body as JourneyBody | undefined
}

/** Open threads by step; read anew when somebody has written. */
function useComments(id: string, at: number | null, enabled: boolean): ReadonlyMap<string, number> {
  const list = useRead(ListComments, { kind: 'journey', id }, { enabled })
  const { refetch } = list
  useEffect(() => {
    if (at !== null && enabled) void refetch()
  }, [at, enabled, refetch])
  return useMemo(() => {
    const count = new Map<string, number>()
    for (const { part } of list.data?.threads ?? []) count.set(part, (count.get(part) ?? 0) + 1)
    return count
  }, [list.data])
}

interface Said {
  readonly presence: Ready['presence']
  readonly comments: ReadonlyMap<string, number>
  readonly changes: ReadonlyMap<string, 'added' | 'removed' | 'changed'> | undefined
}

function marksOf({ presence, comments, changes }: Said): Marks {
  const marks: Record<string, Partial<Mark>> = {}
  const put = (step: string, mark: Partial<Mark>) => {
    marks[step] = { ...marks[step], ...mark }
  }
  for (const { step, person } of presence)
    if (step) put(step, { who: marks[step]?.who ? `${marks[step].who}, ${person.name}` : person.name })
  for (const [step, n] of comments) if (step) put(step, { comments: n })
  for (const [step, change] of changes ?? []) put(step, { change })
  return marks
}
