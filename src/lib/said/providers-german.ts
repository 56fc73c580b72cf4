import type { Sayings } from '../telling.ts'

/** What types of providers do, and what each of their secrets is. */
export const GERMAN_PROVIDERS: Sayings = {
  'Mail by any SMTP server': 'E-Mail über einen beliebigen SMTP-Server',
  'Password of the user': 'Passwort des Benutzers',
  'E-mail by Amazon SES': 'E-Mail über Amazon SES',
  'Access key ID of a user that may ses:SendEmail': 'Kennung des Zugriffsschlüssels eines Benutzers, der ses:SendEmail darf',
  'Its secret access key': 'Sein geheimer Zugriffsschlüssel',
  'E-mail by SendGrid': 'E-Mail über SendGrid',
  'API key with Mail Send': 'API-Schlüssel mit Mail Send',
  'E-mail by Postmark': 'E-Mail über Postmark',
  'Server API token': 'API-Token des Servers',
  'Word of your own: Postmark signs nothing, so its webhook sends it as the password of Basic authentication':
    'Ein eigenes Wort: Postmark unterschreibt nichts, daher sendet sein Webhook es als Passwort der Basic-Anmeldung',
  'E-mail by Mailgun': 'E-Mail über Mailgun',
  'Sending key of the domain': 'Sendeschlüssel der Domain',
  'HTTP webhook signing key': 'Schlüssel, mit dem der HTTP-Webhook unterschreibt',
  'E-mail by Resend': 'E-Mail über Resend',
  'API key with sending access': 'API-Schlüssel, der senden darf',
  'Signing secret of the webhook (whsec_…)': 'Geheimnis, mit dem der Webhook unterschreibt (whsec_…)',
  'Text messages by Twilio': 'SMS über Twilio',
  'The account’s auth token: it signs in, and checks what Twilio posts':
    'Das Auth Token des Kontos: Es meldet an und prüft, was Twilio schickt',
  'Text messages by an SMS centre that speaks SMPP 3.4': 'SMS über eine SMS-Zentrale, die SMPP 3.4 spricht',
  'Password of the system ID; at most 8 characters': 'Passwort der System-ID; höchstens 8 Zeichen',
  'WhatsApp messages by Meta’s Cloud API': 'WhatsApp-Nachrichten über Metas Cloud API',
  'Token of a system user with whatsapp_business_messaging': 'Token eines Systembenutzers mit whatsapp_business_messaging',
  'The app’s secret: it checks what Meta posts': 'Das Geheimnis der App: Es prüft, was Meta schickt',
  'A word of your own: Meta repeats it when the webhook is set up':
    'Ein eigenes Wort: Meta wiederholt es, wenn der Webhook eingerichtet wird',
  'Slack messages by a bot of your workspace': 'Slack-Nachrichten durch einen Bot Ihres Arbeitsbereichs',
  'Bot token (xoxb-…) with chat:write': 'Bot-Token (xoxb-…) mit chat:write',
  'The app’s signing secret: it checks what Slack posts': 'Das Signing Secret der App: Es prüft, was Slack schickt',
  'Push messages to browsers (Web Push), Android (FCM) and iPhones (APNs, or FCM)':
    'Push-Nachrichten an Browser (Web Push), Android (FCM) und iPhones (APNs oder FCM)',
  'Web Push: the VAPID private key, base64url': 'Web Push: der private VAPID-Schlüssel, base64url',
  'Firebase: private_key of the service account (PEM)': 'Firebase: private_key des Dienstkontos (PEM)',
  'Apple: the .p8 key (PEM)': 'Apple: der .p8-Schlüssel (PEM)',
}
