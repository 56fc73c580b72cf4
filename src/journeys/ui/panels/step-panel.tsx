import { type ReactNode, useMemo, useState } from 'react'
import { useRead } from '#kit/api.ts'
import { problemsOf } from '#kit/form/from-zod.ts'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import { Link } from '#kit/link.tsx'
import { Facts } from '#kit/page.tsx'
import { toDocument } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { canonical } from '#lib/json.ts'
import type { Problem, Refusal } from '#lib/problem.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import { commandBetween, fieldsBetween } from '../../edit/between.ts'
import { type JourneyBody, type StepBody, standingOf } from '../../edit/body.ts'
import type { Command } from '../../edit/commands.ts'
import { pointerOf } from '../../edit/pointer.ts'
import { STEP_WORDS } from '../step-words.ts'
import { FIELD_WORDS } from './field-words.ts'
import { SETTINGS_FIELDS, STEP_FIELDS } from './fields.tsx'
import { PANEL_WORDS } from './panel-words.ts'
import { SETTINGS_SCHEMA, STEP_SCHEMAS } from './schemas.ts'

type Run = (command: Command) => Refusal | null

interface PanelProps {
  readonly journey: JourneyBody
  readonly run: Run
  /** What the check found, with pointers into the journey. */
  readonly problems?: readonly Problem[] | null
  readonly readOnly?: boolean
}
interface StepPanelProps extends PanelProps {
  /** Id of the step. */
  readonly step: string
  /** What became of it: counts, losses, messages. */
  readonly results?: ReactNode
}

const NONE: readonly Problem[] = []

/** Everything that is written in a step: what it does, its fields, what it sends, and what came of it. */
export function StepPanel({ journey, step: id, run, problems, readOnly = false, results }: StepPanelProps) {
  const say = useWords(PANEL_WORDS)
  const names = useWords(STEP_WORDS)
  const [tab, setTab] = useState<'setup' | 'content' | 'results'>('setup')
  const step = standingOf(journey, id)?.step
  if (!step) return <p className="p-4 text-ink-2">{say.stepGone}</p>
  const templates = templatesOf(step)
  const tabs = [['setup', say.setup] as const, ...(templates ? [['content', say.content] as const] : []), ['results', say.results] as const]
  const shown = tabs.some(([each]) => each === tab) ? tab : 'setup'
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <p className="text-ink-2">{names.does[step.kind]}.</p>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons in a row, one of which is pressed */}
      <div role="group" aria-label={say.tabs} className="flex gap-1 border-b border-line">
        {tabs.map(([each, label]) => (
          <button
            key={each}
            type="button"
            aria-pressed={shown === each}
            onClick={() => setTab(each)}
            className="-mb-px h-9 border-b-2 border-transparent px-2.5 text-dense font-medium text-ink-2 -outline-offset-2 aria-pressed:border-ink aria-pressed:text-ink pointer-coarse:h-11"
          >
            {label}
          </button>
        ))}
      </div>
      {shown === 'setup' && <Setup key={id} journey={journey} step={step} run={run} problems={problems ?? NONE} readOnly={readOnly} />}
      {shown === 'content' && templates && <Content templates={templates} />}
      {shown === 'results' && (results ?? <p className="text-dense text-ink-2">{say.noResults}</p>)}
    </div>
  )
}

/** Templates that a step names; undefined: it sends by none. */
function templatesOf(step: StepBody): readonly string[] | undefined {
  if ('template' in step) return typeof step['template'] === 'string' ? [step['template']] : []
  if (step.kind !== 'message') return undefined
  const ways = Array.isArray(step['ways']) ? (step['ways'] as Record<string, { template?: string }>[]) : []
  return ways.flatMap((way) => Object.values(way).flatMap(({ template }) => template ?? []))
}

/** What is typed and is not sound yet stays here; the journey gets only what fits its schema. */
function useTaken<T extends object>(given: T, take: (next: T) => Refusal | null) {
  const key = canonical(given)
  const [held, setHeld] = useState<{ readonly from: string; readonly value: T; readonly why: Problem | null }>({
    from: key,
    value: given,
    why: null,
  })
  const now = held.from === key ? held : { from: key, value: given, why: null }
  const change = (next: T) => {
    const refused = take(next)
    setHeld({ from: refused ? key : canonical(next), value: next, why: refused?.refused ?? null })
  }
  // What was taken over is the given one from then on, as the journey has it.
  return { value: now.why === null ? given : now.value, why: now.why, change }
}

