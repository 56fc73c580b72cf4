import type { Language } from './preference-words.ts'

/** What the pages behind the unsubscribe link say. `{x}` are places: the address, and what it is about. */
export interface UnsubscribeWords {
  readonly all: string
  readonly about: string
  readonly title: string
  readonly ask: string
  readonly leave: string
  readonly leaveAll: string
  readonly goneTitle: string
  readonly gone: string
  readonly mistake: string
  readonly backTitle: string
  readonly back: string
}

export const UNSUBSCRIBE_WORDS: Readonly<Record<Language, UnsubscribeWords>> = {
  en: {
    all: 'marketing e-mails',
    about: 'e-mails about “{topic}”',
    title: 'Unsubscribe',
    ask: '{address} will not get {what} any more.',
    leave: 'Unsubscribe',
    leaveAll: 'Unsubscribe from all marketing e-mails',
    goneTitle: 'You are unsubscribed',
    gone: '{address} gets no more {what}. It works at once, also for messages that were waiting.',
    mistake: 'It was a mistake: subscribe me again',
    backTitle: 'You are subscribed again',
    back: '{address} gets {what} as before.',
  },
  de: {
    all: 'Werbe-E-Mails',
    about: 'E-Mails zu „{topic}“',
    title: 'Abmelden',
    ask: '{address} erhält dann keine {what} mehr.',
    leave: 'Abmelden',
    leaveAll: 'Von allen Werbe-E-Mails abmelden',
    goneTitle: 'Sie sind abgemeldet',
    gone: '{address} erhält keine {what} mehr. Das gilt sofort, auch für Nachrichten, die schon auf den Versand warteten.',
    mistake: 'Das war ein Versehen: wieder anmelden',
    backTitle: 'Sie sind wieder angemeldet',
    back: '{address} erhält {what} wie zuvor.',
  },
  fr: {
    all: 'e-mails publicitaires',
    about: 'e-mails sur « {topic} »',
    title: 'Se désabonner',
    ask: '{address} ne recevra plus les {what}.',
    leave: 'Se désabonner',
    leaveAll: 'Se désabonner de tous les e-mails publicitaires',
    goneTitle: 'Vous êtes désabonné',
    gone: '{address} ne reçoit plus les {what}. C’est immédiat, y compris pour les messages en attente d’envoi.',
    mistake: 'C’était une erreur : me réabonner',
    backTitle: 'Vous êtes de nouveau abonné',
    back: '{address} reçoit les {what} comme avant.',
  },
  es: {
    all: 'correos publicitarios',
    about: 'correos sobre «{topic}»',
    title: 'Darse de baja',
    ask: '{address} ya no recibirá {what}.',
    leave: 'Darse de baja',
    leaveAll: 'Darse de baja de todos los correos publicitarios',
    goneTitle: 'Se ha dado de baja',
    gone: '{address} ya no recibe {what}. Vale desde ahora, también para los mensajes que esperaban su envío.',
    mistake: 'Fue un error: volver a suscribirme',
    backTitle: 'Vuelve a estar suscrito',
    back: '{address} recibe {what} como antes.',
  },
}
