import type { Prepared, PreparedWebhook } from '#channels/channel.ts'
import type { TextTemplate } from '#content/adapters/texts.ts'
import type { Device } from '#profiles/schema.ts'
import type { Due } from './prepare.ts'

interface Around {
  readonly about: { readonly id: string; readonly workspace: string; readonly lane: Due['lane']; readonly provider: string }
  readonly due: Due
  readonly devices: readonly Device[]
}

/** The message of a channel, of a template's rendered pieces (by JSON pointer). */
export function textMessage(
  template: TextTemplate,
  pieces: Readonly<Record<string, string>>,
  { about, due, devices }: Around,
): Exclude<Prepared, PreparedWebhook | { kind: 'email' }> {
  const piece = (field: string): string => pieces[field] ?? ''
  switch (template.channel) {
    case 'sms':
      return { kind: 'sms', ...about, to: due.address, text: piece('/text') }
    case 'slack':
      return { kind: 'slack', ...about, to: due.address, text: piece('/text') }
    case 'whatsapp': {
      const { approved } = template
      return {
        kind: 'whatsapp',
        ...about,
        to: due.address,
        approved: approved && { ...approved, parameters: approved.parameters.map((_, i) => piece(`/approved/parameters/${i}`)) },
        text: piece('/text'),
      }
    }
    case 'push': {
      const { collapse = '', urgency, ttl } = template
      const data = Object.fromEntries(Object.keys(template.data).map((name) => [name, piece(`/data/${name}`)]))
      return { kind: 'push', ...about, devices, ...shown(piece), collapse, urgency, ttl, data }
    }
    case 'inapp':
      return { kind: 'inapp', ...about, profile: due.key, ...shown(piece), ttl: template.ttl, at: due.createdAt }
  }
}

const shown = (piece: (field: string) => string) => ({
  title: piece('/title'),
  body: piece('/body'),
  url: piece('/url'),
  image: piece('/image'),
})
