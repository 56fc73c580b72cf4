import type { Json } from '#lib/json.ts'
import type { Device } from '#profiles/schema.ts'

/** A header line: name and value as they are handed over. */
export type Header = readonly [name: string, value: string]

/** What every message says of itself. The same effect makes the same message. */
interface About {
  /** The effect's id. */
  readonly id: string
  readonly workspace: string
  /** Transactional messages have connections of their own. */
  readonly lane: 'transactional' | 'marketing'
  /** Provider document that it goes through; '' for the workspace's first of the channel. */
  readonly provider: string
}

/** A file that goes with an e-mail. */
export interface Attachment {
  readonly name: string
  /** Media type: `application/pdf`. */
  readonly type: string
  readonly bytes: Uint8Array
}

/** An e-mail: as bytes ready for the wire, and in parts for providers that want these. */
export interface PreparedEmail extends About {
  readonly kind: 'email'
  readonly messageId: string
  /** Return path and the one recipient: never taken from the headers. */
  readonly envelope: { readonly from: string; readonly to: string }
  readonly message: Uint8Array
  readonly signing: Signing | undefined
  readonly parts: {
    readonly from: { readonly name: string; readonly address: string }
    readonly to: { readonly name: string; readonly address: string }
    readonly replyTo: string | undefined
    readonly subject: string
    readonly html: string
    readonly text: string
    /** Those of `message` without From, To, Reply-To, Subject, Date. */
    readonly headers: readonly Header[]
    readonly attachments?: readonly Attachment[]
  }
}

/** Whose DKIM key signs; the key itself is looked up under its secret name. */
export interface Signing {
  readonly workspace: string
  readonly domain: string
  readonly selector: string
  readonly key: string
}

export interface PreparedWebhook {
  readonly kind: 'webhook'
  readonly id: string
  readonly workspace: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly url: string
  readonly headers: readonly Header[]
  /** JSON text; a GET leaves it out. */
  readonly body: string
  /** What comes back is wanted: JSON of at most 16 KiB. */
  readonly answer?: true
}

export interface PreparedSms extends About {
  readonly kind: 'sms'
  /** E.164. */
  readonly to: string
  readonly text: string
}

export interface PreparedPush extends About {
  readonly kind: 'push'
  readonly devices: readonly Device[]
  readonly title: string
  readonly body: string
  /** '' for none. */
  readonly url: string
  readonly image: string
  readonly collapse: string
  readonly urgency: 'very-low' | 'low' | 'normal' | 'high'
  /** Seconds. */
  readonly ttl: number
  readonly data: Readonly<Record<string, string>>
}

export interface PreparedInapp extends About {
  readonly kind: 'inapp'
  readonly profile: string
  readonly title: string
  readonly body: string
  readonly url: string
  readonly image: string
  /** Seconds. */
  readonly ttl: number
  /** When it was decided (epoch ms). */
  readonly at: number
}

export interface PreparedWhatsapp extends About {
  readonly kind: 'whatsapp'
  /** E.164. */
  readonly to: string
  readonly approved: { readonly name: string; readonly language: string; readonly parameters: readonly string[] } | undefined
  /** '' with an approved template. */
  readonly text: string
}

export interface PreparedSlack extends About {
  readonly kind: 'slack'
  /** Id of a user or channel. */
  readonly to: string
  readonly text: string
}

export type Prepared = PreparedEmail | PreparedWebhook | PreparedSms | PreparedPush | PreparedInapp | PreparedWhatsapp | PreparedSlack

/** How handing over ended. */
export type Handover =
  | {
      readonly kind: 'sent'
      readonly providerId: string
      readonly answer?: Json
      /** What goes on the receipt besides: segments, devices reached, … */
      readonly props?: Readonly<Record<string, Json>>
      /** Units that the provider charges for; left out: 1. */
      readonly units?: number
    }
  /** Not accepted, and worth another try: not before `after` (ms from now) if the provider said so. `provider`: it says something of the provider's health. */
  | { readonly kind: 'retry'; readonly reason: string; readonly after?: number; readonly provider: boolean }
  /** Refused for good. `address`: this address does not exist, nothing may be sent to it again. */
  | { readonly kind: 'failed'; readonly reason: string; readonly address: boolean }
  /** All of it left, and no answer came: it may or may not have been accepted. */
  | { readonly kind: 'ambiguous'; readonly reason: string }

/** One way to travel. Never throws for what a provider does; throws for bugs. */
export interface Channel<P extends Prepared = Prepared> {
  readonly kind: P['kind']
  send(prepared: P, signal: AbortSignal): Promise<Handover>
  close(): Promise<void>
}
