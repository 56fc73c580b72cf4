/** What the preference centre says, in the languages that it speaks. `{x}` are places. */
export interface Words {
  readonly title: string
  readonly forWhom: string
  readonly intro: string
  readonly channels: Readonly<Record<string, string>>
  readonly by: string
  readonly pending: string
  readonly expired: string
  readonly save: string
  readonly saved: string
  readonly none: string
  readonly noneHelp: string
  readonly noneDone: string
  readonly pauseTitle: string
  readonly pauseHelp: string
  readonly pauseFor: string
  readonly days: string
  readonly pause: string
  readonly paused: string
  readonly resume: string
  readonly resumed: string
  readonly language: string
  readonly change: string
  readonly noTopics: string
  readonly marketing: string
  readonly blocked: string
  readonly lostTitle: string
  readonly lost: string
  readonly confirmTitle: string
  readonly confirmAsk: string
  readonly confirm: string
  readonly confirmedTitle: string
  readonly confirmed: string
  readonly lateTitle: string
  readonly late: string
  readonly inAll: string
}

const en: Words = {
  title: 'Your preferences',
  forWhom: 'Messages to {address}',
  intro: 'Choose what you would like to hear about. Changes work at once, also for messages that are waiting to be sent.',
  channels: { email: 'E-mail', sms: 'Text message', push: 'Push', inapp: 'In the app', whatsapp: 'WhatsApp', slack: 'Slack' },
  by: 'By',
  pending: 'We have sent you a message to confirm this.',
  expired: 'This has run out; tick it to get it again.',
  save: 'Save',
  saved: 'Saved. It works from now on.',
  none: 'Stop all marketing',
  noneHelp: 'You will still get answers to what you do, such as receipts.',
  noneDone: 'You get no more marketing from us, by any channel.',
  pauseTitle: 'Take a break',
  pauseHelp: 'No marketing for a while. Your choices stay as they are.',
  pauseFor: 'For how long',
  days: '{n} days',
  pause: 'Pause',
  paused: 'Paused until {date}.',
  resume: 'End the break',
  resumed: 'The break is over.',
  language: 'Language',
  change: 'Change',
  noTopics: 'There is nothing to choose from at the moment.',
  marketing: 'News and offers',
  blocked: 'Messages to this address came back or were reported, so we do not write to it.',
  lostTitle: 'This link does not work',
  lost: 'It may have been cut off on its way. Open it from the message again, or copy the whole address.',
  confirmTitle: 'Please confirm',
  confirmAsk: 'Do you want to get “{topic}” at {address}?',
  confirm: 'Yes, I want this',
  confirmedTitle: 'Thank you',
  confirmed: '{address} now gets “{topic}”.',
  lateTitle: 'This question has run out',
  late: 'It was too long ago, or was taken back since. You can sign up again.',
  inAll: 'Change what else you get',
}

const de: Words = {
  title: 'Ihre Einstellungen',
  forWhom: 'Nachrichten an {address}',
  intro: 'Wählen Sie, wovon Sie hören möchten. Änderungen gelten sofort, auch für Nachrichten, die schon auf den Versand warten.',
  channels: { email: 'E-Mail', sms: 'SMS', push: 'Push', inapp: 'In der App', whatsapp: 'WhatsApp', slack: 'Slack' },
  by: 'Per',
  pending: 'Wir haben Ihnen eine Nachricht geschickt, um das zu bestätigen.',
  expired: 'Das ist abgelaufen; kreuzen Sie es an, um es wieder zu erhalten.',
  save: 'Speichern',
  saved: 'Gespeichert. Es gilt ab sofort.',
  none: 'Keine Werbung mehr',
  noneHelp: 'Antworten auf das, was Sie tun, etwa Belege, bekommen Sie weiterhin.',
  noneDone: 'Sie bekommen von uns keine Werbung mehr, auf keinem Weg.',
  pauseTitle: 'Pause machen',
  pauseHelp: 'Eine Zeit lang keine Werbung. Ihre Auswahl bleibt, wie sie ist.',
  pauseFor: 'Wie lange',
  days: '{n} Tage',
  pause: 'Pausieren',
  paused: 'Pausiert bis {date}.',
  resume: 'Pause beenden',
  resumed: 'Die Pause ist zu Ende.',
  language: 'Sprache',
  change: 'Ändern',
  noTopics: 'Zurzeit gibt es nichts auszuwählen.',
  marketing: 'Neuigkeiten und Angebote',
  blocked: 'Nachrichten an diese Adresse kamen zurück oder wurden gemeldet, deshalb schreiben wir ihr nicht.',
  lostTitle: 'Dieser Link funktioniert nicht',
  lost: 'Vielleicht wurde er unterwegs abgeschnitten. Öffnen Sie ihn noch einmal aus der Nachricht oder kopieren Sie die ganze Adresse.',
  confirmTitle: 'Bitte bestätigen',
  confirmAsk: 'Möchten Sie „{topic}“ an {address} erhalten?',
  confirm: 'Ja, das möchte ich',
  confirmedTitle: 'Vielen Dank',
  confirmed: '{address} erhält ab jetzt „{topic}“.',
  lateTitle: 'Diese Frage ist abgelaufen',
  late: 'Sie ist zu lange her oder wurde inzwischen zurückgenommen. Sie können sich neu anmelden.',
  inAll: 'Ändern, was Sie sonst erhalten',
}

