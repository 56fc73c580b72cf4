import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import { call, useRead } from '#kit/api.ts'
import type { OwnFields } from '#kit/form/spot.ts'
import { useMe } from '#kit/me.ts'
import { Page } from '#kit/page.tsx'
import { EXPERIMENTS, GOALS, HOLDOUTS, toExperiment, toGoal, toSavedReport } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { zone } from '#kit/zone.ts'
import { Goal } from '#measurement/goals/schema.ts'
import { SavedReport } from '#measurement/reports/saved.ts'
import { SaveReport } from '#measurement/reports/saved-api.ts'
import { EXPERIMENT_WORDS } from '#measurement/ui/experiment-words.ts'
import { SavedReportPage, type SavedTab } from '#measurement/ui/saved-report.tsx'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { DocumentEditor } from '../rules/document-editor.tsx'
import type { SaveLive } from '../rules/use-document.ts'
import { JourneyField, MetricField, OutcomeField, SegmentField, TemplateField } from './name-fields.tsx'
import { Planner } from './planner.tsx'
import { EXPERIMENT_FORM, GOAL_FORM, HOLDOUT_FORM, REPORT_FORM } from './settings-words.ts'

const EXPERIMENT_FIELDS: OwnFields = {
  primary: OutcomeField,
  journey: JourneyField,
  segment: SegmentField,
  template: TemplateField,
}

/** An authored experiment as a form, with what it takes and what it meets beside it. */
export function ExperimentSettings({ id, name }: { id: string; name: string }) {
  const title = useTitle('experiment', id, name)
  const say = useWords(EXPERIMENT_WORDS)
  const router = useRouter()
  const blank = useMemo(
    () => ({
      ...(name !== '' && { name }),
      hypothesis: '',
      on: 'journeys',
      primary: '',
      journeys: [],
      arms: [
        { id: 'control', share: '50%', control: true, enters: [] },
        { id: 'treated', share: '50%', enters: [] },
      ],
    }),
    [name],
  )
  return (
    <Page title={title} up={{ label: say.experiments, href: EXPERIMENTS }}>
      <DocumentEditor
        of={useName('experiment', id)}
        schema={Experiment}
        label={say.compared}
        words={EXPERIMENT_FORM}
        fields={EXPERIMENT_FIELDS}
        needs="publish"
        blank={blank}
        beside={(body) => <Planner body={body} />}
        onDone={() => router.history.push(toExperiment(`experiment:${id}`))}
      />
    </Page>
  )
}

const GOAL_FIELDS: OwnFields = { metric: MetricField, segment: SegmentField }

export function GoalSettings({ id, name }: { id: string; name: string }) {
  const title = useTitle('goal', id, name)
  const say = useWords(EXPERIMENT_WORDS)
  const router = useRouter()
  const { person } = useMe()
  const owner = person?.name ?? ''
  const blank = useMemo(
    () => ({ ...(name !== '' && { name }), ...(owner !== '' && { owner }), metric: '', period: 'quarter', target: { change: '+10%' } }),
    [name, owner],
  )
  return (
    <Page title={title} up={{ label: say.goals, href: GOALS }} lead={say.noGoalsWhy}>
      <div className="max-w-[720px]">
        <DocumentEditor
          of={useName('goal', id)}
          schema={Goal}
          words={GOAL_FORM}
          fields={GOAL_FIELDS}
          needs="documents:write"
          blank={blank}
          onDone={() => router.history.push(toGoal(id))}
        />
      </div>
    </Page>
  )
}

export function HoldoutSettings({ id, name }: { id: string; name: string }) {
  const title = useTitle('holdout', id, name)
  const say = useWords(EXPERIMENT_WORDS)
  const router = useRouter()
  const blank = useMemo(() => ({ ...(name !== '' && { name }), share: '3%', rotate: 'quarter' }), [name])
  return (
    <Page title={title} up={{ label: say.holdouts, href: HOLDOUTS }} lead={say.holdoutsLead}>
      <div className="max-w-[720px]">
        <DocumentEditor
          of={useName('holdout', id)}
          schema={Holdout}
          words={HOLDOUT_FORM}
          needs="publish"
          blank={blank}
          onDone={() => router.history.push(HOLDOUTS)}
        />
      </div>
    </Page>
  )
}

const saveReport: SaveLive = (id, body) => call(SaveReport, { id, body: body as never })

/** Which report it is and what it is asked stays as the view was saved. */
const REPORT_FIELDS: OwnFields = { report: null, params: null }

/** A saved report, with its schedule and recipients as a form. */
export function SavedReportScreen({ id, tab }: { id: string; tab: SavedTab }) {
  const router = useRouter()
  const blank = useMemo(() => ({ report: 'channels', zone: zone() || 'UTC' }), [])
  return (
    <SavedReportPage
      id={id}
      tab={tab}
      settings={
        <div className="max-w-[720px]">
          <DocumentEditor
            of={useName('report', id)}
            schema={SavedReport}
            words={REPORT_FORM}
            fields={REPORT_FIELDS}
            needs="reports:save"
            saveLive={saveReport}
            blank={blank}
            onDone={() => router.history.push(toSavedReport(id))}
          />
        </div>
      }
    />
  )
}

/** What it is called: as it is stored, else as it was just named. */
function useTitle(kind: string, id: string, name: string): string {
  const { data } = useRead(ListDocuments, { kind })
  return data?.documents.find((each) => each.id === id)?.name || name || id
}

/** The same object while kind and id are the same: a form begins anew with another. */
const useName = (kind: string, id: string) => useMemo(() => ({ kind, id }), [kind, id])
