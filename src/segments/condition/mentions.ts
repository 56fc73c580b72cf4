import { children, type Expression } from './ast.ts'

/** What an answer can depend on: when none of it changes, the answer does not. All lists are sorted and without repeats. */
export interface Mentions {
  /** Top-level attribute names. */
  readonly attributes: readonly string[]
  /** Event names whose history is asked. */
  readonly events: readonly string[]
  /** Permit keys: `email`, `sms:news` (and then `sms` too). */
  readonly consent: readonly string[]
  /** Ids of segments and lists, and names of scores. */
  readonly segments: readonly string[]
  readonly lists: readonly string[]
  readonly scores: readonly string[]
  /** Whether the event at hand, the entry event, what the run saved, and the clock are asked; a window is not the clock (see `aggregatesOf`). */
  readonly event: boolean
  readonly entry: boolean
  readonly run: boolean
  readonly now: boolean
}

export function mentions(tree: Expression): Mentions {
  const found = { attributes: new Set<string>(), events: new Set<string>(), consent: new Set<string>(), roots: new Set<string>() }
  const others = { segment: new Set<string>(), list: new Set<string>(), score: new Set<string>(), cohort: new Set<string>() }
  const visit = (node: Expression): void => {
    if (node.kind === 'attribute') found.attributes.add(node.path[0]!)
    if (node.kind === 'history') found.events.add(node.event)
    if (node.kind === 'sequence') for (const { event } of node.steps) found.events.add(event)
    if (node.kind === 'consent') {
      found.consent.add(node.channel)
      if (node.topic !== undefined) found.consent.add(`${node.channel}:${node.topic}`)
    }
    if (node.kind === 'member') others[node.of].add(node.id)
    if (node.kind === 'rating') others[node.of].add(node.name)
    if (node.kind === 'property') found.roots.add(node.of)
    if (node.kind === 'known') found.roots.add(node.name.split('.')[0]!)
    // What a filter of events asks for is theirs, not the event at hand.
    if (node.kind !== 'history' && node.kind !== 'sequence') for (const child of children(node)) visit(child)
  }
  visit(tree)
  return {
    attributes: [...found.attributes].sort(),
    events: [...found.events].sort(),
    consent: [...found.consent].sort(),
    segments: [...others.segment].sort(),
    lists: [...others.list].sort(),
    scores: [...others.score].sort(),
    event: found.roots.has('event'),
    entry: found.roots.has('entry'),
    run: found.roots.has('run'),
    now: found.roots.has('now'),
  }
}
