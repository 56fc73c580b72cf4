import { type Aggregate, PARTS } from './aggregate.ts'

/**
 * The value of a window at `now`, from the column that `aggregateSql` gathered: Float64, NaN for missing; the same as `viewOf(…).value`.
 * For people without events a LEFT JOIN's default of the column (0, '', []) says so.
 */
export function windowValue(aggregate: Aggregate, column: string, now: string): string {
  const { within, what, steps } = aggregate
  if (what === 'sequence') return sequenceValue(steps.length, { column, after: within === null ? null : after(within, now) })
  return within === null ? overall(aggregate, column) : inside(aggregate, column, after(within, now))
}

const after = (within: number, now: string): string => `(${now} - ${within}.0)`

function overall({ what }: Aggregate, column: string): string {
  switch (what) {
    case 'sum':
      return amount(`toInt128OrZero(${column})`)
    case 'distinct':
      return `toFloat64(length(${column}))`
    case 'count':
      return column
    default:
      return `if(empty(${column}), nan, ${column}[1])`
  }
}

const amount = (parts: string): string => `(toFloat64(${parts}) / ${PARTS}.0)`

function inside({ what }: Aggregate, column: string, limit: string): string {
  switch (what) {
    case 'count':
      return `toFloat64(arrayCount(w -> w > ${limit}, ${column}))`
    case 'distinct':
      return `toFloat64(arrayCount(w -> w.1 > ${limit}, ${column}))`
    case 'last':
    case 'first':
      return `arrayMap(l -> if(empty(l), nan, l[${what === 'last' ? 1 : -1}]), [arrayFilter(w -> w > ${limit}, ${column})])[1]`
    case 'sum':
      return amount(`arraySum(w -> toInt128(w.2), arrayFilter(w -> w.1 > ${limit}, ${column}))`)
    case 'min':
    case 'max':
      return `arrayMap(l -> if(empty(l), nan, ${what === 'min' ? 'arrayMin' : 'arrayMax'}(l)), [arrayMap(w -> w.2, arrayFilter(w -> w.1 > ${limit}, ${column}))])[1]`
    case 'sequence':
      return 'nan'
  }
}

/** Folds from the newest event back (see `startOf` in windows.ts): the step that is looked for, and the time of what comes after it. */
function sequenceValue(steps: number, { column, after: limit }: { column: string; after: string | null }): string {
  const start = `(toInt32(${steps - 1}), inf, inf)`
  const isBefore = '(w.1 < f.2 OR (w.1 = f.2 AND w.2 < f.3))'
  const fits = 'bitTest(toUInt64(w.3), toUInt8(greatest(f.1, 0)))'
  const chain = `arrayFold((f, w) -> if(f.1 >= 0 AND ${isBefore} AND ${fits}, (toInt32(f.1 - 1), w.1, w.2), f), ${column}, ${start})`
  return `toFloat64(arrayMap(c -> c.1 < 0${limit === null ? '' : ` AND c.2 > ${limit}`}, [${chain}])[1])`
}
