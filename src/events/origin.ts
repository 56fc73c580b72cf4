import type { Json, JsonObject } from '#lib/json.ts'
import type { EventRecord } from './schema.ts'

/** Where a visit came from; a field that is left out says nothing. */
export interface Origin {
  readonly utm_source?: string
  readonly utm_medium?: string
  readonly utm_campaign?: string
  /** Which network marked the click: the name of its parameter. */
  readonly click_id?: string
  /** Host; `(internal)`: the same site; `(none)`: a page that nobody sent them to. */
  readonly referrer?: string
}

/** Parameters that advertising networks add to the address of a landing page, the most telling first. */
export const CLICK_IDS = ['gclid', 'gbraid', 'wbraid', 'msclkid', 'ttclid', 'li_fat_id', 'twclid', 'rdt_cid', 'epik', 'fbclid'] as const

/** Events that tell of somebody coming in; others repeat what the page said that they happened on. */
const ARRIVALS: ReadonlySet<string> = new Set(['Application Opened', 'Deep Link Opened', 'Application Installed', 'Install Attributed'])
const LONGEST = 200

/** What a record says of where its person came from; null: nothing, as most do. */
export function originOf({ type, name, props, context }: EventRecord): Origin | null {
  const isPage = type === 'page'
  if (!isPage && type !== 'screen' && !(type === 'track' && ARRIVALS.has(name))) return null
  const page = objectAt(context, 'page')
  const url = textAt(props, 'url') || textAt(page, 'url')
  const query = parameters(`${url.slice(queryOf(url))}&${textAt(props, 'search') || textAt(page, 'search')}`)
  const campaign = objectAt(context, 'campaign') ?? objectAt(props, 'campaign')
  const said = (field: string, other: string): string => (textAt(campaign, field) || query.get(other) || '').trim().slice(0, LONGEST)
  const sender = hostOf(textAt(props, 'referrer') || textAt(page, 'referrer'))
  const referrer = sender === '' ? (isPage ? '(none)' : '') : sender === hostOf(url) ? '(internal)' : sender
  const origin = {
    utm_source: said('source', 'utm_source').toLowerCase(),
    utm_medium: said('medium', 'utm_medium').toLowerCase(),
    utm_campaign: said('name', 'utm_campaign'),
    click_id: CLICK_IDS.find((id) => query.has(id)) ?? '',
    referrer,
  }
  const told = Object.entries(origin).filter(([, value]) => value !== '')
  return told.length > 0 ? (Object.fromEntries(told) as Origin) : null
}

const objectAt = (of: JsonObject | undefined, name: string): JsonObject | undefined => {
  const found: Json | undefined = of?.[name]
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as JsonObject) : undefined
}
const textAt = (of: JsonObject | undefined, name: string): string => {
  const found = of?.[name]
  return typeof found === 'string' ? found.slice(0, 4_000) : ''
}

const queryOf = (url: string): number => {
  const at = url.indexOf('?')
  return at < 0 ? url.length : at + 1
}

/** Of an address that may be broken: whatever can be read. */
function parameters(query: string): Map<string, string> {
  if (!query.includes('=')) return new Map()
  return new Map(new URLSearchParams(query.replace(/#.*?(?=&|$)/, '').replaceAll('?', '&')))
}

function hostOf(url: string): string {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i.exec(url)?.[1] ?? ''
  return host
    .toLowerCase()
    .replace(/^www\./, '')
    .slice(0, LONGEST)
}
