import type { Candidate, DecisionRecord } from '../record.ts'
import { FALLBACK, NOTHING } from './decide.ts'

/** Sentence for a reason code of the engine. */
export type Explain = (code: string) => string

const percent = (share: number): string => `${share >= 0.1 ? Math.round(share * 100) : Math.round(share * 1_000) / 10} %`
const amount = (x: number): string => (Math.abs(x) >= 0.1 ? x.toFixed(2) : String(Number(x.toPrecision(2))))

/** Why this was chosen, for people. */
export function whyChosen(record: DecisionRecord, explain: Explain): string {
  const { by, chosen, propensity, silence, candidates } = record
  const among = candidates.filter(({ excluded, arm }) => excluded === '' && arm !== FALLBACK && arm !== NOTHING).length
  switch (by) {
    case 'control':
      return 'They are in the comparison group, which gets the fallback whatever the model says, so that the rest can be measured against it.'
    case 'held_out':
      return 'They are held out: they get none of the options, so that all of it can be measured.'
    case 'fallback':
      return `The fallback was taken. ${explain(silence ?? 'fallback')}`
    case 'cold_start':
      return among === 1
        ? `“${chosen}” was the only option that was possible.`
        : `“${chosen}” was drawn by lot from ${among} options, each as likely: ${silence === 'model_stale' ? 'what the model had learned was too old' : 'the model had learned nothing yet'}.`
    case 'model':
      return `“${chosen}” was chosen with a chance of ${percent(propensity)}: ${rankOf(record)}.`
  }
}

function rankOf({ candidates, chosen }: DecisionRecord): string {
  const eligible = candidates.filter(({ excluded }) => excluded === '')
  if (eligible.length === 1) return 'nothing else was possible'
  const best = eligible.reduce((top, each) => ((each.predicted ?? 0) > (top.predicted ?? 0) ? each : top))
  return best.arm === chosen ? 'it promised most' : `not because it promised most (that was “${best.arm}”), but to find out what it brings`
}

/** Why this candidate, why not that one. */
export function whyThis(candidate: Candidate, { chosen, by }: DecisionRecord, explain: Explain): string {
  const { arm, excluded, propensity } = candidate
  if (excluded !== '') return ['Not possible.', exclusionOf(excluded, explain)].join(' ')
  if (arm === FALLBACK) return 'What goes out where nothing is chosen.'
  if (arm === NOTHING) return 'Nothing goes out.'
  const chance = by === 'model' || by === 'cold_start' ? ` Its chance was ${percent(propensity)}.` : ''
  const expected = expectedOf(candidate)
  return `${expected}${chance}${arm === chosen ? ' It was chosen.' : ''}`.trim()
}

/** `Expected to bring 1.20: 6 % convert at 70.00 each, cost 0.08.` */
function expectedOf({ predicted, parts }: Candidate): string {
  if (predicted === undefined || !parts) return 'It was possible.'
  const { conversion = 0, worth = 0, cost = 0, gives = 0, unsubscribe = 0, price = 0 } = parts
  const more = [
    gives > 0 ? `${amount(gives)} given away with each` : '',
    cost > 0 ? `cost ${amount(cost)}` : '',
    unsubscribe > 0 ? `${percent(unsubscribe)} unsubscribe` : '',
    price > 0 ? `${amount(price)} for what is scarce` : '',
  ].filter(Boolean)
  return `Expected to bring ${amount(predicted)}: ${percent(conversion)} convert at ${amount(worth)} each${more.length > 0 ? `, ${more.join(', ')}` : ''}.`
}

function exclusionOf(code: string, explain: Explain): string {
  if (code === 'condition') return 'Its condition did not hold for this person.'
  if (code.startsWith('guardrail:'))
    return `It is paused, because its ${code.slice('guardrail:'.length)} are above those of the comparison group.`
  return explain(code)
}
