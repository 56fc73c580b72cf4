/** A number as people write it: `1,204`, `73.5`, `0.084`. */
export function figure(value: number): string {
  const size = Math.abs(value)
  const places =
    size >= 100 || Number.isInteger(value)
      ? 0
      : size >= 10
        ? 1
        : size >= 1
          ? 2
          : size === 0
            ? 0
            : Math.min(6, 2 - Math.floor(Math.log10(size)))
  const [whole = '', rest] = size.toFixed(places).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const decimals = rest?.replace(/0+$/, '') ?? ''
  const text = decimals === '' ? grouped : `${grouped}.${decimals}`
  return value < 0 && text !== '0' ? `−${text}` : text
}

export const percent = (share: number): string => `${figure(Math.round(share * 1_000) / 10)} %`

/** A chance in whole percent, never quite none and never quite sure. */
export const chanceText = (chance: number): string =>
  chance < 0.01 ? 'below 1 %' : chance > 0.99 ? 'above 99 %' : `${Math.round(chance * 100)} %`

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** `2026-03-31` as “31 March 2026”. */
export function dayText(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return `${date} ${MONTHS[month! - 1]} ${year}`
}
