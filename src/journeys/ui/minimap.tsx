import { useReactFlow, useStoreApi } from '@xyflow/react'
import { type MouseEvent, useEffect, useRef } from 'react'
import type { Picture } from '../layout.ts'

const WIDTH = 168
const HEIGHT = 128
/** It follows ten times a second at most: more costs frames while panning. */
const EVERY_MS = 100

interface Frame {
  readonly scale: number
  readonly left: number
}
const frameOf = ({ width, height }: Picture): Frame => {
  const scale = Math.min((WIDTH - 8) / width, (HEIGHT - 8) / height)
  // The middle of the entry is 0.
  return { scale, left: WIDTH / 2 }
}

/** The whole journey small, drawn on one canvas element: an SVG minimap costs frames while panning. */
export function Minimap({ picture }: { picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const flow = useReactFlow()
  const store = useStoreApi()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const redraw = () => {
      timer = undefined
      const { transform, width, height } = store.getState()
      if (canvas.current) draw(canvas.current, picture, { transform, width, height })
    }
    redraw()
    let seen = store.getState().transform
    const stop = store.subscribe(({ transform }) => {
      if (transform === seen) return
      seen = transform
      timer ??= setTimeout(redraw, EVERY_MS)
    })
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', redraw)
    return () => {
      stop()
      clearTimeout(timer)
      scheme.removeEventListener('change', redraw)
    }
  }, [picture, store])
  const jump = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    const { scale, left } = frameOf(picture)
    void flow.setCenter((event.clientX - box.left - left) / scale, (event.clientY - box.top - 4) / scale, { zoom: flow.getZoom() })
  }
  // For the mouse only: the keyboard walks the steps themselves.
  return (
    <div aria-hidden="true" className="absolute right-3 bottom-3 overflow-hidden rounded-card border border-line bg-surface max-md:hidden">
      <canvas ref={canvas} onClick={jump} className="block h-32 w-42 cursor-pointer" />
    </div>
  )
}

interface View {
  readonly transform: readonly [number, number, number]
  readonly width: number
  readonly height: number
}

function draw(canvas: HTMLCanvasElement, picture: Picture, { transform: [x, y, zoom], width, height }: View): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const style = getComputedStyle(document.documentElement)
  const { scale, left } = frameOf(picture)
  canvas.width = WIDTH * devicePixelRatio
  canvas.height = HEIGHT * devicePixelRatio
  context.scale(devicePixelRatio, devicePixelRatio)
  context.clearRect(0, 0, WIDTH, HEIGHT)
  context.fillStyle = style.getPropertyValue('--line-strong')
  for (const box of picture.boxes)
    context.fillRect(left + box.x * scale, 4 + box.y * scale, Math.max(2, box.width * scale), Math.max(1.5, box.height * scale))
  context.strokeStyle = style.getPropertyValue('--accent')
  context.lineWidth = 1.5
  context.strokeRect(left + (-x / zoom) * scale, 4 + (-y / zoom) * scale, (width / zoom) * scale, (height / zoom) * scale)
}
