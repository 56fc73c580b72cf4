import { plural } from '#kit/format.ts'
import { words } from '#kit/words.ts'

const people = (n: number) => plural(n, 'person', 'people')
const personen = (n: number) => plural(n, 'Person', 'Personen')

export const STANDING_WORDS = words(
  {
    actions: 'What to do with those who stand here',
    on: 'Move on…',
    out: 'Take out…',
    export: 'Export',
    title: { on: (n: number) => `Move ${people(n)} on`, out: (n: number) => `Take ${people(n)} out of the journey` },
    means: {
      on: () => [
        'They go on to the next step at once, as if the wait were over.',
        'A message that waits at this step is taken back. Messages that follow are sent, and ask for consent, caps and quiet hours as always.',
      ],
      out: () => [
        'Their runs end here, with the reason that a colleague took them out. Nothing more is sent.',
        'They can enter again, if the entry lets them in again.',
      ],
    },
    columns: { person: 'Person', name: 'Name', step: 'Step', why: 'Why they are here', since: 'Since' },
    noUndo: 'This cannot be undone.',
    comment: 'Why (optional; it stands in the audit log)',
    cancel: 'Cancel',
    going: (n: number) => `${people(n)} so far…`,
    done: { on: (n: number) => `${people(n)} moved on`, out: (n: number) => `${people(n)} taken out` },
  },
  {
    de: {
      actions: 'Was mit denen geschieht, die hier stehen',
      on: 'Weiterschicken …',
      out: 'Herausnehmen …',
      export: 'Exportieren',
      title: { on: (n) => `${personen(n)} weiterschicken`, out: (n) => `${personen(n)} aus der Journey nehmen` },
      means: {
        on: () => [
          'Sie gehen sofort zum nächsten Schritt, als wäre die Wartezeit vorbei.',
          'Eine Nachricht, die an diesem Schritt wartet, wird zurückgenommen. Folgende Nachrichten werden gesendet und fragen wie immer nach Einwilligung, Obergrenzen und Ruhezeiten.',
        ],
        out: () => [
          'Ihre Durchläufe enden hier, mit dem Grund, dass jemand aus dem Team sie herausgenommen hat. Es wird nichts mehr gesendet.',
          'Sie können wieder einsteigen, wenn der Einstieg sie wieder einlässt.',
        ],
      },
      columns: { person: 'Person', name: 'Name', step: 'Schritt', why: 'Warum sie hier stehen', since: 'Seit' },
      noUndo: 'Das lässt sich nicht rückgängig machen.',
      comment: 'Warum (freiwillig; steht im Audit-Protokoll)',
      cancel: 'Abbrechen',
      going: (n) => `bisher ${personen(n)} …`,
      done: { on: (n) => `${personen(n)} weitergeschickt`, out: (n) => `${personen(n)} herausgenommen` },
    },
  },
)
