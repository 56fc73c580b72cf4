import type { Guardrail } from '#decisions/experiments/guardrail.ts'
import type { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import { placed } from '#journeys/check-walk.ts'
import type { Journey } from '#journeys/schema.ts'
import { sends } from '#journeys/sends.ts'
import type { Step } from '#journeys/steps.ts'

/** Where chance put people into arms: everything that can be read as an experiment, whether or not somebody wrote a document about it. */
export type Source =
  /** A whole journey against its hold-out. */
  | { readonly kind: 'journey'; readonly journey: string; readonly version?: number }
  | { readonly kind: 'split'; readonly journey: string; readonly step: string }
  /** The model's way against the deterministic one and against nothing. */
  | { readonly kind: 'choose'; readonly journey: string; readonly step: string }
  /** The best hour against at once, and against an hour by chance. */
  | { readonly kind: 'send-time'; readonly journey: string; readonly step: string }
  /** Variants of a template's slot among those that were drawn with equal chances. */
  | { readonly kind: 'slot'; readonly template: string; readonly slot: string }
  /** A document of kind experiment that draws arms itself. */
  | { readonly kind: 'experiment'; readonly id: string }
  /** One period of a hold-out from all marketing; '' where it does not rotate. */
  | { readonly kind: 'holdout'; readonly id: string; readonly period: string }

/** As it stands in addresses: `choose:winback:nudge`. Ids hold no colon. */
export function keyOf(source: Source): string {
  switch (source.kind) {
    case 'journey':
      return ['journey', source.journey, ...(source.version === undefined ? [] : [source.version])].join(':')
    case 'split':
    case 'choose':
    case 'send-time':
      return [source.kind, source.journey, source.step].join(':')
    case 'slot':
      return ['slot', source.template, source.slot].join(':')
    case 'experiment':
      return `experiment:${source.id}`
    case 'holdout':
      return ['holdout', source.id, ...(source.period === '' ? [] : [source.period])].join(':')
  }
}

export function readKey(key: string): Source | null {
  const [kind, a, b, ...rest] = key.split(':')
  if (a === undefined || a === '' || rest.length > 0) return null
  switch (kind) {
    case 'journey':
      if (b === undefined) return { kind, journey: a }
      return /^[1-9]\d{0,8}$/.test(b) ? { kind, journey: a, version: Number(b) } : null
    case 'split':
    case 'choose':
    case 'send-time':
      return b === undefined || b === '' ? null : { kind, journey: a, step: b }
    case 'slot':
      return b === undefined || b === '' ? null : { kind, template: a, slot: b }
    case 'experiment':
      return b === undefined ? { kind, id: a } : null
    case 'holdout':
      return { kind, id: a, period: b ?? '' }
    default:
      return null
  }
}

/**
 * Whether a person keeps their arm: then two arms can only come of profiles that became one, and such people belong to neither. Where chance draws
 * anew for each message, the first draw counts and nobody is left out for the later ones, which hang on what came between.
 */
export const isSticky = ({ kind }: Source): boolean => kind !== 'slot' && kind !== 'send-time'

export interface ArmOf {
  readonly id: string
  readonly name: string
  /** What the others are held against. */
  readonly control: boolean
}

/** All that is live with it, parsed. */
export interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

/** A source with what its documents say of it. */
export interface Described {
  readonly source: Source
  readonly key: string
  readonly title: string
  /** Arms that are known beforehand, the control last; arms that only facts know are added by their ids. */
  readonly arms: readonly ArmOf[]
  /** Shares by design; null: facts say them (splits, documents), or nobody does. */
  readonly shares: Readonly<Record<string, number>> | null
  /** Metrics by role: `goal:<journey>`, a document's id, or a built-in one. */
  readonly primary: string | null
  readonly secondary: readonly string[]
  readonly guardrails: readonly Guard[]
  readonly alpha: number
  /** Epoch ms after which nobody is drawn any more; null: it has no end. */
  readonly end: number | null
}

/** A guardrail as its document says it; `standing`: nobody wrote it, it is shown with everything and stops nothing. */
export type Guard = Guardrail & { readonly standing?: true }

export const ALPHA = 0.05
const RECEIPTS: readonly Guard[] = ['unsubscribes', 'complaints', 'bounces'].map((metric) => ({
  metric,
  tolerate: 0,
  stop: false,
  standing: true,
}))

const shareOf = (text: string): number => Number.parseFloat(text) / 100
const named = (document: { readonly id: string; readonly name?: string | undefined }): string => document.name ?? document.id

/** What is live and draws by chance: hold-outs of journeys, splits, choices, best hours, slots, experiments, hold-outs from all marketing. */
export function sourcesOf(library: Library, holdoutPeriods: (holdout: Holdout) => readonly string[]): Described[] {
  const journeys = library.ids('journey').map((id) => library.get('journey', id) as Journey)
  const found: Described[] = []
  for (const id of library.ids('holdout')) {
    const holdout = library.get('holdout', id) as Holdout
    for (const period of holdoutPeriods(holdout)) found.push(describe({ kind: 'holdout', id, period }, library)!)
  }
  for (const id of library.ids('experiment')) {
    const experiment = library.get('experiment', id) as Experiment
    if (experiment.on !== 'step') found.push(describe({ kind: 'experiment', id }, library)!)
  }
  for (const journey of journeys) {
    if (shareOf(journey.holdout) > 0) found.push(describe({ kind: 'journey', journey: journey.id }, library)!)
    for (const { step } of placed(journey.steps, '/steps')) {
      const source = sourceOfStep(journey.id, step)
      if (source) found.push(describe(source, library)!)
    }
  }
  for (const id of library.ids('template'))
    for (const slot of slotsOf(library, id)) found.push(describe({ kind: 'slot', template: id, slot }, library)!)
  return found
}

/** What has guardrails of its own: journeys (also those that hold nobody out), experiments, and steps that an experiment's document is about. */
export function guardedSources(library: Library): Described[] {
  const journeys = library.ids('journey').filter((id) => ((library.get('journey', id) as Journey).guardrails ?? []).length > 0)
  const sources: Source[] = journeys.map((journey) => ({ kind: 'journey', journey }))
  for (const id of library.ids('experiment')) {
    const experiment = library.get('experiment', id) as Experiment
    if (experiment.guardrails.length === 0) continue
    if (experiment.on !== 'step') sources.push({ kind: 'experiment', id })
    else {
      const { steps } = library.get('journey', experiment.journey) as Journey
      const step = placed(steps, '/steps').find((each) => each.step.id === experiment.step)?.step
      const source = step && sourceOfStep(experiment.journey, step)
      if (source) sources.push(source)
    }
  }
  return sources.flatMap((source) => describe(source, library) ?? [])
}

function sourceOfStep(journey: string, step: Step): Source | null {
  if (step.kind === 'split' || step.kind === 'choose') return { kind: step.kind, journey, step: step.id }
  return 'timing' in step && (step.timing as { best?: unknown } | undefined)?.best !== undefined
    ? { kind: 'send-time', journey, step: step.id }
    : null
}

interface SlotsOf {
  readonly name?: string
  readonly slots?: Readonly<Record<string, { readonly by: string; readonly variants?: readonly { readonly id: string }[] }>>
}
const slotsOf = (library: Library, template: string): string[] =>
  Object.entries((library.get('template', template) as SlotsOf).slots ?? {})
    .filter(([, { by, variants = [] }]) => by !== 'condition' && variants.length > 1)
    .map(([slot]) => slot)

/** Undefined where its documents are not live any more. */
export function describe(source: Source, library: Library): Described | undefined {
  switch (source.kind) {
    case 'journey':
    case 'split':
    case 'choose':
    case 'send-time':
      return inJourney(source, library)
    case 'slot':
      return ofSlot(source, library)
    case 'experiment':
      return ofExperiment(source, library)
    case 'holdout':
      return ofHoldout(source, library)
  }
}

const noMetrics = { primary: null, secondary: [], guardrails: RECEIPTS, alpha: ALPHA, end: null }

function inJourney(source: Extract<Source, { journey: string }>, library: Library): Described | undefined {
  const journey = library.get('journey', source.journey) as Journey | undefined
  if (!journey) return undefined
  const { guardrails: own = [] } = journey
  const common = {
    source,
    key: keyOf(source),
    ...noMetrics,
    primary: `goal:${journey.id}`,
    guardrails: [...own, ...RECEIPTS.filter(({ metric }) => !own.some((each) => each.metric === metric))],
  }
  if (source.kind === 'journey') {
    const held = shareOf(journey.holdout)
    return { ...common, title: named(journey), arms: JOURNEY_ARMS, shares: { treated: 1 - held, held_out: held } }
  }
  const step = placed(journey.steps, '/steps').find((each) => each.step.id === source.step)?.step
  if (!step) return undefined
  return { ...common, ...ofStep(source.kind, step, library), title: `${named(journey)} · ${(step as { name?: string }).name ?? step.id}` }
}

const JOURNEY_ARMS: readonly ArmOf[] = [
  { id: 'treated', name: 'Went through the journey', control: false },
  { id: 'held_out', name: 'Held out', control: true },
]
const HOUR_ARMS: readonly ArmOf[] = [
  { id: 'model', name: 'Best hour', control: false },
  { id: 'explored', name: 'An hour by chance', control: false },
  { id: 'control', name: 'At once', control: true },
]

function ofStep(
  kind: 'split' | 'choose' | 'send-time',
  step: Step,
  library: Library,
): Partial<Described> & Pick<Described, 'arms' | 'shares'> {
  if (kind === 'send-time') return { arms: HOUR_ARMS, shares: null }
  const document = library
    .ids('experiment')
    .map((id) => library.get('experiment', id) as Experiment)
    .find((each) => each.on === 'step' && each.step === step.id)
  const about = document ? metricsOf(document) : {}
  if (step.kind === 'choose') return { ...about, ...choiceArms(step.by) }
  if (step.kind !== 'split') return { ...about, arms: [], shares: null }
  // Against the arm in which nothing is sent; where each sends something, against the first.
  const quiet = step.arms.find(({ steps }) => !placed(steps, '').some((each) => sends(each.step))) ?? step.arms[0]!
  return { ...about, arms: step.arms.map(({ id }) => ({ id, name: id, control: id === quiet.id })), shares: null }
}

function choiceArms(by: { readonly control: string; readonly holdout: string }): Pick<Described, 'arms' | 'shares'> {
  const [control, held] = [shareOf(by.control), shareOf(by.holdout)]
  const arms = [
    { id: 'model', name: 'The model chose', control: false },
    ...(held > 0 ? [{ id: 'held_out', name: 'Held out', control: false }] : []),
    { id: 'control', name: 'The fallback, as for everybody', control: true },
  ]
  return { arms, shares: { model: (1 - held) * (1 - control), control: (1 - held) * control, ...(held > 0 && { held_out: held }) } }
}

const metricsOf = ({ primary, secondary, guardrails, alpha, stop, end }: Experiment) => ({
  primary,
  secondary,
  guardrails: [
    ...guardrails.map((metric): Guard => ({ metric, tolerate: 0, stop: stop.harm })),
    ...RECEIPTS.filter(({ metric }) => !guardrails.includes(metric)),
  ],
  alpha,
  end: end === undefined ? null : Date.parse(end),
})

function ofSlot(source: Extract<Source, { kind: 'slot' }>, library: Library): Described | undefined {
  const template = library.get('template', source.template) as SlotsOf | undefined
  const variants = template?.slots?.[source.slot]?.variants
  if (!template || !variants) return undefined
  const arms = variants.map(({ id }, i) => ({ id, name: id, control: i === 0 }))
  const title = `${template.name ?? source.template} · ${source.slot}`
  return { ...noMetrics, source, key: keyOf(source), title, arms, shares: null }
}

function ofExperiment(source: Extract<Source, { kind: 'experiment' }>, library: Library): Described | undefined {
  const experiment = library.get('experiment', source.id) as Experiment | undefined
  if (!experiment || experiment.on === 'step') return undefined
  const arms = experiment.arms.map(({ id, name, control }) => ({ id, name: name ?? id, control }))
  const shares = Object.fromEntries(experiment.arms.map(({ id, share }) => [id, shareOf(share)]))
  return { source, key: keyOf(source), title: named(experiment), arms, shares, ...metricsOf(experiment) }
}

function ofHoldout(source: Extract<Source, { kind: 'holdout' }>, library: Library): Described | undefined {
  const holdout = library.get('holdout', source.id) as Holdout | undefined
  if (!holdout) return undefined
  const arms: readonly ArmOf[] = [
    { id: 'treated', name: 'Could be reached by marketing', control: false },
    { id: 'held_out', name: 'Held out of marketing', control: true },
  ]
  const held = shareOf(holdout.share)
  const title = source.period === '' ? named(holdout) : `${named(holdout)} · ${source.period}`
  return { ...noMetrics, source, key: keyOf(source), title, arms, shares: { treated: 1 - held, held_out: held } }
}
