import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { oneOf, text } from '../search.ts'
import { inside } from './inside.tsx'

const documents = createRoute({
  getParentRoute: () => inside,
  path: '/documents',
  validateSearch: (search) => ({ kind: text(search.kind) }),
  component: lazyPart(() => import('../document-pages.tsx'), 'DocumentListPage'),
})
const document = createRoute({
  getParentRoute: () => inside,
  path: '/documents/$kind/$id',
  validateSearch: (search) => ({ tab: oneOf(search.tab, ['form', 'yaml', 'history', 'use'] as const) }),
  component: lazyPart(() => import('../document-pages.tsx'), 'OneDocumentPage'),
})

export const documentsRoutes = [documents, document] as const
