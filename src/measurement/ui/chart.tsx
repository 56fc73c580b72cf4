import { useEffect, useRef, useState } from 'react'
import type { Chart } from '../reports/chart.ts'
import { draw, SCREEN } from '../reports/draw.ts'
import { svgElements } from './svg-elements.ts'

/** Enough for each bar and row to be read. */
function heightOf(chart: Chart): number {
  if (chart.kind === 'bars') return 72 + Math.max(2, chart.bars.length) * 30
  return chart.kind === 'heat' ? 88 + Math.max(2, chart.rows.length) * 24 : 320
}

/** A chart in the width that it has, in the colours of the page. */
export function ChartView({ chart }: { chart: Chart }) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={box} className="min-w-0 overflow-hidden rounded-card border border-line bg-surface" style={{ minHeight: heightOf(chart) }}>
      {width === 0 ? null : svgElements(draw(chart, { width: Math.max(240, width), height: heightOf(chart) }, SCREEN))}
    </div>
  )
}

export function Charts({ charts }: { charts: readonly Chart[] }) {
  if (charts.length === 0) return null
  return (
    <section aria-label="Charts" className="grid items-start gap-4 xl:grid-cols-2">
      {charts.map((chart, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: charts of a report keep their order
        <ChartView key={`${chart.title}${i}`} chart={chart} />
      ))}
    </section>
  )
}
