import { createRoute, redirect } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { safePath, toSignIn } from '#kit/paths.ts'
import { text } from '../search.ts'
import { sessionOf } from '../session.ts'
import { root } from './inside.tsx'

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => ({ to: safePath(search.to), problem: text(search.problem) }),
  component: lazyPart(() => import('../door-pages.tsx'), 'SignInPage'),
})
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search) => ({ token: text(search.token) }),
  component: lazyPart(() => import('../door-pages.tsx'), 'SetupPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyPart(() => import('../door-pages.tsx'), 'InvitationPage'),
})
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyPart(() => import('../door-pages.tsx'), 'ResetPage'),
})
const locked = createRoute({
  getParentRoute: () => root,
  path: '/locked',
  component: lazyPart(() => import('../door-pages.tsx'), 'LockedPage'),
  beforeLoad: async ({ context }) => {
    const session = await sessionOf(context.client)
    if (!session) throw redirect({ href: toSignIn('/') })
    if (session.workspace && !session.closed) throw redirect({ href: '/' })
  },
})

export const doorRoutes = [signIn, setup, invitation, reset, locked] as const
