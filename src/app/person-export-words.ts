import type { Language } from '#lib/language.ts'

interface PageWords {
  readonly title: string
  readonly asOf: (moment: string) => string
  readonly nothing: string
}

/** What the page says that shows a person what is stored about them. */
export const EXPORT_WORDS: Readonly<Record<Language, PageWords>> = {
  en: {
    title: 'What is stored about you',
    asOf: (moment) => `As of ${moment}. Each heading says where it lies.`,
    nothing: 'Nothing.',
  },
  de: {
    title: 'Was über Sie gespeichert ist',
    asOf: (moment) => `Stand ${moment}. Unter jeder Überschrift steht, wo es liegt.`,
    nothing: 'Nichts.',
  },
}

/** What each store holds, by its name without the database; `personal-data.ts` has it in English. */
const GERMAN: Readonly<Record<string, string>> = {
  identities: 'wer die Person ist',
  archive: 'Nachrichten, wie sie gesendet wurden',
  keyed_state:
    'wer eine Person ist, was sie getan hat, Einwilligungen, Journeys, in denen sie steht, was Modelle von ihr behalten (Merkmale, Stunden, Reihenfolge von Ereignissen, Scores)',
  outbox: 'Nachrichten, die warten oder gesendet sind: Adresse und Daten, aus denen sie gemacht sind',
  fact_rejects: 'Fakten, die ClickHouse nicht verstanden hat',
  dead_letters: 'Ereignisse, die nicht verarbeitet werden konnten',
  delivery_troubles: 'welche Nachrichten zurückkamen oder zu Beschwerden führten, für 40 Tage',
  consent_imports: 'Dateien mit Einwilligungen, bis sie gelesen sind; abgelehnte Zeilen mit ihrem Text',
  coupon_codes: 'Gutscheincodes und wem sie gegeben wurden; ein Code bleibt vergeben, wenn seine Person gelöscht ist',
  live_contents: 'was für eine Nachricht ausgewählt und geholt wurde',
  budget_reservations: 'was eine Nachricht von einem Budget nahm, für einige Wochen; Summen bleiben, wenn ihre Person gelöscht ist',
  list_imports: 'eingelesene Dateien; abgelehnte Zeilen mit ihrem Text',
  mailbox: 'E-Mails im eingebauten Postfach',
  held_events: 'Ereignisse, die nicht angenommen wurden oder in Quarantäne liegen, wie sie kamen, für 30 Tage',
  webhook_attempts: 'Aufrufe von Webhooks mit dem Anfang ihrer Antworten, für 30 Tage',
  inbox: 'Nachrichten im Postfach der App oder Website',
  verdicts: 'was Rechtsregeln zu den Nachrichten einer Person sagten, mit den Belegen',
  events: 'was eine Person getan hat',
  violations: 'wie Ereignisse einer Person gegen den Tracking-Plan verstießen; keine Werte',
  transitions: 'der Weg einer Person durch Journeys',
  deliveries: 'was aus Nachrichten an eine Person wurde',
  exposures: 'was einer Person in den Plätzen von Nachrichten gezeigt wurde',
  assignments: 'in welchem Arm von Vergleichsgruppen und Experimenten eine Person ist',
  decisions: 'was für eine Person ausgewählt wurde',
  predictions: 'was Modelle über eine Person sagten, mit dem, was ihnen gesagt wurde',
  people: 'Attribute, Einwilligungen, Listen und Scores einer Person',
  consents: 'was eine Person erlaubt und verboten hat, mit dem, was es zeigt',
  memberships: 'Segmente, in die eine Person kam und die sie verließ',
}

/** The English stands for a store that has no other words; a test holds that each has. */
export const holdsIn = (language: Language, { store, holds }: { readonly store: string; readonly holds: string }): string => {
  const name = store.split(':').at(-1)!
  return language === 'de' && Object.hasOwn(GERMAN, name) ? GERMAN[name]! : holds
}
