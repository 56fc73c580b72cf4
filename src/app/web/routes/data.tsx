import { createRoute, redirect } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { toData, toDevelopers } from '#kit/paths.ts'
import { oneOf, text } from '../search.ts'
import { inside } from './inside.tsx'

const given = (value: unknown): string | undefined => text(value) || undefined
const page = () => import('../data-page.tsx')

const data = createRoute({
  getParentRoute: () => inside,
  path: '/data',
  beforeLoad: () => {
    throw redirect({ href: toData('events') })
  },
})
const event = createRoute({
  getParentRoute: () => inside,
  path: '/data/event',
  validateSearch: (search) => ({ name: text(search.name) }),
  component: lazyPart(page, 'OneEventPage'),
})
const tab = createRoute({
  getParentRoute: () => inside,
  path: '/data/$tab',
  validateSearch: (search) => ({
    q: given(search.q),
    show: oneOf(search.show, ['planned', 'unplanned', 'trouble', 'quiet']),
    event: given(search.event),
    source: given(search.source),
    person: given(search.person),
    kind: oneOf(search.kind, ['quarantined', 'blocked', 'rejected']),
    code: given(search.code),
  }),
  component: lazyPart(page, 'DataPage'),
})
const developers = createRoute({
  getParentRoute: () => inside,
  path: '/developers',
  beforeLoad: () => {
    throw redirect({ href: toDevelopers('start') })
  },
})
const developersTab = createRoute({
  getParentRoute: () => inside,
  path: '/developers/$tab',
  validateSearch: (search) => ({
    message: given(search.message),
    source: given(search.source),
    held: given(search.held),
    url: given(search.url),
    outcome: oneOf(search.outcome, ['ok', 'failed']),
  }),
  component: lazyPart(() => import('../developers-page.tsx'), 'DevelopersPage'),
})

/** Screens of data, and those for developers. */
export const dataRoutes = [data, event, tab, developers, developersTab] as const
