import { createContext, type PointerEvent, useContext } from 'react'
import type { Journey } from '../../schema.ts'
import type { Deeds, Dragged } from '../deeds.ts'

/** What boxes and places on the canvas call; it never changes while the canvas is shown, so that nothing is drawn again because of it. */
export interface Acts {
  readonly deeds: () => Deeds | undefined
  readonly journey: () => Journey
  /** A pointer went down on something that can be dragged. */
  readonly press: (event: PointerEvent, what: Dragged, label: string) => void
  readonly menu: (id: string, anchor: Element) => void
  readonly fold: (id: string) => void
}
const NONE: Acts = {
  deeds: () => undefined,
  journey: () => {
    throw new Error('outside of a canvas')
  },
  press: () => undefined,
  menu: () => undefined,
  fold: () => undefined,
}
const context = createContext<Acts>(NONE)
export const ActsProvider = context.Provider
export const useActs = (): Acts => useContext(context)

/** Heat is shown by every box, so it is a context of its own: switching it draws all of them once. */
const heat = createContext(false)
export const HeatProvider = heat.Provider
export const useHeat = (): boolean => useContext(heat)
