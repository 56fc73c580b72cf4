import { grouped } from '#lib/grouped.ts'
import { amount, between, percent } from '../inference/say.ts'
import type { AttributionReport, Calibrated, Model, Tellings } from './api.ts'
import type { Won } from './counts.ts'
import { keyName, modelName } from './names.ts'

export interface Told {
  readonly conversions: number
  readonly rows: readonly { readonly key: string; readonly claimed: number; readonly attributed: Won }[]
  readonly calibrated: readonly Calibrated[]
  readonly model: Model
  readonly by: AttributionReport['by']
}

const n = (value: number): string => amount(value, { unit: 'number' })
const whole = (value: number): string => grouped(String(Math.round(value)))

/** Claimed, attributed and incremental side by side, and in sentences why they differ. */
export function tellingsOf({ conversions, rows, calibrated, model, by }: Told): Tellings {
  const lines = rows
    .map(({ key, claimed, attributed }) => {
      const truth = calibrated.find((each) => each.key === key)
      const incremental = truth?.conversions ?? null
      return {
        key,
        claimed,
        attributed: attributed.conversions,
        incremental,
        sentence:
          truth && incremental
            ? `“${keyName(key, by)}” would claim ${n(claimed)}, is credited with ${n(attributed.conversions)} and caused about ${n(incremental.estimate)} (${between(incremental, { unit: 'number' })}, ${percent(truth.level)} certain).`
            : `“${keyName(key, by)}” would claim ${n(claimed)} and is credited with ${n(attributed.conversions)}; what it caused nobody knows without a hold-out.`,
      }
    })
    .sort((a, b) => b.attributed - a.attributed || (a.key < b.key ? -1 : 1))
  const claimed = lines.reduce((sum, line) => sum + line.claimed, 0)
  const attributed = lines.reduce((sum, line) => sum + line.attributed, 0)
  return { conversions, claimed, attributed, rows: lines, sentences: reconciled({ conversions, claimed, attributed, lines, model, by }) }
}

interface Summed {
  readonly conversions: number
  readonly claimed: number
  readonly attributed: number
  readonly lines: Tellings['rows']
  readonly model: Model
  readonly by: AttributionReport['by']
}

function reconciled({ conversions, claimed, attributed, lines, model, by }: Summed): string[] {
  const over = claimed - conversions
  const first =
    over > 0
      ? `Added up, all would claim ${whole(claimed)} conversions where there were ${whole(conversions)}: ${whole(over)} too many, because each claims what it met, however many others it met too.`
      : `Added up, all would claim ${whole(claimed)} of ${whole(conversions)} conversions.`
  const rest = conversions - attributed
  const second = `The model “${modelName(model)}” shares out ${whole(attributed)}, each conversion once${rest >= 0.5 ? `; ${whole(rest)} have no touch or none that it credits` : ''}. That is credit, not cause.`
  const known = lines.filter(({ incremental }) => incremental !== null)
  if (known.length === 0)
    return [first, second, 'No hold-out says what any of them caused: hold some people out, and the third column fills.']
  const [credited, caused] = [
    known.reduce((sum, line) => sum + line.attributed, 0),
    known.reduce((sum, line) => sum + line.incremental!.estimate, 0),
  ]
  const gap = credited - caused
  const where = `Where experiments can tell (${known.map(({ key }) => `“${keyName(key, by)}”`).join(', ')}),`
  // A sum below nothing is no number of conversions.
  if (caused < 0.5) return [first, second, `${where} nothing shows that any of the ${whole(credited)} credited conversions was caused.`]
  const others = gap >= 0 ? `${whole(gap)} would have come anyway` : `${whole(-gap)} more than they get credit for`
  const third = `${where} about ${whole(caused)} of ${whole(credited)} credited conversions were caused: ${others}.`
  return [first, second, third]
}
