import type { Problem } from '#lib/problem.ts'
import { BUILT_IN_METRICS } from './guardrail.ts'
import { type Experiment, type Holdout, LAYER_PLACES } from './schema.ts'

/** All documents as they would be live together, parsed. */
interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

const problem = (code: string, at: string, [title, hint]: readonly [title: string, hint: string]): Problem => ({
  code,
  status: 422,
  title,
  at,
  hint,
})

/** A hold-out of nobody or of nearly everybody, and topics that nobody has. */
export function checkHoldout({ share, covers }: Holdout, library: Library): Problem[] {
  const part = Number.parseFloat(share)
  return [
    ...(part > 0 && part <= 50
      ? []
      : [problem('holdout.share', '/share', [`A hold-out of ${share} compares nothing.`, 'Take 2% to 5%, and at most 50%.'])]),
    ...(covers.topics ?? [])
      .filter((id) => library.get('topic', id) === undefined)
      .map((id) => problem('holdout.topic', '/covers/topics', [`There is no topic called "${id}".`, 'Publish it too.'])),
  ]
}

/** What an experiment names and nobody has, and whom it would meet in its layer. */
export function checkExperiment(experiment: Experiment, library: Library): Problem[] {
  return [...missing(experiment, library), ...metrics(experiment, library), ...overlaps(experiment, library)]
}

function missing(experiment: Experiment, library: Library): Problem[] {
  const lack = (kind: string, id: string, at: string): Problem[] =>
    library.get(kind, id) === undefined
      ? [problem(`experiment.${kind}`, at, [`There is no ${kind} called "${id}".`, 'Publish it too.'])]
      : []
  switch (experiment.on) {
    case 'journeys':
      return [
        ...experiment.journeys.flatMap((id) => lack('journey', id, '/journeys')),
        ...experiment.arms.flatMap(({ enters }, i) =>
          enters
            .filter((id) => !experiment.journeys.includes(id))
            .map((id) =>
              problem('experiment.enters', `/arms/${i}/enters`, [`The experiment is not on journey "${id}".`, 'Name it in journeys.']),
            ),
        ),
      ]
    case 'segment':
      return lack('segment', experiment.segment, '/segment')
    case 'slots':
      return [...lack('template', experiment.template, '/template'), ...strangers(experiment, library)]
    case 'send-time':
      return [...lack('journey', experiment.journey, '/journey'), ...stepOf(experiment, library, isTimed)]
    case 'step':
      return [...lack('journey', experiment.journey, '/journey'), ...stepOf(experiment, library, isDrawing)]
  }
}

interface Slots {
  readonly slots?: Readonly<Record<string, { readonly variants?: readonly { readonly id: string }[] }>>
}

/** Slots and variants that the template has not. */
function strangers({ template, arms }: Extract<Experiment, { on: 'slots' }>, library: Library): Problem[] {
  const found = library.get('template', template) as Slots | undefined
  if (!found) return []
  return arms.flatMap(({ shows }, i) =>
    Object.entries(shows).flatMap(([slot, variants]) =>
      variants
        .filter((variant) => !found.slots?.[slot]?.variants?.some(({ id }) => id === variant))
        .map((variant) =>
          problem('experiment.variant', `/arms/${i}/shows/${slot}`, [
            `Slot "${slot}" has no variant "${variant}".`,
            'Name one that the template has.',
          ]),
        ),
    ),
  )
}

interface AnyStep {
  readonly kind?: unknown
  readonly id?: unknown
  readonly timing?: { readonly best?: unknown }
}
const isTimed = ({ timing }: AnyStep): string | null => (timing?.best === undefined ? 'It has no best hour.' : null)
const isDrawing = ({ kind }: AnyStep): string | null =>
  kind === 'split' || kind === 'choose' ? null : 'It is neither a split nor a choice.'

function stepOf(
  { journey, step }: { journey: string; step: string },
  library: Library,
  fault: (step: AnyStep) => string | null,
): Problem[] {
  const body = library.get('journey', journey) as { readonly steps: unknown } | undefined
  if (body === undefined) return []
  const found = stepsIn(body.steps).find(({ id }) => id === step)
  const why = found ? fault(found) : `Journey "${journey}" has no step "${step}".`
  return why === null ? [] : [problem('experiment.step', '/step', [why, 'Name the step that is experimented with.'])]
}

/** Steps hold steps, in whatever field their kind has for them. */
function stepsIn(value: unknown): AnyStep[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn)
  if (value === null || typeof value !== 'object') return []
  const own = value as AnyStep
  return [...(typeof own.kind === 'string' ? [own] : []), ...Object.values(value).flatMap(stepsIn)]
}

function metrics({ primary, secondary, guardrails }: Experiment, library: Library): Problem[] {
  const named = [
    ['/primary', primary],
    ...secondary.map((id, i) => [`/secondary/${i}`, id]),
    ...guardrails.map((id, i) => [`/guardrails/${i}`, id]),
  ] as [string, string][]
  return named.flatMap(([at, text]) => {
    const [kind, id] = text.startsWith('goal:') ? ['journey', text.slice('goal:'.length)] : ['metric', text]
    return library.get(kind!, id!) === undefined && !(kind === 'metric' && BUILT_IN_METRICS.includes(id!))
      ? [
          problem('experiment.metric', at, [
            `There is no ${kind} called "${id}".`,
            'Publish it too, or name the goal of a journey such as goal:winback.',
          ]),
        ]
      : []
  })
}

/** Two experiments of one layer may not take the same place. */
function overlaps(experiment: Experiment, library: Library): Problem[] {
  if (experiment.on === 'step' || !experiment.layer) return []
  const { id: layer, from, to } = experiment.layer
  const others = library
    .ids('experiment')
    .map((id) => library.get('experiment', id) as Experiment)
    .filter((other) => other.id !== experiment.id && other.on !== 'step' && other.layer?.id === layer)
    .filter((other) => !isApart(experiment, other))
  return others.flatMap((other) => {
    const taken = (other as Extract<Experiment, { layer?: unknown }>).layer
    if (!taken || taken.to < from || to < taken.from) return []
    return [
      problem('experiment.overlap', '/layer', [
        `Experiment "${other.id}" takes the places ${taken.from} to ${taken.to} of layer "${layer}".`,
        `Take others of 0 to ${LAYER_PLACES - 1}, or another layer: then both draw the same people independently of each other.`,
      ]),
    ]
  })
}

const isApart = (a: Experiment, b: Experiment): boolean =>
  (a.end !== undefined && b.start !== undefined && Date.parse(a.end) <= Date.parse(b.start)) ||
  (b.end !== undefined && a.start !== undefined && Date.parse(b.end) <= Date.parse(a.start))
