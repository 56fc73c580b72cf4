import type { JsonObject } from '#lib/json.ts'
import { shareOf } from '../schema.ts'
import type { Learner, Trained, TrainingTask } from '../trainer.ts'
import { audienceOf, type ContentBody, decodeContent, type LearnedTemplate } from './body.ts'
import { fitLayouts } from './layouts.ts'
import type { RatePrior } from './prior.ts'
import { resultJson, resultsOf } from './results.ts'
import { type Allocation, allocateOptions, allocationOf } from './shares.ts'
import { type ContentData, type CurrentTemplate, layoutTallies, optionTallies, type PlacedRow, placedRows, priorOf } from './tallies.ts'

/** Groups of people who may get the same that have shares of their own; and combinations that are kept of each. */
const [MOST_AUDIENCES, MOST_LAYOUTS] = [12, 200]
const round = (x: number): number => Math.round(x * 1e6) / 1e6

/** Options that may be shown, by slot, as indices. */
type Allowed = readonly (readonly number[])[]

/** Everything first, then what people could get, the most frequent first. */
function audiencesIn({ slots }: CurrentTemplate, rows: readonly PlacedRow[]): Allowed[] {
  const whole = slots.map(({ options }) => options.map((_, i) => i))
  const sizes = new Map<string, { could: Allowed; n: number }>()
  for (const { could, n } of rows) {
    if (could.some((options) => options.length === 0)) continue
    const key = JSON.stringify(could)
    sizes.set(key, { could, n: (sizes.get(key)?.n ?? 0) + n })
  }
  sizes.delete(JSON.stringify(whole))
  const others = [...sizes].sort(([a, x], [b, y]) => y.n - x.n || (a < b ? -1 : 1)).map(([, { could }]) => could)
  return [whole, ...others.slice(0, MOST_AUDIENCES - 1)]
}

/** How to share among options: exactly for one slot and one stratum, else by draws of the fitted weights. Null: it cannot be reckoned. */
function allocatorOf(
  { slots }: CurrentTemplate,
  rows: readonly PlacedRow[],
  { prior, seed }: { prior: RatePrior; seed: string },
): ((allowed: Allowed) => Allocation) | null {
  if (slots.length === 1 && rows.every(({ stratum }) => stratum === 0)) {
    const tallies = optionTallies(rows, { at: 0, count: slots[0]!.options.length })
    return ([allowed]) => allocateOptions(tallies, { prior, seed, allowed: allowed! })
  }
  const shape = slots.map(({ options }) => options.length)
  const model = fitLayouts(shape, layoutTallies(rows), prior)
  return model && ((allowed) => allocationOf(model, { seed, allowed }))
}

function learnTemplate(
  current: CurrentTemplate,
  rows: readonly PlacedRow[],
  { prior, seed, uniform }: { prior: RatePrior; seed: string; uniform: number },
): LearnedTemplate | null {
  const allocate = allocatorOf(current, rows, { prior, seed })
  if (!allocate) return null
  const audiences = audiencesIn(current, rows).map((allowed) => {
    const { layouts, remaining } = allocate(allowed)
    const kept = layouts.filter(({ share }) => share > 0).slice(0, MOST_LAYOUTS)
    const among = current.slots.map(({ slot, options }, i) => ({ slot, options: allowed[i]!.map((option) => options[option]!.id) }))
    return {
      among: audienceOf(among),
      layouts: kept.map(({ layout, share, rate }) => ({ options: [...layout], share: round(share), rate: round(rate) })),
      remaining: round(remaining),
    }
  })
  if (
    !audiences.every(
      ({ layouts, remaining }) => Number.isFinite(remaining) && layouts.every(({ share, rate }) => Number.isFinite(share + rate)),
    )
  )
    return null
  const slots = current.slots.map(({ slot, options }) => ({ slot, options: options.map(({ id, hash }) => ({ id, hash })) }))
  return { version: current.version, slots, uniform, audiences }
}

function fit({ model }: TrainingTask<'content'>, data: ContentData): Trained | null {
  const { templates, shown, newest } = data
  const examples = shown.reduce((sum, { n }) => sum + n, 0)
  if (templates.length === 0 || examples === 0) return null
  const prior = priorOf(shown, model.success)
  const uniform = shareOf(model.uniform)
  const learned: Record<string, LearnedTemplate> = {}
  const reports: JsonObject[] = []
  for (const current of templates) {
    const rows = placedRows(current, data)
    const made = learnTemplate(current, rows, { prior, seed: `${model.id} ${current.template} ${newest} ${examples}`, uniform })
    if (made) learned[current.template] = made
    reports.push(resultJson(resultsOf(current, rows, { learned: made, success: model.success, uniform })))
  }
  const body: ContentBody = { v: 1, templates: learned }
  const words = reports.flatMap(({ template, sentences }) => (sentences as string[]).map((each) => `${template}: ${each}`))
  return {
    body: JSON.stringify(body),
    trainedTo: newest,
    examples,
    report: { words, success: model.success, uniform, prior: { a: round(prior.a), b: round(prior.b) }, templates: reports },
  }
}

/** Anew from all that counts each time: nothing hangs on the order in which it was learned. */
export const contentLearner: Learner<'content', ContentData> = {
  type: 'content',
  every: 10 * 60_000,
  fit,
  decode: decodeContent,
}
