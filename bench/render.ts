import { readFileSync } from 'node:fs'
import { Liquid } from 'liquidjs'
import { parse } from 'yaml'
import { type CompiledEmail, compileEmail, letterOf } from '#content/adapters/templates.ts'
import { type Renderer, renderer } from '#content/adapters/worker.ts'
import { EmailTemplate, type Scope } from '#content/schema.ts'
import { isRefusal } from '#lib/problem.ts'

/** Messages per second and core, as a part of what bare liquidjs renders of the same texts: links, escaping, checks and limits are the rest. */
const LEAST = { here: 0.3, threads: 0.3 } as const
const ROUNDS = 5
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

/** A list of things with prices: too much for what is known to be small. */
const BASKET = EmailTemplate.parse({
  kind: 'template',
  id: 'basket',
  purpose: 'transactional',
  subject: 'Your {{ entry.properties.items | size }} things, {{ profile.name | default: "friend" }}',
  html: `<html><body>{% assign sorted = entry.properties.items | sort: 'name' %}{% for item in sorted %}<p>{{ item.name | truncatewords: 5 }} {{ item.price | round: 2 }} <a href="https://shop.test/p/{{ item.id | url_encode }}">See it</a></p>{% endfor %}</body></html>`,
})

const scopeOf = (i: number): Scope => ({
  profile: { name: `Ada ${i}`, email: `ada-${i}@shop.test` },
  entry: {
    properties: {
      cart_id: `c${i}`,
      name: 'SUPER PREMIUM PINTS',
      value: 3.2,
      items: Array.from({ length: 12 }, (_, n) => ({ id: `p${n}`, name: `Thing ${(n * 7) % 12} & more`, price: n * 1.25 })),
    },
  },
  event: {},
  message: { id: `e${i}`, at: '2026-11-22T10:00:00.000Z', topic: 'cart', unsubscribe_url: `https://go.test/u/${i}` },
  workspace: { name: 'Shop' },
  sender: { name: 'Shop', address: 'shop@shop.test', postal_address: '1 Main St, Town' },
  unsubscribe_url: `https://go.test/u/${i}`,
})

/** Runs rounds and takes the best: messages per second of the processor's time, of all threads. */
async function measured(count: number, work: (from: number, to: number) => void | Promise<void>): Promise<number> {
  let best = 0
  for (let i = 0; i < ROUNDS; i++) {
    const begun = process.cpuUsage()
    await work(0, count)
    const { user, system } = process.cpuUsage(begun)
    best = Math.max(best, (count / (user + system)) * 1_000_000)
  }
  return best
}

/** As somebody would who has nothing but liquidjs: parsed once, rendered with escaping, nothing followed. */
function bare({ pieces }: CompiledEmail): (from: number, to: number) => void {
  const engines = { html: new Liquid({ outputEscape: 'escape' }), text: new Liquid() }
  const parsed = Object.values(pieces.sources).map(({ text, escaping }) => {
    const engine = escaping === 'html' ? engines.html : engines.text
    return { engine, nodes: engine.parse(text) }
  })
  return (from, to) => {
    for (let i = from; i < to; i++) {
      const scope = scopeOf(i)
      for (const { engine, nodes } of parsed) engine.renderSync(nodes, scope)
    }
  }
}

/** As the delivery does: a lane's worth of messages on their way at once, links led through signed ones. */
const ours = (template: CompiledEmail, made: Renderer) => async (from: number, to: number) => {
  for (let at = from; at < to; at += 160) {
    await Promise.all(
      Array.from({ length: Math.min(160, to - at) }, async (_, n) => {
        const scope = scopeOf(at + n)
        const pieces = await made.render(template.pieces, scope)
        if (isRefusal(pieces)) throw new Error(pieces.refused.title)
        const letter = letterOf(pieces, scope, {
          link: (_url, index) => `https://go.test/c/${at}-${index}`,
          pixel: 'https://go.test/o.gif',
        })
        if (isRefusal(letter)) throw new Error(letter.refused.title)
      }),
    )
  }
}

/** Messages rendered per second and core, against bare liquidjs on the same templates in the same run. Fails beneath its limits. */
export async function render({ messages }: { messages: number }): Promise<object> {
  const cart = EmailTemplate.parse(parse(readFileSync(new URL('../examples/shop/templates/cart-reminder.yaml', import.meta.url), 'utf8')))
  const results: Record<string, object> = {}
  const faults: string[] = []
  for (const template of [cart, BASKET]) {
    const compiled = await compileEmail(template, 1)
    if (isRefusal(compiled)) throw new Error(compiled.refused.title)
    const [here, threads] = [renderer(), renderer({ hereMs: 0, threads: 1 })]
    const alone = await measured(messages, bare(compiled))
    const local = await measured(messages, ours(compiled, here))
    const apart = await measured(messages, ours(compiled, threads))
    await Promise.all([here.close(), threads.close()])
    const where = compiled.pieces.small ? 'here' : 'threads'
    const ratio = local / alone
    results[template.id] = {
      bare: round(alone),
      ours: round(local),
      where,
      ratio: round(ratio, 2),
      threads: round(apart),
      threadsRatio: round(apart / alone, 2),
    }
    say(
      `${template.id}: bare liquidjs ${round(alone)}/s per core; ours ${round(local)}/s (${where}), ${round(ratio, 2)} of it; in threads ${round(apart)}/s, ${round(apart / alone, 2)} of it`,
    )
    if (ratio < LEAST[where]) faults.push(`${template.id}: ${round(ratio, 2)} of bare liquidjs, at least ${LEAST[where]} is wanted`)
    if (apart / alone < LEAST.threads)
      faults.push(`${template.id} in threads: ${round(apart / alone, 2)}, at least ${LEAST.threads} is wanted`)
  }
  for (const fault of faults) say(`TOO SLOW ${fault}`)
  if (faults.length > 0) process.exitCode = 1
  return { bench: 'render', messages, ...results, least: LEAST, ok: faults.length === 0 }
}
