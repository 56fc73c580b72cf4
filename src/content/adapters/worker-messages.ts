import type { Json } from '#lib/json.ts'
import type { Outcome } from '#lib/problem.ts'
import type { LiquidSource } from './pieces.ts'

/** One rendering, on its way to a thread. */
export interface RenderJob {
  /** Positive; as a number of 32 bits it names the job that a thread is at. */
  readonly id: number
  /** Names the pieces. */
  readonly key: number
  readonly scope: Json
}

/** What a thread is told: pieces that it has not seen yet, then what to render. */
export interface RenderBatch {
  readonly pieces: readonly (readonly [key: number, sources: Readonly<Record<string, LiquidSource>>])[]
  /** Everything that was seen before may be forgotten. */
  readonly forget: boolean
  readonly jobs: readonly RenderJob[]
}

/** What a thread answers; a batch may be answered in several parts. */
export interface RenderAnswers {
  readonly rendered: readonly (readonly [id: number, outcome: Outcome<Readonly<Record<string, string>>>])[]
}

/** What a thread begins with: the place where it writes the id of the job that it is at, 0 for none. */
export interface RenderThreadData {
  readonly at: Int32Array<SharedArrayBuffer>
  /** The template engine ends a text by itself after so long (ms): cheaper than ending the thread, where it notices. */
  readonly ms: number
}
