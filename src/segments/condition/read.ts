import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import type { Expression } from './ast.ts'
import type { Available } from './available.ts'
import { check } from './check.ts'
import { parse } from './parse.ts'

/** `parse` and `check` in one; several faults come as the `problems` of one refusal. */
export function read(text: string, available: Available, wanted: 'condition' | 'value' = 'condition'): Outcome<Expression> {
  const tree = parse(text)
  if (isRefusal(tree)) return tree
  const [first, ...more] = check(tree, available, wanted)
  if (first === undefined) return tree
  return refuse(more.length === 0 ? first : { ...first, problems: [first, ...more] })
}
