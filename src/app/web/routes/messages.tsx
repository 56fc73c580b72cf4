import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { messageSearch, text } from '../search.ts'
import { inside } from './inside.tsx'

const messages = createRoute({
  getParentRoute: () => inside,
  path: '/messages',
  validateSearch: messageSearch,
  component: lazyPart(() => import('../list-pages.tsx'), 'MessagesPage'),
})
const message = createRoute({
  getParentRoute: () => inside,
  path: '/messages/$id',
  component: lazyPart(() => import('../list-pages.tsx'), 'MessagePage'),
})
const mailbox = createRoute({
  getParentRoute: () => inside,
  path: '/mailbox',
  validateSearch: (search) => ({ q: text(search.q) }),
  component: lazyPart(() => import('../list-pages.tsx'), 'MailboxPage'),
})
const mail = createRoute({
  getParentRoute: () => inside,
  path: '/mailbox/$id',
  component: lazyPart(() => import('../list-pages.tsx'), 'MailPage'),
})

export const messagesRoutes = [messages, message, mailbox, mail] as const
