import { createRoute } from '@tanstack/react-router'
import { lazyPart } from '#kit/lazy-part.tsx'
import { inside } from './inside.tsx'

const settings = createRoute({ getParentRoute: () => inside, path: '/settings' })
const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: lazyPart(() => import('../settings-page.tsx'), 'SettingsIndex'),
})
const settingsPart = createRoute({
  getParentRoute: () => settings,
  path: '$part',
  component: lazyPart(() => import('../settings-page.tsx'), 'SettingsPage'),
})

export const settingsRoutes = [settings.addChildren([settingsIndex, settingsPart])] as const
