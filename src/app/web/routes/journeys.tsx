import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { behindQuery, gallerySearch, journeySearch, journeysSearch } from '../search.ts'
import { inside } from './inside.tsx'

const journeys = createRoute({
  getParentRoute: () => inside,
  path: '/journeys',
  validateSearch: journeysSearch,
  component: lazyPart(() => import('../journeys-page.tsx'), 'JourneysPage'),
})
const fresh = createRoute({
  getParentRoute: () => inside,
  path: '/journeys/new',
  validateSearch: gallerySearch,
  component: lazyPart(() => import('../gallery-page.tsx'), 'GalleryPage'),
})
const journey = createRoute({
  getParentRoute: () => inside,
  path: '/journeys/$id',
  validateSearch: journeySearch,
  staticData: {
    ahead: ({ params: { id = '' }, search }) =>
      import('../journey/ahead.ts').then(({ journeyAhead }) => journeyAhead(id, journeySearch(search))),
  },
  component: lazyPart(() => import('../journey-page.tsx'), 'JourneyPage'),
})
const behind = createRoute({
  getParentRoute: () => inside,
  path: '/journeys/$id/people',
  validateSearch: behindQuery,
  component: lazyPart(() => import('../list-pages.tsx'), 'BehindPage'),
})

export const journeysRoutes = [journeys, fresh, journey, behind] as const
