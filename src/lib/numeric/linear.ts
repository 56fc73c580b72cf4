/** Row-major: element (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  readonly rows: number
  readonly cols: number
  readonly data: Float64Array
}

export function matrix(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Matrix {
  if (data.length !== rows * cols) throw new RangeError(`${data.length} numbers are no ${rows}×${cols} matrix`)
  return { rows, cols, data }
}

/** `scale` on the diagonal. */
export function identity(size: number, scale = 1): Matrix {
  const made = matrix(size, size)
  for (let i = 0; i < size; i++) made.data[i * size + i] = scale
  return made
}

/** A row as a view of the matrix: what is written there is written in the matrix. */
export const row = ({ data, cols }: Matrix, i: number): Float64Array => data.subarray(i * cols, (i + 1) * cols)

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** a x, into `out` where given. */
export function timesVector(a: Matrix, x: Float64Array, out: Float64Array = new Float64Array(a.rows)): Float64Array {
  const { rows, cols, data } = a
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0, at = i * cols; j < cols; j++, at++) sum += data[at]! * x[j]!
    out[i] = sum
  }
  return out
}

/** x' a x without a copy. */
export function quadratic({ cols, data }: Matrix, x: Float64Array): number {
  let sum = 0
  for (let i = 0; i < cols; i++) {
    let inner = 0
    for (let j = 0, at = i * cols; j < cols; j++, at++) inner += data[at]! * x[j]!
    sum += x[i]! * inner
  }
  return sum
}

/** a b. */
export function times(a: Matrix, b: Matrix): Matrix {
  const made = matrix(a.rows, b.cols)
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.cols; k++) {
      const factor = a.data[i * a.cols + k]!
      if (factor === 0) continue
      for (let j = 0, to = i * b.cols, from = k * b.cols; j < b.cols; j++, to++, from++) made.data[to]! += factor * b.data[from]!
    }
  }
  return made
}

/** x' diag(w) x: every pair of columns once, and of each row only what is not zero (a design of blocks is mostly zeros). */
export function gram(x: Matrix, weights?: ArrayLike<number>): Matrix {
  const { rows, cols, data } = x
  const made = matrix(cols, cols)
  const sum = made.data
  const filled = new Int32Array(cols)
  for (let i = 0, at = 0; i < rows; i++, at += cols) {
    const weight = weights ? weights[i]! : 1
    let count = 0
    for (let a = 0; a < cols; a++) if (data[at + a]! !== 0) filled[count++] = a
    for (let m = 0; m < count; m++) {
      const factor = weight * data[at + filled[m]!]!
      const to = filled[m]! * cols
      for (let n = 0; n <= m; n++) sum[to + filled[n]!]! += factor * data[at + filled[n]!]!
    }
  }
  for (let a = 0; a < cols; a++) for (let b = 0; b < a; b++) sum[b * cols + a] = sum[a * cols + b]!
  return made
}

/** L with L L' = a, zero above the diagonal; null when a is not positive definite. Reads the lower half only. */
export function cholesky(a: Matrix): Matrix | null {
  const size = a.rows
  const made = matrix(size, size)
  const { data } = made
  for (let i = 0; i < size; i++) {
    const ri = i * size
    for (let j = 0; j <= i; j++) {
      const rj = j * size
      let sum = a.data[ri + j]!
      for (let k = 0; k < j; k++) sum -= data[ri + k]! * data[rj + k]!
      if (i !== j) data[ri + j] = sum / data[rj + j]!
      else if (sum > 0 && Number.isFinite(sum)) data[ri + i] = Math.sqrt(sum)
      else return null
    }
  }
  return made
}

/** x with L L' x = b. */
export function choleskySolve(l: Matrix, b: Float64Array): Float64Array {
  const { rows: size, data } = l
  const x = Float64Array.from(b)
  for (let i = 0; i < size; i++) {
    let sum = x[i]!
    for (let k = 0, at = i * size; k < i; k++, at++) sum -= data[at]! * x[k]!
    x[i] = sum / data[i * size + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = x[i]! / data[i * size + i]!
    x[i] = value
    for (let k = 0, at = i * size; k < i; k++, at++) x[k]! -= data[at]! * value
  }
  return x
}

/** (L L')^-1, about 2 n³/3 multiplications beyond the factor, all along rows. */
export function choleskyInverse(l: Matrix): Matrix {
  const { rows: size, data } = l
  // The rows of `lower` are those of L^-1.
  const lower = matrix(size, size)
  const inv = lower.data
  for (let i = 0; i < size; i++) {
    const ri = i * size
    for (let k = 0; k < i; k++) {
      const factor = data[ri + k]!
      if (factor === 0) continue
      for (let j = 0, from = k * size; j <= k; j++) inv[ri + j]! -= factor * inv[from + j]!
    }
    const pivot = data[ri + i]!
    for (let j = 0; j < i; j++) inv[ri + j]! /= pivot
    inv[ri + i] = 1 / pivot
  }
  // L^-T L^-1 is the sum of the outer products of those rows.
  const made = matrix(size, size)
  const out = made.data
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = inv[k * size + i]!
      if (factor === 0) continue
      for (let j = 0, to = i * size, from = k * size; j <= i; j++) out[to + j]! += factor * inv[from + j]!
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) out[j * size + i] = out[i * size + j]!
  return made
}

