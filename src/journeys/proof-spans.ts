/** One thing on a path: what the run does at a step, and how long that takes at least (ms). */
export interface Leg {
  readonly step: string
  readonly does: string
  readonly takes: number
  /** The message that is counted. */
  readonly counted?: true
  /** The message is handed over so late (ms). */
  readonly late?: number
}
/** A path, as a tree of its parts: joining two is one object. */
export type Trail = Leg | readonly [Trail, Trail] | null

export const joined = (a: Trail, b: Trail): Trail => (a === null ? b : b === null ? a : [a, b])

export function legs(trail: Trail): Leg[] {
  const found: Leg[] = []
  const rest: Trail[] = [trail]
  while (rest.length > 0) {
    const here = rest.pop()!
    if (here === null) continue
    if (isLeg(here)) found.push(here)
    else rest.push(here[1], here[0])
  }
  return found
}
const isLeg = (trail: Leg | readonly [Trail, Trail]): trail is Leg => !Array.isArray(trail)

/** A stretch of a run in which `count` messages are sent within `least` ms. */
export interface Stretch {
  readonly count: number
  readonly least: number
  /** The longest time (ms) that can lie between the segment's beginning and this stretch. */
  readonly lead: number
  /** A path to the stretch that takes that long, and the stretch itself. */
  readonly before: Trail
  readonly trail: Trail
}

/**
 * All that a piece of a journey can contribute to one window of time, for every number of messages the shortest way:
 * right through it; from its beginning to a message (`head`); from a message to its end (`tail`); between two of its messages (`inside`);
 * and, where the run ends in it, from its beginning (`end`) or from a message (`tailEnd`) to that.
 */
export interface Segment {
  readonly through: readonly Stretch[]
  /** Whether the flow can go on below; the ways there may all be longer than the window. */
  readonly passes: boolean
  /** The longest time (ms) that going through takes, and a way that does. */
  readonly longest: number
  readonly longestWay: Trail
  readonly head: readonly Stretch[]
  readonly tail: readonly Stretch[]
  readonly inside: readonly Stretch[]
  readonly end: readonly Stretch[]
  readonly tailEnd: readonly Stretch[]
}

const stretch = (count: number, least: number, trail: Trail): Stretch => ({ count, least, lead: 0, before: null, trail })
const NONE: Omit<Segment, 'through' | 'passes' | 'longest' | 'longestWay'> = { head: [], tail: [], inside: [], end: [], tailEnd: [] }

export const EMPTY: Segment = { ...NONE, through: [stretch(0, 0, null)], passes: true, longest: 0, longestWay: null }
/** The run ends here. */
export const stop = (leg: Leg): Segment => ({
  ...NONE,
  through: [],
  passes: false,
  longest: 0,
  longestWay: null,
  end: [stretch(0, 0, leg)],
})
/** Standing still for at least and at most so long. */
export const pause = (leg: Leg, most: number): Segment => ({
  ...NONE,
  through: [stretch(0, leg.takes, leg)],
  passes: true,
  longest: most,
  longestWay: { ...leg, takes: Number.isFinite(most) ? most : leg.takes },
})
/** One counted message, handed over at most so late. */
export function sending(leg: Leg, late: number): Segment {
  const one = stretch(1, 0, { ...leg, counted: true })
  const led = { ...one, lead: late, trail: { ...leg, counted: true as const, late } }
  return { ...NONE, through: [one], passes: true, longest: late, longestWay: leg, head: [one], tail: [led], inside: [led] }
}

/** Algebra of segments for windows of one length: stretches that do not fit into the window are left out. */
export class Spans {
  readonly window: number
  constructor(window: number) {
    this.window = window
  }

  /** One after the other. */
  then(a: Segment, b: Segment): Segment {
    if (!a.passes) return a
    const later = (list: readonly Stretch[]): Stretch[] =>
      list.map((each) => ({ ...each, lead: each.lead + a.longest, before: joined(a.longestWay, each.before) }))
    return {
      through: this.best([...this.together(a.through, b.through)]),
      passes: b.passes,
      longest: a.longest + b.longest,
      longestWay: joined(a.longestWay, b.longestWay),
      head: this.best([...a.head, ...this.together(a.through, b.head)]),
      tail: this.best([...later(b.tail), ...this.together(a.tail, b.through)]),
      inside: this.best([...a.inside, ...later(b.inside), ...this.together(a.tail, b.head)]),
      end: this.best([...a.end, ...this.together(a.through, b.end)]),
      tailEnd: this.best([...a.tailEnd, ...later(b.tailEnd), ...this.together(a.tail, b.end)]),
    }
  }

  /** One or the other. */
  either(parts: readonly Segment[]): Segment {
    const all = (pick: (segment: Segment) => readonly Stretch[]): readonly Stretch[] => this.best(parts.flatMap(pick))
    const slowest = parts.filter(({ passes }) => passes).reduce((most, each) => (each.longest > most.longest ? each : most), DEAD_END)
    return {
      through: all(({ through }) => through),
      passes: slowest.passes,
      longest: slowest.longest,
      longestWay: slowest.longestWay,
      head: all(({ head }) => head),
      tail: all(({ tail }) => tail),
      inside: all(({ inside }) => inside),
      end: all(({ end }) => end),
      tailEnd: all(({ tailEnd }) => tailEnd),
    }
  }

  /** Both in turn; what is left over of the window decides whether it counts. */
  together(first: readonly Stretch[], second: readonly Stretch[]): Stretch[] {
    const found: Stretch[] = []
    for (const a of first) {
      for (const b of second) {
        const least = a.least + b.least
        if (least < this.window) found.push({ ...a, count: a.count + b.count, least, trail: joined(a.trail, b.trail) })
      }
    }
    return found
  }

  /** Only stretches that no other beats in count, time and lead at once; of very many neighbours the sum of their best sides. */
  best(list: readonly Stretch[]): readonly Stretch[] {
    const kept = this.unbeaten(list)
    return kept.length <= MOST ? kept : coarser(kept)
  }

  /** Only stretches that no other beats, the shortest first. */
  unbeaten(list: readonly Stretch[]): readonly Stretch[] {
    const sorted = list.filter(({ least }) => least < this.window).sort((a, b) => a.least - b.least || b.count - a.count || b.lead - a.lead)
    const kept: Stretch[] = []
    if (sorted.every(({ lead }) => lead === sorted[0]!.lead)) {
      for (const each of sorted) if (kept.length === 0 || each.count > kept.at(-1)!.count) kept.push(each)
    } else {
      for (const each of sorted) if (!kept.some((other) => other.count >= each.count && other.lead >= each.lead)) kept.push(each)
    }
    return kept
  }
}

const DEAD_END: Segment = { ...NONE, through: [], passes: false, longest: -1, longestWay: null }
const MOST = 200

/** Every two neighbours become one that is at least as good as both: the bound stays sound and may be a little high. */
function coarser(list: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = []
  for (let i = 0; i < list.length; i += 2) {
    const [a, b] = [list[i]!, list[i + 1] ?? list[i]!]
    const most = a.count >= b.count ? a : b
    found.push({ ...most, least: Math.min(a.least, b.least), lead: Math.max(a.lead, b.lead) })
  }
  return found
}
