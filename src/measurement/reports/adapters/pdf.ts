import PDFDocument from 'pdfkit'
import type { Language } from '#lib/language.ts'
import { cellText } from '../cells.ts'
import { NOTHING } from '../draw.ts'
import { FILE_WORDS } from '../file-words.ts'
import { partsOf } from '../paper.ts'
import type { Column, Table, Told } from '../told.ts'
import { written } from '../written.ts'
import { FONT, png } from './picture.ts'

export interface Titled {
  readonly title: string
  /** The question that it answers. */
  readonly question: string
  readonly definitions: readonly { readonly term: string; readonly means: string }[]
  readonly told: Told
  /** In which all of it is told. */
  readonly language: Language
}

const MARGIN = 48
/** A table longer than this is cut, and says so: the whole is in the CSV. */
const MOST_ROWS = 200
const SOFT = '#4a524b'
/** Around what stands in a cell. */
const PADDING = 4

/** A report on paper (A4): the answer in words first, then charts, tables, what could be wrong, and what the words mean. */
export async function pdf({ title, question, definitions, told, language }: Titled): Promise<Uint8Array> {
  const say = FILE_WORDS[language]
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    // Reproducible: the same report gives the same file.
    info: { Title: title, Subject: question, Producer: 'Cadenza', Creator: 'Cadenza', CreationDate: new Date(told.asOf) },
    lang: language,
    displayTitle: true,
  })
  const chunks: Uint8Array[] = []
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    document.on('end', () => resolve())
    document.on('error', reject)
  })
  document.registerFont('plain', FONT.plain).registerFont('bold', FONT.bold)
  heading(document, title, 20)
  document
    .font('plain')
    .fontSize(10)
    .fillColor(SOFT)
    .text(`${question}  ·  ${say.asOf(`${new Date(told.asOf).toISOString().slice(0, 16).replace('T', ' ')} UTC`)}`)
  document.moveDown().fillColor('#171b17').fontSize(11)
  for (const sentence of told.sentences) document.text(sentence).moveDown(0.5)
  for (const chart of told.charts ?? []) {
    room(document, 240)
    document
      .image(Buffer.from(png(chart, { width: 500, height: 225 }, { language })), { width: document.page.width - 2 * MARGIN })
      .moveDown()
  }
  for (const table of told.tables) drawTable(document, table, language)
  words(
    document,
    say.wrong,
    told.doubts.map(({ sentence }) => sentence),
  )
  words(
    document,
    say.means,
    definitions.map(({ term, means }) => `${term}: ${means}`),
  )
  numbered(document, (page, count) => `${title}  ·  ${say.page(page, count)}`)
  document.end()
  await ended
  return Buffer.concat(chunks)
}

type Paper = PDFKit.PDFDocument

function heading(document: Paper, text: string, size: number): void {
  document.font('bold').fontSize(size).fillColor('#171b17').text(text).moveDown(0.3)
}

/** Begins a page when less than this is left (points). */
function room(document: Paper, points: number): void {
  if (document.y + points > document.page.height - MARGIN) document.addPage()
}

function words(document: Paper, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  room(document, 60)
  document.x = MARGIN
  heading(document.moveDown(), title, 13)
  document.font('plain').fontSize(9).fillColor(SOFT)
  for (const line of lines) document.text(line).moveDown(0.3)
}

/** Numbers under one another. */
const alignOf = ({ type }: Column) => (type === 'text' ? { x: 'left' as const } : { x: 'right' as const })

function drawTable(document: Paper, { title, columns, rows, cut }: Table, language: Language): void {
  room(document, 90)
  document.x = MARGIN
  heading(document.moveDown(), title, 13)
  const shown = rows.slice(0, MOST_ROWS)
  const texts = columns.map((column) => shown.map((row) => cellText(row[column.id] ?? null, column, language)))
  document.font('plain').fontSize(8)
  const parts = partsOf(
    columns.map(({ title }, i) => ({ head: title, cells: texts[i]! })),
    {
      width: document.page.width - 2 * MARGIN,
      padding: 2 * PADDING,
      measure: (text, isHead) => document.font(isHead ? 'bold' : 'plain').widthOfString(text),
    },
  )
  document.font('plain')
  for (const [i, part] of parts.entries()) {
    if (i > 0) room(document.moveDown(), 60)
    document.x = MARGIN
    document.table({
      columnStyles: [...part.widths],
      defaultStyle: { border: [0, 0, 0.5, 0], borderColor: '#d5d9d4', padding: PADDING },
      data: [
        part.columns.map((at) => ({ text: columns[at]!.title, align: alignOf(columns[at]!), font: { src: 'bold' } })),
        ...shown.map((_, row) => part.columns.map((at) => ({ text: texts[at]![row]!, align: alignOf(columns[at]!) }))),
      ],
    })
  }
  document.x = MARGIN
  if (rows.length === 0) document.fillColor(SOFT).text(NOTHING[language])
  if (cut || rows.length > shown.length) document.fillColor(SOFT).text(FILE_WORDS[language].cut(written(shown.length, 'count', language)))
}

function numbered(document: Paper, foot: (page: number, count: number) => string): void {
  const { start, count } = document.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    document.switchToPage(page)
    const { height, width, margins } = document.page
    // Below the margin text would begin another page.
    margins.bottom = 0
    document
      .font('plain')
      .fontSize(8)
      .fillColor(SOFT)
      .text(foot(page + 1, count), MARGIN, height - 30, { width: width - 2 * MARGIN, align: 'center', lineBreak: false })
  }
}