/** In place: L becomes the factor of L L' + x x' (Golub and Van Loan, 6.5.4); x stays as it is. */
export function rankOneUpdate(l: Matrix, x: Float64Array): void {
  const { rows: size, data } = l
  const left = Float64Array.from(x)
  for (let k = 0; k < size; k++) {
    const pivot = data[k * size + k]!
    const radius = Math.hypot(pivot, left[k]!)
    const c = radius / pivot
    const s = left[k]! / pivot
    data[k * size + k] = radius
    if (s === 0) continue
    for (let i = k + 1; i < size; i++) {
      const updated = (data[i * size + k]! + s * left[i]!) / c
      left[i] = c * left[i]! - s * updated
      data[i * size + k] = updated
    }
  }
}

/** In place: the inverse of a symmetric A becomes that of A + weight x x' (Sherman and Morrison 1950). */
export function shermanMorrison(inverse: Matrix, x: Float64Array, weight = 1): void {
  const { rows: size, data } = inverse
  const direction = timesVector(inverse, x)
  const scale = weight / (1 + weight * dot(x, direction))
  if (!Number.isFinite(scale)) throw new RangeError('the update makes the matrix singular')
  for (let i = 0; i < size; i++) {
    const factor = scale * direction[i]!
    if (factor === 0) continue
    for (let j = 0, at = i * size; j < size; j++, at++) data[at]! -= factor * direction[j]!
  }
}

interface Lu {
  readonly lu: Float64Array
  readonly order: Uint32Array
}

/** Gaussian elimination with the largest pivot of each column; null when singular. */
function factorised(a: Matrix): Lu | null {
  const size = a.rows
  const lu = Float64Array.from(a.data)
  const order = Uint32Array.from({ length: size }, (_, i) => i)
  for (let k = 0; k < size; k++) {
    let best = k
    for (let i = k + 1; i < size; i++) if (Math.abs(lu[i * size + k]!) > Math.abs(lu[best * size + k]!)) best = i
    const pivot = lu[best * size + k]!
    if (pivot === 0 || !Number.isFinite(pivot)) return null
    if (best !== k) exchange({ lu, order }, k, best)
    for (let i = k + 1; i < size; i++) {
      const factor = lu[i * size + k]! / pivot
      lu[i * size + k] = factor
      if (factor === 0) continue
      for (let j = k + 1; j < size; j++) lu[i * size + j]! -= factor * lu[k * size + j]!
    }
  }
  return { lu, order }
}

function exchange({ lu, order }: Lu, a: number, b: number): void {
  const size = order.length
  const kept = lu.slice(a * size, (a + 1) * size)
  lu.copyWithin(a * size, b * size, (b + 1) * size)
  lu.set(kept, b * size)
  const place = order[a]!
  order[a] = order[b]!
  order[b] = place
}

function substituted({ lu, order }: Lu, b: Float64Array): Float64Array {
  const size = order.length
  const x = Float64Array.from(order, (from) => b[from]!)
  for (let i = 1; i < size; i++) for (let k = 0; k < i; k++) x[i]! -= lu[i * size + k]! * x[k]!
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lu[i * size + k]! * x[k]!
    x[i]! /= lu[i * size + i]!
  }
  return x
}

/** x with a x = b; null when a is singular. */
export function luSolve(a: Matrix, b: Float64Array): Float64Array | null {
  const factors = factorised(a)
  return factors && substituted(factors, b)
}

/** a^-1; null when a is singular. */
export function inverse(a: Matrix): Matrix | null {
  const factors = factorised(a)
  if (!factors) return null
  const size = a.rows
  const made = matrix(size, size)
  const unit = new Float64Array(size)
  for (let j = 0; j < size; j++) {
    unit.fill(0)
    unit[j] = 1
    const column = substituted(factors, unit)
    for (let i = 0; i < size; i++) made.data[i * size + j] = column[i]!
  }
  return made
}
