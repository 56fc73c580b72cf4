import type { InEvery, Language } from '#lib/language.ts'
import type { Cell, Codes } from './column.ts'
import type { Column } from './told.ts'
import { written } from './written.ts'

/** Words for the codes that cells and marks of ours hold: a column names its family (`Column.codes`), and files keep the codes. */
const WORDS = {
  measured: {
    en: { measured: 'Measured', early: 'Too early', not: 'Not measured', blocked: 'Split is wrong' },
    de: { measured: 'Gemessen', early: 'Zu früh', not: 'Nicht gemessen', blocked: 'Aufteilung stimmt nicht' },
  },
  standing: {
    en: { reached: 'Reached', likely: 'Likely', open: 'Open', unlikely: 'Unlikely', missed: 'Missed', unknown: 'Not known' },
    de: {
      reached: 'Erreicht',
      likely: 'Wahrscheinlich',
      open: 'Offen',
      unlikely: 'Unwahrscheinlich',
      missed: 'Verfehlt',
      unknown: 'Nicht bekannt',
    },
  },
  role: {
    en: { primary: 'primary', secondary: 'secondary', guardrail: 'guardrail' },
    de: { primary: 'entscheidend', secondary: 'zusätzlich', guardrail: 'Leitplanke' },
  },
  verdict: {
    en: {
      none: 'No figures',
      too_early: 'Too early',
      open: 'Not decided',
      better: 'Better',
      worse: 'Worse',
      harm: 'Does harm',
      no_harm: 'No harm',
    },
    de: {
      none: 'Keine Zahlen',
      too_early: 'Zu früh',
      open: 'Nicht entschieden',
      better: 'Besser',
      worse: 'Schlechter',
      harm: 'Schadet',
      no_harm: 'Kein Schaden',
    },
  },
  arm: {
    en: { treated: 'treated', held_out: 'held out', yes: 'yes' },
    de: { treated: 'behandelt', held_out: 'zurückgehalten', yes: 'ja' },
  },
  period: { en: { open: 'still open', over: 'over' }, de: { open: 'noch offen', over: 'vorbei' } },
  group: {
    en: { everybody: 'everybody', others: 'others', in: 'in it', out: 'not in it' },
    de: { everybody: 'alle', others: 'andere', in: 'darin', out: 'nicht darin' },
  },
  move: {
    en: { entered: 'entered', refused: 'not let in', moved: 'went on', migrated: 'changed version', exited: 'left' },
    de: { entered: 'eingetreten', refused: 'nicht eingelassen', moved: 'weiter', migrated: 'Version gewechselt', exited: 'verlassen' },
  },
  outcome: {
    en: {
      sent: 'sent',
      refused: 'refused',
      ambiguous: 'ambiguous',
      failed: 'failed',
      skipped: 'skipped',
      cancelled: 'cancelled',
      waiting: 'waiting',
    },
    de: {
      sent: 'gesendet',
      refused: 'abgelehnt',
      ambiguous: 'ungewiss',
      failed: 'fehlgeschlagen',
      skipped: 'übersprungen',
      cancelled: 'abgebrochen',
      waiting: 'wartend',
    },
  },
  channel: {
    en: {
      email: 'E-mail',
      sms: 'SMS',
      push: 'Push',
      inapp: 'In-app',
      whatsapp: 'WhatsApp',
      slack: 'Slack',
      webhook: 'Webhook',
      ads: 'Advertisements',
      call: 'Calls',
      store: 'Shops',
      direct: 'Direct visits',
      'paid search': 'Paid search',
      'paid social': 'Paid social media',
      'paid other': 'Other paid visits',
      display: 'Banners',
      affiliate: 'Affiliates',
      video: 'Video',
      social: 'Social media',
      'organic search': 'Search, unpaid',
      referral: 'Links of others',
      'other campaign': 'Other campaigns',
      'ai assistant': 'AI assistants',
    },
    de: {
      email: 'E-Mail',
      sms: 'SMS',
      push: 'Push',
      inapp: 'In-App',
      whatsapp: 'WhatsApp',
      slack: 'Slack',
      webhook: 'Webhook',
      ads: 'Anzeigen',
      call: 'Anrufe',
      store: 'Läden',
      direct: 'Direkte Besuche',
      'paid search': 'Bezahlte Suche',
      'paid social': 'Bezahlte soziale Medien',
      'paid other': 'Andere bezahlte Besuche',
      display: 'Banner',
      affiliate: 'Partnerprogramme',
      video: 'Video',
      social: 'Soziale Medien',
      'organic search': 'Unbezahlte Suche',
      referral: 'Links anderer',
      'other campaign': 'Andere Kampagnen',
      'ai assistant': 'KI-Assistenten',
    },
  },
  cost: {
    en: {
      provider: 'Providers',
      incentive: 'Incentives',
      tokens: 'Tokens of models',
      platform: 'Platform',
      data: 'Data',
      people: 'People’s work',
      other: 'Other',
    },
    de: {
      provider: 'Anbieter',
      incentive: 'Anreize',
      tokens: 'Token von Modellen',
      platform: 'Plattform',
      data: 'Daten',
      people: 'Arbeit',
      other: 'Anderes',
    },
  },
  weekday: {
    en: {
      Monday: 'Monday',
      Tuesday: 'Tuesday',
      Wednesday: 'Wednesday',
      Thursday: 'Thursday',
      Friday: 'Friday',
      Saturday: 'Saturday',
      Sunday: 'Sunday',
    },
    de: {
      Monday: 'Montag',
      Tuesday: 'Dienstag',
      Wednesday: 'Mittwoch',
      Thursday: 'Donnerstag',
      Friday: 'Freitag',
      Saturday: 'Samstag',
      Sunday: 'Sonntag',
    },
  },
  domain: {
    en: { good: 'good', warned: 'warned of', paused: 'paused', complaints: 'complaints', bounces: 'bounces', refusals: 'refusals' },
    de: { good: 'gut', warned: 'gewarnt', paused: 'pausiert', complaints: 'Beschwerden', bounces: 'Rückläufer', refusals: 'Ablehnungen' },
  },
} as const satisfies Readonly<Record<Exclude<Codes, 'touch'>, InEvery<string>>>

