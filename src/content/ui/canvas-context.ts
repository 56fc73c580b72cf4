import { createContext, useContext } from 'react'
import type { BlockKind } from '#content/block-edit.ts'
import type { Brand } from '#content/brand.ts'
import type { NameOption } from '#content/liquid-names.ts'
import type { Json } from '#lib/json.ts'

/** What the blocks of a canvas share. */
export interface CanvasParts {
  /** Where the list of blocks stands: `/blocks`, `/locales/de/blocks`. */
  readonly root: string
  readonly selected: string | undefined
  readonly dragging: string | undefined
  readonly mayEdit: boolean
  readonly brand: Brand
  readonly names: readonly NameOption[]
  readonly snippetNames: Readonly<Record<string, string>>
  readonly slotNames: readonly string[]
  readonly select: (at: string | undefined) => void
  readonly drag: (at: string | undefined) => void
  /** Writes one value; steps at the same place join while one types. */
  readonly set: (at: string, value: Json | undefined) => void
  readonly add: (at: string, kind: BlockKind) => void
  readonly move: (at: string, by: -1 | 1) => void
  readonly drop: (before: string) => void
  readonly duplicate: (at: string) => void
  readonly remove: (at: string) => void
}

const context = createContext<CanvasParts | null>(null)
export const CanvasProvider = context.Provider

export function useCanvas(): CanvasParts {
  const parts = useContext(context)
  if (!parts) throw new Error('A block stands outside of its canvas')
  return parts
}
