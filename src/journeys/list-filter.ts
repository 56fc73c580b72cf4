/** What a list of journeys can be asked for; what is left out asks nothing. */
export interface JourneyFilter {
  readonly q?: string | undefined
  readonly status?: JourneyStanding | undefined
  readonly channel?: string | undefined
  readonly owner?: string | undefined
  readonly tag?: string | undefined
}

export const STANDINGS = ['live', 'paused', 'draft', 'approval', 'archived'] as const
export type JourneyStanding = (typeof STANDINGS)[number]

interface Line {
  readonly id: string
  readonly name: string
  readonly status: 'draft' | 'live' | 'archived'
  readonly mode: 'run' | 'pause' | 'drain' | 'stop'
  readonly draft: boolean
  readonly waiting: string | null
  readonly channels: readonly string[]
  readonly owner: string
  readonly updatedBy: string
  readonly tags: readonly string[]
}

/** Who answers for it; where nobody is named, whoever wrote it last. */
export const ownerOf = ({ owner, updatedBy }: Pick<Line, 'owner' | 'updatedBy'>): string => owner || updatedBy

/** Every standing that a journey has: a live one can have a draft that waits for approval. */
export function standingsOf({
  status,
  mode,
  draft,
  waiting,
}: Pick<Line, 'status' | 'mode' | 'draft' | 'waiting'>): readonly JourneyStanding[] {
  const found: JourneyStanding[] = []
  if (status === 'live') found.push(mode === 'run' ? 'live' : 'paused')
  if (status === 'draft' || draft) found.push('draft')
  if (waiting !== null) found.push('approval')
  if (status === 'archived') found.push('archived')
  return found
}

/** The journeys that are asked for, in their order. What is archived comes only when it is asked for. */
export function chosenJourneys<T extends Line>(lines: readonly T[], { q = '', status, channel, owner, tag }: JourneyFilter): readonly T[] {
  const asked = q.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return lines.filter((line) => {
    const standings = standingsOf(line)
    if (status ? !standings.includes(status) : standings.every((each) => each === 'archived')) return false
    if (channel && !line.channels.includes(channel)) return false
    if (owner && ownerOf(line) !== owner) return false
    if (tag && !line.tags.includes(tag)) return false
    const text = [line.id, line.name, line.owner, ...line.tags].join(' ').toLowerCase()
    return asked.every((word) => text.includes(word))
  })
}

/** The rows of a window over a long list, with the room above and below it, in px. */
export function windowOf({ rows, height, top, view }: { rows: number; height: number; top: number; view: number }): {
  readonly from: number
  readonly to: number
  readonly above: number
  readonly below: number
} {
  const spare = 10
  const from = Math.max(0, Math.min(rows, Math.floor(top / height) - spare))
  const to = Math.min(rows, Math.max(from, Math.ceil((top + view) / height) + spare))
  return { from, to, above: from * height, below: (rows - to) * height }
}
