import type { Language } from '#lib/language.ts'
import { cellText } from './cells.ts'
import type { Chart, ChartOf } from './chart.ts'
import type { Codes } from './column.ts'
import { dayTicks, linear, ticks } from './scale.ts'
import { written } from './written.ts'

export interface Sheet {
  readonly width: number
  readonly height: number
}

/** Colours and letters that a chart is drawn with. */
export interface Look {
  readonly paper: string
  readonly ink: string
  readonly soft: string
  readonly line: string
  /** One for each series; also told apart by people who do not see red and green alike. */
  readonly series: readonly [string, ...string[]]
  /** The deepest cell of a heat map, and what is written on it. */
  readonly heat: string
  readonly onHeat: string
  readonly font: string
  /** Width of a letter in em, at most. */
  readonly em: number
  /** Left out: English. */
  readonly language?: Language
}

/** For files, which are printed: Okabe & Ito (2008). */
export const PRINT: Look = {
  paper: '#fff',
  ink: '#171b17',
  soft: '#4a524b',
  line: '#d5d9d4',
  series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'],
  heat: '#0072b2',
  onHeat: '#fff',
  font: 'DejaVu Sans, sans-serif',
  em: 0.6,
}

/** For pages: each is a custom property of the page, so that a change of theme needs no new drawing. */
export const SCREEN: Look = {
  paper: 'none',
  ink: 'var(--ink)',
  soft: 'var(--ink-2)',
  line: 'var(--line)',
  series: ['var(--chart-1)', 'var(--chart-2)', 'var(--chart-3)', 'var(--chart-4)', 'var(--chart-5)', 'var(--chart-6)'],
  heat: 'var(--chart-heat)',
  onHeat: 'var(--chart-on-heat)',
  font: 'inherit',
  em: 0.53,
}

/** What every part of a drawing knows. */
interface On extends Sheet {
  readonly look: Look
}

/** A chart as SVG, for pages and files alike. */
export function draw(chart: Chart, sheet: Sheet, look: Look = PRINT): string {
  const { width, height } = sheet
  const on = { width, height, look }
  const body = bodyOf(chart, on)
  const title = text(cut(chart.title, Math.floor((width - 32) / (14 * look.em))), { x: 16, y: 24, size: 14, weight: 700 })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)}" font-family="${look.font}" fill="${look.ink}"><rect width="100%" height="100%" fill="${look.paper}"/>${title}${body}</svg>`
}

function bodyOf(chart: Chart, on: On): string {
  switch (chart.kind) {
    case 'bars':
      return bars(chart, on)
    case 'stacks':
      return stacks(chart, on)
    case 'lines':
      return lines(chart, on)
    case 'heat':
      return heat(chart, on)
  }
}

const TOP = 44

const named = (label: string, codes: Codes | undefined, { language = 'en' }: Look): string =>
  codes === undefined ? label : cellText(label, { type: 'text', codes }, language)

interface Words {
  readonly x: number
  readonly y: number
  readonly size?: number
  readonly weight?: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly colour?: string
}

const text = (words: string, { x, y, size = 11, weight = 400, anchor = 'start', colour }: Words): string =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}"${colour === undefined ? '' : ` fill="${colour}"`}>${escaped(words)}</text>`
const round = (value: number): number => Math.round(value * 100) / 100
const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
/** DejaVu Sans is about 0.6 em wide. */
const EM = 0.6
const widthOf = (words: string, size = 11): number => words.length * size * EM
/** Letters of a name beside a chart: no more than leave the chart its room. */
const lettersOf = (sheet: Sheet, most: number): number => Math.max(6, Math.min(most, Math.floor((sheet.width * 0.38) / (11 * EM))))
/** How many marks to leave out so that those shown stand apart. */
const everyOf = (marks: readonly string[], room: number): number =>
  Math.max(1, Math.ceil((marks.length * (Math.max(0, ...marks.map((mark) => widthOf(mark))) + 8)) / Math.max(1, room)))
