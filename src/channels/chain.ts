/** A provider as far as its place among those of its channel goes. */
export interface Link {
  readonly id: string
  readonly default: boolean
  readonly fallback: string | null
}

/** Providers of a channel in the order in which messages try them: the default, what takes over from it, and so on; then those that nothing leads to. */
export function chainOf(links: readonly Link[]): string[] {
  const byId = new Map(links.map((each) => [each.id, each]))
  const ids = [...byId.keys()].sort()
  const first = links.find((each) => each.default)?.id ?? ids[0]
  const order: string[] = []
  for (let next = first; next !== undefined && byId.has(next) && !order.includes(next); next = byId.get(next)!.fallback ?? undefined)
    order.push(next)
  return [...order, ...ids.filter((id) => !order.includes(id))]
}

type Body = Readonly<Record<string, unknown>>

/** The documents in a new order: the first is the default, each next one takes over; a document that stays as it is is the same object. */
export function chained(order: readonly string[], bodies: ReadonlyMap<string, Body>): Body[] {
  return order.flatMap((id, i) => {
    const body = bodies.get(id)
    if (!body) return []
    const { default: _default, fallback: _fallback, ...rest } = body
    const next = order[i + 1]
    const made = { ...rest, ...(i === 0 && { default: true }), ...(next !== undefined && { fallback: next }) }
    return body['default'] === (i === 0 ? true : undefined) && body['fallback'] === next ? [body] : [made]
  })
}

/** The same with one moved to another place. */
export function moved(order: readonly string[], id: string, to: number): string[] {
  const rest = order.filter((each) => each !== id)
  return rest.toSpliced(Math.max(0, Math.min(to, rest.length)), 0, id)
}
