import {
  CalendarDays,
  ChartColumn,
  CircleCheckBig,
  Database,
  FlaskConical,
  House,
  Inbox,
  LayoutTemplate,
  type LucideIcon,
  Mail,
  Megaphone,
  Route,
  Settings,
  Sparkles,
  SquareTerminal,
  Target,
  Users,
  UsersRound,
} from 'lucide-react'
import {
  APPROVALS,
  CALENDAR,
  CAMPAIGNS,
  CONTENT,
  DATA,
  DEVELOPERS,
  EXPERIMENTS,
  GOALS,
  HOME,
  JOURNEYS,
  MAILBOX,
  MESSAGES,
  MODELS,
  PEOPLE,
  REPORTS,
  SEGMENTS,
  SETTINGS,
} from '#kit/paths.ts'
import { words } from '#kit/words.ts'
import type { Permission } from '#lib/action.ts'

export const PLACE_WORDS = words(
  {
    home: 'Home',
    journeys: 'Journeys',
    campaigns: 'Campaigns',
    calendar: 'Calendar',
    content: 'Content',
    people: 'People',
    segments: 'Segments',
    data: 'Data',
    developers: 'Developers',
    models: 'Decisions',
    experiments: 'Experiments',
    goals: 'Goals',
    reports: 'Reports',
    approvals: 'Approvals',
    messages: 'Messages',
    mailbox: 'Mailbox',
    settings: 'Settings',
  },
  {
    de: {
      home: 'Start',
      journeys: 'Journeys',
      campaigns: 'Kampagnen',
      calendar: 'Kalender',
      content: 'Inhalte',
      people: 'Personen',
      segments: 'Segmente',
      data: 'Daten',
      developers: 'Entwicklung',
      models: 'Entscheidungen',
      experiments: 'Experimente',
      goals: 'Ziele',
      reports: 'Berichte',
      approvals: 'Freigaben',
      messages: 'Nachrichten',
      mailbox: 'Postfach',
      settings: 'Einstellungen',
    },
  },
)

export interface Place {
  readonly name: keyof (typeof PLACE_WORDS)['en']
  readonly href: string
  readonly keys: string
  readonly icon: LucideIcon
  /** Who may not read it does not see it in the navigation. */
  readonly needs?: Permission
}

/** Screens in the order of the loop: build, know, prove, govern. */
export const PLACES: readonly (readonly Place[])[] = [
  [{ name: 'home', href: HOME, keys: 'g h', icon: House }],
  [
    { name: 'journeys', href: JOURNEYS, keys: 'g j', icon: Route, needs: 'journeys:read' },
    { name: 'campaigns', href: CAMPAIGNS, keys: 'g k', icon: Megaphone, needs: 'journeys:read' },
    { name: 'calendar', href: CALENDAR, keys: 'g l', icon: CalendarDays, needs: 'journeys:read' },
    { name: 'content', href: CONTENT, keys: 'g c', icon: LayoutTemplate, needs: 'documents:read' },
  ],
  [
    { name: 'people', href: PEOPLE, keys: 'g p', icon: Users, needs: 'people:read' },
    { name: 'segments', href: SEGMENTS, keys: 'g e', icon: UsersRound, needs: 'people:read' },
    { name: 'data', href: DATA, keys: 'g d', icon: Database, needs: 'data:read' },
    { name: 'developers', href: DEVELOPERS, keys: 'g v', icon: SquareTerminal, needs: 'keys:write' },
  ],
  [
    { name: 'reports', href: REPORTS, keys: 'g r', icon: ChartColumn, needs: 'reports:read' },
    { name: 'experiments', href: EXPERIMENTS, keys: 'g x', icon: FlaskConical, needs: 'reports:read' },
    { name: 'models', href: MODELS, keys: 'g i', icon: Sparkles, needs: 'models:read' },
    { name: 'goals', href: GOALS, keys: 'g o', icon: Target, needs: 'reports:read' },
  ],
  [
    { name: 'approvals', href: APPROVALS, keys: 'g a', icon: CircleCheckBig, needs: 'documents:read' },
    { name: 'messages', href: MESSAGES, keys: 'g m', icon: Mail, needs: 'messages:read' },
    { name: 'mailbox', href: MAILBOX, keys: 'g b', icon: Inbox, needs: 'messages:read' },
    { name: 'settings', href: SETTINGS, keys: 'g s', icon: Settings },
  ],
]
