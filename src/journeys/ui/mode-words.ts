import { words } from '#kit/words.ts'

/** What each mode of a journey means for the people in it, one thing a line. */
export const MODE_WORDS = words(
  {
    label: { pause: 'Pause', run: 'Let it run', drain: 'Drain', stop: 'Stop' },
    title: {
      pause: 'Pause this journey',
      run: 'Let this journey run again',
      drain: 'Let nobody in any more',
      stop: 'Stop this journey',
    },
    means: {
      pause: () => [
        'Nobody enters, and nobody inside goes on. Their timers wait.',
        'Messages that are queued stay here; the few that are on their way at this moment still arrive.',
        'Exit conditions still act, and an event that somebody waits for counts when the journey runs again.',
      ],
      run: () => ['People enter again. What was queued leaves within a minute.'],
      drain: () => ['Nobody enters. Who is inside finishes the journey.'],
      stop: () => [
        'Everybody inside leaves at once; what is queued for them is taken back. This cannot be undone.',
        'Nobody enters until you let it run again. Who was inside does not come back by that.',
      ],
    },
    waited: 'Who waited in the meantime is to',
    timers: { run: 'go on now', shift: 'wait longer by the pause', exit: 'leave' },
    timersMean: {
      run: 'Whose time came during the pause goes on within the next minute.',
      shift: 'Every wait inside the journey is prolonged by as long as the pause lasted.',
      exit: 'Whose time came during the pause leaves the journey; the others wait as before.',
    },
    cancel: 'Cancel',
    archive: 'Archive',
    archiveTitle: 'Archive this journey',
    archiveMeans: 'Nobody enters any more, and the journey is gone from the list. Its versions and reports stay.',
    inside: 'People who are inside now',
    finish: 'finish the journey',
    leave: 'leave at once',
    duplicate: 'Duplicate',
    duplicateTitle: 'Duplicate this journey',
    copyId: 'Id of the copy',
    copyHint: 'The copy is a draft: nobody enters it before you publish it.',
    makeCopy: 'Make the copy',
  },
  {
    de: {
      label: { pause: 'Anhalten', run: 'Laufen lassen', drain: 'Auslaufen lassen', stop: 'Beenden' },
      title: {
        pause: 'Diese Journey anhalten',
        run: 'Diese Journey wieder laufen lassen',
        drain: 'Niemanden mehr hineinlassen',
        stop: 'Diese Journey beenden',
      },
      means: {
        pause: () => [
          'Niemand tritt ein, und niemand darin geht weiter. Die Wartezeiten stehen still.',
          'Nachrichten in der Warteschlange bleiben hier; die wenigen, die gerade unterwegs sind, kommen noch an.',
          'Ausstiegsbedingungen wirken weiter, und ein Ereignis, auf das jemand wartet, zählt, sobald die Journey wieder läuft.',
        ],
        run: () => ['Personen treten wieder ein. Was in der Warteschlange stand, geht innerhalb einer Minute hinaus.'],
        drain: () => ['Niemand tritt ein. Wer darin ist, beendet die Journey.'],
        stop: () => [
          'Alle verlassen die Journey sofort; was für sie in der Warteschlange steht, wird zurückgenommen. Das lässt sich nicht rückgängig machen.',
          'Niemand tritt ein, bis Sie sie wieder laufen lassen. Wer darin war, kommt dadurch nicht zurück.',
        ],
      },
      waited: 'Wer in der Zwischenzeit gewartet hat, soll',
      timers: { run: 'jetzt weitergehen', shift: 'um die Pause länger warten', exit: 'die Journey verlassen' },
      timersMean: {
        run: 'Wessen Zeit während der Pause kam, geht innerhalb der nächsten Minute weiter.',
        shift: 'Jede Wartezeit in der Journey verlängert sich um die Dauer der Pause.',
        exit: 'Wessen Zeit während der Pause kam, verlässt die Journey; die anderen warten wie zuvor.',
      },
      cancel: 'Abbrechen',
      archive: 'Archivieren',
      archiveTitle: 'Diese Journey archivieren',
      archiveMeans: 'Niemand tritt mehr ein, und die Journey verschwindet aus der Liste. Ihre Versionen und Berichte bleiben.',
      inside: 'Personen, die jetzt darin sind,',
      finish: 'beenden die Journey',
      leave: 'verlassen sie sofort',
      duplicate: 'Duplizieren',
      duplicateTitle: 'Diese Journey duplizieren',
      copyId: 'Kennung der Kopie',
      copyHint: 'Die Kopie ist ein Entwurf: Niemand tritt ein, bevor Sie sie veröffentlichen.',
      makeCopy: 'Kopie anlegen',
    },
  },
)
