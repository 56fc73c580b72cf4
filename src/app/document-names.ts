import type { Json } from '#lib/json.ts'

/** Parts that name a document of another kind than their name says. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'coupon-pool': ['pool', 'coupon', 'couponPool'],
  'product-feed': ['feed', 'catalogue'],
  'contact-policy': ['policy'],
  calendar: ['except', 'calendar', 'calendars'],
  goal: ['serves', 'goal', 'goals'],
  metric: ['metric', 'metrics', 'primary', 'guardrails'],
  provider: ['provider', 'sender', 'providers'],
}
const camel = (kind: string): string => kind.replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())

/** JSON pointers to where a document's body names another: in a part called by its kind, or in a condition or an event's name. */
export function namesIn(body: Json, { kind, id }: { readonly kind: string; readonly id: string }): string[] {
  const called = new Set([kind, camel(kind), `${camel(kind)}s`, ...(CALLED[kind] ?? [])])
  const asked = [`${kind}("${id}")`, `${kind}('${id}')`]
  const events = new Set([`${kind}.entered:${id}`, `${kind}.left:${id}`])
  const found: string[] = []
  const visit = (value: Json, at: string, names: readonly string[]): void => {
    if (typeof value === 'string') {
      const named = value === id && names.some((name) => called.has(name))
      if (named || events.has(value) || asked.some((way) => value.includes(way))) found.push(at)
    } else if (Array.isArray(value)) {
      for (const [i, each] of value.entries()) visit(each as Json, `${at}/${i}`, names)
    } else if (value !== null && typeof value === 'object') {
      for (const [name, each] of Object.entries(value))
        visit(each as Json, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, [...names.slice(-1), name])
    }
  }
  visit(body, '', [])
  return found
}
