import { channelWord } from '#channels/words.ts'
import { ContactPolicy, compilePolicy, IN_FORCE } from '#consent/policy.ts'
import { cycles, NO_LIMITS, type Proved, prove, type TimelineLine, whyWords } from '#journeys/proof.ts'
import { Journey } from '#journeys/schema.ts'
import { durationText } from '#lib/duration.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Folder } from './folder.ts'
import { count, type Paint, visible } from './paint.ts'

/** What all journeys of a folder can do to one person together. */
export interface FolderProof {
  readonly together: readonly Proved[]
  readonly cycles: readonly (readonly string[])[]
}

/** Journeys that cannot be read are left out: validation has told of them. */
export function proofOf({ documents }: Folder): FolderProof {
  const journeys = documents.flatMap(({ kind, body }) => {
    const parsed = kind === 'journey' ? Journey.safeParse(body) : undefined
    return parsed?.success ? [parsed.data] : []
  })
  const policy = documents.find(({ kind, id }) => kind === 'contact-policy' && id === IN_FORCE)
  const parsed = policy && ContactPolicy.safeParse(policy.body)
  const compiled = parsed?.success ? compilePolicy(parsed.data) : undefined
  const limits = compiled && !isRefusal(compiled) ? compiled : NO_LIMITS
  return { together: prove(journeys, limits), cycles: cycles(journeys) }
}

export function proofLines({ together, cycles: circles }: FolderProof, paint: Paint): string[] {
  const lines = together.flatMap((proved) => [headline(proved, paint), ...reasons(proved), ...timelineLines(proved.timeline, paint)])
  const rounds = circles.map((circle) =>
    paint('yellow', `These journeys start each other: ${[...circle, circle[0]!].map(visible).join(' → ')}`),
  )
  return [...lines, ...rounds]
}

function headline({ channel, window, most, exact, cap }: Proved, paint: Paint): string {
  const what = channelWord(channel).toLowerCase()
  if (most === null) return paint('yellow', `Nothing limits how many ${what}s one person can get in ${window}.`)
  const held = cap === null ? '' : `, held by the cap “${visible(cap)}”`
  const how = exact ? 'at most, and it can happen' : 'at most'
  return paint('bold', `${count(most, what)} in any ${window} for one person ${how}${held}:`)
}

const reasons = ({ journeys }: Proved): string[] => journeys.map((each) => `  ${visible(each.journey)}: ${whyWords(each)}`)

/** Lines that are shown; the rest is in `--json`. */
const MOST_LINES = 14

function timelineLines(timeline: readonly TimelineLine[], paint: Paint): string[] {
  const lines = timeline
    .slice(0, MOST_LINES)
    .map(({ at, journey, step, kind, sentence }) =>
      [
        paint('dim', `    +${durationText(at).padEnd(14)}`),
        visible(journey).padEnd(18),
        visible(step).padEnd(14),
        kind.padEnd(9),
        visible(sentence),
      ].join(' '),
    )
  return timeline.length > MOST_LINES
    ? [...lines, paint('dim', `    … and ${timeline.length - MOST_LINES} more (--json shows all)`)]
    : lines
}
