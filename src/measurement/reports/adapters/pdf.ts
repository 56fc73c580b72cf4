import PDFDocument from 'pdfkit'
import { cellText } from '../cells.ts'
import type { Column, Table, Told } from '../told.ts'
import { FONT, png } from './picture.ts'

export interface Titled {
  readonly title: string
  /** The question that it answers. */
  readonly question: string
  readonly definitions: readonly { readonly term: string; readonly means: string }[]
  readonly told: Told
}

const MARGIN = 48
/** A table longer than this is cut, and says so: the whole is in the CSV. */
const MOST_ROWS = 200
const SOFT = '#4a524b'

/** A report on paper (A4): the answer in words first, then charts, tables, what could be wrong, and what the words mean. */
export async function pdf({ title, question, definitions, told }: Titled): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    // Reproducible: the same report gives the same file.
    info: { Title: title, Subject: question, Producer: 'Cadenza', Creator: 'Cadenza', CreationDate: new Date(told.asOf) },
    lang: 'en',
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
    .text(`${question}  ·  as of ${new Date(told.asOf).toISOString().slice(0, 16).replace('T', ' ')} UTC`)
  document.moveDown().fillColor('#171b17').fontSize(11)
  for (const sentence of told.sentences) document.text(sentence).moveDown(0.5)
  for (const chart of told.charts ?? []) {
    room(document, 240)
    document.image(Buffer.from(png(chart, { width: 500, height: 225 })), { width: document.page.width - 2 * MARGIN }).moveDown()
  }
  for (const table of told.tables) drawTable(document, table)
  words(
    document,
    'What could be wrong',
    told.doubts.map(({ sentence }) => sentence),
  )
  words(
    document,
    'What the words mean',
    definitions.map(({ term, means }) => `${term}: ${means}`),
  )
  numbered(document, title)
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

function drawTable(document: Paper, { title, columns, rows, cut }: Table): void {
  room(document, 90)
  document.x = MARGIN
  heading(document.moveDown(), title, 13)
  const shown = rows.slice(0, MOST_ROWS)
  document.font('plain').fontSize(8)
  document.table({
    defaultStyle: { border: [0, 0, 0.5, 0], borderColor: '#d5d9d4', padding: 4 },
    data: [
      columns.map((column) => ({ text: column.title, align: alignOf(column), font: { src: 'bold' } })),
      ...shown.map((row) => columns.map((column) => ({ text: cellText(row[column.id] ?? null, column), align: alignOf(column) }))),
    ],
  })
  document.x = MARGIN
  if (rows.length === 0) document.fillColor(SOFT).text('Nothing to show yet.')
  if (cut || rows.length > shown.length)
    document.fillColor(SOFT).text(`The first ${shown.length} rows; the file with all of them is the CSV.`)
}

function numbered(document: Paper, title: string): void {
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
      .text(`${title}  ·  ${page + 1} of ${count}`, MARGIN, height - 30, { width: width - 2 * MARGIN, align: 'center', lineBreak: false })
  }
}
