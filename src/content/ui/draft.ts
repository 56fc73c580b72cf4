import { type Edit, editedAll, type History, NO_HISTORY, withStep } from '#content/edit.ts'
import { type Failure, Refused } from '#kit/api.ts'
import type { Json } from '#lib/json.ts'

export interface DraftProblem {
  readonly code: string
  readonly title: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly at?: string | undefined
}
/** Without what a form finds by its schema and says in its own words. */
export const beyondSchema = (problems: readonly DraftProblem[]): DraftProblem[] =>
  problems.filter(({ code }) => !code.startsWith('input.') || code === 'input.custom')

export interface Saved {
  readonly hash: string
  readonly problems: readonly DraftProblem[]
}

/** How the draft is written; `expected`: the hash that was seen, undefined: whatever is there. */
export type Save = (body: Json, expected: string | undefined) => Promise<Saved>

export interface DraftState {
  readonly doc: Json
  readonly history: History
  /** `waiting`: changed, not yet on its way; `conflict`: somebody else saved meanwhile. */
  readonly status: 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict'
  readonly savedAt: number | null
  readonly problems: readonly DraftProblem[]
  readonly failure: Failure | null
  /** There is something that is not live. */
  readonly isDraft: boolean
  readonly hash: string | undefined
}

interface Begin {
  readonly doc: Json
  readonly hash: string | undefined
  readonly isDraft: boolean
}
const AFTER_MS = 600

/** A document being written: steps with undo, saved as a draft a moment after the last one, never over somebody else's. */
export class Draft {
  #state: DraftState
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined
  readonly #save: Save
  readonly #now: () => number
  readonly #listeners = new Set<() => void>()

  constructor({ doc, hash, isDraft }: Begin, { save, now }: { save: Save; now: () => number }) {
    this.#save = save
    this.#now = now
    this.#state = { doc, hash, isDraft, history: NO_HISTORY, status: 'saved', savedAt: null, problems: [], failure: null }
  }

  readonly state = (): DraftState => this.#state
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set(change: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...change }
    for (const each of this.#listeners) each()
  }

  /** `as` joins steps of the same name that follow each other closely. */
  readonly edit = (edits: readonly Edit[], as?: string): void => {
    const { doc, inverse } = editedAll(this.#state.doc, edits)
    const history = withStep(this.#state.history, { edits, inverse, as, at: this.#now() })
    this.#changed({ doc, history })
  }

  readonly undo = (): void => {
    const { done, undone } = this.#state.history
    const last = done.at(-1)
    if (last)
      this.#changed({ doc: editedAll(this.#state.doc, last.inverse).doc, history: { done: done.slice(0, -1), undone: [...undone, last] } })
  }

  readonly redo = (): void => {
    const { done, undone } = this.#state.history
    const next = undone.at(-1)
    if (next)
      this.#changed({ doc: editedAll(this.#state.doc, next.edits).doc, history: { done: [...done, next], undone: undone.slice(0, -1) } })
  }

  #changed(change: Pick<DraftState, 'doc' | 'history'>): void {
    const status = this.#state.status === 'conflict' ? 'conflict' : 'waiting'
    this.#set({ ...change, status, isDraft: true })
    clearTimeout(this.#timer)
    if (status === 'waiting') this.#timer = setTimeout(() => void this.flush(), AFTER_MS)
  }

  /** Saves what is not saved; waits for it. */
  readonly flush = async (): Promise<void> => {
    clearTimeout(this.#timer)
    await this.#running
    if (this.#state.status !== 'waiting' && this.#state.status !== 'failed') return
    this.#running = this.#write(this.#state.hash)
    await this.#running
  }

  /** Writes ours over what somebody else saved. */
  readonly keepMine = async (): Promise<void> => {
    this.#running = this.#write(undefined)
    await this.#running
  }

  /** Somebody else's words in place of ours, as a step that can be taken back. */
  readonly takeTheirs = (doc: Json, hash: string | undefined): void => {
    const step = { edits: [{ kind: 'set', at: '', value: doc }], inverse: [{ kind: 'set', at: '', value: this.#state.doc }] } as const
    const history = withStep(this.#state.history, { ...step, as: undefined, at: this.#now() })
    this.#set({ doc, hash, history, status: 'saved', failure: null })
  }

  readonly published = (): void => this.#set({ isDraft: false, status: 'saved', problems: [] })

  async #write(expected: string | undefined): Promise<void> {
    const { doc } = this.#state
    this.#set({ status: 'saving', failure: null })
    try {
      const { hash, problems } = await this.#save(doc, expected)
      const isLatest = this.#state.doc === doc
      this.#set({ hash, problems, savedAt: this.#now(), status: isLatest ? 'saved' : 'waiting' })
      if (!isLatest) this.#timer = setTimeout(() => void this.flush(), AFTER_MS)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#set({ status: error.failure.status === 412 ? 'conflict' : 'failed', failure: error.failure })
    }
  }
}
