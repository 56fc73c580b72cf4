import type { Language } from '#lib/language.ts'

interface PageWords {
  readonly title: string
  readonly person: (profiles: string, known: string) => string
  readonly nothingKnown: string
  readonly journey: (id: string) => string
  readonly about: (of: { readonly whom: string; readonly workspace: string; readonly at: string; readonly by: string }) => string
  readonly holds: (lines: number, anchored: number) => string
  readonly broken: (fault: string) => string
  readonly cut: (shown: number) => string
  readonly folders: string
  readonly signed: string
  readonly none: string
}

/** What the page of a proof pack says; its files for programs are the same in every language. */
export const PROOF_WORDS: Readonly<Record<Language, PageWords>> = {
  en: {
    title: 'Proof pack',
    person: (profiles, known) => `the person with the profile ${profiles} (${known})`,
    nothingKnown: 'no identifiers are known any more',
    journey: (id) => `the journey ${id}`,
    about: ({ whom, workspace, at, by }) => `About ${whom} of the workspace ${workspace}. Made on ${at} by ${by}.`,
    holds: (lines, anchored) => `The audit log of ${lines} lines holds; anchors outside the database vouch for it up to line ${anchored}.`,
    broken: (fault) => `The audit log does NOT hold: ${fault}`,
    cut: (shown) => `The first ${shown} are shown; the files hold all.`,
    folders:
      'messages/ holds what was sent: .eml is the message as it was handed over, .html and .txt are for reading. documents/ holds every journey, template and rule in the version that counted.',
    signed:
      'manifest.json lists the SHA-256 of every file and is signed (Ed25519, RFC 8032, over the canonical JSON of all its other fields, keys sorted).',
    none: 'None.',
  },
  de: {
    title: 'Nachweispaket',
    person: (profiles, known) => `die Person mit dem Profil ${profiles} (${known})`,
    nothingKnown: 'Kennungen sind keine mehr bekannt',
    journey: (id) => `die Journey ${id}`,
    about: ({ whom, workspace, at, by }) => `Über ${whom} im Arbeitsbereich ${workspace}. Erstellt am ${at} von ${by}.`,
    holds: (lines, anchored) =>
      `Das Audit-Protokoll mit ${lines} Zeilen ist unversehrt; Anker außerhalb der Datenbank verbürgen es bis Zeile ${anchored}.`,
    broken: (fault) => `Das Audit-Protokoll ist NICHT unversehrt: ${fault}`,
    cut: (shown) => `Gezeigt werden die ersten ${shown}; die Dateien enthalten alle.`,
    folders:
      'messages/ enthält, was gesendet wurde: .eml ist die Nachricht, wie sie übergeben wurde, .html und .txt sind zum Lesen. documents/ enthält jede Journey, Vorlage und Regel in der Version, die galt.',
    signed:
      'manifest.json nennt den SHA-256 jeder Datei und ist unterschrieben (Ed25519, RFC 8032, über das kanonische JSON aller übrigen Felder, Schlüssel sortiert).',
    none: 'Keine.',
  },
}

/** Heads of columns, and words in cells, that the catalogue of reports has not. */
const GERMAN: Readonly<Record<string, string>> = {
  When: 'Wann',
  Profile: 'Profil',
  Subject: 'Betreff',
  'Provider’s id': 'Kennung beim Anbieter',
  'SHA-256': 'SHA-256',
  Exact: 'Genau',
  File: 'Datei',
  'Ended as': 'Geendet als',
  Citation: 'Fundstelle',
  Policy: 'Regel',
  Message: 'Nachricht',
  Rule: 'Regel',
  Gate: 'Prüfung',
  Jurisdiction: 'Rechtsraum',
  Evidence: 'Belege',
  'Took effect': 'Wirksam',
  Basis: 'Grundlage',
  Method: 'Weg',
  Wording: 'Wortlaut',
  Address: 'Adresse',
  Page: 'Seite',
  Asked: 'Angefragt',
  Id: 'Kennung',
  State: 'Stand',
  'Asked by': 'Angefragt von',
  Decisions: 'Entscheidungen',
  Hash: 'Hash',
  Place: 'Platz',
  Who: 'Wer',
  Did: 'Tat',
  To: 'An',
  yes: 'ja',
  no: 'nein',
  erased: 'gelöscht',
}

export const proofWord = (word: string, language: Language): string | undefined =>
  language === 'de' && Object.hasOwn(GERMAN, word) ? GERMAN[word] : undefined
