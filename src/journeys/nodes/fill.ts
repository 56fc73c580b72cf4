import { at, type Json } from '#lib/json.ts'

const PLACE = /\{\{\s*([a-z_]\w*(?:\.\w+)*)\s*(?:\|\s*default:\s*(?:"([^"]*)"|'([^']*)')\s*)?\}\}/gi

/** Fills `{{ profile.name }}` and `{{ entry.properties.total | default: "nothing" }}` in; what is missing is left empty. */
export function fill(text: string, data: Json): string {
  return text.replace(PLACE, (...found: readonly (string | undefined)[]) => {
    const [, path = '', double, single] = found
    const value = at(data, path.split('.'))
    if (value === undefined || value === null || value === '') return double ?? single ?? ''
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  })
}

/** What stands in braces and cannot be filled in: filters, tags, roots that do not exist. */
export function unfillable(text: string): string[] {
  const left = text.replace(PLACE, (whole, path: string) => (/^(?:profile|entry|run)\./.test(path) ? '' : whole))
  return left.match(/\{\{.*?\}\}|\{%.*?%\}|\{\{|\{%/gs) ?? []
}
