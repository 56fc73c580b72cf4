import { useRouter } from '@tanstack/react-router'
import { ChartColumn, FlaskConical, KeyRound, type LucideIcon, Mail, Monitor, Moon, Plug, Route, Sun, Target, User } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { Header } from 'react-aria-components/Header'
import { Input } from 'react-aria-components/Input'
import { Menu, MenuItem, MenuSection } from 'react-aria-components/Menu'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { ListJourneys } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import { CONNECT, KEYS, toExperiment, toGoal, toJourney, toMessages, toPerson, toReport } from '#kit/paths.ts'
import { Scroll } from '#kit/scroll.tsx'
import { setTheme } from '#kit/theme.ts'
import { ListExperiments } from '#measurement/experiments/api.ts'
import { ListGoals } from '#measurement/goals/api.ts'
import { ListReports } from '#measurement/reports/api.ts'
import { SearchProfiles } from '#profiles/api.ts'
import { PLACES } from './shell.tsx'

interface Item {
  readonly id: string
  readonly label: string
  readonly note?: string
  readonly icon: LucideIcon
  readonly run: () => void
}
interface Group {
  readonly name: string
  readonly items: readonly Item[]
}

/** Every word that was typed is somewhere in the item. */
const fits = (item: Item, words: readonly string[]): boolean =>
  words.every((word) => `${item.label} ${item.note ?? ''}`.toLowerCase().includes(word))

export function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const [typed, setTyped] = useState('')
  const groups = useGroups(typed, (href) => router.history.push(href))
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className="fixed inset-0 z-50 flex items-start justify-center bg-shade p-4 pt-[12vh]"
    >
      <Modal className="w-full max-w-[560px] overflow-hidden rise rounded-card border border-line bg-surface shadow-float">
        <Dialog aria-label="Search and commands" className="outline-none">
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField aria-label="Search and commands" autoFocus className="border-b border-line">
              <Input
                placeholder="Go to a screen, a journey, a report, a person…"
                className="h-13 w-full bg-surface px-4 text-h3 placeholder:text-ink-3 focus:outline-none [&::-webkit-search-cancel-button]:hidden"
              />
            </SearchField>
            <Scroll label="Results" className="max-h-[52vh] overflow-y-auto">
              <Menu
                aria-label="Results"
                className="p-2 outline-none"
                renderEmptyState={() => <p className="p-4 text-ink-2">Nothing matches “{typed}”.</p>}
                onAction={(id) => {
                  onClose()
                  groups
                    .flatMap((group) => group.items)
                    .find((item) => item.id === id)
                    ?.run()
                }}
              >
                {groups.map((group) => (
                  <MenuSection key={group.name} id={group.name} className="mb-1">
                    <Header className="px-2.5 py-1.5 text-meta font-medium text-ink-3">{group.name}</Header>
                    {group.items.map(({ id, label, note, icon: Icon }) => (
                      <MenuItem
                        key={id}
                        id={id}
                        textValue={label}
                        className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-button px-2.5 outline-none data-[focused]:bg-sunken data-[focus-visible]:outline-2 data-[focus-visible]:-outline-offset-2 data-[focus-visible]:outline-focus"
                      >
                        <Icon size={16} aria-hidden="true" className="shrink-0 text-ink-3" />
                        <span className="min-w-0 flex-1 truncate">{label}</span>
                        {note && <span className="max-w-[45%] truncate text-meta text-ink-3">{note}</span>}
                      </MenuItem>
                    ))}
                  </MenuSection>
                ))}
              </Menu>
            </Scroll>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function useGroups(typed: string, go: (href: string) => void): readonly Group[] {
  const settled = useSettled(typed.trim(), 200)
  const journeys = useRead(ListJourneys, {}).data?.journeys ?? []
  const people = useRead(SearchProfiles, { q: settled }, { enabled: settled.length >= 2, keep: true }).data?.people ?? []
  const reports = useRead(ListReports, {}).data?.reports ?? []
  // These are reckoned, so they are asked only for somebody who looks for something.
  const goals = useRead(ListGoals, {}, { enabled: settled.length >= 2 }).data?.goals ?? []
  const experiments = useRead(ListExperiments, {}, { enabled: settled.length >= 2 }).data?.experiments ?? []
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const groups: readonly Group[] = [
    {
      name: 'Go to',
      items: PLACES.map((place) => ({
        id: place.href,
        label: place.label,
        note: place.keys,
        icon: place.icon,
        run: () => go(place.href),
      })).filter((item) => fits(item, words)),
    },
    {
      name: 'Journeys',
      items: journeys
        .map((journey) => ({
          id: `j:${journey.id}`,
          label: journey.name,
          note: journey.id,
          icon: Route,
          run: () => go(toJourney(journey.id)),
        }))
        .filter((item) => fits(item, words)),
    },
    {
      name: 'Reports',
      items: reports
        .map(({ id, title, question }) => ({ id: `r:${id}`, label: title, note: question, icon: ChartColumn, run: () => go(toReport(id)) }))
        .filter((item) => fits(item, words)),
    },
    {
      name: 'Goals and experiments',
      items: [
        ...goals.map(({ id, name }) => ({ id: `g:${id}`, label: name, note: 'goal', icon: Target, run: () => go(toGoal(id)) })),
        ...experiments.map(({ key, title }) => ({
          id: `e:${key}`,
          label: title,
          note: key,
          icon: FlaskConical,
          run: () => go(toExperiment(key)),
        })),
      ]
        .filter((item) => words.length > 0 && fits(item, words))
        .slice(0, 8),
    },
    {
      name: 'People',
      items:
        settled.length < 2
          ? []
          : people.slice(0, 8).map((person) => ({
              id: `p:${person.id}`,
              label: person.name || person.id,
              note: person.email ?? person.userId ?? 'anonymous',
              icon: User,
              run: () => go(toPerson(person.id)),
            })),
    },
    {
      name: 'Do',
      items: [
        { id: 'keys', label: 'Make or revoke a key', icon: KeyRound, run: () => go(KEYS) },
        { id: 'connect', label: 'Connect a source', icon: Plug, run: () => go(CONNECT) },
        { id: 'dead', label: 'Messages that were given up', icon: Mail, run: () => go(toMessages({ status: 'dead' })) },
        { id: 'dark', label: 'Dark theme', icon: Moon, run: () => setTheme('dark') },
        { id: 'light', label: 'Light theme', icon: Sun, run: () => setTheme('light') },
        { id: 'system', label: 'Theme of the system', icon: Monitor, run: () => setTheme('system') },
      ].filter((item) => fits(item, words)),
    },
  ]
  return groups.filter((group) => group.items.length > 0)
}

/** The value once it has stayed the same for a while. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
