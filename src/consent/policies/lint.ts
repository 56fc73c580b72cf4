import type { Problem } from '#lib/problem.ts'
import { contentOf } from './content.ts'
import type { ContentFacts, Finding, MessageFacts } from './facts.ts'
import { type Gatekeeper, gatekeeper, type Ruling } from './gatekeeper.ts'
import { inForce, PACKS, policiesOf } from './packs/registry.ts'
import type { GateKind, Policy, PolicyPack, ReviewReference } from './schema.ts'
import { GENERAL } from './schema.ts'

/** All documents as they would be live together. */
export interface PolicyLibrary {
  ids(kind: string): readonly string[]
  get?(kind: string, id: string): unknown
}

/** The rules that would hold at a moment (epoch ms), as documents say it. */
export function gatesOf(library: PolicyLibrary): Gatekeeper {
  const all = <T>(kind: string): T[] => library.ids(kind).flatMap((id) => (library.get?.(kind, id) as T | undefined) ?? [])
  const own = all<Policy>('policy').map((policy) => ({ policy, version: 0 }))
  return gatekeeper(inForce(all<PolicyPack>('policy-pack'), own))
}

/** What is written in a template, as the lint needs it; it knows nothing of how it is rendered. */
export interface Draft {
  readonly channel: string
  readonly lane: 'marketing' | 'transactional'
  readonly topic: string
  readonly category?: string | undefined
  readonly language?: string | undefined
  readonly review?: ReviewReference | undefined
  /** Fields that the views are taken from, by JSON pointer: the subject's, then those of HTML and text. */
  readonly subject: { readonly at: string; readonly source: string }
  readonly html?: { readonly at: string; readonly source: string } | undefined
  readonly text?: { readonly at: string; readonly source: string } | undefined
  readonly sample: unknown
}

/** What would be refused at hand-over, with the place in the text, whose rule it is, and how to mend it. */
export function lintDraft(draft: Draft, gates: Gatekeeper, now: number): readonly Problem[] {
  if (!gates.exists) return []
  const message: MessageFacts = {
    ...draft,
    id: '',
    category: draft.category ?? GENERAL,
    language: draft.language,
    review: draft.review,
    decidedBy: undefined,
  }
  const { rulings } = gates.judge({ stage: 'publish', subject: null, message, content: written(draft), now })
  return rulings.flatMap((ruling) => (ruling.finding.kind === 'refuse' ? [problemOf(ruling, ruling.finding, draft)] : []))
}

/** Gates that have their answer before anybody is meant. */
const WRITTEN: ReadonlySet<GateKind> = new Set(['wording', 'disclosure', 'review', 'factors'])

/** What every rule that concerns a message says of it as it is written; the others are asked of each person when it leaves. */
export function rulesOn(draft: Draft, gates: Gatekeeper, now: number) {
  const message: MessageFacts = {
    ...draft,
    id: '',
    category: draft.category ?? GENERAL,
    language: draft.language,
    review: draft.review,
    decidedBy: undefined,
  }
  const { rulings, passed } = gates.judge({ stage: 'publish', subject: null, message, content: written(draft), now })
  const words = new Map(rulings.map((ruling) => [`${ruling.policy}@${ruling.version}`, ruling]))
  return gates.policies.flatMap(({ policy, version }) => {
    const name = `${policy.id}@${version}`
    const ruling = words.get(name)
    if (!ruling && !passed.includes(name)) return []
    const verdict =
      ruling?.finding.kind === 'refuse' ? ('refuse' as const) : WRITTEN.has(policy.rule.kind) ? ('pass' as const) : ('at-send' as const)
    const about = {
      policy: policy.id,
      version,
      name: policy.name,
      gate: policy.rule.kind,
      jurisdiction: policy.jurisdiction,
      citation: policy.citation,
    }
    return [{ ...about, verdict, reason: ruling && ruling.finding.kind === 'refuse' ? ruling.finding.reason : '' }]
  })
}

/** Stands for what is only known of a person: it is no word, and no number. */
const UNKNOWN = ' \u25a1 '
const ADDRESS = 'The sender’s postal address'

