/**
 * Gamma and error functions, to a few units in the last place over the whole line (fdlibm e_lgamma_r.c and s_erf.c, Sun Microsystems 1993,
 * freely usable), so that tails keep their relative precision.
 */

const polynomial = (x: number, c: readonly number[]): number => {
  let sum = 0
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + c[i]!
  return sum
}

const A = [
  0.07721566490153287, 0.3224670334241136, 0.06735230105312927, 0.020580808432516733, 0.007385550860814029, 0.0028905138367341563,
  0.0011927076318336207, 0.0005100697921535113, 0.00022086279071390839, 0.00010801156724758394, 2.5214456545125733e-5,
  4.4864094961891516e-5,
]
const MINIMUM_AT = 1.4616321449683622
const MINIMUM = -0.12148629053584961
const MINIMUM_LOW = -3.638676997039505e-18
const T = [
  0.48383612272381005, -0.1475877229945939, 0.06462494023913339, -0.032788541075985965, 0.01797067508118204, -0.010314224129834144,
  0.006100538702462913, -0.0036845201678113826, 0.0022596478090061247, -0.0014034646998923284, 0.000881081882437654, -0.0005385953053567405,
  0.00031563207090362595, -0.00031275416837512086, 0.0003355291926355191,
]
const U = [-0.07721566490153287, 0.6328270640250934, 1.4549225013723477, 0.9777175279633727, 0.22896372806469245, 0.013381091853678766]
const V = [1, 2.4559779371304113, 2.128489763798934, 0.7692851504566728, 0.10422264559336913, 0.003217092422824239]
const S = [
  -0.07721566490153287, 0.21498241596060885, 0.325778796408931, 0.14635047265246445, 0.02664227030336386, 0.0018402845140733772,
  3.194753265841009e-5,
]
const R = [1, 1.3920053346762105, 0.7219355475671381, 0.17193386563280308, 0.01864591917156529, 0.0007779424963818936, 7.326684307446256e-6]
const W0 = 0.4189385332046727
const W = [
  0.08333333333333297, -0.0027777777772877554, 0.0007936505586430196, -0.00059518755745034, 0.0008363399189962821, -0.0016309293409657527,
]

/** For x below 2: around the zeros at 1 and 2, and around the minimum between them. */
function nearTwo(x: number): number {
  let sum = 0
  let at = x
  if (x <= 0.9) {
    sum = -Math.log(x)
    at = x + 1
  }
  if (at >= 1.7316) {
    const y = 2 - at
    return sum + y * polynomial(y, A) - 0.5 * y
  }
  if (at >= 1.2316) {
    const y = at - MINIMUM_AT
    return sum + MINIMUM + (y * y * polynomial(y, T) - MINIMUM_LOW)
  }
  const y = at - 1
  return sum + y * (polynomial(y, U) / polynomial(y, V)) - 0.5 * y
}

/** ln|Γ(x)|, about 1e-15; throws a RangeError at 0 and the negative integers, where it is infinite. */
export function lgamma(x: number): number {
  if (!(x > 0)) return reflected(x)
  if (x < 1e-17) return -Math.log(x)
  if (x === 1 || x === 2) return 0
  if (x < 2) return nearTwo(x)
  if (x < 8) {
    const whole = Math.floor(x)
    const y = x - whole
    let product = 1
    for (let k = 2; k < whole; k++) product *= y + k
    return 0.5 * y + y * (polynomial(y, S) / polynomial(y, R)) + (whole > 2 ? Math.log(product) : 0)
  }
  const log = Math.log(x)
  if (x >= 2 ** 58) return x * (log - 1)
  const z = 1 / x
  return (x - 0.5) * (log - 1) + (W0 + z * polynomial(z * z, W))
}

/** sin(πx) with the whole part taken off first, so that it is exact for large x. */
const sinPi = (x: number): number => {
  const rest = x - 2 * Math.floor(x / 2)
  return rest > 1 ? -Math.sin(Math.PI * (rest - 1)) : Math.sin(Math.PI * rest)
}

