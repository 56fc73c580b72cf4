import type { Candidate, DecisionRecord } from '../record.ts'
import { POLICY, WEIGHED } from './pace.ts'

/** Sentence for a reason code of the engine. */
type Explain = (code: string) => string

/** Why a message went, or was kept back, for people. */
export function whyPace({ chosen, silence, features }: DecisionRecord, explain: Explain): string {
  const goes = features['goes'] === 1
  const pressure = `Pressure was ${digits(features['pressure'] ?? 0)}.`
  if (silence !== undefined) return `It could go. ${explain(silence)} Only the contact policy limits messages.`
  if (chosen === POLICY) return `It could go: a share of people is limited by the contact policy alone, for comparison. ${pressure}`
  if (chosen !== WEIGHED) {
    const used = `They had had ${features['used'] ?? 0} marketing messages in seven days, and the lot has given them at most ${features['cap'] ?? 0} a week this quarter.`
    return `${goes ? 'It could go' : 'It was kept back'}: ${lower(used)} ${pressure}`
  }
  const sums = `it would bring about ${money(features['gain'] ?? 0)} and cost about ${money(features['cost'] ?? 0)} by people who leave`
  return `${goes ? 'It could go' : 'It was kept back'}: ${sums}. ${pressure}`
}

/** What each lot means. */
export function whyThisLot({ arm, propensity }: Candidate, { chosen }: DecisionRecord): string {
  const means =
    arm === POLICY ? 'Limited by the contact policy alone' : arm === WEIGHED ? 'Each message is weighed' : `At most ${arm.slice(4)} a week`
  return `${means}: the lot of ${Math.round(propensity * 1000) / 10} % of people.${arm === chosen ? ' It is theirs this quarter.' : ''}`
}

const lower = (sentence: string): string => sentence.slice(0, 1).toLowerCase() + sentence.slice(1)
const digits = (value: number): string => String(Math.round(value * 10) / 10)
const money = (value: number): string => String(Number(value.toPrecision(2)))
