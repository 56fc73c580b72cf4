import type { Chart, ChartOf } from './chart.ts'
import { dayTicks, linear, ticks } from './scale.ts'
import { written } from './written.ts'

export interface Sheet {
  readonly width: number
  readonly height: number
}

/** Told apart also by people who do not see red and green alike (Okabe & Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'] as const
const INK = '#171b17'
const SOFT = '#4a524b'
const LINE = '#d5d9d4'
const FONT = 'font-family="DejaVu Sans, sans-serif"'

/** A chart as SVG, for pages and files alike. */
export function draw(chart: Chart, sheet: Sheet): string {
  const body = chart.kind === 'bars' ? bars(chart, sheet) : chart.kind === 'lines' ? lines(chart, sheet) : heat(chart, sheet)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${sheet.height}" viewBox="0 0 ${sheet.width} ${sheet.height}" role="img" aria-label="${escaped(chart.title)}"><rect width="100%" height="100%" fill="#fff"/>${text(chart.title, { x: 16, y: 24, size: 14, weight: 700 })}${body}</svg>`
}

const TOP = 44

interface Words {
  readonly x: number
  readonly y: number
  readonly size?: number
  readonly weight?: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly colour?: string
}

const text = (words: string, { x, y, size = 11, weight = 400, anchor = 'start', colour = INK }: Words): string =>
  `<text x="${round(x)}" y="${round(y)}" ${FONT} font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour}">${escaped(words)}</text>`
const round = (value: number): number => Math.round(value * 100) / 100
const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
/** DejaVu Sans is about 0.6 em wide. */
const widthOf = (words: string, size = 11): number => words.length * size * 0.6
const cut = (words: string, most: number): string => (words.length > most ? `${words.slice(0, most - 1)}…` : words)

