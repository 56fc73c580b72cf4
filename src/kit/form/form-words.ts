import { words } from '../words.ts'
import type { Fault } from './check.ts'

const PATTERNS = {
  duration: 'Write a duration such as 5m, 2h30m or 1d.',
  offset: 'Write a duration with a sign, such as -14d.',
  share: 'Write a share such as 10%.',
  clock: 'Write a time such as 09:00.',
  day: 'Write a day such as 2026-12-25.',
  moment: 'Write a day and time such as 2026-12-25T09:00.',
}
const MUSTER: Record<string, string> = {
  duration: 'Schreiben Sie eine Dauer wie 5m, 2h30m oder 1d.',
  offset: 'Schreiben Sie eine Dauer mit Vorzeichen wie -14d.',
  share: 'Schreiben Sie einen Anteil wie 10%.',
  clock: 'Schreiben Sie eine Uhrzeit wie 09:00.',
  day: 'Schreiben Sie einen Tag wie 2026-12-25.',
  moment: 'Schreiben Sie Tag und Uhrzeit wie 2026-12-25T09:00.',
}

function faultEn({ code, limit, of }: Fault): string {
  switch (code) {
    case 'missing':
      return 'This is needed.'
    case 'type':
      return 'This is of another kind than is expected here.'
    case 'short':
      return `Write at least ${limit} characters.`
    case 'long':
      return `Write at most ${limit} characters.`
    case 'pattern':
      return (PATTERNS as Record<string, string>)[of ?? ''] ?? 'Use lower-case letters, digits, - and _.'
    case 'low':
      return `At least ${limit}.`
    case 'high':
      return `At most ${limit}.`
    case 'above':
      return `More than ${limit}.`
    case 'below':
      return `Less than ${limit}.`
    case 'whole':
      return 'Write a whole number.'
    case 'choice':
      return 'Choose one of those that are offered.'
    case 'few':
      return `At least ${limit} of them are needed.`
    case 'many':
      return `At most ${limit} of them are possible.`
    case 'unknown':
      return 'There is no such part here.'
  }
}

function faultDe({ code, limit, of }: Fault): string {
  switch (code) {
    case 'missing':
      return 'Diese Angabe fehlt.'
    case 'type':
      return 'Hier wird eine Angabe anderer Art erwartet.'
    case 'short':
      return `Mindestens ${limit} Zeichen.`
    case 'long':
      return `Höchstens ${limit} Zeichen.`
    case 'pattern':
      return MUSTER[of ?? ''] ?? 'Verwenden Sie Kleinbuchstaben, Ziffern, - und _.'
    case 'low':
      return `Mindestens ${limit}.`
    case 'high':
      return `Höchstens ${limit}.`
    case 'above':
      return `Mehr als ${limit}.`
    case 'below':
      return `Weniger als ${limit}.`
    case 'whole':
      return 'Schreiben Sie eine ganze Zahl.'
    case 'choice':
      return 'Wählen Sie eine der angebotenen Angaben.'
    case 'few':
      return `Mindestens ${limit} sind nötig.`
    case 'many':
      return `Höchstens ${limit} sind möglich.`
    case 'unknown':
      return 'Diese Angabe gibt es hier nicht.'
  }
}

