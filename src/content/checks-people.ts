import type { Json, JsonObject } from '#lib/json.ts'
import { type Finding, warning } from './finding.ts'
import { isServed, localeOf } from './locales.ts'

/** A name that a text prints. */
export interface Printed {
  /** Such as `profile.first_name`. */
  readonly name: string
  readonly at: string
}

const OUTPUT = /\{\{-?((?:"[^"]*"|'[^']*'|[^"'{}])*)\}\}/g
const TAG = /\{%-?((?:"[^"]*"|'[^']*'|[^"'%])*)%\}/g
const QUOTED = /"[^"]*"|'[^']*'/g
const NAME = /\bprofile((?:\.[a-z_][a-z0-9_]*)+)/gi

/** Attributes of the person that are printed as they are: no default stands behind them, and no condition of the text asks for them. */
export function printedBare(sources: Readonly<Record<string, string>>): Printed[] {
  const found = new Map<string, Printed>()
  for (const [at, text] of Object.entries(sources)) {
    const asked = new Set([...text.matchAll(TAG)].flatMap(([, inside = '']) => [...inside.matchAll(NAME)].map(([name]) => name)))
    for (const [, inside = ''] of text.matchAll(OUTPUT)) {
      if (/\|\s*default\b/.test(inside)) continue
      const name = NAME.exec(inside.replace(QUOTED, '""'))?.[0]
      NAME.lastIndex = 0
      if (name !== undefined && !asked.has(name) && !found.has(name)) found.set(name, { name, at })
    }
  }
  return [...found.values()]
}

/** How many of these people would read a gap: the attribute is missing or empty. */
export function checkGaps(printed: readonly Printed[], people: readonly JsonObject[]): Finding[] {
  if (people.length === 0) return []
  return printed.flatMap(({ name, at }) => {
    const missing = people.filter((person) => isEmpty(valueAt(person, name.split('.').slice(1)))).length
    if (missing === 0) return []
    const title = `${missing} of ${people.length} people have no ${name}`
    const hint =
      missing === people.length
        ? `Nobody has it: check how it is called, or give a default: {{ ${name} | default: "…" }}.`
        : `They would read a gap. Give a default: {{ ${name} | default: "…" }}.`
    return [warning({ code: 'variable.gap', title, hint, at, share: missing / people.length })]
  })
}

const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === ''

const valueAt = (person: JsonObject, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, name) => {
    const inside = value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined
    return inside && Object.hasOwn(inside, name) ? inside[name] : undefined
  }, person)

/** How many of these people want a language that the message is not written in. */
export function checkLanguages(
  people: readonly JsonObject[],
  { own, offered }: { own: string | undefined; offered: readonly string[] },
): Finding[] {
  const wanted = new Map<string, number>()
  for (const person of people) {
    const locale = localeOf(person)
    if (locale === undefined || isServed(locale, own ?? 'en', offered)) continue
    const language = locale.split(/[-_]/)[0]!.toLowerCase()
    wanted.set(language, (wanted.get(language) ?? 0) + 1)
  }
  return [...wanted]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([language, count]) =>
      warning({
        code: 'locale.missing',
        title: `${count} of ${people.length} people read “${language}” and would get ${own ?? 'the default'}`,
        hint: `Add locales.${language}.`,
        at: '/locales',
        share: count / people.length,
      }),
    )
}
