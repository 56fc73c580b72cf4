import { words } from '#kit/words.ts'

/** Labels of calendars, lists, wordings and packs of rules: each has few parts. */
export const KIND_FIELD_WORDS = words(
  {
    holidays: 'Days on which journeys do not go on',
    'holidays+': 'Add a day',
    'holidays#': 'Day',
    texts: 'The words, by language',
    'texts.name': 'Language',
    'texts.value': 'Words',
    'texts+': 'Add a language',
    owner: 'Who answers for it',
    without: 'Rules of it that do not hold here',
    'without+': 'Leave out a rule',
    'without#': 'Rule',
    policy: 'Rule',
    why: 'Why it is left out',
    'why?': 'It stays on record.',
    note: 'Note',
  },
  {
    de: {
      holidays: 'Tage, an denen Journeys ruhen',
      'holidays+': 'Tag hinzufügen',
      'holidays#': 'Tag',
      texts: 'Der Wortlaut, nach Sprache',
      'texts.name': 'Sprache',
      'texts.value': 'Wortlaut',
      'texts+': 'Sprache hinzufügen',
      owner: 'Wer dafür einsteht',
      without: 'Regeln daraus, die hier nicht gelten',
      'without+': 'Regel weglassen',
      'without#': 'Regel',
      policy: 'Regel',
      why: 'Warum sie weggelassen wird',
      'why?': 'Es bleibt festgehalten.',
      note: 'Anmerkung',
    },
  },
)
