import type { Brand } from './brand.ts'

/** Something that looks or sounds different after a brand is published. Texts are as they are written; '' where there is none. */
export interface BrandChange {
  /** Such as `colours.primary`. */
  readonly what: string
  readonly from: string
  readonly to: string
}

/** What is different between two brands, part by part; their names are no look. */
export function brandChanges(before: Brand, after: Brand): BrandChange[] {
  const [from, to] = [partsOf(before), partsOf(after)]
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((what) => {
    const [was, is] = [from.get(what) ?? '', to.get(what) ?? '']
    return was === is ? [] : [{ what, from: was, to: is }]
  })
}

function partsOf({ kind: _kind, id: _id, name: _name, ...brand }: Brand): Map<string, string> {
  const parts = new Map<string, string>()
  const { colours, fonts, logo, footer, voice, ...rest } = brand
  for (const [group, of] of Object.entries({ colours, fonts, logo: logo ?? {} }))
    for (const [name, value] of Object.entries(of)) parts.set(`${group}.${name}`, String(value))
  for (const [name, value] of Object.entries(rest)) parts.set(name, String(value))
  parts.set('footer.text', footer.text ?? '')
  parts.set('footer.social', footer.social.map(({ name, href }) => `${name} ${href}`).join(', '))
  parts.set('voice', JSON.stringify(voice))
  return parts
}
