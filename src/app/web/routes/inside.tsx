import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { LOCKED, toSignIn } from '#kit/paths.ts'
import { NotFound } from '../not-found.tsx'
import { sessionOf, setupNeeded } from '../session.ts'
import { Shell } from '../shell.tsx'

interface Context {
  readonly client: QueryClient
}

export const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound })

/** Everything below needs somebody who is signed in. */
export const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await sessionOf(context.client)
    if (session?.workspace && !session.closed) return
    if (session) throw redirect({ href: LOCKED })
    if (await setupNeeded()) throw redirect({ to: '/setup', search: { token: '' } })
    throw redirect({ href: toSignIn(location.href) })
  },
})
