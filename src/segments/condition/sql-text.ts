/** A ClickHouse string literal on one line, whatever the text holds. */
export function quote(text: string): string {
  return `'${text.replace(/[\\'\0\n\r\t\b]/g, (found) => ESCAPES[found]!)}'`
}
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
}

/** A Float64 literal: without the point ClickHouse would reckon in integers, which wrap. */
export function float(value: number): string {
  const text = String(value)
  const literal = /^-?\d+$/.test(text) ? `${text}.0` : text
  return value < 0 ? `(${literal})` : literal
}

/**
 * JSON text as ClickHouse can read it. Its parser refuses a whole document over one integer beyond 64 bits, which is how JSON.stringify
 * (and its own JSONExtractArrayRaw) writes 1e20: such integers get a `.0`, texts are left alone.
 */
export const readable = (json: string): string => `${allReadable(`[${json}]`)}[1]`

/** The same of an array of texts. */
export function allReadable(texts: string): string {
  const tokens = `extractAll(j, ${quote('"(?:[^"\\\\]|\\\\.)*"|-?[0-9][0-9.eE+-]*|[^"0-9-]+')})`
  const mended = `arrayStringConcat(arrayMap(k -> if(match(k, '^-?[0-9]{19,}$'), concat(k, '.0'), k), ${tokens}))`
  return `arrayMap(j -> if(match(j, '[0-9]{19}'), ${mended}, j), ${texts})`
}
