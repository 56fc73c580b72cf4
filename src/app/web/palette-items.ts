import {
  BookOpen,
  ChartColumn,
  FileText,
  FlaskConical,
  KeyRound,
  Languages,
  type LucideIcon,
  Mail,
  Monitor,
  Moon,
  Plug,
  Plus,
  Route,
  Rows3,
  Rows4,
  Settings,
  Sun,
  Target,
  User,
  UserPlus,
  UsersRound,
} from 'lucide-react'
import { useEffect, useState } from 'react'
import { ListJourneys } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import { setDensity } from '#kit/density.ts'
import { words as plain } from '#kit/format.ts'
import { useMay, useMe } from '#kit/me.ts'
import {
  CONNECT,
  DOCUMENTS,
  FIRST_STEPS,
  KEYS,
  NEW_JOURNEY,
  NEW_SEGMENT,
  PEOPLE_AND_ROLES,
  REFERENCE,
  toDocument,
  toExperiment,
  toGoal,
  toJourney,
  toMessages,
  toPerson,
  toReport,
} from '#kit/paths.ts'
import { setTheme } from '#kit/theme.ts'
import { LANGUAGES, type Language, setLanguage, useLanguage, useWords } from '#kit/words.ts'
import { ListExperiments } from '#measurement/experiments/api.ts'
import { ListGoals } from '#measurement/goals/api.ts'
import { ListReports } from '#measurement/reports/api.ts'
import { SearchProfiles } from '#profiles/api.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { PLACE_WORDS, PLACES } from './places.ts'
import { SETTINGS_PARTS, toSettings } from './settings-parts.ts'
import { isSought } from './settings-search.ts'
import { SINGLE_SETTINGS, SINGLE_WORDS } from './settings-single.ts'
import { SHELL_WORDS } from './shell-words.ts'

export interface Item {
  readonly id: string
  readonly label: string
  readonly note?: string
  readonly icon: LucideIcon
  readonly run: () => void
}
export interface Group {
  readonly name: string
  readonly items: readonly Item[]
}
type Go = (href: string) => void

const MOST = 8
/** What is reckoned or searched on the server is asked only for somebody who looks for something. */
const FROM = 2
/** Kinds that have a group of their own. */
const ELSEWHERE = new Set(['journey', 'goal', 'experiment', 'report'])

/** Every word that was typed is somewhere in the item. */
const fits = (item: Item, typed: readonly string[]): boolean =>
  typed.every((word) => `${item.label} ${item.note ?? ''}`.toLowerCase().includes(word))

/** Everything that the palette offers for what was typed, in groups. */
export function useGroups(typed: string, go: Go, help: () => void): readonly Group[] {
  const settled = useSettled(typed.trim(), 200)
  const typedWords = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const say = useWords(SHELL_WORDS).groups
  const places = usePlaces(go)
  const journeys = useJourneys(go)
  const documents = useDocuments(go, settled)
  const measured = useMeasured(go, settled)
  const reports = useReports(go)
  const people = usePeople(go, settled)
  const commands = useCommands(go)
  const settings = useSettings(go, typedWords.length > 0 ? typed.trim() : '')
  const helps = useHelp(go, help)
  const filtered = (items: readonly Item[]) => items.filter((item) => fits(item, typedWords))
  return [
    { name: say.goTo, items: filtered(places) },
    { name: say.journeys, items: filtered(journeys).slice(0, MOST) },
    { name: say.content, items: typedWords.length > 0 ? filtered(documents).slice(0, MOST) : [] },
    { name: say.reports, items: filtered(reports).slice(0, typedWords.length > 0 ? MOST : 3) },
    { name: say.measured, items: typedWords.length > 0 ? filtered(measured).slice(0, MOST) : [] },
    { name: say.people, items: people },
    { name: say.settings, items: settings },
    { name: say.help, items: typedWords.length > 0 ? filtered(helps) : [] },
    { name: say.run, items: filtered(commands) },
  ].filter((group) => group.items.length > 0)
}

function usePlaces(go: Go): readonly Item[] {
  const say = useWords(PLACE_WORDS)
  const { documents } = useWords(SHELL_WORDS)
  const { permissions } = useMe()
  const places = PLACES.flat()
    .filter(({ needs }) => needs === undefined || permissions.includes(needs))
    .map(({ href, name, keys, icon }): Item => ({ id: href, label: say[name], note: keys, icon, run: () => go(href) }))
  if (!permissions.includes('documents:read')) return places
  return [...places, { id: DOCUMENTS, label: documents, icon: FileText, run: () => go(DOCUMENTS) }]
}

function useJourneys(go: Go): readonly Item[] {
  const journeys = useRead(ListJourneys, {}, { enabled: useMay('journeys:read') }).data?.journeys ?? []
  return journeys.map(({ id, name }) => ({ id: `j:${id}`, label: name, note: id, icon: Route, run: () => go(toJourney(id)) }))
}

function useDocuments(go: Go, settled: string): readonly Item[] {
  const may = useMay('documents:read')
  const documents = useRead(ListDocuments, {}, { enabled: may && settled.length >= FROM }).data?.documents ?? []
  return documents
    .filter(({ kind }) => !ELSEWHERE.has(kind))
    .map(({ kind, id }) => ({
      id: `d:${kind}:${id}`,
      label: plain(id),
      note: plain(kind),
      icon: kind === 'segment' ? UsersRound : FileText,
      run: () => go(toDocument(kind, id)),
    }))
}

