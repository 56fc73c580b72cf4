import type { Json, JsonObject } from '#lib/json.ts'
import { isZone } from '#lib/zone.ts'
import { areaOf, STATE_NAMES, STATE_ZONES } from './area-codes.ts'

/** Everywhere that a person may be, by all that is known of them: an area code says where a number was given out, not where its owner is. */
export interface Places {
  /** Countries (ISO 3166-1); empty: none is known. */
  readonly countries: ReadonlySet<string>
  /** States of the United States (`US-TX`). */
  readonly states: ReadonlySet<string>
  /** Clocks that they may live by (IANA). */
  readonly zones: ReadonlySet<string>
  /** The same for the same countries and states. */
  readonly key: string
}

const EEA = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' '))
/** Country codes of telephone numbers (ITU E.164). */
const DIALLED: Readonly<Record<string, string>> = {
  20: 'EG',
  27: 'ZA',
  30: 'GR',
  31: 'NL',
  32: 'BE',
  33: 'FR',
  34: 'ES',
  36: 'HU',
  39: 'IT',
  40: 'RO',
  41: 'CH',
  43: 'AT',
  44: 'GB',
  45: 'DK',
  46: 'SE',
  47: 'NO',
  48: 'PL',
  49: 'DE',
  51: 'PE',
  52: 'MX',
  54: 'AR',
  55: 'BR',
  56: 'CL',
  57: 'CO',
  60: 'MY',
  61: 'AU',
  62: 'ID',
  63: 'PH',
  64: 'NZ',
  65: 'SG',
  66: 'TH',
  81: 'JP',
  82: 'KR',
  84: 'VN',
  86: 'CN',
  90: 'TR',
  91: 'IN',
  92: 'PK',
  234: 'NG',
  254: 'KE',
  351: 'PT',
  352: 'LU',
  353: 'IE',
  354: 'IS',
  356: 'MT',
  357: 'CY',
  358: 'FI',
  359: 'BG',
  370: 'LT',
  371: 'LV',
  372: 'EE',
  380: 'UA',
  381: 'RS',
  385: 'HR',
  386: 'SI',
  420: 'CZ',
  421: 'SK',
  423: 'LI',
  852: 'HK',
  886: 'TW',
  966: 'SA',
  971: 'AE',
  972: 'IL',
}
const ZONE_COUNTRY: ReadonlyMap<string, string> = new Map(
  [
    [
      'US',
      'America/New_York America/Detroit America/Chicago America/Denver America/Boise America/Phoenix America/Los_Angeles America/Anchorage America/Juneau America/Adak Pacific/Honolulu America/Indiana/Indianapolis America/Menominee',
    ],
    [
      'CA',
      'America/Toronto America/Vancouver America/Edmonton America/Winnipeg America/Halifax America/St_Johns America/Regina America/Montreal',
    ],
    ['GB', 'Europe/London'],
    ['CH', 'Europe/Zurich'],
    ['DE', 'Europe/Berlin'],
    ['FR', 'Europe/Paris'],
    ['ES', 'Europe/Madrid'],
    ['IT', 'Europe/Rome'],
    ['NL', 'Europe/Amsterdam'],
    ['BE', 'Europe/Brussels'],
    ['AT', 'Europe/Vienna'],
    ['IE', 'Europe/Dublin'],
    ['PT', 'Europe/Lisbon'],
    ['SE', 'Europe/Stockholm'],
    ['FI', 'Europe/Helsinki'],
    ['DK', 'Europe/Copenhagen'],
    ['NO', 'Europe/Oslo'],
    ['PL', 'Europe/Warsaw'],
    ['CZ', 'Europe/Prague'],
    ['HU', 'Europe/Budapest'],
    ['GR', 'Europe/Athens'],
    ['RO', 'Europe/Bucharest'],
    ['BG', 'Europe/Sofia'],
    ['HR', 'Europe/Zagreb'],
    ['SI', 'Europe/Ljubljana'],
    ['SK', 'Europe/Bratislava'],
    ['LT', 'Europe/Vilnius'],
    ['LV', 'Europe/Riga'],
    ['EE', 'Europe/Tallinn'],
    ['LU', 'Europe/Luxembourg'],
    ['MT', 'Europe/Malta'],
    ['AU', 'Australia/Sydney'],
    ['JP', 'Asia/Tokyo'],
    ['IN', 'Asia/Kolkata'],
    ['SG', 'Asia/Singapore'],
  ].flatMap(([country, zones]) => zones!.split(' ').map((zone) => [zone, country!] as const)),
)
const COUNTRY_NAMES: Readonly<Record<string, string>> = {
  'united states': 'US',
  'united states of america': 'US',
  usa: 'US',
  canada: 'CA',
  'united kingdom': 'GB',
  germany: 'DE',
  france: 'FR',
  norway: 'NO',
}

