import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { inside } from './inside.tsx'

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyPart(() => import('../own-account-page.tsx'), 'OwnAccountPage'),
})

/** Screens of account. */
export const accountRoutes = [account] as const
