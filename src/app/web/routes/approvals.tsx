import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { oneOf, text } from '../search.ts'
import { inside } from './inside.tsx'

const approvals = createRoute({
  getParentRoute: () => inside,
  path: '/approvals',
  validateSearch: (search) => ({
    show: oneOf(search.show, ['mine', 'over']),
    risk: oneOf(search.risk, ['low', 'medium', 'high']),
    sort: oneOf(search.sort, ['risk']),
    open: text(search.open) || undefined,
    tab: oneOf(search.tab, ['summary', 'messages', 'changes', 'rules', 'reach', 'history']),
  }),
  component: lazyPart(() => import('../approvals-page.tsx'), 'ApprovalsPage'),
})

/** Screens of approvals. */
export const approvalsRoutes = [approvals] as const
