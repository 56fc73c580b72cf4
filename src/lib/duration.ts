const UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const
const SHAPE = /^(?:\d+(?:ms|[wdhms]))+$/

/** Milliseconds of `5m`, `1d`, `2h30m`, `250ms`; undefined when the text is not a duration. A day is 24 hours. */
export function milliseconds(text: string): number | undefined {
  const known = KNOWN.get(text)
  if (known !== undefined) return known
  const read = readMilliseconds(text)
  // Documents say few durations, and models ask them of every event.
  if (read !== undefined && KNOWN.size < MOST_KNOWN) KNOWN.set(text, read)
  return read
}
const KNOWN = new Map<string, number>()
const MOST_KNOWN = 1_000

function readMilliseconds(text: string): number | undefined {
  if (!SHAPE.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[wdhms])/g)) total += Number(count) * UNITS[unit as keyof typeof UNITS]
  return Number.isSafeInteger(total) ? total : undefined
}

/** The shortest text that `milliseconds` reads back: 5400000 → `1h30m`. */
export function durationText(ms: number): string {
  if (ms <= 0) return '0s'
  let rest = ms
  let text = ''
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text
}
