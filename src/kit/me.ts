import { createContext, useContext } from 'react'
import type { Permission } from '#lib/action.ts'

/** Who looks at the screens, and what they may do here. */
export interface Me {
  readonly person: { readonly id: string; readonly name: string; readonly email: string } | null
  readonly workspace: { readonly id: string; readonly name: string } | null
  readonly role: string | null
  readonly permissions: readonly string[]
}

const NOBODY: Me = { person: null, workspace: null, role: null, permissions: [] }
const context = createContext<Me>(NOBODY)
export const MeProvider = context.Provider

export const useMe = (): Me => useContext(context)

/** Whether the reader holds a permission: what they may not do is not offered to them. The server decides in any case. */
export const useMay = (permission: Permission): boolean => useMe().permissions.includes(permission)
