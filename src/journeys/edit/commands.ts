import type { Json, JsonObject } from '#lib/json.ts'
import type { Outcome } from '#lib/problem.ts'
import type { JourneyBody, StepBody } from './body.ts'
import type { Place } from './places.ts'

/** Fields to write and fields to leave out again. */
export interface Fields {
  readonly set?: JsonObject
  readonly unset?: readonly string[]
}

/**
 * Everything that can be done to a journey. One command is one line of the history, one unit of autosave, and what agents propose.
 * Steps are named by id and never by place, so that a command still means the same after somebody else's.
 */
export type Command =
  /** New steps. Ids that are missing or taken are made; see `blankStep`. */
  | { readonly kind: 'insert'; readonly at: Place; readonly steps: readonly StepBody[] }
  /** Steps from elsewhere: they always get ids of their own, and what refers among them follows. */
  | { readonly kind: 'paste'; readonly at: Place; readonly steps: readonly StepBody[] }
  /** Fields of a step; not its kind, id and lists. */
  | ({ readonly kind: 'update'; readonly step: string } & Fields)
  /** A whole step for another of the same id, lists and all. */
  | { readonly kind: 'replace'; readonly step: string; readonly with: StepBody }
  | { readonly kind: 'rename'; readonly step: string; readonly to: string }
  /** `leave`: the steps of this lane stay where the step stood. Left out: all that stands inside comes along. */
  | { readonly kind: 'move'; readonly step: string; readonly to: Place; readonly leave?: string }
  /** `keep`: the lane whose steps take its place; null: none. Needed when there are steps inside. */
  | { readonly kind: 'delete'; readonly step: string; readonly keep?: string | null }
  /** Steps that stand in a row become the steps of a lane of a new step. */
  | { readonly kind: 'wrap'; readonly steps: readonly string[]; readonly into: StepBody; readonly lane: string }
  /** `index` left out: last. The id is made from `label` when it is missing or taken. */
  | { readonly kind: 'addLane'; readonly step: string; readonly lane: JsonObject; readonly index?: number }
  /** With the steps that stand in it. */
  | { readonly kind: 'removeLane'; readonly step: string; readonly lane: string }
  | { readonly kind: 'renameLane'; readonly step: string; readonly lane: string; readonly to: string }
  | { readonly kind: 'moveLane'; readonly step: string; readonly lane: string; readonly index: number }
  /** Several at once, because shares must come to 100 together. */
  | { readonly kind: 'updateLanes'; readonly step: string; readonly lanes: Readonly<Record<string, Fields>> }
  /** Fields of the journey: name, entry, goal, exit, holdout, guardrails …; not its kind, id and steps. */
  | ({ readonly kind: 'setJourney' } & Fields)
  /** A remark for those who build it; empty: none. */
  | { readonly kind: 'note'; readonly step: string; readonly text: string }
  /** Steps under one name; empty: none. */
  | { readonly kind: 'stage'; readonly steps: readonly string[]; readonly stage: string }
  /** The whole, as it was written in the code view or in an older version. */
  | { readonly kind: 'become'; readonly journey: JourneyBody }
  /** Takes back what led from one state to another, and leaves what was done since by others. */
  | { readonly kind: 'revert'; readonly from: JourneyBody; readonly to: JourneyBody }

export interface Done {
  readonly journey: JourneyBody
  /** Leads back; applied at once it gives the very journey that was before. */
  readonly inverse: Command
  /** Step that the change is about, to select it; null: the journey. */
  readonly about: string | null
}
export type Applied = Outcome<Done>

/** Commands that follow each other within a typing burst and touch the same field are one line of the history. */
export function burstOf(command: Command): string | null {
  switch (command.kind) {
    case 'update':
      return `update ${command.step} ${fieldsOf(command)}`
    case 'setJourney':
      return `journey ${fieldsOf(command)}`
    case 'note':
      return `note ${command.step}`
    case 'updateLanes':
      return `lanes ${command.step} ${Object.entries(command.lanes)
        .map(([lane, fields]) => `${lane}:${fieldsOf(fields)}`)
        .join(' ')}`
    case 'become':
      return 'become'
    default:
      return null
  }
}

const fieldsOf = ({ set = {}, unset = [] }: Fields): string => [...Object.keys(set), ...unset].sort().join(',')

/** Writes and leaves out fields; one that stays keeps its place. */
export function withFields<T extends JsonObject>(of: T, { set = {}, unset = [] }: Fields): T {
  const next: Record<string, Json> = { ...of, ...set }
  for (const name of unset) delete next[name]
  return next as unknown as T
}
