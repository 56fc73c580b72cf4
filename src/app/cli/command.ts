import type { Outcome } from '#lib/problem.ts'
import type { Paint } from './paint.ts'

/** 0: done, nothing to do. 1: something is wrong. 2: there are changes that were not applied. */
export type Exit = 0 | 1 | 2

export interface Flag {
  readonly type: 'string' | 'boolean'
  /** What stands for the value in the help, such as `<file>`. */
  readonly takes?: string
  readonly does: string
}

/** What a command is called with. Nothing of the process but this. */
export interface Call {
  readonly positionals: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute. */
  readonly cwd: string
  readonly paint: Paint
  /** Asks a person yes or no; undefined when nobody is there to answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined
  /** Says something before the result, to people only. */
  readonly tell: (text: string) => void
}

export interface Result {
  readonly code: Exit
  /** What `--json` prints. */
  readonly json: object
  /** What people read. */
  readonly text: string
}

export interface Command {
  readonly name: string
  /** One sentence. */
  readonly does: string
  /** The positional part of the usage line, such as `[dir]`. */
  readonly takes: string
  /** The fewest and the most positional arguments. */
  readonly count: readonly [least: number, most: number]
  readonly flags: Readonly<Record<string, Flag>>
  /** What else the help says. */
  readonly more?: string
  run(call: Call): Promise<Outcome<Result>>
}

export const text = (call: Call, flag: string): string | undefined => {
  const value = call.flags[flag]
  return typeof value === 'string' && value !== '' ? value : undefined
}
