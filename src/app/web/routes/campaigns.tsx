import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { oneOf, text } from '../search.ts'
import { inside } from './inside.tsx'

const campaigns = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns',
  validateSearch: (search) => ({
    q: text(search['q']) || undefined,
    show: oneOf(search['show'], ['planned', 'running', 'done', 'draft']),
    channel: text(search['channel']) || undefined,
  }),
  component: lazyPart(() => import('../campaigns/pages.tsx'), 'CampaignsPage'),
})
const made = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns/new',
  component: lazyPart(() => import('../campaigns/form-page.tsx'), 'NewCampaignPage'),
})
const one = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns/$id',
  component: lazyPart(() => import('../campaigns/form-page.tsx'), 'CampaignPage'),
})
const calendar = createRoute({
  getParentRoute: () => inside,
  path: '/calendar',
  validateSearch: (search) => ({
    view: oneOf(search['view'], ['month', 'week', 'list']),
    on: /^\d{4}-\d\d-\d\d$/.test(text(search['on'])) ? text(search['on']) : undefined,
    channel: text(search['channel']) || undefined,
    segment: text(search['segment']) || undefined,
    journey: text(search['journey']) || undefined,
  }),
  component: lazyPart(() => import('../campaigns/calendar-page.tsx'), 'CalendarPage'),
})

/** Screens of campaigns. */
export const campaignsRoutes = [campaigns, made, one, calendar] as const
