import { offsetOf } from './hints.ts'

/** A problem of a condition text, as `read` tells it. */
interface Told {
  readonly code: string
  readonly hint?: string
  /** `line:column` in the text. */
  readonly at?: string
}

/** Texts that end this problem by the hint it carries, the likeliest first; none where a person has to think. */
export function mendedTexts(text: string, { code, hint = '', at }: Told): readonly string[] {
  const from = at === undefined ? undefined : offsetOf(text, at)
  if (from === undefined) return []
  const instead = /^write (\S+) instead of (\S+)$/.exec(hint)
  if (instead) return put(text, { from, found: instead[2]!, meant: instead[1]! })
  const path = /^[\w.]+/.exec(text.slice(from))?.[0]
  if (path === undefined) return []
  const root = /^write ((?:profile|event|entry|run|now|it)(?:\.\S+)?)$/.exec(hint)
  if (root) return put(text, { from, found: path, meant: root[1]! })
  if (code === 'condition.unknown_name' && hint.includes('for an attribute of the person'))
    return [`profile.${path}`, `"${path}"`].flatMap((meant) => put(text, { from, found: path, meant }))
  const called = /^did you mean (\w+)\(…\)\?$/.exec(hint)
  if (called) return put(text, { from, found: path, meant: called[1]! })
  const before = /^(exists|missing)\(\s*([\w.]+)\s*\)/.exec(text.slice(from))
  return before ? put(text, { from, found: before[0], meant: `${before[2]} ${before[1]}` }) : []
}

function put(text: string, { from, found, meant }: { from: number; found: string; meant: string }): readonly string[] {
  if (text.slice(from, from + found.length).toLowerCase() !== found.toLowerCase()) return []
  return [text.slice(0, from) + meant + text.slice(from + found.length)]
}
