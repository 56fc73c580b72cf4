import { count, plural } from '#kit/format.ts'
import { words } from '#kit/words.ts'

/** Words that several screens of decisions share. */
export const MODEL_WORDS = words(
  {
    decisions: 'Decisions',
    areas: { models: 'Models', budgets: 'Budgets', offers: 'What offers do' },
    types: {
      propensity: 'Score',
      pattern: 'Pattern',
      choice: 'Choice',
      'send-time': 'Best hour',
      content: 'Content',
      recommendation: 'Recommendations',
      pressure: 'Pressure',
      sentiment: 'Tone of texts',
    },
    states: { learning: 'In force', shadow: 'Only watches', cold: 'Begins', stale: 'Too old', broken: 'Broken' },
    stages: { shadow: 'In shadow', share: 'For a share', full: 'For everybody' },
    by: {
      model: 'The model',
      cold_start: 'By lot, before it knew',
      control: 'Comparison group',
      held_out: 'Held out',
      fallback: 'Fallback',
    },
    unknown: 'not known',
    none: 'none yet',
    table: 'As a table',
    people: (n: number) => plural(n, 'person', 'people'),
    decided: (n: number) => plural(n, 'decision'),
    between: (low: string, high: string) => `${low} to ${high}`,
    interval: '95 %',
  },
  {
    de: {
      decisions: 'Entscheidungen',
      areas: { models: 'Modelle', budgets: 'Budgets', offers: 'Was Angebote bewirken' },
      types: {
        propensity: 'Wert',
        pattern: 'Muster',
        choice: 'Wahl',
        'send-time': 'Beste Stunde',
        content: 'Inhalt',
        recommendation: 'Empfehlungen',
        pressure: 'Kontaktdruck',
        sentiment: 'Ton von Texten',
      },
      states: { learning: 'In Kraft', shadow: 'Sieht nur zu', cold: 'Beginnt', stale: 'Zu alt', broken: 'Fehlerhaft' },
      stages: { shadow: 'Im Schatten', share: 'Für einen Anteil', full: 'Für alle' },
      by: {
        model: 'Das Modell',
        cold_start: 'Per Los, bevor es etwas wusste',
        control: 'Vergleichsgruppe',
        held_out: 'Zurückgehalten',
        fallback: 'Rückfall',
      },
      unknown: 'nicht bekannt',
      none: 'noch keine',
      table: 'Als Tabelle',
      people: (n) => `${count(n)} ${n === 1 ? 'Person' : 'Personen'}`,
      decided: (n) => `${count(n)} ${n === 1 ? 'Entscheidung' : 'Entscheidungen'}`,
      between: (low, high) => `${low} bis ${high}`,
      interval: '95 %',
    },
  },
)
