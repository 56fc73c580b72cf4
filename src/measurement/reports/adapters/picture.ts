import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import type { Language } from '#lib/language.ts'
import type { Chart } from '../chart.ts'
import { draw, PRINT, type Sheet } from '../draw.ts'

const fonts = join(import.meta.dirname, '../../../../node_modules/dejavu-fonts-ttf/ttf')
/** What reports are written with: the same letters on every machine. */
export const FONT = { plain: join(fonts, 'DejaVuSans.ttf'), bold: join(fonts, 'DejaVuSans-Bold.ttf') } as const

/** A chart as PNG, its numbers written as the language writes them; `scale` pixels to the point. */
export function png(chart: Chart, sheet: Sheet, { language = 'en', scale = 2 }: { language?: Language; scale?: number } = {}): Uint8Array {
  const resvg = new Resvg(draw(chart, sheet, { ...PRINT, language }), {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles: [FONT.plain, FONT.bold], defaultFontFamily: 'DejaVu Sans' },
  })
  return resvg.render().asPng()
}
