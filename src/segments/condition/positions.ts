import type { Expression } from './ast.ts'
import { lineColumn } from './hints.ts'

// Beside the tree, not in it: a tree from text and the same tree from a screen stay equal.
const positions = new WeakMap<Expression, { readonly text: string; readonly offset: number }>()

export function remember(tree: Expression, text: string, offset: number): void {
  positions.set(tree, { text, offset })
}

/** `line:column` where the node began in its text; undefined for a tree that came from a screen. */
export function positionOf(tree: Expression): string | undefined {
  const found = positions.get(tree)
  return found && lineColumn(found.text, found.offset)
}
