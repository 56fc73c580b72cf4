import { Analytics } from '@segment/analytics-node'
import { readCarts, type Saying, sayings } from './story.ts'

/** How this process is told to play. */
export interface Play {
  readonly url: string
  readonly writeKey: string
  readonly file: string
  /** The demo's clock: epoch ms at real time `realStart` (epoch ms), and how much faster it runs. */
  readonly start: number
  readonly realStart: number
  readonly rate: number
  readonly until: number
}
export type Told =
  | { readonly kind: 'acknowledged'; readonly cart: string; readonly at: number }
  | { readonly kind: 'progress'; readonly said: number; readonly failed: number }
  | { readonly kind: 'played'; readonly said: number; readonly failed: number }

const tell = (told: Told): void => void process.send!(told)

/** This machine lives on the demo's clock: the library stamps its events with it. */
function moveClock({ start, realStart, rate }: Play): () => number {
  const RealDate = Date
  const now = (): number => Math.floor(start + (RealDate.now() - realStart) * rate)
  globalThis.Date = class extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(now())
      else super(...(args as [number]))
    }
    static override now = now
  } as DateConstructor
  return now
}

async function play(part: Play): Promise<void> {
  const realNow = performance.now.bind(performance)
  const now = moveClock(part)
  const analytics = new Analytics({
    host: part.url,
    path: '/v1/batch',
    writeKey: part.writeKey,
    maxEventsInBatch: 30,
    flushInterval: 40,
    maxRetries: 10,
  })
  let said = 0
  let failed = 0
  const heard =
    (saying: Saying) =>
    (error?: unknown): void => {
      if (error) failed++
      else if (saying.say === 'Order Completed') tell({ kind: 'acknowledged', cart: saying.cart.id, at: now() })
    }
  const progress = setInterval(() => tell({ kind: 'progress', said, failed }), 500)
  const begun = realNow()
  const offset = now()
  for (const saying of sayings(readCarts(part.file), part.start, part.until)) {
    const wait = (saying.at - offset) / part.rate - (realNow() - begun)
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    say(analytics, saying, heard(saying))
    said++
  }
  const rest = (part.until - now()) / part.rate
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
  await analytics.closeAndFlush({ timeout: 10_000 })
  clearInterval(progress)
  tell({ kind: 'played', said, failed })
}

function say(analytics: Analytics, { say: what, household, cart, line }: Saying, heard: (error?: unknown) => void): void {
  const userId = `household-${household}`
  const product = cart.lines[line]!
  switch (what) {
    case 'identify':
      analytics.identify({ userId, traits: { email: `household-${household}@shop.example`, household } }, heard)
      break
    case 'page':
      analytics.page({ userId, name: 'Shop', properties: { path: '/shop' } }, heard)
      break
    case 'Product Added':
      analytics.track(
        {
          userId,
          event: 'Product Added',
          properties: {
            cart_id: cart.id,
            name: product.name,
            price: product.price,
            quantity: product.quantity,
            value: cart.total,
            currency: 'USD',
          },
        },
        heard,
      )
      break
    case 'Order Completed':
      analytics.track(
        {
          userId,
          event: 'Order Completed',
          properties: { cart_id: cart.id, order_id: cart.id, total: cart.total, currency: 'USD', products: cart.lines.length },
        },
        heard,
      )
  }
}

process.on('message', (part: Play) => {
  play(part).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
process.on('disconnect', () => process.exit(0))
