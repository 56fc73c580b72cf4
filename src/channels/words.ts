import { type ChannelName, isChannel } from '#events/reaction.ts'
import type { InEvery, Language } from '#lib/language.ts'
import type { Prepared, PreparedEmail, PreparedWebhook } from './channel.ts'

/** What a message of each channel is called. */
export const CHANNEL_WORDS: InEvery<ChannelName> = {
  en: {
    email: 'E-mail',
    sms: 'Text message',
    push: 'Push message',
    inapp: 'In-app message',
    whatsapp: 'WhatsApp message',
    slack: 'Slack message',
    webhook: 'Webhook',
  },
  de: {
    email: 'E-Mail',
    sms: 'SMS',
    push: 'Push-Nachricht',
    inapp: 'In-App-Nachricht',
    whatsapp: 'WhatsApp-Nachricht',
    slack: 'Slack-Nachricht',
    webhook: 'Webhook',
  },
}

/** What a message of a channel is called. */
export const channelWord = (channel: ChannelName, language: Language = 'en'): string => CHANNEL_WORDS[language][channel]

/** The same of a text that may name a channel; any other stays. */
export const channelNamed = (name: string, language: Language): string => (isChannel(name) ? channelWord(name, language) : name)

/** A message as its reader gets it: a title ('' for none) and the words below. */
export function asRead(prepared: Exclude<Prepared, PreparedEmail | PreparedWebhook>): { readonly title: string; readonly text: string } {
  switch (prepared.kind) {
    case 'push':
    case 'inapp':
      return { title: prepared.title, text: [prepared.body, prepared.url].filter(Boolean).join('\n\n') }
    case 'whatsapp': {
      const { approved, text } = prepared
      return { title: '', text: approved ? [`${approved.name} (${approved.language})`, ...approved.parameters].join('\n') : text }
    }
    case 'sms':
    case 'slack':
      return { title: '', text: prepared.text }
  }
}
