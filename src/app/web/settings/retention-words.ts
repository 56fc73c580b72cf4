import type { FieldWords } from '#kit/form/labels.ts'
import { type Words, words } from '#kit/words.ts'

/** Labels of the form for how long things are kept. */
export const RETENTION_FORM: Words<FieldWords> = words(
  {
    otherwise: 'Whatever no rule names',
    'otherwise?': 'Days or weeks, such as 730d.',
    rules: 'Rules',
    'rules+': 'Add a rule',
    'rules#': 'Rule',
    category: 'Category of law',
    topic: 'Topic',
    lane: 'Purpose',
    'lane=marketing': 'Marketing',
    'lane=transactional': 'Answers to what people did',
    keep: 'Keep for',
    'keep?': 'Days or weeks, such as 1096d.',
    citation: 'Rule of law that asks for it',
  },
  {
    de: {
      otherwise: 'Was keine Regel nennt',
      'otherwise?': 'Tage oder Wochen, etwa 730d.',
      rules: 'Regeln',
      'rules+': 'Regel hinzufügen',
      'rules#': 'Regel',
      category: 'Rechtliche Kategorie',
      topic: 'Thema',
      lane: 'Zweck',
      'lane=marketing': 'Werbung',
      'lane=transactional': 'Antworten auf das Tun von Personen',
      keep: 'Aufbewahren für',
      'keep?': 'Tage oder Wochen, etwa 1096d.',
      citation: 'Rechtsvorschrift, die es verlangt',
    },
  },
)
