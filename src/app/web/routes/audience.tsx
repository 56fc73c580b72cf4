import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { companySearch, oneOf, peopleSearch, text } from '../search.ts'
import { inside } from './inside.tsx'

const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  validateSearch: peopleSearch,
  component: lazyPart(() => import('../list-pages.tsx'), 'PeoplePage'),
})
const person = createRoute({
  getParentRoute: () => inside,
  path: '/people/$id',
  validateSearch: (search) => ({
    why: text(search.why),
    tab: oneOf(search.tab, ['life', 'about', 'consent', 'messages'] as const),
    kinds: oneOf(search.kinds, ['event', 'transition', 'delivery', 'decision'] as const),
  }),
  component: lazyPart(() => import('../person-page.tsx'), 'PersonPage'),
})
const segments = createRoute({
  getParentRoute: () => inside,
  path: '/segments',
  component: lazyPart(() => import('#segments/ui/segment-list.tsx'), 'SegmentList'),
})
const newSegment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/new',
  validateSearch: (search) => ({ from: text(search.from), when: text(search.when) }),
  component: lazyPart(() => import('../segment-pages.tsx'), 'NewSegmentPage'),
})
const segment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$id',
  validateSearch: (search) => ({ tab: oneOf(search.tab, ['condition', 'members', 'history', 'use', 'code'] as const) }),
  component: lazyPart(() => import('../segment-pages.tsx'), 'OneSegmentPage'),
})
const lists = createRoute({
  getParentRoute: () => inside,
  path: '/lists',
  component: lazyPart(() => import('#segments/ui/lists.tsx'), 'Lists'),
})
const list = createRoute({
  getParentRoute: () => inside,
  path: '/lists/$id',
  component: lazyPart(() => import('../segment-pages.tsx'), 'OneListPage'),
})
const companies = createRoute({
  getParentRoute: () => inside,
  path: '/companies',
  validateSearch: (search) => ({ q: text(search.q) }),
  component: lazyPart(() => import('../account-pages.tsx'), 'CompaniesPage'),
})
const company = createRoute({
  getParentRoute: () => inside,
  path: '/companies/$id',
  validateSearch: companySearch,
  component: lazyPart(() => import('../account-pages.tsx'), 'CompanyPage'),
})

export const audienceRoutes = [companies, company, people, person, segments, newSegment, segment, lists, list] as const
