import { type ComponentType, lazy } from 'react'
import { SETTINGS } from '#kit/paths.ts'
import { type Words, words } from '#kit/words.ts'
import type { Permission } from '#lib/action.ts'

/** Parts of the settings by what they are about, in this order. */
export const GROUPS = words(
  { workspace: 'Workspace', people: 'People and access', sending: 'Sending', rules: 'Rules', developers: 'Developers', records: 'Records' },
  {
    de: {
      workspace: 'Arbeitsbereich',
      people: 'Personen und Zugang',
      sending: 'Versand',
      rules: 'Regeln',
      developers: 'Entwicklung',
      records: 'Aufzeichnungen',
    },
  },
)
export type SettingsGroup = keyof (typeof GROUPS)['en']

export interface SettingsPart {
  /** `/settings/<part>` */
  readonly part: string
  readonly group: SettingsGroup
  /** Who lacks it does not see the part; left out: everybody may. */
  readonly needs?: Permission
  /** Name, and one sentence on what is done there. */
  readonly words: Words<{ name: string; about: string }>
  /** What else people look for there, in both languages. */
  readonly find?: string
  readonly Screen: ComponentType
}

const screen = (load: () => Promise<ComponentType>): ComponentType => lazy(async () => ({ default: await load() }))

/** One entry for each part of the settings. Its component is shown below the page's title: no h1 of its own. */
export const SETTINGS_PARTS: readonly SettingsPart[] = [
  {
    part: 'workspace',
    group: 'workspace',
    needs: 'workspace:admin',
    words: words(
      { name: 'Workspace', about: 'Name, time zone, currency, postal address, what marketing needs.' },
      { de: { name: 'Arbeitsbereich', about: 'Name, Zeitzone, Währung, Postanschrift und was Werbung braucht.' } },
    ),
    Screen: screen(() => import('#workspaces/ui/workspace-settings.tsx').then(({ WorkspaceSettings }) => WorkspaceSettings)),
  },
  {
    part: 'people',
    group: 'people',
    needs: 'workspace:admin',
    words: words(
      { name: 'People and roles', about: 'Who works here, who is invited, and what each role may do.' },
      { de: { name: 'Personen und Rollen', about: 'Wer hier arbeitet, wer eingeladen ist und was jede Rolle darf.' } },
    ),
    Screen: screen(() => import('#workspaces/ui/people.tsx').then(({ People }) => People)),
  },
  {
    part: 'sign-in',
    find: 'SSO OIDC 2FA Passkey',
    group: 'people',
    needs: 'workspace:admin',
    words: words(
      { name: 'Sign-in', about: 'Second factors, and sign-in through your company.' },
      { de: { name: 'Anmeldung', about: 'Zweite Faktoren und Anmeldung über Ihre Firma.' } },
    ),
    Screen: screen(() => import('#workspaces/ui/sign-in-settings.tsx').then(({ SignInSettings }) => SignInSettings)),
  },
  {
    part: 'keys',
    find: 'API write key token',
    group: 'developers',
    needs: 'keys:write',
    words: words(
      { name: 'Keys', about: 'What sends events and what calls the API.' },
      { de: { name: 'Schlüssel', about: 'Was Ereignisse sendet und was die API aufruft.' } },
    ),
    Screen: screen(() => import('#workspaces/ui/keys.tsx').then(({ Keys }) => Keys)),
  },
  {
    part: 'connect',
    group: 'developers',
    words: words(
      { name: 'Connect a source', about: 'Snippets for websites, servers and anything that speaks HTTP.' },
      { de: { name: 'Quelle anbinden', about: 'Schnipsel für Websites, Server und alles, was HTTP spricht.' } },
    ),
    Screen: screen(() => import('#workspaces/ui/connect.tsx').then(({ Connect }) => Connect)),
  },
  {
    part: 'policies',
    group: 'rules',
    needs: 'documents:read',
    words: words(
      { name: 'Policies', about: 'Laws and rules of the house that every message is held against, and who must approve what.' },
      { de: { name: 'Regeln', about: 'Gesetze und Hausregeln, an denen jede Nachricht gemessen wird, und wer was freigeben muss.' } },
    ),
    Screen: screen(() => import('./rules/policies.tsx').then(({ Policies }) => Policies)),
  },
  {
    part: 'topics',
    find: 'consent preference centre Einwilligung',
    group: 'rules',
    needs: 'documents:read',
    words: words(
      {
        name: 'Topics and consent',
        about: 'What people agree to hear about, consents with their proof, and addresses that are not written to.',
      },
      {
        de: {
          name: 'Themen und Einwilligung',
          about: 'Wovon Personen hören möchten, Einwilligungen mit Nachweis, und Adressen, an die nicht geschrieben wird.',
        },
      },
    ),
    Screen: screen(() => import('./rules/topics.tsx').then(({ Topics }) => Topics)),
  },
  {
    part: 'caps',
    group: 'rules',
    needs: 'documents:read',
    words: words(
      { name: 'Caps and quiet hours', about: 'How often and when one person may be contacted, with what a week becomes by it.' },
      {
        de: {
          name: 'Obergrenzen und Ruhezeiten',
          about: 'Wie oft und wann eine Person angeschrieben werden darf, und was daraus in einer Woche wird.',
        },
      },
    ),
    Screen: screen(() => import('./rules/caps.tsx').then(({ Caps }) => Caps)),
  },
  {
    part: 'channels',
    find: 'SMTP SES SendGrid Twilio SPF DKIM DMARC VAPID push SMS WhatsApp Slack domain warm-up reputation Zustellbarkeit',
    group: 'sending',
    needs: 'messages:read',
    words: words(
      { name: 'Channels', about: 'Providers with order, test, warm-up and cost; senders with SPF, DKIM and DMARC; how mail is taken.' },
      {
        de: {
          name: 'Kanäle',
          about: 'Anbieter mit Reihenfolge, Probe, Aufwärmen und Kosten; Absender mit SPF, DKIM und DMARC; wie E-Mails aufgenommen werden.',
        },
      },
    ),
    Screen: screen(() => import('./settings/channels.tsx').then(({ Channels }) => Channels)),
  },
  {
    part: 'secrets',
    find: 'password token PEM Passwort',
    group: 'developers',
    needs: 'workspace:admin',
    words: words(
      { name: 'Secrets', about: 'Passwords and keys of providers: what uses them, replace, delete.' },
      { de: { name: 'Geheimnisse', about: 'Passwörter und Schlüssel von Anbietern: was sie verwendet, ersetzen, löschen.' } },
    ),
    Screen: screen(() => import('./settings/secrets.tsx').then(({ Secrets }) => Secrets)),
  },
  {
    part: 'mails',
    find: 'notifications Benachrichtigungen',
    group: 'people',
    words: words(
      { name: 'Mails to me', about: 'Which mails the programme sends you from this workspace.' },
      { de: { name: 'E-Mails an mich', about: 'Welche E-Mails das Programm Ihnen aus diesem Arbeitsbereich schickt.' } },
    ),
    Screen: screen(() => import('./settings/mails.tsx').then(({ Mails }) => Mails)),
  },
  {
    part: 'audit',
    find: 'log anchors verify Verlauf Prüfsumme',
    group: 'records',
    needs: 'audit:read',
    words: words(
      { name: 'Audit log', about: 'Who did what, readable, filtered, checked against anchors outside the database.' },
      { de: { name: 'Prüfprotokoll', about: 'Wer was getan hat: lesbar, gefiltert, geprüft an Ankern außerhalb der Datenbank.' } },
    ),
    Screen: screen(() => import('./settings/audit.tsx').then(({ Audit }) => Audit)),
  },
  {
    part: 'retention',
    find: 'GDPR DSGVO archive delete receipt löschen Archiv',
    group: 'records',
    needs: 'documents:read',
    words: words(
      {
        name: 'Retention, erasure, proof',
        about: 'How long what is kept, what an erasure takes away, erasures with receipts, proof packs.',
      },
      {
        de: {
          name: 'Aufbewahrung, Löschung, Nachweis',
          about: 'Was wie lange bleibt, was eine Löschung nimmt, Löschungen mit Quittung, Nachweispakete.',
        },
      },
    ),
    Screen: screen(() => import('./settings/retention.tsx').then(({ RetentionSettings }) => RetentionSettings)),
  },
  {
    part: 'health',
    find: 'status SLO metrics Warteschlange latency',
    group: 'records',
    needs: 'data:read',
    words: words(
      { name: 'Health', about: 'Parts, processes, time to decide, queues: how the server is just now.' },
      { de: { name: 'Zustand', about: 'Teile, Prozesse, Entscheidungszeit, Warteschlangen: wie es dem Server gerade geht.' } },
    ),
    Screen: screen(() => import('./settings/health.tsx').then(({ Health }) => Health)),
  },
  {
    part: 'about',
    find: 'SBOM licence CycloneDX Lizenz',
    group: 'records',
    words: words(
      { name: 'About', about: 'Version, licences, and the list of all packages.' },
      { de: { name: 'Über Cadenza', about: 'Version, Lizenzen und die Liste aller Pakete.' } },
    ),
    Screen: screen(() => import('./settings/about.tsx').then(({ About }) => About)),
  },
]

export const toSettings = (part: string): string => `${SETTINGS}/${part}`