interface Stroke {
  readonly colour?: string
  readonly width?: number
  readonly dash?: string
}
const line = ([x1, y1, x2, y2]: readonly [number, number, number, number], { colour = LINE, width = 1, dash }: Stroke = {}): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`

function nothing({ width, height }: Sheet): string {
  return text('Nothing to show yet.', { x: width / 2, y: height / 2, anchor: 'middle', colour: SOFT })
}

function bars({ bars, format }: ChartOf<'bars'>, sheet: Sheet): string {
  if (bars.length === 0) return nothing(sheet)
  const labels = bars.map(({ label }) => cut(label, 28))
  const left = 24 + Math.max(...labels.map((label) => widthOf(label)))
  const right = sheet.width - 90
  const reach = bars.flatMap(({ value, low = value, high = value }) => [value, low, high])
  const marks = ticks(Math.min(0, ...reach), Math.max(0, ...reach), 4)
  const x = linear([marks[0]!, marks.at(-1)!], [left, right])
  const bottom = sheet.height - 28
  const row = (bottom - TOP) / bars.length
  const grid = marks
    .map(
      (mark) =>
        line([x(mark), TOP, x(mark), bottom], { colour: mark === 0 ? SOFT : LINE }) +
        text(written(mark, format), { x: x(mark), y: bottom + 16, anchor: 'middle', colour: SOFT }),
    )
    .join('')
  const drawn = bars.map(({ value, low, high }, i) => {
    const middle = TOP + row * (i + 0.5)
    const thick = Math.min(22, row * 0.6)
    const bar = `<rect x="${round(Math.min(x(0), x(value)))}" y="${round(middle - thick / 2)}" width="${round(Math.abs(x(value) - x(0)))}" height="${round(thick)}" fill="${COLOURS[0]}"/>`
    const whisker = low === undefined || high === undefined ? '' : interval(x(low), x(high), middle)
    const end = Math.max(x(value), x(high ?? value), x(0)) + 8
    return (
      bar +
      whisker +
      text(labels[i]!, { x: left - 8, y: middle + 4, anchor: 'end' }) +
      text(written(value, format), { x: end, y: middle + 4 })
    )
  })
  return grid + drawn.join('')
}

const interval = (from: number, to: number, y: number): string =>
  line([from, y, to, y], { colour: INK, width: 2 }) +
  line([from, y - 5, from, y + 5], { colour: INK, width: 2 }) +
  line([to, y - 5, to, y + 5], { colour: INK, width: 2 })

function lines({ series, format, x: kind, xLabel, mark }: ChartOf<'lines'>, sheet: Sheet): string {
  const points = series.flatMap((one) => one.points)
  if (points.length === 0) return nothing(sheet)
  const ys = [...points.flatMap(({ y, low = y, high = y }) => [y, low, high]), ...(mark ? [mark.y] : [])]
  const yMarks = ticks(Math.min(...ys), Math.max(...ys))
  const from = Math.min(...points.map(({ x }) => x))
  const to = Math.max(...points.map(({ x }) => x))
  const left = 20 + Math.max(...yMarks.map((each) => widthOf(written(each, format))))
  const [right, bottom] = [sheet.width - 20, sheet.height - 62]
  const x = linear([from, to], [left, right])
  const y = linear([yMarks[0]!, yMarks.at(-1)!], [bottom, TOP])
  const xMarks = kind === 'time' ? dayTicks(from, to) : ticks(from, to).filter((each) => each >= from && each <= to)
  const grid =
    yMarks
      .map(
        (each) =>
          line([left, y(each), right, y(each)], { colour: each === 0 ? SOFT : LINE }) +
          text(written(each, format), { x: left - 6, y: y(each) + 4, anchor: 'end', colour: SOFT }),
      )
      .join('') +
    xMarks.map((each) => text(written(each, kind), { x: x(each), y: bottom + 16, anchor: 'middle', colour: SOFT })).join('') +
    text(xLabel, { x: (left + right) / 2, y: bottom + 32, anchor: 'middle', colour: SOFT })
  const limit = mark
    ? line([left, y(mark.y), right, y(mark.y)], { colour: INK, dash: '4 3' }) +
      text(mark.label, { x: right, y: y(mark.y) - 5, anchor: 'end' })
    : ''
  const drawn = series.map(({ points }, i) => band(points, { x, y, colour: colourOf(i) }) + path(points, { x, y, colour: colourOf(i) }))
  return (
    grid +
    drawn.join('') +
    limit +
    legend(
      series.map(({ name }) => name),
      { left, y: sheet.height - 14 },
    )
  )
}

const colourOf = (i: number): string => COLOURS[i % COLOURS.length]!

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

function legend(names: readonly string[], { left, y }: { left: number; y: number }): string {
  let x = left
  return names
    .map((name, i) => {
      const at = x
      x += 30 + widthOf(cut(name, 32))
      return `<rect x="${round(at)}" y="${y - 9}" width="10" height="10" fill="${colourOf(i)}"/>${text(cut(name, 32), { x: at + 15, y })}`
    })
    .join('')
}

function heat({ rows, columns, cells, format }: ChartOf<'heat'>, sheet: Sheet): string {
  const known = cells.flat().filter((value) => value !== null)
  if (known.length === 0) return nothing(sheet)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const left = 20 + Math.max(...rows.map((row) => widthOf(cut(row, 24))))
  const wide = (sheet.width - left - 20) / columns.length
  const tall = (sheet.height - TOP - 30) / rows.length
  const every = Math.ceil((Math.max(...columns.map((column) => widthOf(column))) + 8) / wide)
  const heads = columns.map((column, i) =>
    i % every === 0 ? text(column, { x: left + wide * (i + 0.5), y: TOP + 8, anchor: 'middle', colour: SOFT }) : '',
  )
  const body = rows.map((row, r) => {
    const y = TOP + 14 + tall * r
    const boxes = columns.map((_, c) => cell(cells[r]?.[c] ?? null, { x: left + wide * c, y, wide, tall, low, high, format }))
    return text(cut(row, 24), { x: left - 8, y: y + tall / 2 + 4, anchor: 'end' }) + boxes.join('')
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
}

function cell(value: number | null, { x, y, wide, tall, low, high, format }: Cell): string {
  if (value === null) return ''
  const depth = high === low ? 0.5 : (value - low) / (high - low)
  const words = written(value, format)
  const fits = wide > widthOf(words, 9) + 4 && tall > 11
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(wide - 1)}" height="${round(tall - 1)}" fill="${COLOURS[0]}" fill-opacity="${round(0.06 + 0.94 * depth)}"/>${fits ? text(words, { x: x + wide / 2, y: y + tall / 2 + 3, size: 9, anchor: 'middle', colour: depth > 0.5 ? '#fff' : INK }) : ''}`
}