const fr: Words = {
  title: 'Vos préférences',
  forWhom: 'Messages à {address}',
  intro: 'Choisissez ce que vous souhaitez recevoir. Les changements sont immédiats, y compris pour les messages en attente d’envoi.',
  channels: { email: 'E-mail', sms: 'SMS', push: 'Notification push', inapp: 'Dans l’application', whatsapp: 'WhatsApp', slack: 'Slack' },
  by: 'Par',
  pending: 'Nous vous avons envoyé un message pour confirmer.',
  expired: 'Ce choix a expiré ; cochez-le pour le recevoir à nouveau.',
  save: 'Enregistrer',
  saved: 'Enregistré. C’est effectif dès maintenant.',
  none: 'Arrêter toute publicité',
  noneHelp: 'Vous recevrez encore les réponses à ce que vous faites, comme les reçus.',
  noneDone: 'Vous ne recevrez plus de publicité de notre part, par aucun canal.',
  pauseTitle: 'Faire une pause',
  pauseHelp: 'Pas de publicité pendant un temps. Vos choix restent les mêmes.',
  pauseFor: 'Pendant combien de temps',
  days: '{n} jours',
  pause: 'Mettre en pause',
  paused: 'En pause jusqu’au {date}.',
  resume: 'Terminer la pause',
  resumed: 'La pause est terminée.',
  language: 'Langue',
  change: 'Changer',
  noTopics: 'Il n’y a rien à choisir pour le moment.',
  marketing: 'Actualités et offres',
  blocked: 'Des messages à cette adresse sont revenus ou ont été signalés ; nous ne lui écrivons donc pas.',
  lostTitle: 'Ce lien ne fonctionne pas',
  lost: 'Il a peut-être été coupé en chemin. Ouvrez-le de nouveau depuis le message, ou copiez l’adresse entière.',
  confirmTitle: 'Veuillez confirmer',
  confirmAsk: 'Voulez-vous recevoir « {topic} » à {address} ?',
  confirm: 'Oui, je le veux',
  confirmedTitle: 'Merci',
  confirmed: '{address} reçoit désormais « {topic} ».',
  lateTitle: 'Cette question a expiré',
  late: 'Elle date de trop longtemps, ou a été retirée depuis. Vous pouvez vous inscrire de nouveau.',
  inAll: 'Changer ce que vous recevez d’autre',
}

const es: Words = {
  title: 'Sus preferencias',
  forWhom: 'Mensajes a {address}',
  intro: 'Elija lo que quiere recibir. Los cambios valen al instante, también para los mensajes que esperan a enviarse.',
  channels: {
    email: 'Correo electrónico',
    sms: 'SMS',
    push: 'Notificación push',
    inapp: 'En la aplicación',
    whatsapp: 'WhatsApp',
    slack: 'Slack',
  },
  by: 'Por',
  pending: 'Le hemos enviado un mensaje para confirmarlo.',
  expired: 'Ha caducado; márquelo para volver a recibirlo.',
  save: 'Guardar',
  saved: 'Guardado. Vale desde ahora.',
  none: 'Detener toda la publicidad',
  noneHelp: 'Seguirá recibiendo respuestas a lo que haga, como recibos.',
  noneDone: 'Ya no recibirá publicidad nuestra por ningún canal.',
  pauseTitle: 'Hacer una pausa',
  pauseHelp: 'Sin publicidad durante un tiempo. Sus elecciones quedan como están.',
  pauseFor: 'Durante cuánto tiempo',
  days: '{n} días',
  pause: 'Pausar',
  paused: 'En pausa hasta el {date}.',
  resume: 'Terminar la pausa',
  resumed: 'La pausa ha terminado.',
  language: 'Idioma',
  change: 'Cambiar',
  noTopics: 'Por ahora no hay nada que elegir.',
  marketing: 'Novedades y ofertas',
  blocked: 'Los mensajes a esta dirección fueron devueltos o denunciados, así que no le escribimos.',
  lostTitle: 'Este enlace no funciona',
  lost: 'Quizá se cortó por el camino. Ábralo de nuevo desde el mensaje o copie la dirección entera.',
  confirmTitle: 'Confirme, por favor',
  confirmAsk: '¿Quiere recibir «{topic}» en {address}?',
  confirm: 'Sí, lo quiero',
  confirmedTitle: 'Gracias',
  confirmed: '{address} recibe ahora «{topic}».',
  lateTitle: 'Esta pregunta ha caducado',
  late: 'Fue hace demasiado tiempo, o se retiró desde entonces. Puede suscribirse de nuevo.',
  inAll: 'Cambiar qué más recibe',
}

export const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' } as const
export type Language = keyof typeof LANGUAGES
export const WORDS: Readonly<Record<Language, Words>> = { en, de, fr, es }

/** The first of these wishes (`de-AT`, `fr;q=0.9`) that the pages speak; else English. */
export function languageOf(...wishes: readonly (string | undefined)[]): Language {
  for (const wish of wishes) {
    for (const part of (wish ?? '').split(',')) {
      const tag = part.split(';')[0]!.trim().toLowerCase().split('-')[0]!
      if (Object.hasOwn(LANGUAGES, tag)) return tag as Language
    }
  }
  return 'en'
}

export const filled = (text: string, places: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => places[name] ?? all)
