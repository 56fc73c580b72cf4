import { useMemo } from 'react'
import type { Address } from './route.ts'

/** Letters that change the view, outside of canvas and tree, where they mean what one does to a step. */
export const useTabKeys = (set: Address['set']) =>
  useMemo(
    () => ({
      c: () => set({ tab: undefined }),
      o: () => set({ tab: 'outline' }),
      r: () => set({ tab: 'report' }),
      y: () => set({ tab: 'code' }),
    }),
    [set],
  )
