/** Minutes until another try of what may be mended meanwhile; after the last it is given up and said so. */
const PAUSES = [1, 5, 15, 60, 180] as const

/** When it is tried again (epoch ms) after so many tries; undefined: no more. */
export const nextTry = (attempts: number, now: number): number | undefined => {
  const pause = PAUSES[attempts - 1]
  return pause === undefined ? undefined : now + pause * 60_000
}
