import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import {
  ChartColumn,
  CircleHelp,
  FlaskConical,
  House,
  Inbox,
  LogOut,
  type LucideIcon,
  Mail,
  Menu,
  Monitor,
  Moon,
  Route,
  Search,
  Settings,
  Sparkles,
  Sun,
  Target,
  Users,
  UsersRound,
} from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { EXPERIMENTS, GOALS, HOME, JOURNEYS, MAILBOX, MESSAGES, MODELS, PEOPLE, REPORTS, SEGMENTS, SETTINGS } from '#kit/paths.ts'
import { useShortcuts } from '#kit/shortcuts.ts'
import { nextTheme, setTheme, useTheme } from '#kit/theme.ts'
import { signOut, useSession } from './session.ts'

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })))
const Help = lazy(() => import('./help.tsx').then((module) => ({ default: module.Help })))

export interface Place {
  readonly label: string
  readonly href: string
  readonly keys: string
  readonly icon: LucideIcon
}
/** Screens in the order of the loop: build, know, prove. */
export const PLACES: readonly Place[] = [
  { label: 'Home', href: HOME, keys: 'g h', icon: House },
  { label: 'Journeys', href: JOURNEYS, keys: 'g j', icon: Route },
  { label: 'People', href: PEOPLE, keys: 'g p', icon: Users },
  { label: 'Segments', href: SEGMENTS, keys: 'g e', icon: UsersRound },
  { label: 'Models', href: MODELS, keys: 'g i', icon: Sparkles },
  { label: 'Experiments', href: EXPERIMENTS, keys: 'g x', icon: FlaskConical },
  { label: 'Goals', href: GOALS, keys: 'g o', icon: Target },
  { label: 'Reports', href: REPORTS, keys: 'g r', icon: ChartColumn },
  { label: 'Messages', href: MESSAGES, keys: 'g m', icon: Mail },
  { label: 'Mailbox', href: MAILBOX, keys: 'g b', icon: Inbox },
  { label: 'Settings', href: SETTINGS, keys: 'g s', icon: Settings },
]

export function Shell() {
  const router = useRouter()
  const [open, setOpen] = useState<'palette' | 'help' | 'menu'>()
  const shortcuts = useMemo(() => {
    const go = Object.fromEntries(PLACES.map((place) => [place.keys, () => router.history.push(place.href)]))
    return { ...go, '?': () => setOpen('help'), '/': () => setOpen('palette') }
  }, [router])
  useShortcuts(shortcuts)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setOpen((now) => (now === 'palette' ? undefined : 'palette'))
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
  const path = useRouterState({ select: (state) => state.location.pathname })
  const main = useRef<HTMLElement>(null)
  // A new screen: close the menu, and let the next Tab start in it, not where the link stood.
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    setOpen(undefined)
    main.current?.focus({ preventScroll: true })
  }, [path])
  const close = () => setOpen(undefined)
  return (
    <div className="flex min-h-dvh max-md:flex-col md:h-dvh">
      <a
        href="#main"
        className="sr-only z-50 rounded-button bg-primary px-3 py-2 text-on-primary focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line bg-bg px-3 md:hidden">
        <IconButton
          label="Menu"
          aria-expanded={open === 'menu'}
          aria-controls="menu"
          onClick={() => setOpen(open === 'menu' ? undefined : 'menu')}
        >
          <Menu size={20} aria-hidden="true" />
        </IconButton>
        <Brand />
        <span className="flex-1" />
        <IconButton label="Search and commands" onClick={() => setOpen('palette')}>
          <Search size={18} aria-hidden="true" />
        </IconButton>
      </header>
      <nav
        id="menu"
        aria-label="Main"
        className={`shrink-0 flex-col border-line bg-bg md:sticky md:top-0 md:flex md:h-dvh md:w-[208px] md:border-r ${open === 'menu' ? 'flex border-b' : 'hidden'}`}
      >
        <Rail onPalette={() => setOpen('palette')} onHelp={() => setOpen('help')} />
      </nav>
      <main ref={main} id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none md:h-dvh md:overflow-y-auto">
        <Outlet />
      </main>
      <Suspense>
        {open === 'palette' && <Palette onClose={close} />}
        {open === 'help' && <Help onClose={close} />}
      </Suspense>
    </div>
  )
}

const Brand = () => (
  <Link plain href={HOME} className="flex items-center gap-2 rounded-button font-semibold">
    <img src="/favicon.svg" alt="" width={24} height={24} />
    Cadenza
  </Link>
)

function Rail({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3">
      <div className="flex h-9 items-center px-1.5 max-md:hidden">
        <Brand />
      </div>
      <button
        type="button"
        onClick={onPalette}
        className="flex h-9 items-center gap-2 rounded-button border border-line-strong bg-surface px-2.5 text-ink-3 hover:text-ink max-md:hidden"
      >
        <Search size={15} aria-hidden="true" />
        <span className="flex-1 text-left">Search</span>
        <kbd className="text-meta">{/mac/i.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div className="flex flex-1 flex-col gap-0.5 overflow-y-auto">
        {PLACES.map(({ label, href, icon: Icon }) => {
          const current = href === HOME ? path === HOME : path === href || path.startsWith(`${href}/`)
          return (
            <Link
              key={href}
              plain
              href={href}
              aria-current={current ? 'page' : undefined}
              className="flex h-9 shrink-0 items-center gap-2.5 rounded-button px-2.5 font-medium text-ink-2 -outline-offset-2 hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:text-ink pointer-coarse:h-11"
            >
              <Icon size={17} aria-hidden="true" />
              {label}
            </Link>
          )
        })}
      </div>
      <Me onHelp={onHelp} />
    </div>
  )
}

function Me({ onHelp }: { onHelp: () => void }) {
  const session = useSession()
  const client = useQueryClient()
  const router = useRouter()
  const theme = useTheme()
  const ThemeIcon = theme === 'system' ? Monitor : theme === 'light' ? Sun : Moon
  const leave = async () => {
    await signOut(client)
    router.history.push('/sign-in')
  }
  return (
    <div className="flex flex-col gap-1 border-t border-line pt-3">
      {session?.person && (
        <p className="min-w-0 px-2.5 text-dense">
          <span className="block truncate font-medium">{session.person.name}</span>
          <span className="block truncate text-meta text-ink-3">{session.workspace?.name}</span>
        </p>
      )}
      <div className="flex items-center gap-1 px-1">
        <IconButton label="Help and shortcuts" onClick={onHelp}>
          <CircleHelp size={17} aria-hidden="true" />
        </IconButton>
        <IconButton label={`Theme: ${theme}. Change to ${nextTheme(theme)}`} onClick={() => setTheme(nextTheme(theme))}>
          <ThemeIcon size={17} aria-hidden="true" />
        </IconButton>
        <span className="flex-1" />
        <IconButton label="Sign out" onClick={() => void leave()}>
          <LogOut size={17} aria-hidden="true" />
        </IconButton>
      </div>
    </div>
  )
}
