import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { Bell as BellIcon, CircleHelp, LogOut, Menu, Monitor, Moon, Search, Sun } from 'lucide-react'
import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { ListApprovals } from '#approvals/api.ts'
import { useRead } from '#kit/api.ts'
import { IconButton } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { MeProvider, useMe } from '#kit/me.ts'
import { ACCOUNT, HOME } from '#kit/paths.ts'
import { useShortcuts } from '#kit/shortcuts.ts'
import { nextTheme, setTheme, useTheme } from '#kit/theme.ts'
import { Notices } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { zoneInUse } from '#kit/zone.ts'
import { ListNotifications } from '#workspaces/comments/api.ts'
import { NewVersion } from './new-version.tsx'
import { PLACE_WORDS, PLACES } from './places.ts'
import { enterWorkspace, signOut, useSession } from './session.ts'
import { SHELL_WORDS } from './shell-words.ts'

const Palette = lazyPart(() => import('./palette.tsx'), 'Palette')
const NoticeList = lazyPart(() => import('./notices.tsx'), 'NoticeList')
const WorkspaceSwitcher = lazyPart(() => import('#workspaces/ui/switcher.tsx'), 'WorkspaceSwitcher')
const Help = lazyPart(() => import('./help.tsx'), 'Help')

const NOBODY = { person: null, workspace: null, role: null, permissions: [] }

export function Shell() {
  const me = useSession() ?? NOBODY
  const say = useWords(SHELL_WORDS)
  const router = useRouter()
  const [open, setOpen] = useState<'palette' | 'help' | 'menu' | 'notices'>()
  const shortcuts = useMemo(() => {
    const go = Object.fromEntries(PLACES.flat().map((place) => [place.keys, () => router.history.push(place.href)]))
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
    <MeProvider value={me}>
      <div className="flex min-h-dvh max-md:flex-col md:h-dvh">
        <a
          href="#main"
          className="sr-only z-50 rounded-button bg-primary px-3 py-2 text-on-primary focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          {say.skip}
        </a>
        <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line bg-bg px-3 md:hidden">
          <IconButton
            label={say.menu}
            aria-expanded={open === 'menu'}
            aria-controls="menu"
            onClick={() => setOpen(open === 'menu' ? undefined : 'menu')}
          >
            <Menu size={20} aria-hidden="true" />
          </IconButton>
          <Brand />
          <span className="flex-1" />
          <IconButton label={say.palette} onClick={() => setOpen('palette')}>
            <Search size={18} aria-hidden="true" />
          </IconButton>
        </header>
        <nav
          id="menu"
          aria-label={say.main}
          className={`shrink-0 flex-col border-line bg-bg md:sticky md:top-0 md:flex md:h-dvh md:w-[208px] md:border-r ${open === 'menu' ? 'flex border-b' : 'hidden'}`}
        >
          <Rail onPalette={() => setOpen('palette')} onHelp={() => setOpen('help')} onNotices={() => setOpen('notices')} />
        </nav>
        <main ref={main} id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none md:h-dvh md:overflow-y-auto">
          <NewVersion />
          <Outlet />
        </main>
        <Suspense>
          {open === 'palette' && <Palette onClose={close} onHelp={() => setOpen('help')} />}
          {open === 'help' && <Help onClose={close} />}
          {open === 'notices' && <NoticeList onClose={close} />}
        </Suspense>
        <Notices />
      </div>
    </MeProvider>
  )
}

const Brand = () => (
  <Link plain href={HOME} className="flex items-center gap-2 rounded-button font-semibold">
    <img src="/favicon.svg" alt="" width={24} height={24} />
    Cadenza
  </Link>
)

interface RailProps {
  readonly onPalette: () => void
  readonly onHelp: () => void
  readonly onNotices: () => void
}

function Rail({ onPalette, onHelp, onNotices }: RailProps) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const say = useWords(PLACE_WORDS)
  const words = useWords(SHELL_WORDS)
  const { permissions } = useMe()
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3">
      <div className="flex h-9 items-center px-1.5 max-md:hidden">
        <Brand />
      </div>
      <Where />
      <button
        type="button"
        onClick={onPalette}
        className="flex h-9 items-center gap-2 rounded-button border border-line-strong bg-surface px-2.5 text-ink-3 hover:text-ink max-md:hidden"
      >
        <Search size={15} aria-hidden="true" />
        <span className="flex-1 text-left">{words.search}</span>
        <kbd className="text-meta">{/mac/i.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div className="flex flex-1 flex-col gap-0.5 overflow-y-auto">
        {PLACES.map((group) => (
          <div key={group[0]?.name} className="flex flex-col gap-0.5 border-line not-first:mt-1.5 not-first:border-t not-first:pt-1.5">
            {group
              .filter(({ needs }) => needs === undefined || permissions.includes(needs))
              .map(({ name, href, icon: Icon }) => {
                const current = href === HOME ? path === HOME : path === href || path.startsWith(`${href}/`)
                return (
                  <Link
                    key={href}
                    plain
                    href={href}
                    aria-current={current ? 'page' : undefined}
                    className="flex h-8 shrink-0 items-center gap-2.5 rounded-button px-2.5 font-medium text-ink-2 -outline-offset-2 hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:text-ink pointer-coarse:h-11"
                  >
                    <Icon size={17} aria-hidden="true" />
                    <span className="flex-1">{say[name]}</span>
                    {name === 'approvals' && <Waiting />}
                  </Link>
                )
              })}
          </div>
        ))}
      </div>
      <Me onHelp={onHelp} onNotices={onNotices} />
    </div>
  )
}

