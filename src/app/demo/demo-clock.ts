import { type Clock, scaledClock } from '#platform/clock.ts'

/** The clock of the demo: fast while the story is told, then at the speed of the world, so that what the screens show stays as it is. */
export interface DemoClock extends Clock {
  rate(): number
  /** From now on the clock runs at the speed of the world. */
  calm(): void
}

export function demoClock(start: number, rate: number): DemoClock {
  let clock = scaledClock({ start, rate })
  let speed = rate
  return {
    now: () => clock.now(),
    timer: (at, fire) => clock.timer(at, fire),
    rate: () => speed,
    calm() {
      clock = scaledClock({ start: clock.now(), rate: 1 })
      speed = 1
    },
  }
}
