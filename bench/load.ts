import { Agent, request as httpRequest } from 'node:http'

/** What one run of the load is: sent by the parent as a message. */
export interface Load {
  readonly url: string
  readonly writeKey: string
  readonly people: number
  /** Prefix of the user ids, so that runs do not meet. */
  readonly prefix: string
  readonly connections: number
  readonly eventsPerRequest: number
  /** Events a second; 0: as fast as the server answers. */
  readonly perSecond: number
  /** Every n-th person buys before the reminder. */
  readonly buyEvery: number
}
export interface Loaded {
  readonly events: number
  readonly seconds: number
  readonly refused: number
}

/** W1 of one person: identify, page, view, cart, and every fifth buys at once. */
function* story({ people, prefix, buyEvery }: Load): Generator<object> {
  for (let i = 0; i < people; i++) {
    const userId = `${prefix}${i}`
    const email = `${userId}@shop.example`
    yield {
      type: 'identify',
      userId,
      messageId: `${userId}-1`,
      traits: { email, first_name: `Person ${i}`, plan: i % 3 === 0 ? 'plus' : 'basic', timezone: 'Europe/Berlin' },
    }
    yield {
      type: 'page',
      userId,
      messageId: `${userId}-2`,
      name: 'Product',
      properties: { path: `/p/${i % 500}`, referrer: 'https://search.example/', title: `Product ${i % 500}` },
    }
    yield {
      type: 'track',
      event: 'Product Viewed',
      userId,
      messageId: `${userId}-3`,
      properties: { product_id: `p${i % 500}`, name: `Product ${i % 500}`, price: 10 + (i % 90), currency: 'EUR' },
    }
    yield {
      type: 'track',
      event: 'Product Added',
      userId,
      messageId: `${userId}-4`,
      properties: { cart_id: `c-${userId}`, product_id: `p${i % 500}`, name: `Product ${i % 500}`, price: 10 + (i % 90), quantity: 1 },
    }
    if (i % buyEvery === 0)
      yield {
        type: 'track',
        event: 'Order Completed',
        userId,
        messageId: `${userId}-5`,
        properties: { cart_id: `c-${userId}`, order_id: `o-${userId}`, total: 10 + (i % 90), currency: 'EUR' },
      }
  }
}

async function run(load: Load): Promise<Loaded> {
  const events = story(load)
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections })
  const started = performance.now()
  let sent = 0
  let refused = 0
  const next = (): object[] => {
    const batch: object[] = []
    for (let step = events.next(); !step.done; step = events.next()) {
      batch.push(step.value)
      if (batch.length === load.eventsPerRequest) break
    }
    return batch
  }
  const connection = async (): Promise<void> => {
    for (let batch = next(); batch.length > 0; batch = next()) {
      sent += batch.length
      if (load.perSecond > 0) await until(started + (sent / load.perSecond) * 1_000)
      const status = await post(load, agent, JSON.stringify({ batch }))
      if (status !== 200) refused += batch.length
    }
  }
  await Promise.all(Array.from({ length: load.connections }, connection))
  agent.destroy()
  return { events: sent, seconds: (performance.now() - started) / 1_000, refused }
}

const until = (at: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())))

function post({ url, writeKey }: Load, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      'content-length': Buffer.byteLength(body),
    }
    const request = httpRequest(`${url}/v1/batch`, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode!))
    })
    request.on('error', reject)
    request.end(body)
  })
}

if (process.send) {
  process.on('message', (load: Load) => void run(load).then((loaded) => process.send!(loaded)))
  process.on('disconnect', () => process.exit(0))
}
