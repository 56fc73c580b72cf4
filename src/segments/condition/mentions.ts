import { children, type Expression } from './ast.ts'

/** What an answer can depend on: when none of it changes, the answer does not. All lists are sorted and without repeats. */
export interface Mentions {
  /** Top-level attribute names. */
  readonly attributes: readonly string[]
  /** Event names whose history is asked. */
  readonly events: readonly string[]
  /** Permit keys: `email`, `sms:news` (and then `sms` too). */
  readonly consent: readonly string[]
  /** Whether the event at hand, the entry event, and the clock are asked. */
  readonly event: boolean
  readonly entry: boolean
  readonly now: boolean
}

export function mentions(tree: Expression): Mentions {
  const found = { attributes: new Set<string>(), events: new Set<string>(), consent: new Set<string>(), roots: new Set<string>() }
  const visit = (node: Expression): void => {
    if (node.kind === 'attribute') found.attributes.add(node.path[0]!)
    if (node.kind === 'history') found.events.add(node.event)
    if (node.kind === 'consent') {
      found.consent.add(node.channel)
      if (node.topic !== undefined) found.consent.add(`${node.channel}:${node.topic}`)
    }
    if (node.kind === 'property') found.roots.add(node.of)
    if (node.kind === 'known') found.roots.add(node.name.split('.')[0]!)
    for (const child of children(node)) visit(child)
  }
  visit(tree)
  return {
    attributes: [...found.attributes].sort(),
    events: [...found.events].sort(),
    consent: [...found.consent].sort(),
    event: found.roots.has('event'),
    entry: found.roots.has('entry'),
    now: found.roots.has('now'),
  }
}
