import { isRefusal, type Outcome, type Refusal } from '#lib/problem.ts'
import { applyCommand } from './apply.ts'
import type { JourneyBody } from './body.ts'
import { burstOf, type Command } from './commands.ts'
import { type Conflict, merge } from './merge.ts'
import { sameValue } from './merge-values.ts'

/** One line of the history. */
export interface Entry {
  readonly command: Command['kind']
  readonly before: JourneyBody
  readonly after: JourneyBody
  /** Epoch ms. */
  readonly at: number
  /** Lines of the same burst become one. */
  readonly burst: string | null
  readonly about: string | null
}

/** A conflict with who the other one was. */
export interface ToldConflict {
  readonly id: string
  readonly conflict: Conflict
  readonly by: string
  readonly at: number
}

/** A draft as one person has it open: what the server has, what they made of it, and the way back. */
export interface DraftState {
  /** What the server has as far as we know; `hash` is what a save must name. */
  readonly base: { readonly body: JourneyBody; readonly hash: string }
  readonly body: JourneyBody
  readonly past: readonly Entry[]
  readonly future: readonly Entry[]
  readonly conflicts: readonly ToldConflict[]
}

/** `hash` of a document that is not there yet: a save with it makes the document, and refuses when somebody made it meanwhile. */
export const NO_HASH = 'none'
export const MOST_ENTRIES = 200
const BURST_MS = 1_000

export const openDraft = (body: JourneyBody, hash: string): DraftState => ({
  base: { body, hash },
  body,
  past: [],
  future: [],
  conflicts: [],
})

/** Whether there is something that the server does not have. */
export const unsaved = ({ base, body }: DraftState): boolean => body !== base.body && !sameValue(base.body, body)

/** Does a command and notes it in the history. */
export function runIn(draft: DraftState, command: Command, at: number): Outcome<DraftState & { readonly about: string | null }> {
  const done = applyCommand(draft.body, command)
  if (isRefusal(done)) return done
  if (sameValue(done.journey, draft.body)) return { ...draft, about: done.about }
  const burst = burstOf(command)
  const last = draft.past.at(-1)
  const goesOn =
    burst !== null && last?.burst === burst && at - last.at < BURST_MS && last.after === draft.body && draft.future.length === 0
  const entry: Entry = {
    command: command.kind,
    before: goesOn ? last.before : draft.body,
    after: done.journey,
    at,
    burst,
    about: done.about,
  }
  const past = [...(goesOn ? draft.past.slice(0, -1) : draft.past), entry].slice(-MOST_ENTRIES)
  return { ...draft, body: done.journey, past, future: [], about: done.about }
}

/** Takes the last line of the history back; what others did since stays. */
export function undoIn(draft: DraftState): DraftState {
  const entry = draft.past.at(-1)
  if (!entry) return draft
  const back = step(draft.body, { from: entry.after, to: entry.before })
  if (isRefusal(back)) return draft
  const undone: Entry = { ...entry, before: draft.body, after: back }
  return { ...draft, body: back, past: draft.past.slice(0, -1), future: [undone, ...draft.future] }
}

export function redoIn(draft: DraftState): DraftState {
  const entry = draft.future[0]
  if (!entry) return draft
  const again = step(draft.body, { from: entry.after, to: entry.before })
  if (isRefusal(again)) return draft
  const redone: Entry = { ...entry, before: draft.body, after: again, burst: null }
  return { ...draft, body: again, past: [...draft.past, redone].slice(-MOST_ENTRIES), future: draft.future.slice(1) }
}

function step(body: JourneyBody, { from, to }: { from: JourneyBody; to: JourneyBody }): JourneyBody | Refusal {
  const done = applyCommand(body, { kind: 'revert', from, to })
  return isRefusal(done) ? done : done.journey
}

/** The server has taken `body`; what was done since is still to be saved. */
export const savedIn = (draft: DraftState, body: JourneyBody, hash: string): DraftState => ({ ...draft, base: { body, hash } })

/** Somebody else saved: theirs and mine are put together, and what clashes is told. Mine is still to be saved. */
export function pulledIn(
  draft: DraftState,
  theirs: { readonly body: JourneyBody; readonly hash: string; readonly by: string },
  at: number,
): DraftState {
  const merged = merge({ base: draft.base.body, mine: draft.body, theirs: theirs.body })
  const told = merged.conflicts.map((conflict, i) => ({
    id: `${theirs.hash.slice(0, 12)}-${draft.conflicts.length + i}`,
    conflict,
    by: theirs.by,
    at,
  }))
  return {
    ...draft,
    base: { body: theirs.body, hash: theirs.hash },
    body: sameValue(merged.journey, theirs.body) ? theirs.body : merged.journey,
    conflicts: [...draft.conflicts, ...told],
  }
}

export const settledIn = (draft: DraftState, id: string): DraftState => ({
  ...draft,
  conflicts: draft.conflicts.filter((each) => each.id !== id),
})
