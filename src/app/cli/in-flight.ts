import { JourneyImpact } from '#journeys/api.ts'
import { consequenceWords } from '#journeys/impact-words.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { type Call, type Flag, text } from './command.ts'
import { type Paint, visible } from './paint.ts'
import { ask, type Server } from './server.ts'

export const IN_FLIGHT_FLAGS: Readonly<Record<string, Flag>> = {
  'in-flight': {
    type: 'string',
    takes: '<policy>',
    does: 'people inside changed journeys: pin (default), follow, or for some of them: cart=follow,welcome=pin',
  },
  map: {
    type: 'string',
    takes: '<steps>',
    does: 'steps that people go on with: old=new, or old=- to leave; with several journeys cart/old=new',
  },
}

type Impact = OutputOf<typeof JourneyImpact>

/** What publishing does to the people inside one changed journey. */
export interface PlannedImpact {
  readonly id: string
  readonly inFlight: InFlight
  readonly impact: Impact
}

interface Changed {
  readonly id: string
  readonly body: Record<string, never>
}

/** Reads the flags and has the server preview every journey that changes. */
export async function impactsOf(
  call: Call,
  server: Server,
  { changed, templates }: { changed: readonly Changed[]; templates: readonly string[] },
): Promise<Outcome<PlannedImpact[]>> {
  const wishes = wishesOf(
    call,
    changed.map(({ id }) => id),
  )
  if (isRefusal(wishes)) return wishes
  const found: PlannedImpact[] = []
  for (const { id, body } of changed) {
    const inFlight = wishes.get(id)!
    const impact = await ask(server, JourneyImpact, { id, inFlight, body, templates: [...templates] })
    if (isRefusal(impact)) return impact
    found.push({ id, inFlight, impact })
  }
  return found
}

const misread = (detail: string): Problem => ({
  code: 'cli.in_flight',
  status: 400,
  title: 'What should happen to people inside?',
  detail,
  hint: 'Write --in-flight follow, or --in-flight cart=follow,welcome=pin; with --map old=new,gone=- for steps that are no more.',
})

function wishesOf(call: Call, ids: readonly string[]): Outcome<Map<string, InFlight>> {
  const kinds = kindsOf(text(call, 'in-flight') ?? 'pin', ids)
  if (isRefusal(kinds)) return kinds
  const maps = mapsOf(text(call, 'map'), ids)
  if (isRefusal(maps)) return maps
  return new Map(
    ids.map((id): [string, InFlight] => {
      const map = maps.get(id)
      if (map) return [id, { kind: 'migrate', map }]
      return [id, { kind: kinds.get(id) ?? 'pin' }]
    }),
  )
}

function kindsOf(said: string, ids: readonly string[]): Outcome<Map<string, 'pin' | 'follow'>> {
  const kinds = new Map<string, 'pin' | 'follow'>()
  for (const part of said.split(',')) {
    const [id, kind] = part.includes('=') ? (part.split('=', 2) as [string, string]) : ['', part]
    if (kind !== 'pin' && kind !== 'follow') return refuse(misread(`“${kind}” is neither pin nor follow`))
    if (id !== '' && !ids.includes(id)) return refuse(misread(`the journey ${id} does not change`))
    for (const each of id === '' ? ids : [id]) kinds.set(each, kind)
  }
  return kinds
}

function mapsOf(said: string | undefined, ids: readonly string[]): Outcome<Map<string, Record<string, string | null>>> {
  const maps = new Map<string, Record<string, string | null>>()
  for (const part of said?.split(',') ?? []) {
    const match = /^(?:([a-z0-9-]+)\/)?([a-z0-9-]+)=([a-z0-9-]+)$/.exec(part)
    const id = match?.[1] ?? (ids.length === 1 ? ids[0] : undefined)
    if (!match || id === undefined) return refuse(misread(`“${part}” does not say which step of which journey`))
    if (!ids.includes(id)) return refuse(misread(`the journey ${id} does not change`))
    maps.set(id, { ...maps.get(id), [match[2]!]: match[3] === '-' ? null : match[3]! })
  }
  return maps
}

/** Who stands where, and what they would get; nothing where nobody is inside. */
export function impactText({ id, inFlight, impact }: PlannedImpact, paint: Paint): string[] {
  const { people, groups, problems, outOfReach } = impact
  if (people === 0 && problems.length === 0) return []
  const head = `${paint('bold', visible(id))}  ${people} ${people === 1 ? 'person is' : 'people are'} inside (${inFlight.kind})`
  const lines = groups.flatMap((group) => [
    `  ${String(group.people).padStart(7)}  ${visible(group.title)} ${paint('dim', `(${group.step}, version ${group.version})`)}`,
    ...group.consequences.map((each) => paint('dim', `  ${' '.repeat(9)}${each.people} ${visible(consequenceWords(each, utc))}`)),
  ])
  const reach = outOfReach.length > 0 ? [paint('yellow', `  Nobody who is inside will come by: ${outOfReach.join(', ')}`)] : []
  return [head, ...lines, ...reach, ...problems.map((problem) => paint('red', `  ${visible(problem.title)}`))]
}

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
