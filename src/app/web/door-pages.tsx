import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { CONNECT, HOME } from '#kit/paths.ts'
import { Invitation, Reset } from '#workspaces/ui/invitation.tsx'
import { Locked } from '#workspaces/ui/locked.tsx'
import { Setup } from '#workspaces/ui/setup.tsx'
import { SignIn } from '#workspaces/ui/sign-in.tsx'
import { enterWorkspace, signOut, useSession } from './session.ts'

const signIn = getRouteApi('/sign-in')
const setup = getRouteApi('/setup')

/** Into the app at a place, as somebody else than before. */
function useEnter() {
  const router = useRouter()
  const client = useQueryClient()
  return async (to: string) => {
    client.clear()
    router.history.push(to)
  }
}

export function SignInPage() {
  const { to, problem } = signIn.useSearch()
  const enter = useEnter()
  return <SignIn to={to} problem={problem} onDone={() => enter(to)} />
}

export function SetupPage() {
  const { token } = setup.useSearch()
  const enter = useEnter()
  return <Setup token={token} onDone={() => enter(CONNECT)} />
}

/** Tokens stand in the fragment, so that they reach no server log on their way. */
const tokenHere = (): string => location.hash.slice(1)

export const InvitationPage = () => <Invitation token={tokenHere()} />
export const ResetPage = () => <Reset token={tokenHere()} />

export function LockedPage() {
  const session = useSession()
  const client = useQueryClient()
  const router = useRouter()
  const enter = useEnter()
  const switchTo = async (id: string) => {
    await enterWorkspace(client, id)
    router.history.push(HOME)
  }
  const leave = async () => {
    await signOut(client)
    router.history.push('/sign-in')
  }
  return (
    <Locked
      workspace={session?.workspace?.name ?? null}
      closed={session?.closed ?? null}
      others={(session?.workspaces ?? []).filter(({ id }) => id !== session?.workspace?.id)}
      onSwitch={(id) => void switchTo(id)}
      onDone={() => void enter(HOME)}
      onSignOut={() => void leave()}
    />
  )
}
