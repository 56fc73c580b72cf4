import type { StepKind } from '../edit/body.ts'
import type { Place } from '../edit/places.ts'

/** What canvas and outline let one do; the same for both. Where nothing can be changed there is none of it. */
export interface Deeds {
  /** Opens the search of steps: at a place, or near a step, where one may choose between several. */
  readonly add: (near: string, at?: Place) => void
  /** Puts a new step below another one. */
  readonly addKind: (kind: StepKind, near: string) => void
  readonly insert: (kind: StepKind, at: Place) => void
  /** Moves steps; asks what becomes of what stands inside of one that branches. */
  readonly move: (ids: readonly string[], to: Place) => void
  readonly remove: (ids: readonly string[]) => void
  readonly duplicate: (ids: readonly string[]) => void
  readonly copy: (ids: readonly string[]) => void
  readonly cut: (ids: readonly string[]) => void
  readonly paste: (near: string) => void
  readonly rename: (id: string) => void
  readonly wrap: (ids: readonly string[]) => void
  /** Asks for the name under which steps stand together. */
  readonly stage: (ids: readonly string[]) => void
  /** Tries the journey from this step on. */
  readonly test: (id: string) => void
  readonly note: (id: string) => void
  readonly comment: (id: string) => void
  readonly undo: () => void
  readonly redo: () => void
  /** Why a new step of this kind, or these steps, cannot be put there. */
  readonly whyNot: (what: Dragged, at: Place) => string | undefined
}

/** What is being put somewhere. */
export type Dragged = { readonly kind: 'new'; readonly step: StepKind } | { readonly kind: 'move'; readonly ids: readonly string[] }
