import { scheduler } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import type { House } from '../test/browser/house.ts'
import { type Frames, frames, mouse, wheel } from './web-frames.ts'
import { enter, LONG } from './web-server.ts'

const TURNS = 90
const MIDDLE = { x: 700, y: 500 }

export type CanvasFrames = Readonly<Record<'pan' | 'drag' | 'zoom' | 'pan, zoomed out', Frames>>

/** A journey of 300 steps in the studio, moved about with the pointer. */
export async function canvasFrames(at: House): Promise<CanvasFrames> {
  const { page } = await at.open(`/journeys/${LONG.id}?view=draft`)
  try {
    await page.locator('[data-step="w0"]').waitFor()
    const cdp = await page.context().newCDPSession(page)
    await wheel(cdp, 10, { ...MIDDLE, deltaY: 40 })
    const pan = await frames(page, () => wheel(cdp, TURNS, { ...MIDDLE, deltaY: 40 }))
    const drag = await dragged(page, cdp)
    const zoom = await frames(page, () => wheel(cdp, TURNS, { ...MIDDLE, deltaY: 12, modifiers: 2 }))
    for (let i = 0; i < 12; i++) await mouse(cdp, 'mouseWheel', { ...MIDDLE, deltaX: 0, deltaY: 30, modifiers: 2 })
    const far = await frames(page, () => wheel(cdp, TURNS, { ...MIDDLE, deltaY: 40 }))
    return { pan, drag, zoom, 'pan, zoomed out': far }
  } finally {
    await page.context().close()
  }
}

/** A step is carried about in a circle, and put back by Escape. */
async function dragged(page: Page, cdp: CDPSession): Promise<Frames> {
  const held = { button: 'left', buttons: 1 } as const
  const box = (await page.locator('[data-step="w0"]').boundingBox())!
  const [x, y] = [box.x + 40, box.y + 40]
  const found = await frames(page, async () => {
    await mouse(cdp, 'mousePressed', { x, y, ...held, clickCount: 1 })
    for (let i = 0; i < TURNS; i++)
      await mouse(cdp, 'mouseMoved', { x: x + Math.sin(i / 10) * 180, y: y + 80 + Math.cos(i / 10) * 140, ...held })
    await page.keyboard.press('Escape')
    await mouse(cdp, 'mouseReleased', { x, y, button: 'left', clickCount: 1 })
  })
  return found
}

export interface Heap {
  readonly mb: number
  /** More than at the beginning, in MB. */
  readonly grown: number
  readonly seconds: number
  /** People who came into the journey meanwhile. */
  readonly entered: number
}

/** The heap of the studio while people come in and the counts on its steps move, after the garbage was taken away. */
export async function studioHeap(at: House, seconds: number): Promise<Heap> {
  const { page } = await at.open(`/journeys/${LONG.id}`)
  try {
    await page.locator('[data-step="w0"]').waitFor()
    const cdp = await page.context().newCDPSession(page)
    const used = async (): Promise<number> => {
      await cdp.send('HeapProfiler.collectGarbage')
      return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1_048_576
    }
    // What is fetched and compiled once is not growth.
    let entered = 0
    const begun = performance.now()
    const past = () => (performance.now() - begun) / 1_000
    let first = 0
    while (past() < seconds) {
      await enter(at, entered, 20)
      entered += 20
      await scheduler.wait(1_000)
      if (first === 0 && past() > seconds / 6) first = await used()
    }
    const mb = await used()
    return { mb, grown: mb - first, seconds, entered }
  } finally {
    await page.context().close()
  }
}
