import './styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Refused } from '#kit/api.ts'
import { fetchSoon, makeRouter } from './router.tsx'
import { followUpgrades } from './upgrade.ts'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // A refusal is an answer: asking again gives the same. Only a lost connection is tried again.
      retry: (failures, error) => failures < 3 && error instanceof Refused && (error.failure.status === 0 || error.failure.status >= 500),
      refetchOnWindowFocus: true,
    },
  },
})

const router = makeRouter(client)
fetchSoon(router, client)
followUpgrades((run) => router.subscribe('onBeforeLoad', ({ pathChanged }) => pathChanged && run()))

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
