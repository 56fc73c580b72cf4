import type { Problem } from '#lib/problem.ts'
import type { TemplateProblem } from './schema.ts'

/** The parts of a problem, or itself, as what a screen lists. */
export function flat(problem: Problem): TemplateProblem[] {
  if (problem.problems) return problem.problems.flatMap(flat)
  const { code, title, detail, hint, at } = problem
  return [
    {
      severity: 'error',
      code,
      title,
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { at }),
    },
  ]
}