function reflected(x: number): number {
  if (Number.isNaN(x) || x === Math.floor(x)) throw new RangeError(`the gamma function has no value at ${x}`)
  return Math.log(Math.PI / Math.abs(sinPi(x) * x)) - lgamma(-x)
}

/** The sign of Γ(x): -1 between an even and the odd number below it, on the negative side. */
export const gammaSign = (x: number): 1 | -1 => (x > 0 || Math.floor(x) % 2 === 0 ? 1 : -1)

const HALF_LOG_TWO_PI = 0.9189385332046728
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156]

/** What Stirling's formula lacks: ln Γ(x+1) - (x+½) ln x + x - ½ ln 2π, for x > 0 (Loader 2000). */
export function stirlingError(x: number): number {
  if (x < 10) return lgamma(x + 1) - (x + 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI
  const z = 1 / x
  return z * polynomial(z * z, STIRLING)
}

/** ln B(a, b) for a, b > 0, without the cancellation of three large logarithms. */
export function lbeta(a: number, b: number): number {
  const p = Math.min(a, b)
  const q = Math.max(a, b)
  const share = p / (p + q)
  if (p >= 10) {
    const corrections = stirlingError(p) + stirlingError(q) - stirlingError(p + q)
    return -0.5 * Math.log(q) + HALF_LOG_TWO_PI + corrections + (p - 0.5) * Math.log(share) + q * Math.log1p(-share)
  }
  if (q >= 10) {
    const corrections = stirlingError(q) - stirlingError(p + q)
    return lgamma(p) + corrections + p - p * Math.log(p + q) + (q - 0.5) * Math.log1p(-share)
  }
  return lgamma(p) + lgamma(q) - lgamma(p + q)
}

const DIGAMMA = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12]

/** The derivative of ln Γ(x); throws a RangeError at 0 and the negative integers. */
export function digamma(x: number): number {
  if (!(x > 0)) {
    if (Number.isNaN(x) || x === Math.floor(x)) throw new RangeError(`the digamma function has no value at ${x}`)
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.floor(x)))
  }
  let shift = 0
  let at = x
  while (at < 10) shift += 1 / at++
  const z = 1 / (at * at)
  return Math.log(at) - 0.5 / at - z * polynomial(z, DIGAMMA) - shift
}

const EFX = 0.1283791670955126
const ERX = 0.8450629115104675
const PP = [0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5]
const QQ = [1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6]
const PA = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668, 0.035478304325618236,
  -0.002166375594868791,
]
const QA = [1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905, 0.011984499846799107]
const RA = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347, -184.60509290671104,
  -81.2874355063066, -9.814329344169145,
]
const SA = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783, 108.63500554177944,
  6.570249770319282, -0.0604244152148581,
]
const RB = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896, -1025.0951316110772,
  -483.5191916086514,
]
const SB = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644, 474.52854120695537,
  -22.44095244658582,
]

/** erfc for x >= 1.25; the square is split so that its rounding does not grow in the exponent. */
function erfcTail(x: number): number {
  if (x >= 28) return 0
  const s = 1 / (x * x)
  const ratio = x < 1 / 0.35 ? polynomial(s, RA) / polynomial(s, SA) : polynomial(s, RB) / polynomial(s, SB)
  const z = Math.fround(x)
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + ratio)) / x
}

/** The error function. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < 0.84375) return size < 2 ** -28 ? x + EFX * x : x + x * (polynomial(x * x, PP) / polynomial(x * x, QQ))
  const value = size < 1.25 ? ERX + polynomial(size - 1, PA) / polynomial(size - 1, QA) : 1 - erfcTail(size)
  return x < 0 ? -value : value
}

/** 1 - erf(x), precise to the end of the tail (x about 27.2). */
export function erfc(x: number): number {
  const size = Math.abs(x)
  if (size < 0.84375) {
    if (size < 2 ** -56) return 1 - x
    const y = polynomial(x * x, PP) / polynomial(x * x, QQ)
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y)
  }
  if (size < 1.25) {
    const part = polynomial(size - 1, PA) / polynomial(size - 1, QA)
    return x < 0 ? 1 + (ERX + part) : 1 - ERX - part
  }
  return x < 0 ? 2 - erfcTail(size) : erfcTail(size)
}
