import { type Inbox, inbox } from './inbox.ts'
import { type PushOptions, subscribe, unsubscribe } from './push.ts'
import { queue } from './queue.ts'
import { read, unique, write } from './store.ts'

export interface Options {
  /** `wk_…` of the source. */
  readonly writeKey: string
  /** Where Cadenza is: `https://cadenza.shop.example`. */
  readonly host: string
}
type Fields = Readonly<Record<string, unknown>>

const VERSION = '1'
let options: Options | undefined
let sending: ReturnType<typeof queue> | undefined
let reading: Inbox | undefined

/** Once, before anything else. */
export function init(given: Options): void {
  options = given
  const host = given.host.replace(/\/$/, '')
  sending = queue(host, given.writeKey)
  reading = inbox(host, () => ({
    authorization: `Basic ${btoa(`${given.writeKey}:`)}`,
    'cadenza-user': encodeURIComponent(read('user') ?? ''),
    'cadenza-user-hash': read('hash') ?? '',
  }))
  addEventListener('pagehide', () => sending?.leave())
  addEventListener('online', () => void sending?.flush())
  void sending.flush()
}

/** Who it is from here on. `userHash` (HMAC of the user id, made by your server) opens their inbox. */
export function identify(userId: string, traits: Fields = {}, { userHash }: { userHash?: string } = {}): void {
  write('user', userId)
  write('hash', userHash ?? null)
  send('identify', { traits })
}
export const track = (event: string, properties: Fields = {}): void => send('track', { event, properties })
export const page = (name = '', properties: Fields = {}): void => send('page', { name, properties: { ...here(), ...properties } })
export const group = (groupId: string, traits: Fields = {}): void => send('group', { groupId, traits })
export function alias(userId: string): void {
  const previousId = read('user') ?? anonymousId()
  write('user', userId)
  send('alias', { previousId })
}

/** They log out: this browser's push messages stop, and what follows belongs to nobody who is known. */
export async function reset(): Promise<void> {
  await leavePush()
  for (const name of ['user', 'hash', 'anonymous']) write(name, null)
}

/** Asks for push messages; call it on a click. False when the person or the browser says no. */
export async function joinPush(how: PushOptions): Promise<boolean> {
  const subscription = await subscribe(how)
  if (subscription) track('Device Registered', { platform: 'web', subscription })
  return subscription !== null
}
export async function leavePush(): Promise<void> {
  const endpoint = await unsubscribe()
  if (endpoint) track('Device Removed', { endpoint })
}

/** The signed-in reader's inbox. */
export const messages = (): Inbox => reading ?? missing()

/** Resolves when all that was said has been tried to be sent. */
export const flush = (): Promise<void> => sending?.flush() ?? missing()

const missing = (): never => {
  throw new Error('Cadenza: call init({ writeKey, host }) first')
}

function anonymousId(): string {
  const known = read('anonymous') ?? unique()
  write('anonymous', known)
  return known
}

const here = (): Fields => {
  const { pathname: path, search, href: url } = location
  return { path, search, url, title: document.title, referrer: document.referrer }
}

/** `utm_…` of the address, as Segment's libraries name them. */
function campaign(): Fields {
  const found = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith('utm_'))
  return Object.fromEntries(found.map(([name, value]) => [name === 'utm_campaign' ? 'name' : name.slice(4), value]))
}

function send(type: string, fields: Fields): void {
  if (!options || !sending) missing()
  const userId = read('user')
  const utm = campaign()
  sending!.add({
    type,
    messageId: unique(),
    timestamp: new Date().toISOString(),
    anonymousId: anonymousId(),
    ...(userId ? { userId } : {}),
    ...fields,
    context: {
      library: { name: 'cadenza.js', version: VERSION },
      page: here(),
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      userAgent: navigator.userAgent,
      ...(Object.keys(utm).length > 0 ? { campaign: utm } : {}),
      ...((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl ? { gpc: true } : {}),
    },
  })
}

// <script src="…/sdk/cadenza.js" data-write-key="wk_…"></script> begins by itself.
const tag = typeof document === 'undefined' ? null : (document.currentScript as HTMLScriptElement | null)
if (tag?.dataset['writeKey']) {
  init({ writeKey: tag.dataset['writeKey'], host: tag.dataset['host'] ?? new URL(tag.src).origin })
  if (tag.dataset['page'] !== 'off') page()
}
