import { grouped } from '#lib/grouped.ts'
import { normalPpf } from '#lib/numeric/distributions.ts'
import { halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Need, Plan, Planned } from './api.ts'
import { LEAST_CONVERSIONS, LEAST_UNITS } from './doubts.ts'
import { type Pair, unitsNeeded, unitsNeededAlways, varianceOfDifference } from './power.ts'
import { amount, difference, levelOf, percent } from './say.ts'
import type { Doubt } from './schema.ts'

const NARROWEST = 5_000
const REACHES = [7, 14, 28, 56, 84]

/** How large an experiment must be. Sizes are for the comparison of each treated arm with control, at Holm's strictest step. */
export function planned(plan: Plan): Outcome<Planned> {
  const base = plan.outcome.kind === 'rate' ? plan.outcome.rate : plan.outcome.mean
  const absolute = plan.effect.as === 'absolute' ? plan.effect.size : plan.effect.size * base
  const after = base + absolute
  if (plan.outcome.kind === 'rate' && !(after > 0 && after < 1)) return impossible(base, after)
  const pair = pairOf(plan, after)
  const alpha = plan.alpha / (plan.arms * plan.metrics)
  const aim = { alpha, power: plan.power }
  const need = (units: number): Need => needOf(plan, { units, absolute, least: leastPeople(plan, base) })
  const once = need(unitsNeeded(pair, absolute, aim))
  const always = need(unitsNeededAlways(pair, absolute, { ...aim, narrowestAt: NARROWEST }))
  return {
    effect: { absolute, relative: absolute / base },
    level: 1 - plan.alpha,
    power: plan.power,
    once,
    always,
    reach: reachOf(plan, { pair, alpha, base }),
    sentence: sentenceOf(plan, { base, absolute, once, always }),
    doubts: doubtsOf(plan, always),
    definitions: DEFINITIONS,
  }
}

const impossible = (rate: number, after: number) =>
  refuse({
    code: 'plan.effect.impossible',
    status: 422,
    title: 'No rate can change that much.',
    detail: `${percent(rate)} and this effect make ${percent(after)}`,
    hint: 'Plan for a smaller effect; `as: relative` with 0.1 means a tenth of the rate.',
    at: '/effect/size',
  })

const treatedShare = ({ control, arms }: Plan): number => (1 - control) / arms

/** What the pre-period explains is no noise (CUPED). */
function pairOf(plan: Plan, after: number): Pair {
  const { outcome, control, correlation } = plan
  const left = 1 - correlation * correlation
  const variance = (rate: number): number => left * (outcome.kind === 'rate' ? rate * (1 - rate) : outcome.deviation ** 2)
  return {
    control: { share: control, variance: variance(outcome.kind === 'rate' ? outcome.rate : 0) },
    treated: { share: treatedShare(plan), variance: variance(after) },
  }
}

/** People of one pair of arms below which a read-out shows no figures. */
function leastPeople({ outcome, control, arms }: Plan, base: number): number {
  const smaller = Math.min(control, (1 - control) / arms)
  const inSmaller = outcome.kind === 'rate' ? Math.max(LEAST_UNITS, LEAST_CONVERSIONS / Math.min(base, 1 - base)) : LEAST_UNITS
  return (inSmaller / smaller) * (control + (1 - control) / arms)
}

function needOf(plan: Plan, { units, absolute, least }: { units: number; absolute: number; least: number }): Need {
  const both = plan.control + treatedShare(plan)
  const people = Math.max(units, least) / both
  const control = Math.ceil(people * plan.control)
  const treated = Math.ceil(people * treatedShare(plan))
  const all = control + treated * plan.arms
  return {
    people: all,
    control,
    treated,
    days: plan.peopleADay === undefined ? null : Math.ceil(all / plan.peopleADay) + plan.windowDays,
    controlCosts: plan.worth === undefined ? null : Math.round(control * Math.abs(absolute) * plan.worth * 100) / 100,
  }
}

function reachOf(plan: Plan, { pair, alpha, base }: { pair: Pair; alpha: number; base: number }): Planned['reach'] {
  const { peopleADay } = plan
  if (peopleADay === undefined) return []
  const variance = varianceOfDifference(pair)
  const rho = tuning(alpha, NARROWEST)
  return REACHES.map((days) => {
    const people = Math.floor(days * peopleADay)
    const units = Math.max(2, people * (plan.control + treatedShare(plan)))
    const absolute = halfWidth(units, variance, { alpha, rho }) + normalPpf(plan.power) * Math.sqrt(variance / units)
    return { days: days + plan.windowDays, people, absolute, relative: absolute / base }
  })
}

interface Told {
  readonly base: number
  readonly absolute: number
  readonly once: Need
  readonly always: Need
}

function sentenceOf({ outcome, power, alpha, arms }: Plan, { base, absolute, once, always }: Told): string {
  const unit = { unit: outcome.kind === 'rate' ? ('share' as const) : ('number' as const) }
  const change = `${absolute < 0 ? 'a fall' : 'a rise'} of ${difference(Math.abs(absolute), unit)} from ${amount(base, unit)} (${percent(Math.abs(absolute / base))})`
  const days = (need: Need): string => (need.days === null ? '' : ` in ${count(need.days)} days`)
  const split = `${count(always.control)} of them in control${arms > 1 ? ` and ${count(always.treated)} in each of ${arms} arms` : ''}`
  return `To show ${change} with a chance of ${percent(power)}, at ${levelOf(alpha)}: ${count(always.people)} people${days(always)}, ${split}, if you may look at any time; ${count(once.people)}${days(once)} if you look only once, at the end.`
}

const count = (value: number): string => grouped(String(value))

const LONG = 90
const WEEK = 7

function doubtsOf({ peopleADay, correlation, outcome, control, arms }: Plan, always: Need): Doubt[] {
  const doubts: Doubt[] = []
  const say = (code: string, sentence: string) => doubts.push({ code, sentence })
  if (peopleADay === undefined) say('days_unknown', 'Say how many people come each day, and the days are told too.')
  if (always.days !== null && always.days > LONG)
    say(
      'long',
      `${count(always.days)} days are long: people and the season change meanwhile. Plan for a larger effect, or a larger control group.`,
    )
  if (always.days !== null && always.days < WEEK) say('short', 'Run it for whole weeks all the same, since weekends answer differently.')
  if (correlation > 0) say('correlation', 'The correlation with what was before is taken as given; if it is less, more people are needed.')
  if (outcome.kind === 'mean' && outcome.deviation > 5 * outcome.mean)
    say('heavy_tail', 'A few people with very large values make up most of the noise: a capped metric, or a rate, needs far fewer people.')
  if (control < 0.1 && control < (1 - control) / arms)
    say('small_control', 'A small control group costs little a day, but the experiment takes longer; half and half is the fastest.')
  return doubts
}

const DEFINITIONS: Planned['definitions'] = [
  {
    term: 'Chance to show it',
    means: 'Of 100 such experiments with an effect of just this size, so many end with an interval without 0 (power).',
  },
  {
    term: 'Looked at always',
    means: 'The interval may be read every day and the experiment stopped when it leaves 0; that takes more people at the end.',
  },
  {
    term: 'What control costs',
    means: 'People in control × the effect × what one is worth: what they would have brought, had they been treated.',
  },
]
