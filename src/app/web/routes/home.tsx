import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { inside } from './inside.tsx'

const RANGES = [1, 7, 28, 90]
const daysOf = (asked: unknown): number => (RANGES.includes(Number(asked)) ? Number(asked) : 7)

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: (search): { days?: number } => ('days' in search ? { days: daysOf(search['days']) } : {}),
  component: lazyPart(() => import('../home.tsx'), 'Home'),
})
const firstSteps = createRoute({
  getParentRoute: () => inside,
  path: '/first-steps',
  component: lazyPart(() => import('../home.tsx'), 'FirstSteps'),
})

export const homeRoutes = [home, firstSteps] as const
