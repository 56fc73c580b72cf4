import type { ArmAsked, MetricAsked, ReadoutAsked } from './asked.ts'
import { changesOverTime, doubtsOf, fewDecide, surroundings } from './doubts.ts'
import { EARLY, exactDifference, type Figures, figuresOf, harmOf } from './figures.ts'
import { benjaminiHochberg, holm } from './multiplicity.ts'
import { amount, between, chanceOf, difference, happened, levelOf, peopleIn, percent, type Said } from './say.ts'
import type { Comparison, Readout, Verdict } from './schema.ts'
import { type SampleRatio, sampleRatio } from './srm.ts'
import type { ArmStatistics } from './statistics.ts'

const NARROWEST = 5_000

/** One arm against control in one metric, on its way to a comparison. */
interface Case {
  readonly metric: MetricAsked
  readonly arm: ArmAsked
  readonly control: ArmStatistics
  readonly treated: ArmStatistics
  readonly figures: Figures
}

/**
 * What an experiment says so far. It may be read as often as one likes: verdicts rest on intervals that hold at all looks together. Arms that
 * are not split as drawn block all figures; without control nothing is compared.
 */
export function readout(asked: ReadoutAsked): Readout {
  const ratio = sampleRatio(asked.arms)
  const blocked = blockedBy(asked, ratio)
  const cases = casesOf(asked)
  const guarded = cases.filter(({ metric }) => metric.role === 'guardrail')
  const harms = guarded.map((each) => harmed(each, { asked, guards: guarded.length }))
  return {
    level: 1 - asked.alpha,
    control: asked.control,
    arms: asked.arms.map((arm) => {
      const part = ratio.arms.find((each) => each.arm === arm.arm)
      return { arm: arm.arm, name: arm.name, people: arm.n, wanted: part?.wanted ?? 0, seen: part?.seen ?? 0 }
    }),
    sampleRatio: { p: ratio.p, evidence: ratio.evidence, alarm: ratio.alarm, sentence: ratioSentence(asked.arms, ratio) },
    blocked,
    comparisons: blocked ? [] : compared(cases, { asked, harms: new Map(guarded.map((each, i) => [each, harms[i]!])) }),
    stop: harms.flatMap((harm) => harm.stop ?? []),
    doubts: surroundings(asked.circumstances),
    definitions: DEFINITIONS,
  }
}

function casesOf(asked: ReadoutAsked): Case[] {
  const { control, alpha, prior, seed, narrowestAt = NARROWEST } = asked
  if (control === null) return []
  const others = asked.arms.filter(({ arm }) => arm !== control)
  return asked.metrics.flatMap((metric) =>
    others.flatMap((arm) => {
      const sides = { control: metric.arms[control], treated: metric.arms[arm.arm] }
      if (!sides.control || !sides.treated) return []
      const both = { control: sides.control, treated: sides.treated, names: { control, treated: arm.arm } }
      const figures = figuresOf(metric, both, { alpha, prior, narrowestAt, seed: `${seed}/${metric.id}/${arm.arm}` })
      return [{ metric, arm, control: both.control, treated: both.treated, figures }]
    }),
  )
}

function blockedBy({ control, arms }: ReadoutAsked, ratio: SampleRatio): Readout['blocked'] {
  if (control === null || !arms.some(({ arm }) => arm === control)) {
    const sentence = arms.every(({ n }) => n === 0)
      ? 'Nobody has come in yet, so there is nothing to compare.'
      : 'Nobody was held back for comparison, so nobody can say what would have happened anyway.'
    return { code: 'no_control', sentence }
  }
  return ratio.alarm ? { code: 'sample_ratio', sentence: ratioSentence(arms, ratio) } : null
}

function ratioSentence(arms: readonly ArmAsked[], { alarm, p, arms: parts }: SampleRatio): string {
  if (!alarm) return `People are split as designed (chance of a split at least this uneven: ${chanceOf(p)}).`
  const name = (arm: string): string => arms.find((each) => each.arm === arm)?.name ?? arm
  const far = parts.toSorted((a, b) => Math.abs(b.seen - b.wanted) - Math.abs(a.seen - a.wanted))[0]
  const share = (value: number): string => `${(value * 100).toFixed(2)} %`
  const seen = far ? ` “${name(far.arm)}” has ${share(far.seen)} of the people where ${share(far.wanted)} were drawn.` : ''
  return `People are not split as designed:${seen} Something lets people into one arm and not into another, so the arms differ in more than the treatment, and no figures are shown.`
}