/** What is read of a person: attributes by name, and their telephone numbers in E.164. */
export interface Known {
  readonly attribute: (name: string) => Json | undefined
  readonly phones: readonly string[]
}

/** Attributes that name a country, a state, a zone; addresses may be objects (`address.state`). */
const COUNTRY = ['country', 'country_code']
const STATE = ['state', 'region', 'shipping_state', 'billing_state']
const ZONE = ['timezone', 'device_timezone', 'last_timezone']
const ADDRESSES = ['address', 'shipping_address', 'billing_address']
const NAMES = [...COUNTRY, ...STATE, ...ZONE, ...ADDRESSES]

/** Many people share a place, and places are asked of each message. */
const found = new Map<string, Places>()
const REMEMBERED = 5_000

export function placesOf(known: Known): Places {
  const name = nameOf(known)
  const held = found.get(name)
  if (held) return held
  if (found.size >= REMEMBERED) found.clear()
  const made = placesIn(known)
  found.set(name, made)
  return made
}

/** Each value with its length or in JSON, so that no two people with different values have one name. */
function nameOf({ attribute, phones }: Known): string {
  let name = ''
  for (const each of NAMES) {
    const value = attribute(each)
    if (value === undefined) name += '~'
    else name += typeof value === 'string' ? `${value.length}:${value}` : `${JSON.stringify(value)};`
  }
  for (const phone of phones) name += phone.slice(0, 5)
  return name
}

function placesIn({ attribute, phones }: Known): Places {
  const countries = new Set<string>()
  const states = new Set<string>()
  const zones = new Set<string>()
  const inside = (names: readonly string[], fields: readonly string[]): string[] =>
    [...names.map(attribute), ...ADDRESSES.map(attribute).flatMap((address) => fields.map((field) => fieldOf(address, field)))].flatMap(
      (value) => (typeof value === 'string' && value.trim() !== '' ? [value.trim()] : []),
    )
  for (const text of inside(COUNTRY, ['country', 'country_code'])) {
    const country = /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : COUNTRY_NAMES[text.toLowerCase()]
    if (country) countries.add(country === 'UK' ? 'GB' : country)
  }
  for (const phone of phones) fromPhone(phone, { countries, states, zones })
  for (const zone of inside(ZONE, [])) {
    if (!isKnown(zone)) continue
    zones.add(zone)
    const country = ZONE_COUNTRY.get(zone)
    if (country) countries.add(country)
  }
  for (const text of inside(STATE, ['state', 'region'])) addState(text, { countries, states, zones })
  return { countries, states, zones, key: [...countries, ...states].sort().join(' ') }
}

/** Asking the zone data costs more than all the rest. */
const checked = new Map<string, boolean>()
function isKnown(zone: string): boolean {
  const held = checked.get(zone)
  if (held !== undefined) return held
  if (checked.size > 1_000) checked.clear()
  const known = isZone(zone)
  checked.set(zone, known)
  return known
}

interface Growing {
  readonly countries: Set<string>
  readonly states: Set<string>
  readonly zones: Set<string>
}

function addState(text: string, { countries, states, zones }: Growing): void {
  const state = STATE_NAMES.get(text.toLowerCase()) ?? text.toUpperCase().replace(/^US-/, '')
  const its = STATE_ZONES.get(state)
  // “DE” and “IN” are states and countries: of an address abroad they name a region of there.
  if (!its || (countries.size > 0 && !countries.has('US'))) return
  countries.add('US')
  states.add(`US-${state}`)
  // A clock of theirs in that state is a better one than all clocks of the state.
  if (!its.some((zone) => zones.has(zone))) for (const zone of its) zones.add(zone)
}

function fromPhone(phone: string, { countries, states, zones }: Growing): void {
  if (!phone.startsWith('+')) return
  if (phone.startsWith('+1')) {
    const area = areaOf(phone.slice(2, 5))
    if (!area) return
    countries.add(area.country)
    if (area.state) states.add(`US-${area.state}`)
    for (const zone of area.zones) zones.add(zone)
    return
  }
  const country = DIALLED[phone.slice(1, 4)] ?? DIALLED[phone.slice(1, 3)]
  if (country) countries.add(country)
}

function fieldOf(value: Json | undefined, field: string): Json | undefined {
  const fields = value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined
  return fields && Object.hasOwn(fields, field) ? fields[field] : undefined
}

/** Whether a rule of that place may hold for the person. Only what is known to be elsewhere is free of it. */
export function mayHold(jurisdiction: string, { countries, states }: Pick<Places, 'countries' | 'states'>): boolean {
  if (jurisdiction === 'any' || countries.size === 0) return true
  if (jurisdiction === 'EEA') return [...countries].some((country) => EEA.has(country))
  const [country = '', state] = jurisdiction.split('-')
  if (!countries.has(country)) return false
  return state === undefined || states.size === 0 || states.has(jurisdiction)
}
