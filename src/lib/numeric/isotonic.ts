/** A non-decreasing piecewise linear function: values `y` at knots `x` (ascending). */
export interface Isotonic {
  readonly x: Float64Array
  readonly y: Float64Array
}

interface Blocks {
  /** Weighted mean, weight, least and greatest x of each block. */
  readonly mean: Float64Array
  readonly weight: Float64Array
  readonly from: Float64Array
  readonly to: Float64Array
  count: number
}

function push(blocks: Blocks, x: number, { y, w }: { readonly y: number; readonly w: number }): void {
  const { mean, weight, from, to } = blocks
  const at = blocks.count++
  mean[at] = y
  weight[at] = w
  from[at] = x
  to[at] = x
}

/** The last block and the one before it become one. */
function pool(blocks: Blocks): void {
  const { mean, weight, to } = blocks
  const last = --blocks.count
  const before = last - 1
  const sum = weight[before]! + weight[last]!
  mean[before] = sum > 0 ? mean[before]! + ((mean[last]! - mean[before]!) * weight[last]!) / sum : mean[last]!
  weight[before] = sum
  to[before] = to[last]!
}

/**
 * Least squares among non-decreasing functions by pooling adjacent violators (Ayer et al. 1955), O(n log n); equal x share a value.
 * Knots stand at both ends of each block; rows of weight 0 and of anything that is not finite are left out.
 */
export function isotonic(x: ArrayLike<number>, y: ArrayLike<number>, w?: ArrayLike<number>): Isotonic {
  if (x.length !== y.length || (w && w.length !== x.length))
    throw new RangeError(`${y.length} values and ${w?.length} weights for ${x.length}`)
  const used = Uint32Array.from({ length: x.length }, (_, i) => i)
    .filter((i) => Number.isFinite(x[i]!) && Number.isFinite(y[i]!) && (w ? w[i]! > 0 : true))
    .sort((a, b) => x[a]! - x[b]! || a - b)
  const size = used.length
  const blocks: Blocks = {
    mean: new Float64Array(size),
    weight: new Float64Array(size),
    from: new Float64Array(size),
    to: new Float64Array(size),
    count: 0,
  }
  for (let k = 0; k < size; k++) {
    const i = used[k]!
    push(blocks, x[i]!, { y: y[i]!, w: w ? w[i]! : 1 })
    if (k > 0 && x[used[k - 1]!] === x[i]) pool(blocks)
    // The rows of one x are together before they are held against the block before.
    if (k + 1 < size && x[used[k + 1]!] === x[i]) continue
    while (blocks.count > 1 && blocks.mean[blocks.count - 2]! >= blocks.mean[blocks.count - 1]!) pool(blocks)
  }
  return knotsOf(blocks)
}

function knotsOf({ mean, from, to, count }: Blocks): Isotonic {
  const x: number[] = []
  const y: number[] = []
  for (let k = 0; k < count; k++) {
    x.push(from[k]!)
    y.push(mean[k]!)
    if (to[k]! === from[k]!) continue
    x.push(to[k]!)
    y.push(mean[k]!)
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y) }
}

/** The value at x: linear between knots, level outside of them; of a fit without knots x itself. */
export function isotonicAt({ x, y }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }, at: number): number {
  const last = x.length - 1
  if (last < 0) return at
  if (!(at > x[0]!)) return y[0]!
  if (at >= x[last]!) return y[last]!
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (x[middle]! <= at) low = middle
    else high = middle
  }
  return y[low]! + ((y[high]! - y[low]!) * (at - x[low]!)) / (x[high]! - x[low]!)
}