interface Harm {
  readonly verdict: Verdict
  readonly sentence: string
  readonly stop: Readout['stop'][number] | null
  readonly harm: Comparison['harm']
}

/** The chance that any arm without harm is ever stopped is at most alpha over all guardrails and arms. */
function harmed(of: Case, { asked, guards }: { asked: ReadoutAsked; guards: number }): Harm {
  const { metric, arm, figures } = of
  const alpha = asked.alpha / Math.max(1, guards)
  const found = harmOf(metric, of, { figures, alpha, narrowestAt: asked.narrowestAt ?? NARROWEST })
  const base = figures.control.mean
  if (!found || base === null || figures.treated.mean === null)
    return { verdict: figures.early ? 'too_early' : 'none', sentence: figures.early?.sentence ?? NOTHING, stop: null, harm: null }
  const tolerated = metric.tolerated === undefined ? null : metric.tolerated * Math.abs(base)
  const harm = { ...found, level: 1 - alpha, tolerated }
  // What was taken into the bargain is no harm: such an arm is not stopped either (`experiments/guardrails.ts`).
  const isHarm = found.low > (tolerated ?? 0)
  const verdict = isHarm ? 'harm' : tolerated !== null && found.high <= tolerated ? 'no_harm' : figures.early ? 'too_early' : 'open'
  const sentence = harmSentence(of, { verdict, harm, certain: `${levelOf(alpha)}, valid however often you look` })
  return { verdict, sentence, stop: verdict === 'harm' ? { arm: arm.arm, metric: metric.id, sentence } : null, harm }
}

