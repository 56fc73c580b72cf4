import type { Problem } from '#lib/problem.ts'
import type { JourneyLibrary, JourneyProblem } from '../check.ts'
import type { JourneyBody } from '../edit/body.ts'
import type { Command } from '../edit/commands.ts'
import type { ToldConflict } from '../edit/draft.ts'
import type { Journey } from '../schema.ts'
import type { Stored } from './studio-world.ts'

/** How far the server has it. `offline`: kept here, and tried again by itself. */
export type Saved =
  | { readonly state: 'saved'; readonly at: number }
  | { readonly state: 'unsaved' | 'saving'; readonly at: number | null }
  | { readonly state: 'offline' | 'failed'; readonly at: number | null; readonly why: Problem }

/** Somebody else's change that came in while the draft was open. */
export interface Incoming {
  readonly by: string
  readonly at: number
  /** Steps that it changed, added or took away. */
  readonly steps: readonly string[]
}

export type StudioState =
  | { readonly state: 'loading' }
  /** It cannot be shown: it is not there, may not be read, or is not a journey that can be read (`why.problems`). */
  | { readonly state: 'failed'; readonly why: Problem; readonly stored: Stored | null }
  | ({ readonly state: 'ready' } & Open)

export interface Open {
  readonly body: JourneyBody
  /** As the engine reads it; steps that did not change stay the same objects. */
  readonly journey: Journey
  readonly selection: readonly string[]
  readonly saved: Saved
  readonly conflicts: readonly ToldConflict[]
  readonly incoming: readonly Incoming[]
  /** Null while they are being looked for the first time. */
  readonly problems: readonly JourneyProblem[] | null
  /** What there is to name; null while it is read. */
  readonly library: JourneyLibrary | null
  /** What an undo would take back, and a redo do again; null: nothing. */
  readonly undoes: Command['kind'] | null
  readonly redoes: Command['kind'] | null
  /** Live version; null: none. */
  readonly live: number | null
  readonly readOnly: boolean
}