function Me({ onHelp, onNotices }: Omit<RailProps, 'onPalette'>) {
  const session = useSession()
  const say = useWords(SHELL_WORDS)
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
        <Link plain href={ACCOUNT} className="block min-w-0 rounded-button px-2.5 py-1 text-dense hover:bg-sunken" title={say.account}>
          <span className="block truncate font-medium">{session.person.name}</span>
          <span className="block truncate text-meta text-ink-3">{say.zone(zoneInUse())}</span>
        </Link>
      )}
      <div className="flex items-center gap-1 px-1">
        <IconButton label={say.help} onClick={onHelp}>
          <CircleHelp size={17} aria-hidden="true" />
        </IconButton>
        <IconButton label={say.theme(say.themes[theme], say.themes[nextTheme(theme)])} onClick={() => setTheme(nextTheme(theme))}>
          <ThemeIcon size={17} aria-hidden="true" />
        </IconButton>
        <Bell onOpen={onNotices} />
        <span className="flex-1" />
        <IconButton label={say.signOut} onClick={() => void leave()}>
          <LogOut size={17} aria-hidden="true" />
        </IconButton>
      </div>
    </div>
  )
}

/** The workspace in use, and the way to others; samples say that they are. */
function Where() {
  const session = useSession()
  const say = useWords(SHELL_WORDS)
  const client = useQueryClient()
  const router = useRouter()
  if (!session?.workspace) return null
  const { workspace, workspaces } = session
  const enter = async (id: string) => {
    await enterWorkspace(client, id)
    router.history.push(HOME)
  }
  return (
    <div className="flex min-h-9 items-center gap-1">
      <div className="min-w-0 flex-1">
        <Suspense fallback={<span className="block truncate px-2.5 text-dense font-medium">{workspace.name}</span>}>
          <WorkspaceSwitcher
            current={workspace}
            workspaces={workspaces}
            mayCreate={session.via === null && workspaces.some(({ role }) => role === 'admin')}
            onSwitch={enter}
          />
        </Suspense>
      </div>
      {workspace.sample && (
        <span title={say.sampleWhy}>
          <Chip tone="agent" dashed>
            {say.sample}
          </Chip>
        </span>
      )}
    </div>
  )
}

const NOTICES_EVERY = 20_000

/** How much the reader has not read of what they were told. */
function Bell({ onOpen }: { onOpen: () => void }) {
  const say = useWords(SHELL_WORDS)
  const unread = useRead(ListNotifications, { unread: 'true' }, { every: NOTICES_EVERY }).data?.unread ?? 0
  return (
    <IconButton label={unread > 0 ? say.unread(unread) : say.notices} onClick={onOpen} className="relative">
      <BellIcon size={17} aria-hidden="true" />
      {unread > 0 && (
        <span
          aria-hidden="true"
          className="absolute top-0 right-0 min-w-4 rounded-pill bg-accent px-1 text-center text-meta leading-4 font-medium text-surface num"
        >
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </IconButton>
  )
}

/** Requests that wait for somebody's decision. */
function Waiting() {
  const say = useWords(SHELL_WORDS)
  const open = useRead(ListApprovals, { state: 'open' }, { every: NOTICES_EVERY }).data?.approvals.length ?? 0
  if (open === 0) return null
  return (
    <span className="rounded-pill bg-sunken px-1.5 text-meta text-ink-2 num">
      {open}
      <span className="sr-only"> {say.waiting(open)}</span>
    </span>
  )
}
