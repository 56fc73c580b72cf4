import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { words } from '../search.ts'
import { inside } from './inside.tsx'

const goals = createRoute({
  getParentRoute: () => inside,
  path: '/goals',
  component: lazyPart(() => import('#measurement/ui/goal-list.tsx'), 'GoalList'),
})
const goal = createRoute({
  getParentRoute: () => inside,
  path: '/goals/$id',
  component: lazyPart(() => import('../measurement-pages.tsx'), 'OneGoalPage'),
})
const reports = createRoute({
  getParentRoute: () => inside,
  path: '/reports',
  component: lazyPart(() => import('#measurement/ui/report-list.tsx'), 'ReportList'),
})
const report = createRoute({
  getParentRoute: () => inside,
  path: '/reports/$id',
  validateSearch: words,
  component: lazyPart(() => import('../measurement-pages.tsx'), 'OneReportPage'),
})
const goalSettings = createRoute({
  getParentRoute: () => inside,
  path: '/goals/settings/$id',
  validateSearch: words,
  component: lazyPart(() => import('../measurement/pages.tsx'), 'GoalSettingsPage'),
})
const savedReport = createRoute({
  getParentRoute: () => inside,
  path: '/reports/saved/$id',
  validateSearch: words,
  component: lazyPart(() => import('../measurement/pages.tsx'), 'SavedReportRoute'),
})
const reportBehind = createRoute({
  getParentRoute: () => inside,
  path: '/reports/$id/behind',
  validateSearch: words,
  component: lazyPart(() => import('../measurement-pages.tsx'), 'ReportBehindPage'),
})
const listed = createRoute({
  getParentRoute: () => inside,
  path: '/listed/$action',
  validateSearch: words,
  component: lazyPart(() => import('../measurement-pages.tsx'), 'ListedActionPage'),
})

export const reportsRoutes = [goals, goal, goalSettings, reports, report, savedReport, reportBehind, listed] as const
