/** What is to be done next on the way of a draft to being live. */
export type Deed = 'publish' | 'request' | 'open-request' | 'tell'
export type Standing = 'done' | 'open' | 'now' | 'wrong' | 'ahead'
export const STATIONS = ['draft', 'test', 'impact', 'approve', 'publish'] as const
export type Station = (typeof STATIONS)[number]

export interface Known {
  /** Exactly this draft was tried. */
  readonly tried: boolean
  /** People cannot be taken along as it was chosen. */
  readonly impossible: boolean
  /** Others have to agree. */
  readonly needed: boolean
  /** A request of exactly this that is not over. */
  readonly request: 'open' | 'approved' | undefined
  /** Whoever looks may make it live. */
  readonly may: boolean
}

/** Who may publish what needs nobody, or what is approved, publishes; else somebody is asked; where there is nobody to ask, somebody is told. */
export function deedOf({ needed, request, may }: Pick<Known, 'needed' | 'request' | 'may'>): Deed {
  if (needed && request === undefined) return 'request'
  if (may && (!needed || request === 'approved')) return 'publish'
  return needed ? 'open-request' : 'tell'
}

/** How far each station is. A test may be left out; people who have no place, and an approval that is missing, may not. */
export function roadOf(known: Known): Readonly<Record<Station, Standing>> {
  const { tried, impossible, needed, request } = known
  const agreed = !needed || request === 'approved'
  return {
    draft: 'done',
    test: tried ? 'done' : 'open',
    impact: impossible ? 'wrong' : 'done',
    approve: agreed ? 'done' : 'now',
    publish: agreed && !impossible && known.may ? 'now' : 'ahead',
  }
}
