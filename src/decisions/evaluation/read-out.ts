import type { Estimate, Evaluation } from './schema.ts'

/** Four significant digits, without an exponent, and never "-0". */
export function amount(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, Math.min(8, 3 - Math.floor(Math.log10(Math.abs(value)))))
  const text = value.toFixed(digits)
  return Number(text) === 0 ? '0' : text
}

const of = (value: number, unit: string): string => (unit === '' ? amount(value) : `${amount(value)} ${unit}`)

const between = ({ low, high }: Estimate, unit: string): string =>
  low === null || high === null ? 'no interval can be given' : `95 % interval ${amount(low)} to ${of(high, unit)}`

type Told = Omit<Evaluation, 'sentence'>

/** The evaluation in words: what, how sure, and on how much it rests. `unit`: a currency, or '' for a share. */
export function sentenceOf(told: Told, unit: string): string {
  const { policy, support, gain, verdict, refusal } = told
  if (refusal) return `Nothing can be said of “${policy}”: ${lowered(refusal.title)}${refusal.detail ? ` (${refusal.detail})` : ''}.`
  const rests = `this rests on ${Math.floor(support.effective)} effective decisions of ${support.people} people`
  switch (verdict) {
    case 'better':
      return `“${policy}” would have earned ${of(gain.value, unit)} more per decision, ${between(gain, unit)}; ${rests}.${aboveBest(told, unit)}`
    case 'worse':
      return `“${policy}” would have earned ${of(-gain.value, unit)} less per decision, ${between(gain, unit)}; ${rests}.`
    case 'not_shown':
    case 'refused':
      return `“${policy}” is not shown to be better or worse than what was done: ${of(gain.value, unit)} per decision, ${between(gain, unit)}; ${rests}.`
  }
}

/** Personalising is worth its while only beyond the best single option. */
function aboveBest({ overBestArm }: Told, unit: string): string {
  const { low, method } = overBestArm
  if (method === 'none') return ''
  return low !== null && low > 0
    ? ` It also earns ${of(overBestArm.value, unit)} more than always the best single option (${between(overBestArm, unit)}).`
    : ` It is not shown to earn more than always the best single option (${between(overBestArm, unit)}).`
}

const lowered = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`