function harmSentence(
  { metric, arm, figures }: Case,
  { verdict, harm, certain }: { verdict: Verdict; harm: NonNullable<Comparison['harm']>; certain: string },
): string {
  const people = peopleIn(arm)
  const seen = `${amount(figures.treated.mean ?? 0, metric)} against ${amount(figures.control.mean ?? 0, metric)}`
  const most = difference(Math.max(0, harm.high), metric)
  if (verdict === 'harm')
    return `${people}: “${metric.name}” is worse than in control by at least ${difference(harm.low, metric)} (${seen}; ${certain}). Stop this arm.`
  if (verdict === 'no_harm')
    return `No harm: “${metric.name}” of ${lower(people)} is worse than in control by at most ${most}, and ${difference(harm.tolerated ?? 0, metric)} were tolerated (${seen}; ${certain}).`
  return `No harm is shown in “${metric.name}” for ${lower(people)} so far (${seen}), but it could be up to ${most} worse (${certain}).`
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
const NOTHING = 'There are no figures yet.'

function compared(cases: readonly Case[], { asked, harms }: { asked: ReadoutAsked; harms: ReadonlyMap<Case, Harm> }): Comparison[] {
  const adjusted = new Map<Case, number>()
  for (const [role, adjust] of [['primary', holm] as const, ['secondary', benjaminiHochberg] as const]) {
    const own = cases.filter(({ metric }) => metric.role === role)
    // One that is too early is still a comparison that will be made.
    for (const [i, p] of adjust(own.map((each) => pOf(each) ?? 1)).entries()) adjusted.set(own[i]!, p)
  }
  return cases.map((each) => {
    const comparisons = cases.filter(({ metric }) => metric.role === each.metric.role).length
    return comparisonOf(each, { asked, comparisons, adjustedP: adjusted.get(each) ?? null, harm: harms.get(each) ?? null })
  })
}

const pOf = ({ figures }: Case): number | null => figures.absolute?.always?.p ?? null

interface Surrounding {
  readonly asked: ReadoutAsked
  readonly comparisons: number
  readonly adjustedP: number | null
  readonly harm: Harm | null
}

function comparisonOf(of: Case, { asked, comparisons, adjustedP, harm }: Surrounding): Comparison {
  const { metric, arm, figures } = of
  const { early, exact: _exact, effect: _effect, ...shown } = figures
  const p = pOf(of)
  const verdict = harm?.verdict ?? verdictOf(of, { alpha: asked.alpha, adjustedP, comparisons })
  const found = { ...shown, harm: harm?.harm ?? null, p, adjustedP: p === null ? null : adjustedP, verdict }
  const more = [fewDecide(metric, [of.control, of.treated]), changesOverTime(metric, asked.control!, arm.arm)]
  return {
    metric: metric.id,
    name: metric.name,
    role: metric.role,
    better: metric.better,
    unit: metric.unit,
    level: 1 - asked.alpha,
    ...found,
    adjustedBy: metric.role === 'primary' ? 'holm' : metric.role === 'secondary' ? 'benjamini-hochberg' : 'none',
    sentence: harm?.sentence ?? sentenceOf(of, { verdict, alpha: asked.alpha, comparisons }),
    doubts: [
      ...(early ? [early] : []),
      ...doubtsOf(found, { alpha: asked.alpha, comparisons, hasPrior: asked.prior !== null }),
      ...more.filter((doubt) => doubt !== null),
    ],
  }
}

function verdictOf(of: Case, { alpha, adjustedP, comparisons }: { alpha: number; adjustedP: number | null; comparisons: number }): Verdict {
  const { metric, figures } = of
  const better = (estimate: number): Verdict => (estimate > 0 === (metric.better === 'more') ? 'better' : 'worse')
  if (figures.early) {
    // What is exact may be said at once, however few there are.
    const exact = exactDifference(of, (EARLY * alpha) / comparisons)
    return exact && (exact.low > 0 || exact.high < 0) ? better(exact.low) : 'too_early'
  }
  if (!figures.absolute) return 'none'
  return adjustedP !== null && adjustedP <= alpha && figures.absolute.estimate !== 0 ? better(figures.absolute.estimate) : 'open'
}

interface Told {
  readonly verdict: Verdict
  readonly alpha: number
  readonly comparisons: number
}

function sentenceOf({ metric, arm, figures, treated }: Case, { verdict, alpha, comparisons }: Told): string {
  const { absolute, relative, early, exact } = figures
  const certain = `${levelOf(alpha)}, valid however often you look`
  const shown = early ? exact : (absolute?.always ?? null)
  if (verdict === 'too_early' || verdict === 'none') {
    const known = exact ? ` All that is certain so far: the difference is ${between(exact, metric)}${points(metric)} (${certain}).` : ''
    return early ? `${early.sentence}${known}` : NOTHING
  }
  if (!absolute || !shown || figures.control.mean === null || figures.treated.mean === null) return NOTHING
  const said: Said = { metric, kind: treated.kind, people: peopleIn(arm) }
  const what = happened(said, absolute.estimate)
  const seen = `${amount(figures.treated.mean, metric)} against ${amount(figures.control.mean, metric)}`
  if (verdict === 'open' && (absolute.always?.p ?? 1) <= alpha) {
    const alone = `by itself ${between(shown, metric)}${points(metric)}; ${certain}`
    return `Not decided among ${comparisons} comparisons: so far ${lower(what)} (${seen}; ${alone}).`
  }
  if (verdict === 'open')
    return `Not decided: so far ${lower(what)} (${seen}), but anything ${between(shown, metric)}${points(metric)} is possible (${certain}).`
  const share = relative ? `, ${percent(Math.abs(relative.estimate))} ${relative.estimate < 0 ? 'less' : 'more'}` : ''
  const range = absolute.estimate < 0 ? { low: -shown.high, high: -shown.low } : shown
  const adjusted = figures.adjustment && !early ? '; adjusted by what they did before' : ''
  return `${what} (${seen}${share}; ${between(range, metric)}${points(metric)}; ${certain}${adjusted}).`
}

const points = ({ unit, currency }: MetricAsked): string =>
  unit === 'share' ? ' percentage points' : unit === 'money' && currency !== undefined ? ` ${currency}` : ''

const DEFINITIONS: Readout['definitions'] = [
  { term: 'Control', means: 'People drawn by chance who did not get what is tried. They show what would have happened anyway.' },
  {
    term: 'Valid however often you look',
    means: 'Of 100 experiments, at least 95 have the true difference inside of their 95 % interval at every single look, not only at one.',
  },
  {
    term: 'For one look',
    means: 'The narrower interval of a test with an end that was fixed before. It is wrong for whoever looks twice.',
  },
  {
    term: 'Adjusted (CUPED)',
    means: 'What people did before they were drawn is taken out. The difference stays the same on average, with less noise.',
  },
  { term: 'Chance to be better', means: 'How likely the arm beats control, given the figures and how large effects usually are here.' },
  {
    term: 'Drawn to the usual',
    means: 'The estimate, drawn towards effects that tests usually show here, since what wins is often luck in part.',
  },
  { term: 'Guardrail', means: 'A number that must not get worse. An arm that is shown to harm it is to be stopped.' },
  { term: 'Split as designed', means: 'Whether each arm has the share of people that was drawn for it. Where not, no comparison is fair.' },
]
