import { MODELS } from '#measurement/attribution/api.ts'
import { holds, type RatioSet } from '#measurement/cost/fieller.ts'
import type { Desk } from './desk.ts'
import { truthOf } from './known.ts'
import type { Played } from './shop.ts'

interface Bounds {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** One thing that is told, beside what is true. */
export interface Line {
  readonly what: string
  readonly truth: number
  readonly told: string
  /** Null: what was told is credit and claims nothing of what was caused. */
  readonly holds: boolean | null
}

const n = (value: number, digits = 0): string => value.toFixed(digits).replace(/^-(0(?:\.0+)?)$/, '$1')
const interval = ({ estimate, low, high }: Bounds, digits = 0): string => `${n(estimate, digits)} (${n(low, digits)} … ${n(high, digits)})`
const inside = ({ low, high }: Bounds, truth: number): boolean => low <= truth && truth <= high
const NOT_SAID = 'nothing yet'

/** `scale`: what one told unit is in units of the truth. */
function line(
  what: string,
  truth: number,
  { told, digits = 0, scale = 1 }: { told: Bounds | null; digits?: number; scale?: number },
): Line {
  const scaled = told && { estimate: told.estimate * scale, low: told.low * scale, high: told.high * scale }
  return { what, truth, told: scaled ? interval(scaled, digits) : NOT_SAID, holds: scaled && inside(scaled, truth) }
}

/** What experiments, hold-outs, returns and goals tell of a quarter, beside what is true. */
export async function toldBesideTruth(desk: Desk, workspace: string, played: Played): Promise<Line[]> {
  const truth = truthOf(played)
  const [cart, reminder] = [await desk.experiment(workspace, 'journey:cart'), await desk.experiment(workspace, 'journey:reminder')]
  const lift = (report: typeof cart, metric: string): Bounds | null => {
    const found = report.readouts[0]!.readout.comparisons.find((each) => each.metric === metric)?.absolute
    return found?.always ? { estimate: found.estimate, ...found.always } : null
  }
  const returns = [
    ['return of the cart mail', await desk.returns(workspace, { scope: 'journey', id: 'cart' }), truth.margin],
    ['return of the reminder', await desk.returns(workspace, { scope: 'journey', id: 'reminder' }), 0],
    ...(played.options.marketing === undefined
      ? []
      : [['return of all marketing', await desk.returns(workspace, { scope: 'programme' }), truth.programme] as const]),
  ] as const
  const goal = await desk.goal(workspace)
  const added = (id: string) => goal.contributions.find(({ journey }) => journey === id)!.increment
  const share = { digits: 1, scale: 100 }
  return [
    line('cart mail: more buyers, %-points', 100 * truth.lift.people, { told: lift(cart, 'goal:cart'), ...share }),
    line('cart mail: more money each, EUR', truth.lift.money, { told: lift(cart, 'goal:cart-value'), digits: 2 }),
    line('reminder: more buyers, %-points', 0, { told: lift(reminder, 'goal:reminder'), ...share }),
    line('goal: added by the cart mail, EUR', truth.caused.money, { told: added('cart') }),
    line('goal: added by the reminder, EUR', 0, { told: added('reminder') }),
    ...returns.map(([what, told, margin]) =>
      returned(what, { interval: told.return?.interval, estimate: told.return?.estimate ?? null, truth: margin / told.cost.amount }),
    ),
  ]
}

function returned(
  what: string,
  { interval: set, estimate, truth }: { interval: RatioSet | undefined; estimate: number | null; truth: number },
): Line {
  if (!set) return { what, truth, told: NOT_SAID, holds: null }
  const told = set.kind === 'between' && estimate !== null ? interval({ estimate, low: set.low, high: set.high }, 1) : set.kind
  return { what, truth, told, holds: holds(set, truth) }
}

/** How many orders each way of telling gives to what met people: what platforms claim, what models credit, what hold-outs say, and the truth. */
export interface Telling {
  readonly key: string
  readonly truth: number
  readonly claimed: number
  readonly credited: ReadonlyMap<string, number>
  readonly incremental: Bounds | null
}

export async function tellingsBesideTruth(desk: Desk, workspace: string, played: Played): Promise<Telling[]> {
  const report = await desk.attribution(workspace, 'hazard')
  const { caused } = truthOf(played)
  return report.all.rows.map(({ key, claimed, credit }) => ({
    key,
    truth: key === 'cart' ? caused.orders : 0,
    claimed: claimed.conversions,
    credited: new Map(MODELS.flatMap((model) => (credit[model] ? [[model, credit[model].conversions] as const] : []))),
    incremental: report.tellings.rows.find((each) => each.key === key)?.incremental ?? null,
  }))
}

export function printLines(lines: readonly Line[]): string[] {
  const verdict = { true: 'holds', false: 'MISSES', null: '' }
  return [
    `${'what'.padEnd(36)}${'truth'.padStart(9)}   told (95 %, always valid)`,
    ...lines.map(
      ({ what, truth, told, holds: held }) =>
        `${what.padEnd(36)}${n(truth, Math.abs(truth) < 100 ? 2 : 0).padStart(9)}   ${told.padEnd(30)} ${verdict[String(held) as 'true']}`,
    ),
  ]
}

export function printTellings(tellings: readonly Telling[]): string[] {
  const models = [...tellings[0]!.credited.keys()]
  const cells = (first: string, rest: readonly string[]): string => first.padEnd(16) + rest.map((cell) => cell.padStart(17)).join('')
  return [
    `${cells('orders', ['claimed', ...models, 'truth'])}   hold-out says`,
    ...tellings.map(
      ({ key, truth, claimed, credited, incremental }) =>
        `${cells(key, [n(claimed), ...models.map((model) => n(credited.get(model)!)), n(truth)])}   ${incremental ? interval(incremental) : 'nobody knows: nobody was held out'}`,
    ),
  ]
}
