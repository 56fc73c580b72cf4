import type { ChannelName } from '#events/reaction.ts'
import type { Prepared, PreparedEmail, PreparedWebhook } from './channel.ts'

/** What a message of a channel is called. */
export function channelWord(channel: ChannelName): string {
  switch (channel) {
    case 'email':
      return 'E-mail'
    case 'sms':
      return 'Text message'
    case 'push':
      return 'Push message'
    case 'inapp':
      return 'In-app message'
    case 'whatsapp':
      return 'WhatsApp message'
    case 'slack':
      return 'Slack message'
    case 'webhook':
      return 'Webhook'
  }
}

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
