import { createRoute } from '@tanstack/react-router'
import { OUTCOMES, type Outcome } from '#content/reached-api.ts'
import type { StudioSearch } from '#content/ui/content-studio.tsx'
import type { ProductFilter } from '#content/ui/product-list.tsx'
import type { TemplateFilter } from '#content/ui/template-list.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { oneOf, text } from '../search.ts'
import { inside } from './inside.tsx'

const studioSearch = (raw: Record<string, unknown>): StudioSearch => ({
  panel: oneOf(raw['panel'], ['preview', 'checks', 'message', 'live', 'results', 'history']),
  view: oneOf(raw['view'], ['code']),
  locale: text(raw['locale']) || undefined,
  as: text(raw['as']) || undefined,
  name: text(raw['name']) || undefined,
  width: oneOf(raw['width'], ['320']),
  show: oneOf(raw['show'], ['plain']),
  dark: oneOf(raw['dark'], ['1']),
})

const templateFilter = (raw: Record<string, unknown>): TemplateFilter => ({
  q: text(raw['q']) || undefined,
  channel: oneOf(raw['channel'], ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack']),
  status: oneOf(raw['status'], ['live', 'draft', 'unused']),
  make: oneOf(raw['make'], ['1']),
})

const productFilter = (raw: Record<string, unknown>): ProductFilter => ({
  q: text(raw['q']) || undefined,
  category: text(raw['category']) || undefined,
  product: text(raw['product']) || undefined,
})

const templates = createRoute({
  getParentRoute: () => inside,
  path: '/content',
  validateSearch: templateFilter,
  component: lazyPart(() => import('../content-lists.tsx'), 'TemplatesPage'),
})
const template = createRoute({
  getParentRoute: () => inside,
  path: '/content/templates/$id',
  validateSearch: studioSearch,
  staticData: { ahead: ({ params: { id = '' } }) => import('#content/ui/ahead.ts').then(({ templateAhead }) => templateAhead(id)) },
  component: lazyPart(() => import('../content-studio.tsx'), 'TemplatePage'),
})
const templateMessages = createRoute({
  getParentRoute: () => inside,
  path: '/content/templates/$id/messages',
  validateSearch: (raw): { outcome: Outcome } => ({ outcome: oneOf(raw['outcome'], OUTCOMES) ?? 'sent' }),
  component: lazyPart(() => import('../template-messages.tsx'), 'TemplateMessagesPage'),
})

const snippets = createRoute({
  getParentRoute: () => inside,
  path: '/content/snippets',
  component: lazyPart(() => import('../content-lists.tsx'), 'SnippetsPage'),
})
const snippet = createRoute({
  getParentRoute: () => inside,
  path: '/content/snippets/$id',
  component: lazyPart(() => import('../content-studio.tsx'), 'OneSnippetPage'),
})
const brands = createRoute({
  getParentRoute: () => inside,
  path: '/content/brands',
  component: lazyPart(() => import('../content-lists.tsx'), 'BrandsPage'),
})
const brand = createRoute({
  getParentRoute: () => inside,
  path: '/content/brands/$id',
  component: lazyPart(() => import('../content-studio.tsx'), 'OneBrandPage'),
})

const products = createRoute({
  getParentRoute: () => inside,
  path: '/content/products',
  validateSearch: productFilter,
  component: lazyPart(() => import('../content-lists.tsx'), 'ProductsPage'),
})
const coupons = createRoute({
  getParentRoute: () => inside,
  path: '/content/coupons',
  component: lazyPart(() => import('../content-lists.tsx'), 'CouponsPage'),
})
const pages = createRoute({
  getParentRoute: () => inside,
  path: '/content/pages',
  component: lazyPart(() => import('../content-lists.tsx'), 'PagesPage'),
})
const page = createRoute({
  getParentRoute: () => inside,
  path: '/content/pages/$id',
  component: lazyPart(() => import('../content-studio.tsx'), 'OnePagePage'),
})

/** Screens of content. */
export const contentRoutes = [
  templates,
  template,
  templateMessages,
  snippets,
  snippet,
  brands,
  brand,
  products,
  coupons,
  pages,
  page,
] as const
