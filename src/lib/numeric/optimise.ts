/** Something to make as small as possible; what is not a number counts as infinitely large. */
export type Objective = (x: Float64Array) => number

export interface Minimum {
  readonly x: Float64Array
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

export interface NelderMeadOptions {
  /** First edge of the simplex along each axis. */
  readonly step?: number
  /** Stops when values and points of the simplex lie within it, relative. */
  readonly tolerance?: number
  readonly maxIterations?: number
}

const valued = (f: Objective, x: Float64Array): number => {
  const value = f(x)
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
}

interface Vertex {
  readonly x: Float64Array
  readonly value: number
}

const along = (from: Float64Array, to: Float64Array, t: number): Float64Array => from.map((each, j) => each + t * (to[j]! - each))

function centroidOf(vertices: readonly Vertex[]): Float64Array {
  const size = vertices.length - 1
  const centre = new Float64Array(size)
  for (let k = 0; k < size; k++) for (let j = 0; j < size; j++) centre[j]! += vertices[k]!.x[j]! / size
  return centre
}

function isSmall(vertices: readonly Vertex[], tolerance: number): boolean {
  const best = vertices[0]!
  const worst = vertices.at(-1)!
  if (!(worst.value - best.value <= tolerance * (1 + Math.abs(best.value)))) return false
  return vertices.every(({ x }) => x.every((each, j) => Math.abs(each - best.x[j]!) <= Math.sqrt(tolerance) * (1 + Math.abs(best.x[j]!))))
}

/** Downhill simplex (Nelder and Mead 1965), with parameters that suit many dimensions (Gao and Han 2012). */
export function nelderMead(f: Objective, start: ArrayLike<number>, options: NelderMeadOptions = {}): Minimum {
  const { step = 0.5, tolerance = 1e-12, maxIterations = 400 * start.length } = options
  const size = start.length
  const first = Float64Array.from(start)
  const vertex = (x: Float64Array): Vertex => ({ x, value: valued(f, x) })
  const vertices = [
    vertex(first),
    ...Array.from({ length: size }, (_, k) => vertex(first.map((each, j) => (j === k ? each + step : each)))),
  ]
  const expansion = 1 + 2 / size
  const contraction = size === 1 ? 0.5 : 0.75 - 1 / (2 * size)
  const shrinking = size === 1 ? 0.5 : 1 - 1 / size
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    vertices.sort((a, b) => (a.value === b.value ? 0 : a.value - b.value))
    const [best, worst] = [vertices[0]!, vertices[size]!]
    if (isSmall(vertices, tolerance)) return { ...best, iterations: iteration, converged: true }
    const centre = centroidOf(vertices)
    const reflected = vertex(along(centre, worst.x, -1))
    if (reflected.value < best.value) {
      const expanded = vertex(along(centre, worst.x, -expansion))
      vertices[size] = expanded.value < reflected.value ? expanded : reflected
    } else if (reflected.value < vertices[size - 1]!.value) vertices[size] = reflected
    else {
      const outside = reflected.value < worst.value
      const contracted = vertex(along(centre, worst.x, outside ? -contraction : contraction))
      if (contracted.value < Math.min(reflected.value, worst.value)) vertices[size] = contracted
      else for (let k = 1; k <= size; k++) vertices[k] = vertex(along(best.x, vertices[k]!.x, shrinking))
    }
  }
  vertices.sort((a, b) => (a.value === b.value ? 0 : a.value - b.value))
  return { ...vertices[0]!, iterations: maxIterations, converged: false }
}

export interface BfgsOptions {
  /** Left out: central differences. */
  readonly gradient?: (x: Float64Array) => Float64Array
  /** Stops when the largest component of the gradient is below it, relative to the value. */
  readonly tolerance?: number
  readonly maxIterations?: number
}

function differences(f: Objective): (x: Float64Array) => Float64Array {
  return (x) =>
    x.map((each, j) => {
      const step = 6e-6 * (1 + Math.abs(each))
      const up = Float64Array.from(x)
      const down = Float64Array.from(x)
      up[j] = each + step
      down[j] = each - step
      return (valued(f, up) - valued(f, down)) / (up[j]! - down[j]!)
    })
}

const dotted = (a: Float64Array, b: Float64Array): number => a.reduce((sum, each, j) => sum + each * b[j]!, 0)

/** The first point along the direction that goes down enough (Armijo), by halving; null when there is none. */
function searched(f: Objective, from: Vertex, { direction, slope }: { direction: Float64Array; slope: number }): Vertex | null {
  for (let t = 1, n = 0; n < 60; n++, t /= 2) {
    const x = from.x.map((each, j) => each + t * direction[j]!)
    const value = valued(f, x)
    if (value <= from.value + 1e-4 * t * slope) return { x, value }
  }
  return null
}

/** H becomes the inverse Hessian that explains the last step (Broyden, Fletcher, Goldfarb, Shanno 1970). */
function learnt(h: Float64Array[], s: Float64Array, y: Float64Array): void {
  const curvature = dotted(s, y)
  if (!(curvature > 1e-12 * Math.sqrt(dotted(s, s) * dotted(y, y)))) return
  const hy = h.map((line) => dotted(line, y))
  const factor = (curvature + y.reduce((sum, each, j) => sum + each * hy[j]!, 0)) / (curvature * curvature)
  for (const [i, line] of h.entries())
    for (let j = 0; j < line.length; j++) line[j]! += factor * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / curvature
}

const unitLines = (size: number): Float64Array[] =>
  Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_each, j) => (i === j ? 1 : 0)))

/** Quasi-Newton descent; for smooth functions near their minimum, a Nelder-Mead run before it where they are not. */
export function bfgs(f: Objective, start: ArrayLike<number>, options: BfgsOptions = {}): Minimum {
  const { gradient = differences(f), tolerance = 1e-8, maxIterations = 200 } = options
  let at: Vertex = { x: Float64Array.from(start), value: valued(f, Float64Array.from(start)) }
  let g = gradient(at.x)
  let h = unitLines(start.length)
  let fresh = true
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    if (g.every((each) => Math.abs(each) <= tolerance * (1 + Math.abs(at.value)))) return { ...at, iterations: iteration, converged: true }
    const direction = Float64Array.from(h, (line) => -dotted(line, g))
    const slope = dotted(direction, g)
    const next = slope < 0 ? searched(f, at, { direction, slope }) : null
    if (!next) {
      // From a fresh start along the gradient itself there is nothing lower within rounding.
      if (fresh) return { ...at, iterations: iteration, converged: Number.isFinite(at.value) }
      h = unitLines(start.length)
      fresh = true
      continue
    }
    const g2 = gradient(next.x)
    const [from, before] = [at, g]
    learnt(
      h,
      next.x.map((each, j) => each - from.x[j]!),
      g2.map((each, j) => each - before[j]!),
    )
    at = next
    g = g2
    fresh = false
  }
  return { ...at, iterations: maxIterations, converged: false }
}
