import { useNavigate } from '@tanstack/react-router'
import { Suspense, useMemo, useState } from 'react'
import type { JourneyBody } from '#journeys/edit/body.ts'
import type { Journey } from '#journeys/schema.ts'
import { CodeView } from '#journeys/ui/code.tsx'
import { LiveJourney } from '#journeys/ui/counts.tsx'
import { Inspector } from '#journeys/ui/inspector.tsx'
import { ArchiveButton, DuplicateButton, ModeButtons } from '#journeys/ui/modes.tsx'
import { MostMessages } from '#journeys/ui/most-messages.tsx'
import { PublishButton } from '#journeys/ui/publish.tsx'
import { Button } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { toJourney } from '#kit/paths.ts'
import { useShortcuts } from '#kit/shortcuts.ts'
import { Skeleton } from '#kit/states.tsx'
import type { Shown } from '../journey-page.tsx'
import { useCounted } from './counted.ts'
import { JourneyFrame, neverLive } from './frame.tsx'
import type { Address } from './route.ts'
import { useTabKeys } from './tab-keys.ts'
import { useJourneyWords } from './words.ts'
import { backToWork, Work } from './work.tsx'

const Tabs = lazyPart(() => import('./tabs.tsx'), 'Tabs')
const TestRun = lazyPart(() => import('./test-run.tsx'), 'TestRun')
const NO_MARKS = {}
const NOBODY: ReadonlySet<string> = new Set()

/** One version of a journey, to look at: where people are, what came of them, how it is written. */
export function JourneyLooked({ shown, address }: { shown: Shown; address: Address }) {
  const say = useJourneyWords()
  const goTo = useNavigate()
  const { search, set } = address
  const { tab = 'canvas', step = '' } = search
  const definition = shown.definition as Journey
  const body = shown.definition as unknown as JourneyBody
  const [at, setAt] = useState(step)
  const [selected, setSelected] = useState(NOBODY)
  const mayWrite = useMay('documents:write')
  const counted = useCounted(shown.id, definition, { ...search, never: neverLive(shown) })
  useShortcuts(useTabKeys(set))
  const onSelect = useMemo(
    () => (id: string, some: ReadonlySet<string>) => {
      setAt(id)
      setSelected(some)
    },
    [],
  )
  const onOpen = useMemo(
    () => (id: string | undefined) => {
      if (id) setAt(id)
      set({ step: id })
    },
    [set],
  )
  const close = () => {
    set({ step: undefined })
    backToWork()
  }
  const onKey = useMemo(
    () => (key: string) => {
      if (key === 'outline') set({ tab: tab === 'outline' ? undefined : 'outline' })
      if (key === 'test') set({ tab: 'test', step: at.startsWith('@') ? undefined : at || undefined })
    },
    [set, at, tab],
  )
  return (
    <LiveJourney {...counted}>
      {(totals, stream) => (
        <JourneyFrame
          id={shown.id}
          title={shown.name}
          shown={shown}
          view="live"
          changes={0}
          address={address}
          totals={totals}
          stream={stream}
          actions={
            <>
              {mayWrite && <DuplicateButton id={shown.id} onMade={(id) => void goTo({ to: toJourney(id) })} />}
              {shown.versions.some((each) => each.status === 'live') && <ArchiveButton id={shown.id} mode={shown.mode} />}
              {shown.versions.length > 0 && <ModeButtons id={shown.id} mode={shown.mode} />}
              <PublishButton id={shown.id} hash={shown.draft} />
              {mayWrite && (
                <Button look={shown.draft === null ? 'primary' : 'plain'} onClick={() => set({ view: 'draft', version: undefined }, false)}>
                  {say.edit}
                </Button>
              )}
            </>
          }
        >
          <MostMessages journey={shown.definition} />
          {tab === 'canvas' || tab === 'outline' ? (
            <Work
              journey={definition}
              body={body}
              tab={tab}
              dashed={shown.status !== 'live'}
              frame={shown.status === 'live' ? 'live' : 'build'}
              deeds={undefined}
              step={step}
              onOpen={onOpen}
              at={at}
              selected={selected}
              onSelect={onSelect}
              problems={shown.problems.map((problem) => ({ status: 422, ...problem }))}
              marks={NO_MARKS}
              onKey={onKey}
              panel={step && <Inspector journey={definition} step={step} sentences={shown.sentences} onClose={close} />}
            />
          ) : tab === 'code' ? (
            <div className="mx-auto w-full max-w-[1200px] p-4 sm:p-6 lg:px-8">
              <CodeView id={shown.id} yaml={shown.yaml} />
            </div>
          ) : tab === 'test' ? (
            <Suspense fallback={<Skeleton lines={6} />}>
              <TestRun key={step} id={shown.id} journey={definition} from={step} version={shown.version} />
            </Suspense>
          ) : (
            <Suspense fallback={<Skeleton lines={6} />}>
              <Tabs tab={tab} id={shown.id} shown={shown} address={address} journey={definition} />
            </Suspense>
          )}
        </JourneyFrame>
      )}
    </LiveJourney>
  )
}
