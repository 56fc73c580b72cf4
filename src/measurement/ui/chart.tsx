import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useLanguage, useWords } from '#kit/words.ts'
import type { Chart } from '../reports/chart.ts'
import { draw, SCREEN } from '../reports/draw.ts'
import { REPORT_WORDS } from './report-words.ts'
import { svgElements } from './svg-elements.ts'

/** Enough for each bar and row to be read. */
function heightOf(chart: Chart): number {
  if (chart.kind === 'bars') return 72 + Math.max(2, chart.bars.length) * 30
  if (chart.kind === 'stacks') return 118 + Math.max(2, chart.bars.length) * 30
  return chart.kind === 'heat' ? 88 + Math.max(2, chart.rows.length) * 24 : 320
}

/** A chart in the width that it has, in the colours of the page. */
export function ChartView({ chart, actions }: { chart: Chart; actions?: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const language = useLanguage()
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={box} className="min-w-0 overflow-hidden rounded-card border border-line bg-surface" style={{ minHeight: heightOf(chart) }}>
      {width === 0 ? null : svgElements(draw(chart, { width: Math.max(240, width), height: heightOf(chart) }, { ...SCREEN, language }))}
      {actions && <div className="flex flex-wrap justify-end border-t border-line px-2 py-1">{actions}</div>}
    </div>
  )
}

export function Charts({ charts, actions }: { charts: readonly Chart[]; actions?: (chart: Chart, at: number) => ReactNode }) {
  const say = useWords(REPORT_WORDS)
  if (charts.length === 0) return null
  return (
    <section aria-label={say.charts} className={`grid items-start gap-4 ${charts.length > 1 ? 'xl:grid-cols-2' : ''}`}>
      {charts.map((chart, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: charts of a report keep their order
        <ChartView key={`${chart.title}${i}`} chart={chart} actions={actions?.(chart, i)} />
      ))}
    </section>
  )
}
