import { own } from '#lib/record.ts'
import { sayFeature, sayMissing } from '../features/schema.ts'
import type { Candidate, DecisionRecord } from '../record.ts'
import type { Snapshot } from '../snapshot.ts'
import type { ChoiceBody } from './body.ts'
import { FALLBACK, NOTHING, recompute } from './decide.ts'
import { partsOfLogit, standardised } from './reward-model.ts'

/** What one feature of the person did to a choice, in the logit of a conversion. */
export interface Contributed {
  readonly name: string
  /** null: it was not known. */
  readonly value: number | null
  /** What it adds for what was chosen. */
  readonly adds: number
  /** How much of that is for this option rather than for its rival. */
  readonly favours: number
  readonly says: string
}

/** What would have been, had one thing been another way; reckoned with the same snapshot and the same lot. */
export interface WouldBe {
  readonly kind: 'feature' | 'possible'
  /** Feature, or option that would have been possible. */
  readonly name: string
  readonly was: string
  readonly had: string
  /** The likeliest option then, with its chance then and as it was. */
  readonly likeliest: string
  readonly chance: number
  readonly before: number
  /** What the same lot would have drawn. */
  readonly drawn: string
}

export interface ChoiceExplained {
  /** The option that what was chosen is held against: the likeliest other one; '' for none. */
  readonly rival: string
  readonly features: readonly Contributed[]
  readonly would: readonly WouldBe[]
}

const MOST_FEATURES = 12
const MOST_WOULD = 5
/** Features that are tried another way, the weightiest. */
const TRIED = 24

const options = (record: DecisionRecord): readonly Candidate[] => record.candidates.filter(({ arm }) => arm !== FALLBACK && arm !== NOTHING)
const likeliest = (of: readonly Candidate[]): Candidate | undefined =>
  of.reduce<Candidate | undefined>((top, each) => (top && top.propensity >= each.propensity ? top : each), undefined)

/** Why a model chose as it did for this person, and what would have changed it. */
export function explainChoice(record: DecisionRecord, snapshot: Snapshot | null): ChoiceExplained {
  const body = snapshot?.body as ChoiceBody | undefined
  const possible = options(record).filter(({ excluded }) => excluded === '')
  const rival = likeliest(possible.filter(({ arm }) => arm !== record.chosen))
  const chosen = possible.find(({ arm }) => arm === record.chosen)
  const all = body && chosen ? contributions(body, record, { chosen, rival }) : []
  return { rival: rival?.arm ?? '', features: all.slice(0, MOST_FEATURES), would: wouldBe(record, snapshot, all) }
}

interface Pair {
  readonly chosen: Candidate
  readonly rival: Candidate | undefined
}

function contributions(body: ChoiceBody, record: DecisionRecord, { chosen, rival }: Pair): Contributed[] {
  const z = standardised(body, record.features)
  const slope = body.regression.calibration.slope
  const weight = (parts: readonly string[], i: number): number =>
    parts.reduce((sum, part) => sum + (own(body.regression.blocks, part)?.w[i + 1] ?? 0), 0)
  const mine = partsOfLogit(chosen.arm, chosen.about ?? {})
  const theirs = rival ? partsOfLogit(rival.arm, rival.about ?? {}) : []
  return body.names
    .map((name, i): Contributed => {
      const value = own(record.features, name)
      return {
        name,
        value: value ?? null,
        adds: slope * weight(mine, i) * z[i]!,
        favours: rival ? slope * (weight(mine.slice(1), i) - weight(theirs.slice(1), i)) * z[i]! : 0,
        says: value === undefined ? sayMissing(name) : sayFeature(name, value),
      }
    })
    .filter(({ adds, favours }) => Math.abs(adds) > 1e-9 || Math.abs(favours) > 1e-9)
    .sort((a, b) => reach(b) - reach(a) || (a.name < b.name ? -1 : 1))
}

const reach = ({ adds, favours }: Contributed): number => Math.max(Math.abs(adds), Math.abs(favours))

function wouldBe(record: DecisionRecord, snapshot: Snapshot | null, weightiest: readonly Contributed[]): WouldBe[] {
  if (record.by !== 'model' && record.by !== 'cold_start') return []
  const body = snapshot?.body as ChoiceBody | undefined
  const top = likeliest(options(record))?.arm
  const otherwise = body
    ? weightiest.slice(0, TRIED).flatMap(({ name, value }) => {
        const usual = usualOf(body, name)
        if (value === null || usual === undefined) return []
        const again = recompute({ ...record, features: { ...record.features, [name]: usual } }, snapshot)
        const found = saidOf(record, again, { kind: 'feature', name, was: sayFeature(name, value), had: sayFeature(name, usual) })
        return found.was === found.had ? [] : [found]
      })
    : []
  // Those that change who is ahead or what is drawn come first, then those that move most.
  const moved = (each: WouldBe): number => (each.likeliest !== top ? 2 : 0) + (each.drawn !== record.chosen ? 1 : 0)
  const felt = otherwise
    .filter((each) => moved(each) > 0 || Math.abs(each.chance - each.before) >= 0.01)
    .sort((a, b) => moved(b) - moved(a) || Math.abs(b.chance - b.before) - Math.abs(a.chance - a.before))
  return [...felt.slice(0, MOST_WOULD), ...ifPossible(record, snapshot)]
}

/** Excluded options, each as if nothing had stood in its way. */
const ifPossible = (record: DecisionRecord, snapshot: Snapshot | null): WouldBe[] =>
  options(record)
    .filter(({ excluded }) => excluded !== '')
    .map((out) => {
      const candidates = record.candidates.map((each) => (each === out ? { ...each, excluded: '' } : each))
      const again = recompute({ ...record, candidates }, snapshot)
      return saidOf(record, again, { kind: 'possible', name: out.arm, was: out.excluded, had: '' })
    })

function saidOf(before: DecisionRecord, after: DecisionRecord, named: Pick<WouldBe, 'kind' | 'name' | 'was' | 'had'>): WouldBe {
  const top = likeliest(options(after))
  const was = before.candidates.find(({ arm }) => arm === top?.arm)
  return { ...named, likeliest: top?.arm ?? '', chance: top?.propensity ?? 0, before: was?.propensity ?? 0, drawn: after.chosen }
}

/** The value that stands at 0 when it is standardised: what is usual. */
function usualOf({ names, means }: ChoiceBody, name: string): number | undefined {
  const mean = means[names.indexOf(name)]
  return mean === undefined ? undefined : Number((Math.sign(mean) * Math.expm1(Math.abs(mean))).toPrecision(3))
}