function Setup({
  journey,
  step,
  run,
  problems,
  readOnly,
}: {
  journey: JourneyBody
  step: StepBody
  run: Run
  problems: readonly Problem[]
  readOnly: boolean
}) {
  const schema = STEP_SCHEMAS[step.kind]
  const { value, why, change } = useTaken(step, (next) => {
    const command = commandBetween(step, next)
    return command ? run(command) : null
  })
  const base = useMemo(() => pointerOf(journey, step.id) ?? '', [journey, step.id])
  const told = useMemo(
    () => (why ? problemsOf(schema, value).map((each) => ({ ...each, at: `${base}${each.at}` })) : problems),
    [why, schema, value, base, problems],
  )
  return (
    <Fields why={why} readOnly={readOnly}>
      <SchemaForm
        schema={schema}
        name={step.kind}
        base={base}
        value={value}
        words={FIELD_WORDS}
        fields={STEP_FIELDS}
        last={LAST}
        problems={told}
        readOnly={readOnly}
        onChange={(next) => change(next as StepBody)}
      />
    </Fields>
  )
}

/** Only other steps and reports refer to it. */
const LAST = ['id']
const BESIDE = new Set(['steps', 'kind', 'id'])

/** Entry, goal, exits, hold-out, guardrails and the rest of a journey. */
export function SettingsPanel({ journey, run, problems, readOnly = false }: PanelProps) {
  const settings = useMemo(() => {
    const { steps: _steps, ...rest } = journey
    return rest
  }, [journey])
  const { value, why, change } = useTaken(settings, (next) => {
    const fields = fieldsBetween(settings as never, next as never, BESIDE)
    return fields ? run({ kind: 'setJourney', ...fields }) : null
  })
  const told = useMemo(() => (why ? problemsOf(SETTINGS_SCHEMA, value) : (problems ?? NONE)), [why, value, problems])
  return (
    <Fields why={why} readOnly={readOnly}>
      <SchemaForm
        schema={SETTINGS_SCHEMA}
        name="journey"
        value={value}
        words={FIELD_WORDS}
        fields={SETTINGS_FIELDS}
        problems={told}
        readOnly={readOnly}
        onChange={(next) => change(next as typeof settings)}
      />
    </Fields>
  )
}

function Fields({ why, readOnly, children }: { why: Problem | null; readOnly: boolean; children: ReactNode }) {
  const say = useWords(PANEL_WORDS)
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {readOnly && <p className="text-dense text-ink-3">{say.readOnly}</p>}
      {children}
      <div role="status">
        {why && (
          <div className="rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
            <p className="font-medium">
              {say.notTaken}: {why.title}
            </p>
            <p>{why.hint ?? say.notTakenHint}</p>
          </div>
        )}
      </div>
    </div>
  )
}

function Content({ templates }: { templates: readonly string[] }) {
  const say = useWords(PANEL_WORDS)
  if (templates.length === 0) return <p className="text-dense text-ink-2">{say.noTemplate}</p>
  return templates.map((id) => <TemplateFacts key={id} id={id} />)
}

function TemplateFacts({ id }: { id: string }) {
  const say = useWords(PANEL_WORDS)
  const template = useRead(GetDocument, { kind: 'template', id })
  return (
    <section aria-label={say.template(id)} className="rounded-card border border-line p-3">
      <Loaded query={template} lines={2}>
        {({ shown, draft }) => {
          const body = (draft?.body ?? shown?.body ?? {}) as { readonly [name: string]: unknown }
          const rows = [
            ['Id', id] as const,
            ...(['name', 'channel', 'subject', 'title', 'text'] as const).flatMap((name) =>
              typeof body[name] === 'string'
                ? [[name === 'subject' ? say.subject : name === 'channel' ? say.channel : name, String(body[name]).slice(0, 200)] as const]
                : [],
            ),
          ]
          return <Facts rows={rows} />
        }}
      </Loaded>
      <Link href={toDocument('template', id)} className="mt-2 inline-block">
        {say.openTemplate}
      </Link>
    </section>
  )
}
