import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { CONNECT } from '#kit/paths.ts'
import { Setup } from '#workspaces/ui/setup.tsx'
import { SignIn } from '#workspaces/ui/sign-in.tsx'

const signIn = getRouteApi('/sign-in')
const setup = getRouteApi('/setup')

export function SignInPage() {
  const { to } = signIn.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const enter = async () => {
    client.clear()
    router.history.push(to)
  }
  return <SignIn onDone={enter} />
}

export function SetupPage() {
  const { token } = setup.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const enter = async () => {
    client.clear()
    router.history.push(CONNECT)
  }
  return <Setup token={token} onDone={enter} />
}
