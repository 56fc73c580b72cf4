import { SettingsPanel } from '#journeys/ui/panels/step-panel.tsx'
import { Card } from '#kit/page.tsx'
import type { Ready } from './studio.tsx'
import { useJourneyWords } from './words.ts'

/** What stands beside the steps: entry, goal, exits, hold-out, guardrails. */
export function Settings({ studio }: { studio: Ready }) {
  const say = useJourneyWords()
  return (
    <div className="mx-auto w-full max-w-[820px] p-4 sm:p-6 lg:px-8">
      <h2 className="text-h2">{say.settingsTitle}</h2>
      <p className="mt-1 mb-4 text-ink-2">{say.settingsLead}</p>
      <Card>
        <SettingsPanel journey={studio.body} run={studio.run} problems={studio.problems} readOnly={studio.readOnly} />
      </Card>
    </div>
  )
}