const cut = (words: string, most: number): string => (words.length > most ? `${words.slice(0, most - 1)}…` : words)

interface Stroke {
  readonly colour: string
  readonly width?: number
  readonly dash?: string
}
const line = ([x1, y1, x2, y2]: readonly [number, number, number, number], { colour, width = 1, dash }: Stroke): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`

export const NOTHING: Readonly<Record<Language, string>> = { en: 'Nothing to show yet.', de: 'Noch gibt es nichts zu zeigen.' }
function nothing({ width, height, look }: On): string {
  return text(NOTHING[look.language ?? 'en'], { x: width / 2, y: height / 2, anchor: 'middle', colour: look.soft })
}

function bars({ bars, format, codes }: ChartOf<'bars'>, sheet: On): string {
  if (bars.length === 0) return nothing(sheet)
  const { look } = sheet
  const labels = bars.map(({ label }) => cut(named(label, codes, look), lettersOf(sheet, 28)))
  const left = 24 + Math.max(...labels.map((label) => widthOf(label)))
  const right = sheet.width - 90
  const reach = bars.flatMap(({ value, from = 0, low = value, high = value }) => [from, from + value, from + low, from + high])
  const marks = ticks(Math.min(0, ...reach), Math.max(0, ...reach), 4)
  const x = linear([marks[0]!, marks.at(-1)!], [left, right])
  const bottom = sheet.height - 28
  const row = (bottom - TOP) / bars.length
  const names = marks.map((mark) => written(mark, format, look.language))
  const every = everyOf(names, right - left)
  const grid = marks
    .map(
      (mark, i) =>
        line([x(mark), TOP, x(mark), bottom], { colour: mark === 0 ? look.soft : look.line }) +
        (i % every === 0 ? text(names[i]!, { x: x(mark), y: bottom + 16, anchor: 'middle', colour: look.soft }) : ''),
    )
    .join('')
  const drawn = bars.map(({ value, low, high, from = 0 }, i) => {
    const middle = TOP + row * (i + 0.5)
    const thick = Math.min(22, row * 0.6)
    const bar = `<rect x="${round(Math.min(x(from), x(from + value)))}" y="${round(middle - thick / 2)}" width="${round(Math.abs(x(from + value) - x(from)))}" height="${round(thick)}" fill="${look.series[0]}"/>`
    const whisker = low === undefined || high === undefined ? '' : interval([x(low), x(high)], middle, look.ink)
    const end = Math.max(x(from + value), x(from + (high ?? value)), x(from)) + 8
    return (
      bar +
      whisker +
      text(labels[i]!, { x: left - 8, y: middle + 4, anchor: 'end' }) +
      text(written(value, format, look.language), { x: end, y: middle + 4 })
    )
  })
  return grid + drawn.join('')
}

/** Bars of parts, with the names of the parts below. */
function stacks({ parts, bars, format, codes }: ChartOf<'stacks'>, sheet: On): string {
  if (bars.length === 0) return nothing(sheet)
  const { look } = sheet
  const labels = bars.map(({ label }) => cut(label, lettersOf(sheet, 28)))
  const left = 24 + Math.max(...labels.map((label) => widthOf(label)))
  const right = sheet.width - 90
  const sums = bars.map((bar) => bar.parts.reduce((sum, part) => sum + part, 0))
  const x = linear([0, Math.max(Number.EPSILON, ...sums)], [left, right])
  const legends = legendOf(
    parts.map((part) => named(part, codes, look)),
    { left: 16, right: sheet.width - 16 },
  )
  const bottom = sheet.height - 14 - legends.rows * LEGEND_ROW
  const row = (bottom - TOP) / bars.length
  const drawn = bars.map((bar, i) => {
    const middle = TOP + row * (i + 0.5)
    const thick = Math.min(22, row * 0.6)
    let at = 0
    const boxes = bar.parts.map((part, p) => {
      const box = `<rect x="${round(x(at))}" y="${round(middle - thick / 2)}" width="${round(x(at + part) - x(at))}" height="${round(thick)}" fill="${colourOf(look, p)}"/>`
      at += part
      return box
    })
    return (
      boxes.join('') +
      text(labels[i]!, { x: left - 8, y: middle + 4, anchor: 'end' }) +
      text(written(sums[i]!, format, look.language), { x: x(sums[i]!) + 8, y: middle + 4 })
    )
  })
  return drawn.join('') + legend(legends, sheet)
}

const interval = ([from, to]: readonly [number, number], y: number, colour: string): string =>
  line([from, y, to, y], { colour, width: 2 }) +
  line([from, y - 5, from, y + 5], { colour, width: 2 }) +
  line([to, y - 5, to, y + 5], { colour, width: 2 })

function lines({ series, format, x: kind, xLabel, mark, notes = [] }: ChartOf<'lines'>, sheet: On): string {
  const points = series.flatMap((one) => one.points)
  if (points.length === 0) return nothing(sheet)
  const ys = [...points.flatMap(({ y, low = y, high = y }) => [y, low, high]), ...(mark ? [mark.y] : [])]
  const yMarks = ticks(Math.min(...ys), Math.max(...ys))
  const from = Math.min(...points.map(({ x }) => x))
  const to = Math.max(...points.map(({ x }) => x))
  const { look } = sheet
  const left = 20 + Math.max(...yMarks.map((each) => widthOf(written(each, format, look.language))))
  const named = legendOf(
    series.map(({ name }) => name),
    { left, right: sheet.width - 20 },
  )
  const [right, bottom] = [sheet.width - 20, sheet.height - 62 - (named.rows - 1) * LEGEND_ROW]
  const x = linear([from, to], [left, right])
  const y = linear([yMarks[0]!, yMarks.at(-1)!], [bottom, TOP])
  const xMarks = kind === 'time' ? dayTicks(from, to) : ticks(from, to).filter((each) => each >= from && each <= to)
  const xNames = xMarks.map((each) => written(each, kind, look.language))
  const every = everyOf(xNames, right - left)
  const grid =
    yMarks
      .map(
        (each) =>
          line([left, y(each), right, y(each)], { colour: each === 0 ? look.soft : look.line }) +
          text(written(each, format, look.language), { x: left - 6, y: y(each) + 4, anchor: 'end', colour: look.soft }),
      )
      .join('') +
    xNames
      .map((name, i) => (i % every === 0 ? text(name, { x: x(xMarks[i]!), y: bottom + 16, anchor: 'middle', colour: look.soft }) : ''))
      .join('') +
    text(xLabel, { x: (left + right) / 2, y: bottom + 32, anchor: 'middle', colour: look.soft })
  const limit = mark
    ? line([left, y(mark.y), right, y(mark.y)], { colour: look.ink, dash: '4 3' }) +
      text(mark.label, { x: right, y: y(mark.y) - 5, anchor: 'end' })
    : ''
  const drawn = series.map(({ points }, i) => {
    const placing = { x, y, colour: colourOf(look, i) }
    return band(points, placing) + path(points, placing)
  })
  const noted = notes
    .filter((note) => note.x >= from && note.x <= to)
    .map(
      (note) =>
        line([x(note.x), TOP, x(note.x), bottom], { colour: look.soft, dash: '2 3' }) +
        text(cut(note.label, 18), {
          x: x(note.x),
          y: TOP - 5,
          anchor: x(note.x) > (left + right) / 2 ? 'end' : 'start',
          colour: look.soft,
          size: 10,
        }),
    )
  return grid + noted.join('') + drawn.join('') + limit + legend(named, sheet)
}

/** The names of series or parts below a chart. */
const legend = ({ places, rows }: ReturnType<typeof legendOf>, { height, look }: On): string =>
  places
    .map(({ name, x: at, row }, i) => {
      const base = height - 14 - (rows - 1 - row) * LEGEND_ROW
      return `<rect x="${round(at)}" y="${base - 9}" width="10" height="10" fill="${colourOf(look, i)}"/>${text(name, { x: at + 15, y: base })}`
    })
    .join('')

const colourOf = ({ series }: Look, i: number): string => series[i % series.length]!

interface Placing {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly colour: string
}
type Points = ChartOf<'lines'>['series'][number]['points']

const path = (points: Points, { x, y, colour }: Placing): string =>
  points.length === 1
    ? `<circle cx="${round(x(points[0]!.x))}" cy="${round(y(points[0]!.y))}" r="3" fill="${colour}"/>`
    : `<path d="${points.map((point, i) => `${i === 0 ? 'M' : 'L'}${round(x(point.x))} ${round(y(point.y))}`).join('')}" fill="none" stroke="${colour}" stroke-width="2"/>`

function band(points: Points, { x, y, colour }: Placing): string {
  const known = points.filter(({ low, high }) => low !== undefined && high !== undefined)
  if (known.length < 2) return ''
  const edge = [
    ...known.map((point) => [point.x, point.high!] as const),
    ...known.toReversed().map((point) => [point.x, point.low!] as const),
  ]
  return `<path d="${edge.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${round(x(px))} ${round(y(py))}`).join('')}Z" fill="${colour}" fill-opacity="0.15"/>`
}

const LEGEND_ROW = 16

/** Where the names of the series stand: as many to a row as there is room for. */
function legendOf(names: readonly string[], { left, right }: { left: number; right: number }) {
  let [x, row] = [left, 0]
  const places = names.map((full) => {
    const name = cut(full, 32)
    const wide = 30 + widthOf(name)
    if (x > left && x + wide > right) [x, row] = [left, row + 1]
    const at = x
    x += wide
    return { name, x: at, row }
  })
  return { places, rows: row + 1 }
}

function heat({ rows, columns, cells, format }: ChartOf<'heat'>, sheet: On): string {
  const known = cells.flat().filter((value) => value !== null)
  if (known.length === 0) return nothing(sheet)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const { look } = sheet
  const names = rows.map((row) => cut(row, lettersOf(sheet, 24)))
  const left = 20 + Math.max(...names.map((name) => widthOf(name)))
  const wide = (sheet.width - left - 20) / columns.length
  const tall = (sheet.height - TOP - 30) / rows.length
  const every = Math.ceil((Math.max(...columns.map((column) => widthOf(column))) + 8) / wide)
  const heads = columns.map((column, i) =>
    i % every === 0 ? text(column, { x: left + wide * (i + 0.5), y: TOP + 8, anchor: 'middle', colour: look.soft }) : '',
  )
  const body = names.map((name, r) => {
    const y = TOP + 14 + tall * r
    const boxes = columns.map((_, c) => cell(cells[r]?.[c] ?? null, { x: left + wide * c, y, wide, tall, low, high, format, look }))
    return text(name, { x: left - 8, y: y + tall / 2 + 4, anchor: 'end' }) + boxes.join('')
  })
  return heads.join('') + body.join('')
}

interface Cell extends Pick<ChartOf<'heat'>, 'format'> {
  readonly x: number
  readonly y: number
  readonly wide: number
  readonly tall: number
  readonly low: number
  readonly high: number
  readonly look: Look
}

function cell(value: number | null, { x, y, wide, tall, low, high, format, look }: Cell): string {
  if (value === null) return ''
  const depth = high === low ? 0.5 : (value - low) / (high - low)
  const words = written(value, format, look.language)
  const fits = wide > widthOf(words, 9) + 4 && tall > 11
  const box = `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(1, wide - 1))}" height="${round(tall - 1)}" fill="${look.heat}" fill-opacity="${round(0.06 + 0.94 * depth)}"/>`
  // Ink is the more legible on all but the deepest.
  const colour = depth > 0.8 ? look.onHeat : look.ink
  return box + (fits ? text(words, { x: x + wide / 2, y: y + tall / 2 + 3, size: 9, anchor: 'middle', colour }) : '')
}
