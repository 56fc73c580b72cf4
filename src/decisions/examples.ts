import type { PredictionFact } from '#events/reaction.ts'
import { chance } from '#lib/hash.ts'
import type { Features } from './features/read.ts'
import { score as scoreOf } from './propensity/score.ts'
import type { Outcome } from './schema.ts'
import { type ModelInForce, type Models, modelsOfType } from './snapshot.ts'

/** Whether what is foretold follows from a message: then each message is an example; else moments of people's days are. */
export function isOfMessages({ kind }: Outcome): boolean {
  switch (kind) {
    case 'opened':
    case 'clicked':
    case 'unsubscribed':
    case 'responded':
      return true
    case 'converted':
    case 'churned':
      return false
  }
}

/** Share of people's days of which an example is taken when the clock reckons, and share of those of which one is when an event comes. */
const BY_CLOCK = 0.25
const BY_EVENT = 0.25

/** Whether a person's day gives an example at such a moment: a quarter of the days by the clock, another by the first event of the day. */
export function isExample({ key, day, by }: { readonly key: string; readonly day: number; readonly by: 'clock' | 'event' }): boolean {
  const drawn = chance(`example ${day}`, key)
  return by === 'clock' ? drawn < BY_CLOCK : drawn >= BY_CLOCK && drawn < BY_CLOCK + BY_EVENT
}

export interface Moment {
  readonly workspace: string
  /** Profile id. */
  readonly key: string
  readonly features: Features
  /** '' where it hangs on no message. */
  readonly effect: string
  readonly cause: string
  /** Log time, epoch ms. */
  readonly now: number
}

/** What the models say at a moment, with what they were told: training examples, once it is known what came to pass. */
export function predictionsOf(models: Models, moment: Moment, wanted: (outcome: Outcome) => boolean): PredictionFact[] {
  const asked = modelsOfType(models, 'propensity').flatMap(whoSays)
  const text = JSON.stringify(rounded(moment.features))
  return asked.filter(({ model }) => wanted(model.outcome)).map((inForce) => prediction(inForce, moment, text))
}

/** Who is asked: the version that acts, and one that is tried where it has learned something else. */
function whoSays({ candidate, ...inForce }: ModelInForce<'propensity'>): readonly ModelInForce<'propensity'>[] {
  if (!candidate) return [inForce]
  if (inForce.inShadow) return [candidate]
  return candidate.snapshot?.serial === inForce.snapshot?.serial ? [inForce] : [inForce, candidate]
}

function prediction(
  inForce: ModelInForce<'propensity'>,
  { workspace, key, features, effect, cause, now }: Moment,
  text: string,
): PredictionFact {
  const said = scoreOf(inForce, features, now)
  const spoke = typeof said !== 'string'
  return {
    workspace_id: workspace,
    profile_id: key,
    effect_id: effect,
    model: inForce.model.id,
    model_version: inForce.version,
    snapshot: spoke ? inForce.snapshot!.serial : 0,
    score: spoke ? said.p : 0,
    features: text,
    cause,
    at: now,
  }
}

/** Seven digits are more than anybody can learn from. */
const rounded = (features: Features): Features =>
  Object.fromEntries(Object.entries(features).map(([name, value]) => [name, Number(value.toPrecision(7))]))
