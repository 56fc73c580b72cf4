import { words } from '#kit/words.ts'

/** Single settings as people look for them, wherever they stand. */
export const SINGLE_WORDS = words(
  {
    name: 'Name of the workspace',
    zone: 'Time zone of the workspace',
    currency: 'Currency',
    address: 'Postal address',
    consentMode: 'Opt-in or opt-out',
    invite: 'Invite somebody',
    roles: 'What each role may do',
    factors: 'Second factors',
    sso: 'Sign-in through your company',
    apiKeys: 'Keys for the API',
    writeKeys: 'Keys that send events',
    laws: 'Laws and rules of the house',
    approvers: 'Who has to approve what',
    topics: 'Topics and preference centre',
    suppressed: 'Addresses that are not written to',
    caps: 'How many messages one person gets',
    quiet: 'Quiet hours',
    smtp: 'Mail server and providers',
    senders: 'Senders and their domains',
    warmUp: 'Warming up a domain',
    webPush: 'Web push',
    mails: 'Mails that I get',
    kept: 'How long things are kept',
    erase: 'Erase somebody',
    proof: 'Proof packs',
  },
  {
    de: {
      name: 'Name des Arbeitsbereichs',
      zone: 'Zeitzone des Arbeitsbereichs',
      currency: 'Währung',
      address: 'Postanschrift',
      consentMode: 'Opt-in oder Opt-out',
      invite: 'Jemanden einladen',
      roles: 'Was jede Rolle darf',
      factors: 'Zweite Faktoren',
      sso: 'Anmeldung über Ihre Firma',
      apiKeys: 'Schlüssel für die API',
      writeKeys: 'Schlüssel zum Senden von Ereignissen',
      laws: 'Gesetze und Hausregeln',
      approvers: 'Wer was freigeben muss',
      topics: 'Themen und Präferenzseite',
      suppressed: 'Adressen, an die nicht geschrieben wird',
      caps: 'Wie viele Nachrichten eine Person bekommt',
      quiet: 'Ruhezeiten',
      smtp: 'Mailserver und Anbieter',
      senders: 'Absender und ihre Domains',
      warmUp: 'Aufwärmen einer Domain',
      webPush: 'Web-Push',
      mails: 'E-Mails, die ich bekomme',
      kept: 'Wie lange etwas aufbewahrt wird',
      erase: 'Eine Person löschen',
      proof: 'Nachweispakete',
    },
  },
)

interface Single {
  readonly id: keyof (typeof SINGLE_WORDS)['en']
  /** The part of the settings in which it stands. */
  readonly part: string
  /** What else people type for it, in both languages. */
  readonly find: string
}

export const SINGLE_SETTINGS: readonly Single[] = [
  { id: 'name', part: 'workspace', find: 'rename umbenennen' },
  { id: 'zone', part: 'workspace', find: 'timezone clock Uhrzeit' },
  { id: 'currency', part: 'workspace', find: 'money Euro Dollar Geld' },
  { id: 'address', part: 'workspace', find: 'CAN-SPAM footer Impressum' },
  { id: 'consentMode', part: 'workspace', find: 'consent mode Einwilligung' },
  { id: 'invite', part: 'people', find: 'colleague member Mitglied Kollegin' },
  { id: 'roles', part: 'people', find: 'permissions Rechte' },
  { id: 'factors', part: 'sign-in', find: '2FA TOTP passkey' },
  { id: 'sso', part: 'sign-in', find: 'SSO OIDC single sign-on' },
  { id: 'apiKeys', part: 'keys', find: 'secret token' },
  { id: 'writeKeys', part: 'keys', find: 'write key Segment' },
  { id: 'laws', part: 'policies', find: 'GDPR TCPA CASL policy pack' },
  { id: 'approvers', part: 'policies', find: 'approval Freigabe four eyes Vier-Augen' },
  { id: 'topics', part: 'topics', find: 'subscription newsletter Abo' },
  { id: 'suppressed', part: 'topics', find: 'suppression list blocklist Sperrliste bounces' },
  { id: 'caps', part: 'caps', find: 'caps frequency limit Obergrenze Häufigkeit' },
  { id: 'quiet', part: 'caps', find: 'night weekend Nacht Wochenende' },
  { id: 'smtp', part: 'channels', find: 'SMTP SES SendGrid Mailgun' },
  { id: 'senders', part: 'channels', find: 'SPF DKIM DMARC From' },
  { id: 'warmUp', part: 'channels', find: 'warm-up reputation' },
  { id: 'webPush', part: 'channels', find: 'VAPID browser notification' },
  { id: 'mails', part: 'mails', find: 'notifications digest Benachrichtigungen' },
  { id: 'kept', part: 'retention', find: 'retention days Aufbewahrungsfrist' },
  { id: 'erase', part: 'retention', find: 'GDPR DSGVO forget right to be forgotten' },
  { id: 'proof', part: 'retention', find: 'audit evidence export' },
]
