let last = 0
/** Names for lines on the screen. */
export const nextKey = (): number => ++last
