/** A randomised trial of two arms, by person. */
export interface Trial {
  readonly y: Float64Array
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array
}

/** Rows from the highest score to the lowest, in groups of equal scores. */
export interface Ranking {
  readonly order: Int32Array
  /** 1 where the next row has another score. */
  readonly ends: Uint8Array
}

/** Of equal scores the later row comes first, as scikit-uplift has it: only `upliftAt` can tell. */
export function rankingOf(scores: ArrayLike<number>): Ranking {
  const n = scores.length
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || b - a)
  const ends = Uint8Array.from(order, (row, at) => (at === n - 1 || scores[order[at + 1]!] !== scores[row] ? 1 : 0))
  return { order, ends }
}

/** Treated responders less what as many control people would have brought: Y_t − Y_c N_t/N_c (Radcliffe 2007). */
const gained = (yt: number, yc: number, { nt, nc }: { nt: number; nc: number }): number => (nc === 0 ? yt : yt - (yc * nt) / nc)
/** Difference of the means times all: the uplift curve. */
const lifted = (yt: number, yc: number, { nt, nc }: { nt: number; nc: number }): number =>
  ((nt === 0 ? 0 : yt / nt) - (nc === 0 ? 0 : yc / nc)) * (nt + nc)

type Curve = typeof gained

interface Area {
  readonly area: number
  readonly last: number
  readonly people: number
}

/** Area under a curve over the number of people, by trapezoids between groups of equal scores. `times`: how often each row counts. */
function areaUnder(curve: Curve, { y, treated }: Trial, { ranking, times }: { ranking: Ranking; times?: Uint16Array | undefined }): Area {
  const { order, ends } = ranking
  let [nt, nc, yt, yc, area, x, last] = [0, 0, 0, 0, 0, 0, 0]
  for (let at = 0; at < order.length; at++) {
    const row = order[at]!
    const t = times ? times[row]! : 1
    if (treated[row] === 1) {
      nt += t
      yt += t * y[row]!
    } else {
      nc += t
      yc += t * y[row]!
    }
    if (ends[at] === 0) continue
    const value = curve(yt, yc, { nt, nc })
    area += ((value + last) / 2) * (nt + nc - x)
    x = nt + nc
    last = value
  }
  return { area, last, people: x }
}

/** Rankings of the best that any score could do: treated responders first, control responders last. */
function perfectOf(kind: 'qini' | 'auuc', { y, treated }: Trial): Ranking {
  if (kind === 'qini') return rankingOf(y.map((each, i) => (treated[i] === 1 ? each : -each)))
  const controlResponders = y.reduce((sum, each, i) => sum + (treated[i] === 0 && each === 1 ? 1 : 0), 0)
  const treatedOthers = y.reduce((sum, each, i) => sum + (treated[i] === 1 && each === 0 ? 1 : 0), 0)
  const summand = (i: number): number => (controlResponders > treatedOthers ? y[i]! : treated[i]!)
  return rankingOf(y.map((each, i) => 2 * (each === treated[i] ? 1 : 0) + summand(i)))
}

/** What is reckoned once for a trial, so that resampling costs one walk for each score. */
export interface Judge {
  /** (A − A_random)/(A_perfect − A_random); 0 where no score could do better than chance. */
  score(ranking: Ranking, times?: Uint16Array): number
}

/** The Qini coefficient or the area under the uplift curve, both normalised, exactly as scikit-uplift defines them (negative effects included). AUUC wants y of 0 and 1. */
export function judge(kind: 'qini' | 'auuc', trial: Trial): Judge {
  const curve = kind === 'qini' ? gained : lifted
  const perfect = perfectOf(kind, trial)
  return {
    score(ranking, times) {
      const best = areaUnder(curve, trial, { ranking: perfect, times })
      const random = (best.last * best.people) / 2
      const room = best.area - random
      return room === 0 ? 0 : (areaUnder(curve, trial, { ranking, times }).area - random) / room
    },
  }
}

export const qini = (trial: Trial, scores: ArrayLike<number>): number => judge('qini', trial).score(rankingOf(scores))
export const auuc = (trial: Trial, scores: ArrayLike<number>): number => judge('auuc', trial).score(rankingOf(scores))

export interface AtShare {
  /** In (0, 1]. */
  readonly share: number
  /** `overall`: the best of all people; `by_group`: the best of each arm. */
  readonly strategy: 'overall' | 'by_group'
}

/** Difference of the means among those with the highest scores; null: one of the arms has nobody there. */
export function upliftAt({ y, treated }: Trial, scores: ArrayLike<number>, { share, strategy }: AtShare): number | null {
  const order = [...rankingOf(scores).order]
  const first = (rows: number[]): number[] => rows.slice(0, Math.floor(rows.length * share))
  const arm = (rows: number[], which: number): number[] => rows.filter((row) => treated[row] === which)
  const [t, c] = strategy === 'overall' ? [arm(first(order), 1), arm(first(order), 0)] : [first(arm(order, 1)), first(arm(order, 0))]
  const mean = (rows: number[]): number => rows.reduce((sum, row) => sum + y[row]!, 0) / rows.length
  return t.length === 0 || c.length === 0 ? null : mean(t) - mean(c)
}
