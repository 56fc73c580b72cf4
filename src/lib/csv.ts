export type CsvCell = string | number | boolean | null | undefined

/** First in a file, so that spreadsheets read it as UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF'

/**
 * A cell of CSV (RFC 4180). A text that a spreadsheet would take for a formula is kept from it with an apostrophe: names, notes and
 * campaigns come from outside (OWASP, CSV injection). A number stays one, with its sign.
 */
export function csvCell(value: CsvCell): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csvLine = (cells: readonly CsvCell[]): string => `${cells.map(csvCell).join(',')}\r\n`
