import type { Json } from '#lib/json.ts'
import type { Outcome } from '#lib/problem.ts'
import type { JourneyLibrary } from '../check.ts'
import type { JourneyBody } from '../edit/body.ts'
import type { DraftState } from '../edit/draft.ts'

/** A draft, else what is live, as the server has it. */
export interface Stored {
  readonly body: Json
  /** The text that somebody wrote, or made from the body. */
  readonly source: string
  readonly hash: string
  readonly by: string
  /** Epoch ms. */
  readonly at: number
  readonly live: number | null
}

/** What is kept in this browser, so that a reload or a lost connection loses nothing. */
export interface Kept {
  readonly draft: DraftState
  readonly at: number
}

/** The world as a studio needs it; tests bring their own. */
export interface StudioPorts {
  /** Epoch ms. */
  now(): number
  later(ms: number, run: () => void): () => void
  /** When the browser has nothing better to do. */
  idle(run: () => void): () => void
  load(id: string): Promise<Outcome<Stored>>
  save(
    id: string,
    draft: { body: JourneyBody; source: string; hash: string; leaving: boolean },
  ): Promise<Outcome<{ hash: string; at: number }>>
  /** The text with the body's changes put into it, line by line. */
  rewrite(source: string, body: JourneyBody): Promise<string>
  library(): Promise<JourneyLibrary>
  remember(id: string, kept: Kept): Promise<void>
  recall(id: string): Promise<Kept | undefined>
}