function useMeasured(go: Go, settled: string): readonly Item[] {
  const say = useWords(SHELL_WORDS)
  const enabled = useMay('reports:read') && settled.length >= FROM
  const goals = useRead(ListGoals, {}, { enabled }).data?.goals ?? []
  const experiments = useRead(ListExperiments, {}, { enabled }).data?.experiments ?? []
  return [
    ...goals.map(({ id, name }) => ({ id: `g:${id}`, label: name, note: say.goal, icon: Target, run: () => go(toGoal(id)) })),
    ...experiments.map(({ key, title }) => ({
      id: `e:${key}`,
      label: title,
      note: key,
      icon: FlaskConical,
      run: () => go(toExperiment(key)),
    })),
  ]
}

function useReports(go: Go): readonly Item[] {
  const reports = useRead(ListReports, {}, { enabled: useMay('reports:read') }).data?.reports ?? []
  return reports.map(({ id, title, question }) => ({
    id: `r:${id}`,
    label: title,
    note: question,
    icon: ChartColumn,
    run: () => go(toReport(id)),
  }))
}

function usePeople(go: Go, settled: string): readonly Item[] {
  const say = useWords(SHELL_WORDS)
  const enabled = useMay('people:read') && settled.length >= FROM
  const people = useRead(SearchProfiles, { q: settled }, { enabled, keep: true }).data?.people ?? []
  if (!enabled) return []
  return people.slice(0, MOST).map((person) => ({
    id: `p:${person.id}`,
    label: person.name || person.id,
    note: person.email ?? person.userId ?? say.anonymous,
    icon: User,
    run: () => go(toPerson(person.id)),
  }))
}

/** Parts of the settings, and what is set in them, for those who may go there. */
function useSettings(go: Go, sought: string): readonly Item[] {
  const { permissions } = useMe()
  const language = useLanguage()
  const single = useWords(SINGLE_WORDS)
  if (sought === '') return []
  const parts = SETTINGS_PARTS.filter(({ needs }) => needs === undefined || permissions.includes(needs))
  const names = new Map(parts.map(({ part, words }) => [part, words[language].name]))
  const inParts = parts
    .filter((each) => isSought(each, sought))
    .map(({ part, words }) => ({ id: `s:${part}`, label: words[language].name, part, note: words[language].about }))
  const singles = SINGLE_SETTINGS.filter(({ part, id, find }) => {
    const words = { en: { name: SINGLE_WORDS.en[id], about: '' }, de: { name: SINGLE_WORDS.de[id], about: '' } }
    return names.has(part) && isSought({ words, find }, sought)
  }).map(({ id, part }) => ({ id: `s:${part}:${id}`, label: single[id], part, note: names.get(part)! }))
  return [...singles, ...inParts]
    .slice(0, MOST)
    .map(({ id, label, note, part }) => ({ id, label, note, icon: Settings, run: () => go(toSettings(part)) }))
}

function useHelp(go: Go, help: () => void): readonly Item[] {
  const say = useWords(SHELL_WORDS).helps
  return [
    { id: 'h:shortcuts', label: say.shortcuts, icon: BookOpen, run: help },
    { id: 'h:first', label: say.firstSteps, icon: BookOpen, run: () => go(FIRST_STEPS) },
    { id: 'h:reference', label: say.reference, icon: BookOpen, run: () => void window.open(REFERENCE, '_blank', 'noreferrer') },
  ]
}

function useCommands(go: Go): readonly Item[] {
  const say = useWords(SHELL_WORDS)
  const [write, admin, messages] = [useMay('documents:write'), useMay('workspace:admin'), useMay('messages:read')]
  const to = (href: string, item: Omit<Item, 'run'>): Item => ({ ...item, run: () => go(href) })
  const languages = (Object.keys(LANGUAGES) as Language[]).map(
    (each): Item => ({ id: `language:${each}`, label: say.language(LANGUAGES[each]), icon: Languages, run: () => setLanguage(each) }),
  )
  return [
    ...(write
      ? [
          to(NEW_JOURNEY, { id: 'new-journey', label: say.newJourney, icon: Plus }),
          to(NEW_SEGMENT, { id: 'new-segment', label: say.newSegment, icon: Plus }),
        ]
      : []),
    ...(admin
      ? [
          to(KEYS, { id: 'keys', label: say.keys, icon: KeyRound }),
          to(PEOPLE_AND_ROLES, { id: 'invite', label: say.invite, icon: UserPlus }),
        ]
      : []),
    to(CONNECT, { id: 'connect', label: say.connect, icon: Plug }),
    ...(messages ? [to(toMessages({ status: 'dead' }), { id: 'dead', label: say.dead, icon: Mail })] : []),
    { id: 'dark', label: say.dark, icon: Moon, run: () => setTheme('dark') },
    { id: 'light', label: say.light, icon: Sun, run: () => setTheme('light') },
    { id: 'system', label: say.system, icon: Monitor, run: () => setTheme('system') },
    { id: 'compact', label: say.compact, icon: Rows4, run: () => setDensity('compact') },
    { id: 'comfortable', label: say.comfortable, icon: Rows3, run: () => setDensity('comfortable') },
    ...languages,
  ]
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
