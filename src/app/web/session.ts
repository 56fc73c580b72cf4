import { type QueryClient, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { call, Refused, send } from '#kit/api.ts'
import { workIn, workspaceInUse } from '#kit/workspace.ts'
import { GetSession, SetupStatus } from '#workspaces/api.ts'

export type Session = z.output<typeof GetSession.output>

const KEY = [GetSession.name]

const read = (client: QueryClient): Promise<Session> =>
  client.fetchQuery({ queryKey: KEY, queryFn: () => call(GetSession, {}), staleTime: 60_000 })

/** Who is signed in, and where: in the workspace of this tab, else in the first of theirs; null for nobody. */
export async function sessionOf(client: QueryClient): Promise<Session | null> {
  const known = client.getQueryData<Session>(KEY)
  if (known) return known
  const asked = workspaceInUse()
  try {
    const session = await read(client)
    const [first] = session.workspaces
    // Named from now on, so that this tab stays where it is when its reader gets another workspace.
    if (session.workspace && workspaceInUse() === '') workIn(session.workspace.id)
    if (session.workspace || !first) return session
    workIn(first.id)
    client.removeQueries({ queryKey: KEY })
    return await read(client)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.failure.status === 401) return null
    // The workspace that this tab worked in is gone, or no longer theirs. Who asked beside us may have left it already.
    if (error.failure.code !== 'auth.workspace' || asked === '') throw error
    if (workspaceInUse() === asked) workIn('')
    return sessionOf(client)
  }
}

/** Works in another workspace from now on; what was read in the one before is forgotten. */
export async function enterWorkspace(client: QueryClient, id: string): Promise<void> {
  workIn(id)
  client.clear()
  await sessionOf(client)
}

export const useSession = () => useQuery({ queryKey: KEY, queryFn: () => call(GetSession, {}), staleTime: 60_000 }).data

export const setupNeeded = async (): Promise<boolean> => (await call(SetupStatus, {})).needed

/** Forgets everything that was read as this person, too. */
export async function signOut(client: QueryClient): Promise<void> {
  await send('/api/auth/sign-out', { method: 'POST', body: '{}' })
  workIn('')
  client.clear()
}
