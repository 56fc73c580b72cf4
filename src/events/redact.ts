import type { Json } from '#lib/json.ts'

/** Names whose values nobody should see on a screen or in a log: what opens doors, and what pays. */
const SECRET =
  /pass(?:word|wd|phrase|code)|secret|token|api[-_]?key|write[-_]?key|authorization|cookie|session[-_]?id|card[-_]?(?:number|no)|cvv|cvc|iban|\bpin\b/i
/** Numbers of payment cards, wherever they stand. */
const CARD = /\b(?:\d[ -]?){13,19}\b/g
export const HIDDEN = '•••'
const DEEPEST = 32

export interface Hiding {
  /** Paths that the plan calls sensitive: `customer.ssn`, `items[].note`. */
  readonly paths?: ReadonlySet<string>
}

/** The same value with what nobody should see replaced by `•••`. */
export const redacted = (value: Json, { paths = new Set() }: Hiding = {}): Json => hide(value, { paths, at: '', depth: 0 })

interface Place {
  readonly paths: ReadonlySet<string>
  readonly at: string
  readonly depth: number
}

function hide(value: Json, { paths, at, depth }: Place): Json {
  if (depth > DEEPEST) return HIDDEN
  if (typeof value === 'string') return value.replace(CARD, (digits) => (passesLuhn(digits.replace(/\D/g, '')) ? HIDDEN : digits))
  if (Array.isArray(value)) return value.map((each) => hide(each as Json, { paths, at: `${at}[]`, depth: depth + 1 }))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => {
      const path = at === '' ? name : `${at}.${name}`
      const secret = paths.has(path) || (SECRET.test(name) && inside !== null)
      return [name, secret ? HIDDEN : hide(inside as Json, { paths, at: path, depth: depth + 1 })]
    }),
  )
}

// Luhn 1960: order numbers that only look like a card stay readable.
function passesLuhn(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const twice = i % 2 === 1 ? digit * 2 : digit
    sum += twice > 9 ? twice - 9 : twice
  }
  return sum % 10 === 0
}
