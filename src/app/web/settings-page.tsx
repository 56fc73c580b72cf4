import { getRouteApi, notFound } from '@tanstack/react-router'
import { Page, TabLinks } from '#kit/page.tsx'
import { CONNECT, KEYS } from '#kit/paths.ts'
import { Connect } from '#workspaces/ui/connect.tsx'
import { Keys } from '#workspaces/ui/keys.tsx'

const route = getRouteApi('/inside/settings/$part')

export function SettingsPage() {
  const { part } = route.useParams()
  if (part !== 'keys' && part !== 'connect') throw notFound()
  return (
    <Page title="Settings">
      <TabLinks
        label="Settings"
        className="mb-5"
        tabs={[
          { label: 'Keys', href: KEYS, current: part === 'keys' },
          { label: 'Connect a source', href: CONNECT, current: part === 'connect' },
        ]}
      />
      {part === 'keys' ? <Keys /> : <Connect />}
    </Page>
  )
}
