import type { Permission } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'

/** Who calls, for which workspace, and what they may do. */
export interface Principal {
  /** Workspace id; '' when there is none (nobody signed in, or a person without a workspace). */
  readonly workspace: string
  /** `person:<id>` or `key:<id>`; '' for nobody. */
  readonly actor: string
  readonly permissions: ReadonlySet<Permission>
  /** Why everything but their own account is closed to them for now. */
  readonly barred?: Problem
  /** Of a person who is signed in: the session's id, and the workspace whose provider vouched for it. */
  readonly session?: { readonly id: string; readonly via: string | null }
}

/** Nobody in particular: may call public actions only. */
export const NOBODY: Principal = { workspace: '', actor: '', permissions: new Set() }

/** The refusal when the principal may not; undefined when it may. What is not granted is denied. */
export function denied(may: Permission, principal: Principal): Problem | undefined {
  if (may === 'public') return undefined
  if (principal.actor === '') {
    return {
      code: 'auth.needed',
      status: 401,
      title: 'Sign in first.',
      hint: 'Sign in, or send a secret key as `Authorization: Bearer sk_…`.',
    }
  }
  if (may === 'self') return undefined
  if (principal.barred) return principal.barred
  if (may === 'signed-in') return undefined
  if (principal.workspace === '') {
    return {
      code: 'auth.workspace.which',
      status: 400,
      title: 'Say in which workspace.',
      hint: 'Send the header `Cadenza-Workspace` with the id of a workspace of yours; GET /api/session lists them.',
    }
  }
  if (principal.permissions.has(may)) return undefined
  return {
    code: 'auth.forbidden',
    status: 403,
    title: 'You may not do this.',
    detail: `It needs the permission ${may}.`,
    hint: 'Ask an administrator of the workspace.',
  }
}
