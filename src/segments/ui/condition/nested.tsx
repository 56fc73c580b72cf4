import { useState } from 'react'
import type { Expression } from '../../condition/ast.ts'
import { print } from '../../condition/print.ts'
import { type Group, rootOf, treeOf } from '../../condition/rows.ts'
import { nextKey } from './keys.ts'
import { GroupLines } from './lines.tsx'
import type { Place } from './subjects.ts'

/** A condition inside of a line: it keeps what is not finished to itself. */
export function Nested({
  label,
  tree,
  place,
  onChange,
}: {
  label: string
  tree: Expression
  place: Place
  onChange: (tree: Expression) => void
}) {
  const [held, setHeld] = useState(() => ({ root: rootOf(tree, nextKey), text: print(tree) }))
  const text = print(tree)
  const root = held.text === text ? held.root : rootOf(tree, nextKey)
  const change = (next: Group) => {
    const made = treeOf(next)
    setHeld({ root: next, text: made ? print(made) : text })
    if (made) onChange(made)
  }
  return <GroupLines label={label} root={root} place={place} onChange={change} small />
}
