import type { Place } from './place.ts'
import type { Scanned } from './scan.ts'

export interface Source extends Scanned {
  readonly place: Place
  readonly text: string
}

export interface Finding {
  readonly path: string
  readonly line: number
  readonly rule: string
  /** What is wrong, and how to mend it. */
  readonly says: string
}

/** What a rule reports: where in the text, and what it says. */
export interface Report {
  readonly at: number
  readonly says: string
}

export interface Rule {
  readonly name: string
  readonly on: (source: Source) => Iterable<Report>
}

/** Reports every match of the patterns in the code (literals and comments are blank there). */
export function* matches(code: string, patterns: readonly (readonly [RegExp, string])[]): Iterable<Report> {
  for (const [pattern, says] of patterns) {
    for (const match of code.matchAll(pattern)) yield { at: match.index, says: says.replace('$', match[0].trim()) }
  }
}