/** What came before the colon of a touch of a run (`sent:nudge`); the step, or the reason, comes behind it. */
const TOUCHES = {
  en: {
    entered: 'Entered',
    goal: 'Reached the goal',
    step: 'Came to',
    sent: 'Was sent',
    opened: 'Opened',
    clicked: 'Clicked in',
    unsubscribed: 'Unsubscribed by',
    complained: 'Complained of',
    bounced: 'Got back',
    left: 'Left',
  },
  de: {
    entered: 'Eingetreten',
    goal: 'Ziel erreicht',
    step: 'Angekommen',
    sent: 'Gesendet',
    opened: 'Geöffnet',
    clicked: 'Geklickt',
    unsubscribed: 'Abgemeldet',
    complained: 'Beschwert',
    bounced: 'Zurückgekommen',
    left: 'Verlassen',
  },
} as const satisfies InEvery<string>

/** Why somebody left a journey, in few words: the code of the reason without its detail. */
const LEFT = {
  en: {
    completed: 'at the end',
    exit_condition: 'by an exit condition',
    exit_step: 'by an exit step',
    stopped_by: 'by another journey',
    holdout: 'held out',
    goal: 'with the goal',
    taken_out: 'taken out by a colleague',
    merged: 'two profiles became one',
    journey_stopped: 'the journey was stopped',
    missed_in_pause: 'missed in a pause',
    version_exit: 'no place in the new version',
  },
  de: {
    completed: 'am Ende',
    exit_condition: 'durch eine Ausstiegsbedingung',
    exit_step: 'durch einen Ausstiegsschritt',
    stopped_by: 'durch eine andere Journey',
    holdout: 'zurückgehalten',
    goal: 'mit dem Ziel',
    taken_out: 'von jemandem herausgenommen',
    merged: 'zwei Profile wurden eins',
    journey_stopped: 'Journey beendet',
    missed_in_pause: 'in einer Pause verpasst',
    version_exit: 'kein Platz in der neuen Version',
  },
} as const satisfies InEvery<string>

/** In few words why somebody left; a code that has none stays. */
export function leftWord(reason: string, language: Language = 'en'): string {
  const words: Readonly<Record<string, string>> = LEFT[language]
  return Object.hasOwn(words, reason) ? words[reason]! : reason
}

function touch(code: string, language: Language): string {
  const [kind = '', ...rest] = code.split(':')
  const words: Readonly<Record<string, string>> = TOUCHES[language]
  const word = Object.hasOwn(words, kind) ? words[kind]! : kind
  if (rest.length === 0) return word
  if (kind !== 'left') return `${word}: ${rest.join(':')}`
  const [reason = '', ...detail] = rest
  return `${word}: ${leftWord(reason, language)}${detail.length === 0 ? '' : ` (${detail.join(':')})`}`
}

/** The word for a code of a family; what is no code of it stays. */
export function codeWord(codes: Exclude<Codes, 'touch'>, code: string, language: Language = 'en'): string {
  const words: Readonly<Record<string, string>> = WORDS[codes][language]
  return Object.hasOwn(words, code) ? words[code]! : code
}

/** A cell of a column as people read it. What is no code of its family stays: a name that somebody gave. */
export function cellText(value: Cell, { type, codes }: Pick<Column, 'type' | 'codes'>, language: Language = 'en'): string {
  if (typeof value !== 'string' || codes === undefined) return written(value, type, language)
  if (codes === 'touch')
    return value
      .split(' → ')
      .map((each) => touch(each, language))
      .join(' → ')
  return codeWord(codes, value, language)
}
