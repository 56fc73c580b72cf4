import { type QueryClient, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { call, Refused, send } from '#kit/api.ts'
import { GetSession, SetupStatus } from '#workspaces/api.ts'

export type Session = z.output<typeof GetSession.output>

const KEY = [GetSession.name]

/** Who is signed in; null for nobody. */
export async function sessionOf(client: QueryClient): Promise<Session | null> {
  const known = client.getQueryData<Session>(KEY)
  if (known) return known
  try {
    return await client.fetchQuery({ queryKey: KEY, queryFn: () => call(GetSession, {}), staleTime: 60_000 })
  } catch (error) {
    if (error instanceof Refused && error.failure.status === 401) return null
    throw error
  }
}

export const useSession = () => useQuery({ queryKey: KEY, queryFn: () => call(GetSession, {}), staleTime: 60_000 }).data

export const setupNeeded = async (): Promise<boolean> => (await call(SetupStatus, {})).needed

/** Forgets everything that was read as this person, too. */
export async function signOut(client: QueryClient): Promise<void> {
  await send('/api/auth/sign-out', { method: 'POST', body: '{}' })
  client.clear()
}
