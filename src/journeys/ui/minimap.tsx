import { useReactFlow, useStore } from '@xyflow/react'
import { type MouseEvent, useEffect, useRef } from 'react'
import type { Picture } from '../layout.ts'

const WIDTH = 168
const HEIGHT = 128

/** The whole journey small, drawn on one canvas element: an SVG minimap costs frames while panning. */
export function Minimap({ picture }: { picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const flow = useReactFlow()
  const view = useStore(({ transform: [x, y, zoom], width, height }) => `${x} ${y} ${zoom} ${width} ${height}`)
  const scale = Math.min((WIDTH - 8) / picture.width, (HEIGHT - 8) / picture.height)
  const left = (WIDTH - picture.width * scale) / 2
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context) return
    const style = getComputedStyle(document.documentElement)
    const ratio = devicePixelRatio
    canvas.current.width = WIDTH * ratio
    canvas.current.height = HEIGHT * ratio
    context.scale(ratio, ratio)
    context.clearRect(0, 0, WIDTH, HEIGHT)
    context.fillStyle = style.getPropertyValue('--line-strong')
    for (const box of picture.boxes)
      context.fillRect(left + box.x * scale, 4 + box.y * scale, Math.max(2, box.width * scale), Math.max(1.5, box.height * scale))
    const [x, y, zoom, width, height] = view.split(' ').map(Number) as [number, number, number, number, number]
    context.strokeStyle = style.getPropertyValue('--accent')
    context.lineWidth = 1.5
    context.strokeRect(left + (-x / zoom) * scale, 4 + (-y / zoom) * scale, (width / zoom) * scale, (height / zoom) * scale)
  }, [picture, view, scale, left])
  const jump = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    void flow.setCenter((event.clientX - box.left - left) / scale, (event.clientY - box.top - 4) / scale, { zoom: flow.getZoom() })
  }
  // For the mouse only: the keyboard walks the steps themselves.
  return (
    <div aria-hidden="true" className="absolute right-3 bottom-3 overflow-hidden rounded-card border border-line bg-surface">
      <canvas ref={canvas} onClick={jump} className="block h-32 w-42 cursor-pointer" />
    </div>
  )
}
