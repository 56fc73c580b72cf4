import { fetcherOf } from '../machine.ts'
import type { ProviderReceipt } from '../provider.ts'

/** An effect's id where only letters, digits, - and _ are let through. */
export const tagOf = (effect: string): string => Buffer.from(effect).toString('base64url')
export const effectOf = (tag: string): { effect?: string } => (tag === '' ? {} : { effect: Buffer.from(tag, 'base64url').toString('utf8') })

/** An opening or a click, with who fetched as far as the user agent says. */
export function seen(
  about: Pick<ProviderReceipt, 'effect' | 'providerId' | 'at'>,
  { name, agent, url, once }: { name: 'message.opened' | 'message.clicked'; agent: string; url?: string; once: string },
): ProviderReceipt {
  const fetcher = fetcherOf({ agent, purpose: '', soon: undefined })
  return { ...about, name, once, props: { fetcher, ...(url === undefined ? {} : { url }) } }
}

/** `Name <address>` as JSON APIs take it: the name in quotes, without what would end them. */
export function named({ name, address }: { readonly name: string; readonly address: string }): string {
  const bare = name.replace(/["\\<>\p{Cc}]/gu, '').trim()
  return bare === '' ? address : `"${bare}" <${address}>`
}

/** An enhanced status (RFC 3463) that says the address is none: 5.1.x but not routing and system faults. */
export const isNoAddress = (status: string): boolean => /^5\.1\.(?:1|2|3|6|10)\b/.test(status)
