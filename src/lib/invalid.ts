import type { z } from 'zod'
import type { Problem } from './problem.ts'

/** `/steps/2/id` (RFC 6901). */
export const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** All that a schema found wrong, each with its place and how to mend it. */
export function invalid(error: z.ZodError, title = 'Some of what was sent does not fit.'): Problem {
  return { code: 'input.invalid', status: 422, title, problems: error.issues.flatMap((issue) => issueProblems(issue)) }
}

/** Of a union, the branch that came closest speaks: the one with the fewest issues, deepest first. */
function issueProblems(issue: z.core.$ZodIssue, base: readonly PropertyKey[] = []): Problem[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((a, b) => a.length - b.length || depth(b) - depth(a))[0]!
    if (closest.length > 0 && closest.some((inner) => inner.path.length > 0)) return closest.flatMap((inner) => issueProblems(inner, path))
  }
  const forms = issue.code === 'invalid_union' ? formsOf(issue.errors) : undefined
  if (forms) return [{ code: 'input.invalid-format', status: 422, title: forms, at: pointer(path) }]
  const hint = hintOf(issue)
  return [{ code: `input.${issue.code.replaceAll('_', '-')}`, status: 422, title: issue.message, at: pointer(path), ...(hint && { hint }) }]
}

/** Of a text that can be written in one of several forms: how each is written. */
function formsOf(branches: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const forms = branches.flatMap((issues) => issues.filter(({ code, path }) => code === 'invalid_format' && path.length === 0))
  return forms.length === 0 ? undefined : [...new Set(forms.map(({ message }) => message))].join('; or ')
}

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length))

function hintOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `Give ${article(issue.expected)}.`
    case 'invalid_value':
      return `Use one of: ${issue.values.map(String).join(', ')}.`
    case 'unrecognized_keys':
      return `Remove or correct: ${issue.keys.join(', ')}.`
    case 'too_big':
      return `At most ${issue.maximum}.`
    case 'too_small':
      return `At least ${issue.minimum}.`
    default:
      return undefined
  }
}

const article = (word: string): string => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`
