import { useWords, words } from './words.ts'

/** What becomes of a message, as it stands within a sentence; every screen says it alike. */
export const DELIVERY_WORDS = words(
  {
    ready: 'queued',
    queued: 'queued',
    held: 'held',
    sending: 'being sent',
    sent: 'sent',
    delivered: 'delivered',
    failed: 'failed',
    skipped: 'skipped',
    cancelled: 'cancelled',
    ambiguous: 'not certain',
    dead: 'given up',
    bounced: 'bounced',
    opened: 'opened',
    clicked: 'clicked',
    unsubscribed: 'unsubscribed',
    complained: 'complained',
  },
  {
    de: {
      ready: 'eingereiht',
      queued: 'eingereiht',
      held: 'angehalten',
      sending: 'wird gesendet',
      sent: 'gesendet',
      delivered: 'zugestellt',
      failed: 'fehlgeschlagen',
      skipped: 'ausgelassen',
      cancelled: 'abgebrochen',
      ambiguous: 'ungewiss',
      dead: 'aufgegeben',
      bounced: 'unzustellbar',
      opened: 'geöffnet',
      clicked: 'geklickt',
      unsubscribed: 'abgemeldet',
      complained: 'als Spam gemeldet',
    },
  },
)

/** The word of a status in the reader's language; one that is not known stays as it is. */
export function useDeliveryWord(): (status: string) => string {
  const say: Readonly<Record<string, string>> = useWords(DELIVERY_WORDS)
  return (status) => say[status] ?? status
}

/** As it stands by itself. */
export function useDeliveryLabel(): (status: string) => string {
  const word = useDeliveryWord()
  return (status) => word(status).replace(/^\p{Ll}/u, (first) => first.toUpperCase())
}
