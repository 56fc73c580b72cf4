import { X } from 'lucide-react'
import { Suspense, useEffect, useRef } from 'react'
import { standingOf } from '#journeys/edit/body.ts'
import { pointedAt } from '#journeys/edit/pointer.ts'
import { entryTitle } from '#journeys/entries/words.ts'
import { kindWord, title } from '#journeys/lanes.ts'
import { Inspector } from '#journeys/ui/inspector.tsx'
import { Mends, offeredMends } from '#journeys/ui/mends.tsx'
import { stepIn } from '#journeys/ui/place-words.ts'
import { StepIcon } from '#journeys/ui/step-icon.tsx'
import { IconButton } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Skeleton } from '#kit/states.tsx'
import { useTold } from '#kit/told.ts'
import { language } from '#kit/words.ts'
import { StepComments } from './step-comments.tsx'
import type { Ready } from './studio.tsx'
import { useJourneyWords } from './words.ts'

const Setup = lazyPart(() => import('#journeys/ui/panels/step-panel.tsx'), 'StepPanel')
const Settings = lazyPart(() => import('#journeys/ui/panels/step-panel.tsx'), 'SettingsPanel')

type PanelTab = 'setup' | 'comments'
const TABS: readonly PanelTab[] = ['setup', 'comments']

interface StepPanelProps {
  readonly id: string
  readonly studio: Ready
  readonly step: string
  readonly tab: PanelTab
  readonly onTab: (tab: PanelTab) => void
  readonly onClose: () => void
}

/** One step of a draft: how it is set up, what came of it, what colleagues say about it. */
export function StepPanel({ id, studio, step, tab, onTab, onClose }: StepPanelProps) {
  const say = useJourneyWords()
  const heading = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is another panel
  useEffect(() => heading.current?.focus({ preventScroll: true }), [step])
  const found = stepIn(studio.journey, step)
  if (!found && step !== '@entry') return null
  const note = standingOf(studio.body, step)?.step['note']
  return (
    <aside
      aria-label={say.panel}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && onClose()}
      className="flex w-full shrink-0 flex-col overflow-y-auto border-line bg-surface max-lg:max-h-[60%] max-lg:border-t lg:w-[380px] lg:border-l"
    >
      <div className="flex items-start gap-2 py-3 pr-2 pl-4">
        <span className="mt-1">
          <StepIcon kind={found?.kind ?? 'entry'} />
        </span>
        <div className="min-w-0 flex-1">
          <h2 ref={heading} tabIndex={-1} className="text-h3 wrap-anywhere outline-none">
            {found ? title(found, language()) : entryTitle(studio.journey, language())}
          </h2>
          {found && (
            <p className="text-meta text-ink-3">
              {kindWord(found.kind, language())} · <code>{found.id}</code>
            </p>
          )}
        </div>
        <IconButton label={say.closePanel} onClick={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </div>
      <div role="tablist" aria-label={say.panel} className="flex gap-1 border-b border-line px-3">
        {TABS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`panel-${each}`}
            aria-selected={each === tab}
            aria-controls="panel-content"
            onClick={() => onTab(each)}
            className="-mb-px h-9 border-b-2 border-transparent px-2.5 font-medium text-ink-2 -outline-offset-2 hover:text-ink aria-selected:border-ink aria-selected:text-ink"
          >
            {say.panelTabs[each]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="panel-content" aria-labelledby={`panel-${tab}`} className="flex flex-col gap-5 p-4">
        {typeof note === 'string' && tab === 'setup' && (
          <p className="rounded-card bg-sunken px-3 py-2 text-dense text-ink-2">
            <span className="font-medium">{say.note}: </span>
            {note}
          </p>
        )}
        {tab === 'setup' && <Mendings studio={studio} step={step} />}
        {tab === 'setup' ? (
          <Suspense fallback={<Skeleton lines={5} />}>
            {found ? (
              <Setup
                key={step}
                journey={studio.body}
                step={step}
                run={studio.run}
                problems={studio.problems}
                readOnly={studio.readOnly}
                results={<Inspector journey={studio.journey} step={step} sentences={NONE} bare onClose={onClose} />}
              />
            ) : (
              <Settings journey={studio.body} run={studio.run} problems={studio.problems} readOnly={studio.readOnly} />
            )}
          </Suspense>
        ) : (
          <StepComments id={id} part={step === '@entry' ? '' : step} changedAt={studio.commentsAt} />
        )}
      </div>
    </aside>
  )
}
const NONE = {}

/** What is wrong with this step and has an obvious mend, above its fields. */
function Mendings({ studio, step }: { studio: Ready; step: string }) {
  const say = useJourneyWords()
  const found = (studio.problems ?? []).filter(
    (problem) => pointedAt(studio.body, problem.at ?? '').step === step && offeredMends(studio, problem).length > 0,
  )
  const told = useTold(found)
  if (found.length === 0) return null
  return (
    <ul aria-label={say.problemsTitle} className="flex flex-col gap-2">
      {told.map((problem) => (
        <li
          key={`${problem.code} ${problem.at}`}
          className={`rounded-card px-3 py-2 text-dense ${problem.severity === 'error' ? 'bg-bad-soft' : 'bg-warn-soft'}`}
        >
          <p className="font-medium wrap-anywhere">{problem.title}</p>
          <Mends on={studio} problem={problem} />
        </li>
      ))}
    </ul>
  )
}
