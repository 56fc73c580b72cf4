/** Pressure of the messages so far: one for each at the moment it goes, halved every half-life. */
export interface Pressure {
  readonly value: number
  /** Epoch ms at which `value` holds. */
  readonly at: number
}

/** Pressure at a moment; before `at` what it would have been had nothing come since. */
export const pressureAt = (pressure: Pressure | undefined, now: number, halfLife: number): number =>
  pressure === undefined ? 0 : pressure.value * 2 ** (-(now - pressure.at) / halfLife)

/** With one more message at `at`; a message that is heard of late counts as if it had been heard then. */
export function pressed(pressure: Pressure | undefined, at: number, halfLife: number): Pressure {
  if (pressure === undefined) return { value: 1, at }
  if (at >= pressure.at) return { value: pressureAt(pressure, at, halfLife) + 1, at }
  return { value: pressure.value + 2 ** (-(pressure.at - at) / halfLife), at: pressure.at }
}

/** Of two people that turned out to be one. */
export function together(a: Pressure | undefined, b: Pressure | undefined, halfLife: number): Pressure | undefined {
  if (!a || !b) return a ?? b
  const at = Math.max(a.at, b.at)
  return { value: pressureAt(a, at, halfLife) + pressureAt(b, at, halfLife), at }
}

/** Pressure right before each message when `perWeek` of them come evenly. */
export function steadyPressure(perWeek: number, halfLife: number): number {
  const left = 2 ** -(604_800_000 / perWeek / halfLife)
  return left / (1 - left)
}