/** The text with what the sample says in the place of what is filled in; tags of logic are gone, so every branch counts as said. Offsets stay. */
function filled(source: string, sample: unknown): string {
  return source.replace(/\{\{-?\s*([^}|]*?)\s*(\|[^}]*)?-?\}\}|\{%[^%]*%\}/g, (whole: string, path?: string) => {
    if (path === undefined) return ' '.repeat(whole.length)
    if (path === 'sender.postal_address' || path === 'workspace.postal_address') return padded(ADDRESS, whole.length)
    if (path === 'unsubscribe_url' || path === 'message.unsubscribe_url') return padded('unsubscribe_url', whole.length)
    const value = path
      .split('.')
      .reduce<unknown>(
        (at, name) =>
          at !== null && typeof at === 'object' && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined,
        sample,
      )
    return padded(typeof value === 'string' || typeof value === 'number' ? String(value) : UNKNOWN, whole.length)
  })
}

const padded = (text: string, length: number): string => text.padEnd(length)

function written({ subject, html, text, sample, channel }: Draft): ContentFacts {
  const page = html && filled(html.source, sample)
  const words = text && filled(text.source, sample)
  const email = channel === 'email'
  return contentOf({
    subject: filled(subject.source, sample),
    html: page,
    text: words,
    unsubscribe: email ? 'unsubscribe_url' : '',
    // Every mail of ours that has a way out carries the header (RFC 8058).
    oneClick: email && (page ?? words ?? '').includes('unsubscribe_url'),
    postalAddress: email ? ADDRESS : '',
  })
}

function problemOf(ruling: Ruling, finding: Extract<Finding, { kind: 'refuse' }>, draft: Draft): Problem {
  return {
    code: `policy.${ruling.gate}`,
    status: 422,
    title: `${finding.reason}: “${ruling.name}” does not allow it`,
    detail: `${ruling.policy} · ${ruling.jurisdiction} · ${ruling.citation}`,
    hint: finding.hint ?? 'See the policy',
    at: placeIn(finding.place, draft),
  }
}

function placeIn(place: Extract<Finding, { kind: 'refuse' }>['place'], { subject, html, text }: Draft): string {
  const fields = [html, text].filter((field) => field !== undefined)
  const field = place === undefined ? fields[0] : place.view === 'subject' ? subject : fields[place.view]
  if (!field) return subject.at
  if (place === undefined) return field.at
  const before = field.source.slice(0, place.offset).split('\n')
  return `${field.at}:${before.length}:${before.at(-1)!.length + 1}`
}

/** Attributes that decide who gets a message must not be among those that a rule forbids. */
export function lintFactors(
  message: Omit<MessageFacts, 'id' | 'language' | 'review'>,
  gates: Gatekeeper,
  { at, now }: { at: string; now: number },
): readonly Problem[] {
  if (!gates.exists) return []
  const { rulings } = gates.judge({
    stage: 'publish',
    subject: null,
    message: { ...message, id: '', language: undefined, review: NO_REVIEW },
    content: null,
    now,
  })
  return rulings.flatMap(({ finding, gate, name, policy, jurisdiction, citation }) =>
    gate === 'factors' && finding.kind === 'refuse'
      ? [
          {
            code: 'policy.factors',
            status: 422,
            title: `${finding.reason}: “${name}”`,
            detail: `${policy} · ${jurisdiction} · ${citation}`,
            hint: finding.hint ?? '',
            at,
          },
        ]
      : [],
  )
}
const NO_REVIEW = undefined

/** What is unsound in a document that switches a pack on. */
export function checkPack({ id, without }: PolicyPack): readonly Problem[] {
  const known = policiesOf(id)
  if (known.length === 0) {
    return [
      {
        code: 'policy.pack',
        status: 422,
        title: `There is no pack “${id}”`,
        hint: `Use one of: ${PACKS.map((pack) => pack.id).join(', ')}`,
        at: '/id',
      },
    ]
  }
  return without.flatMap(({ policy }, i) =>
    known.some((each) => each.policy.id === policy)
      ? []
      : [
          {
            code: 'policy.unknown',
            status: 422,
            title: `The pack has no rule “${policy}”`,
            hint: 'See the list in the guide',
            at: `/without/${i}/policy`,
          },
        ],
  )
}
