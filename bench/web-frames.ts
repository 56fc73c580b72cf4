import type { CDPSession, Page } from 'playwright-core'

export interface Frames {
  readonly fps: number
  /** Milliseconds between two frames that one in twenty exceeds. */
  readonly p95: number
}

/**
 * Frames while something is done, counted by `requestAnimationFrame` on the page: each is one that the main thread made and handed on, and the browser asks for
 * the next only when it has room for it. The screens are drawn without a graphics card, so the processor that runs the page also draws it.
 */
export async function frames(page: Page, deed: () => Promise<void>): Promise<Frames> {
  await page.evaluate(
    `globalThis.benchFrames = []; globalThis.benchOn = true; requestAnimationFrame(function next(at) { benchFrames.push(at); if (benchOn) requestAnimationFrame(next) })`,
  )
  await deed()
  const moments = (await page.evaluate('benchOn = false, benchFrames')) as readonly number[]
  const spans = moments
    .slice(1)
    .map((at, i) => at - moments[i]!)
    .slice(1)
  const sorted = [...spans].sort((a, b) => a - b)
  const whole = spans.reduce((sum, each) => sum + each, 0)
  return { fps: (spans.length / whole) * 1000, p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0 }
}

type Mouse = 'mouseMoved' | 'mousePressed' | 'mouseReleased' | 'mouseWheel'
type Place = { readonly x: number; readonly y: number } & Readonly<Record<string, unknown>>
/** Answered when the page has handled it, so that never more than one is on its way. */
export const mouse = (cdp: CDPSession, type: Mouse, place: Place): Promise<unknown> =>
  cdp.send('Input.dispatchMouseEvent', { type, ...place })

/** Turns the wheel so many times: half of them one way, half of them back. */
export async function wheel(cdp: CDPSession, turns: number, by: Place): Promise<void> {
  for (let i = 0; i < turns; i++) {
    const back = i < turns / 2 ? 1 : -1
    await mouse(cdp, 'mouseWheel', { ...by, deltaX: 0, deltaY: Number(by['deltaY'] ?? 40) * back })
  }
}
