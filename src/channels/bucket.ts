/** A token bucket as a value: tokens at a time (epoch ms). */
export interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** Holds a twentieth of a second's worth: no window of one second sees more than 105 % of the rate. */
export const capacity = (perSecond: number): number => Math.max(1, perSecond * 0.05)

export function refilled({ tokens, at }: Bucket, perSecond: number, now: number): Bucket {
  return { tokens: Math.min(capacity(perSecond), tokens + (Math.max(0, now - at) / 1_000) * perSecond), at: Math.max(at, now) }
}

/** Takes `count` whole tokens out. */
export const taken = ({ tokens, at }: Bucket, count: number): Bucket => ({ tokens: tokens - count, at })

/** Milliseconds until a whole token is there. */
export const wait = ({ tokens }: Bucket, perSecond: number): number => (tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1_000))
