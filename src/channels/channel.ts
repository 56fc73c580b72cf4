import type { Json } from '#lib/json.ts'

/** A header line: name and value as they are handed over. */
export type Header = readonly [name: string, value: string]

/** An e-mail, ready for the wire: the same effect makes the same bytes. */
export interface PreparedEmail {
  readonly kind: 'email'
  readonly id: string
  readonly messageId: string
  /** Transactional messages have connections of their own. */
  readonly lane: 'transactional' | 'marketing'
  /** Return path and the one recipient: never taken from the headers. */
  readonly envelope: { readonly from: string; readonly to: string }
  readonly message: Uint8Array
  readonly signing: Signing | undefined
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

export type Prepared = PreparedEmail | PreparedWebhook

/** How handing over ended. */
export type Handover =
  | { readonly kind: 'sent'; readonly providerId: string; readonly answer?: Json }
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
