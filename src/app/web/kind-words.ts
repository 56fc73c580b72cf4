import { readable } from '#kit/form/labels.ts'
import { language } from '#kit/words.ts'

/** Kinds of documents in German; in English the kind's own name is its word. */
const GERMAN: Readonly<Record<string, string>> = {
  'approval-policy': 'Freigaberegel',
  'attribution-model': 'Attributionsmodell',
  brand: 'Marke',
  budget: 'Budget',
  calendar: 'Kalender',
  'connected-data': 'Verbundene Daten',
  'contact-policy': 'Kontaktregeln',
  'cost-rate': 'Kostensatz',
  'coupon-pool': 'Gutscheine',
  experiment: 'Experiment',
  goal: 'Ziel',
  holdout: 'Vergleichsgruppe',
  journey: 'Journey',
  'lifetime-value': 'Lebenszeitwert',
  list: 'Liste',
  metric: 'Kennzahl',
  model: 'Modell',
  offer: 'Angebot',
  page: 'Seite',
  pipeline: 'Pipeline',
  'product-feed': 'Produkt-Feed',
  policy: 'Regel',
  'policy-pack': 'Regelpaket',
  provider: 'Anbieter',
  report: 'Bericht',
  retention: 'Aufbewahrung',
  segment: 'Segment',
  sender: 'Absender',
  snippet: 'Baustein',
  template: 'Vorlage',
  topic: 'Thema',
  touchpoints: 'Berührungen',
  'tracking-plan': 'Tracking-Plan',
  wording: 'Wortlaut',
}

/** What a kind of document is called; one that is not in the list by its own name. */
export const kindName = (kind: string): string => (language() === 'de' && GERMAN[kind]) || readable(kind)
