import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { oneOf, text, words } from '../search.ts'
import { inside } from './inside.tsx'

const models = createRoute({
  getParentRoute: () => inside,
  path: '/models',
  component: lazyPart(() => import('#decisions/ui/model-list.tsx'), 'ModelList'),
})
const days = (value: unknown): number | undefined => [7, 30, 365].find((each) => each === Number(value))
const model = createRoute({
  getParentRoute: () => inside,
  path: '/models/$id',
  validateSearch: (search: Record<string, unknown>) => ({
    tab: oneOf(search['tab'], ['overview', 'arms', 'drift', 'decisions', 'evaluation', 'training']),
    by: oneOf(search['by'], ['model', 'cold_start', 'control', 'held_out', 'fallback']),
    chosen: text(search['chosen']) || undefined,
    days: days(search['days']),
  }),
  component: lazyPart(() => import('../models/model-page.tsx'), 'ModelPage'),
})
const budgets = createRoute({
  getParentRoute: () => inside,
  path: '/decisions/budgets',
  component: lazyPart(() => import('#decisions/ui/budgets.tsx'), 'BudgetList'),
})
const offers = createRoute({
  getParentRoute: () => inside,
  path: '/decisions/offers',
  component: lazyPart(() => import('../models/offers.tsx'), 'OffersPage'),
})
const decision = createRoute({
  getParentRoute: () => inside,
  path: '/decisions/$id',
  component: lazyPart(() => import('../models/model-page.tsx'), 'OneDecisionPage'),
})
const experiments = createRoute({
  getParentRoute: () => inside,
  path: '/experiments',
  component: lazyPart(() => import('#measurement/ui/experiment-list.tsx'), 'ExperimentList'),
})
const experiment = createRoute({
  getParentRoute: () => inside,
  path: '/experiments/$key',
  validateSearch: words,
  component: lazyPart(() => import('../measurement/experiment-page.tsx'), 'OneExperimentPage'),
})
const experimentSettings = createRoute({
  getParentRoute: () => inside,
  path: '/experiments/settings/$id',
  validateSearch: words,
  component: lazyPart(() => import('../measurement/pages.tsx'), 'ExperimentSettingsPage'),
})
const holdouts = createRoute({
  getParentRoute: () => inside,
  path: '/holdouts',
  component: lazyPart(() => import('#measurement/ui/holdout-list.tsx'), 'HoldoutList'),
})
const holdoutSettings = createRoute({
  getParentRoute: () => inside,
  path: '/holdouts/$id',
  validateSearch: words,
  component: lazyPart(() => import('../measurement/pages.tsx'), 'HoldoutSettingsPage'),
})

export const decisionsRoutes = [
  models,
  model,
  budgets,
  offers,
  decision,
  experiments,
  experiment,
  experimentSettings,
  holdouts,
  holdoutSettings,
] as const