/** What the form itself says. */
export const FORM_WORDS = words(
  {
    optional: 'optional',
    notSet: 'Not set',
    usual: (value: string) => `As usual: ${value}`,
    usualIs: (value: string) => `Left out: ${value}.`,
    add: (what: string) => `Add: ${what}`,
    remove: (what: string) => `Remove ${what}`,
    up: (what: string) => `Move ${what} up`,
    down: (what: string) => `Move ${what} down`,
    item: (what: string, n: number) => `${what} ${n}`,
    removed: (what: string) => `${what} removed.`,
    movedTo: (what: string, n: number) => `${what} now stands at ${n}.`,
    more: (n: number) => `More settings (${n})`,
    name: 'Name',
    value: 'Value',
    yes: 'Yes',
    no: 'No',
    unit: (what: string) => `${what}: unit`,
    direction: (what: string) => `${what}: before or after`,
    before: 'before',
    after: 'after',
    asWritten: 'as written',
    yaml: (what: string) => `${what}, as YAML`,
    yamlHint: 'This part has no fields of its own. Write it as YAML.',
    loadingYaml: 'Loading the editor for YAML',
    parts: 'Other parts',
    partsHint: 'The form does not know these. They stay as they are.',
    suggestions: (n: number) => (n === 1 ? '1 suggestion' : `${n} suggestions`),
    noSuggestions: 'No suggestions',
    twice: (name: string) => `“${name}” is there already.`,
    newName: 'new',
    fault: faultEn,
    units: {
      m: 'minutes',
      h: 'hours',
      d: 'days (24 h)',
      w: 'weeks',
      s: 'seconds',
      ms: 'milliseconds',
      calendar: 'calendar days',
    } as Readonly<Record<string, string>>,
  },
  {
    de: {
      optional: 'freigestellt',
      notSet: 'Nicht festgelegt',
      usual: (value) => `Wie üblich: ${value}`,
      usualIs: (value) => `Ohne Angabe: ${value}.`,
      add: (what) => `Hinzufügen: ${what}`,
      remove: (what) => `${what} entfernen`,
      up: (what) => `${what} nach oben`,
      down: (what) => `${what} nach unten`,
      item: (what, n) => `${what} ${n}`,
      removed: (what) => `${what} ist entfernt.`,
      movedTo: (what, n) => `${what} steht jetzt an Stelle ${n}.`,
      more: (n) => `Weitere Einstellungen (${n})`,
      name: 'Name',
      value: 'Wert',
      yes: 'Ja',
      no: 'Nein',
      unit: (what) => `${what}: Einheit`,
      direction: (what) => `${what}: vorher oder nachher`,
      before: 'vorher',
      after: 'nachher',
      asWritten: 'wie geschrieben',
      yaml: (what) => `${what}, als YAML`,
      yamlHint: 'Dieser Teil hat keine eigenen Felder. Er wird als YAML geschrieben.',
      loadingYaml: 'Der Editor für YAML wird geladen',
      parts: 'Weitere Teile',
      partsHint: 'Das Formular kennt diese Teile nicht. Sie bleiben, wie sie sind.',
      suggestions: (n) => (n === 1 ? '1 Vorschlag' : `${n} Vorschläge`),
      noSuggestions: 'Keine Vorschläge',
      twice: (name) => `„${name}“ gibt es schon.`,
      newName: 'neu',
      fault: faultDe,
      units: {
        m: 'Minuten',
        h: 'Stunden',
        d: 'Tage (24 h)',
        w: 'Wochen',
        s: 'Sekunden',
        ms: 'Millisekunden',
        calendar: 'Kalendertage',
      },
    },
  },
)

/** Names that parts have in every document. */
export const COMMON_WORDS = words(
  {
    id: 'Id',
    'id?': 'Lower-case letters, digits, - and _. It is what others call this by.',
    name: 'Name',
    label: 'Label',
    description: 'Description',
    reason: 'Reason',
    zone: 'Time zone',
    fallbackZone: 'Time zone of those whose own is not known',
    '=text': 'Text',
    '=number': 'Number',
    '=boolean': 'Yes or no',
    '=null': 'Nothing',
    '=other': 'Something else',
    '=list': 'Several',
    '=record': 'By name',
    '=mon': 'Monday',
    '=tue': 'Tuesday',
    '=wed': 'Wednesday',
    '=thu': 'Thursday',
    '=fri': 'Friday',
    '=sat': 'Saturday',
    '=sun': 'Sunday',
    '=true': 'Yes',
    '=false': 'No',
    '=24:00': '24:00',
  },
  {
    de: {
      id: 'Kennung',
      'id?': 'Kleinbuchstaben, Ziffern, - und _. So nennen andere Dokumente es.',
      name: 'Name',
      label: 'Bezeichnung',
      description: 'Beschreibung',
      reason: 'Grund',
      zone: 'Zeitzone',
      fallbackZone: 'Zeitzone für Personen, deren eigene nicht bekannt ist',
      '=text': 'Text',
      '=number': 'Zahl',
      '=boolean': 'Ja oder nein',
      '=null': 'Nichts',
      '=other': 'Etwas anderes',
      '=list': 'Mehrere',
      '=record': 'Nach Namen',
      '=mon': 'Montag',
      '=tue': 'Dienstag',
      '=wed': 'Mittwoch',
      '=thu': 'Donnerstag',
      '=fri': 'Freitag',
      '=sat': 'Samstag',
      '=sun': 'Sonntag',
      '=true': 'Ja',
      '=false': 'Nein',
      '=24:00': '24:00',
    },
  },
)
