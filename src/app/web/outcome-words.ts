import { words } from '#kit/words.ts'

/** What became of a message. */
export const OUTCOME_WORDS = words(
  { sent: 'Sent', opened: 'Opened', clicked: 'Clicked', bounced: 'Bounced', complained: 'Complained', unsubscribed: 'Unsubscribed' },
  {
    de: {
      sent: 'Gesendet',
      opened: 'Geöffnet',
      clicked: 'Geklickt',
      bounced: 'Unzustellbar',
      complained: 'Beschwert',
      unsubscribed: 'Abgemeldet',
    },
  },
)
