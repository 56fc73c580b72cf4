import { createHash } from 'node:crypto'
import { parseDocument, stringify } from 'yaml'
import type { z } from 'zod'
import type { Permission } from '#lib/action.ts'
import { invalid } from '#lib/invalid.ts'
import { canonical, type Json } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import { textDiff } from './text-diff.ts'

/** One kind of authored thing. The app registers them; this file knows no domain. */
export interface DocumentKind<Body = unknown> {
  readonly kind: string
  /** What people write. */
  readonly schema: z.ZodType<Body>
  /** What publishing and archiving need besides `documents:write`. */
  readonly publish?: Permission
  /** What making this one live needs besides: some do more than others of their kind. */
  publishMore?(body: Body): readonly Permission[]
  /** What is unsound in one document, given all that is live with it. `at` points into the body. */
  check?(body: Body, library: Library): readonly Problem[]
  /** What rules say against publishing it now. Unlike `check` it is asked only of what is published: a rule that comes later breaks nothing that is live. */
  lint?(body: Body, library: Library): readonly Problem[]
  /** What only a slow look finds (compiling a template). It depends on the body alone, so it is done before the transaction. */
  examine?(body: Body): Promise<readonly Problem[]>
}

/** The kinds by name; for each capability one line in the app. */
export const kindsOf = (kinds: readonly DocumentKind[]): ReadonlyMap<string, DocumentKind> =>
  new Map(kinds.map((kind) => [kind.kind, kind]))

/** All documents of a workspace as they would be live together, parsed. */
export interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

export interface Authored {
  readonly kind: string
  readonly id: string
  readonly body: Json
  /** The text that says the body; left out: nobody wrote one. */
  readonly source?: string | undefined
}
/** An authored document with its place in history. */
export interface Live extends Authored {
  readonly version: number
  readonly hash: string
}

export interface Change {
  readonly kind: string
  readonly id: string
  readonly action: 'create' | 'change' | 'unchanged' | 'archive'
  /** Live version before; null when there is none. */
  readonly from: number | null
  /** YAML before and after, as a unified diff. */
  readonly diff: string
  /** What is wrong with it; pointers into its body. */
  readonly problems: readonly Problem[]
}

export interface Plan {
  readonly changes: readonly Change[]
  /** What the changes would break in documents that were not given. */
  readonly breaks: readonly { readonly kind: string; readonly id: string; readonly problems: readonly Problem[] }[]
  readonly ok: boolean
  /** Names exactly these changes on exactly this state: `apply` refuses when either is different. */
  readonly token: string
}

export interface PlanInput {
  readonly documents: readonly Authored[]
  /** Archive what is live and was not given. */
  readonly prune: boolean
  /** Archive these. */
  readonly archive?: readonly { readonly kind: string; readonly id: string }[]
  /** What `examine` found. */
  readonly found?: Examined
}

/** Problems by `kind/id`. */
export type Examined = ReadonlyMap<string, readonly Problem[]>

/** Looks at each document that parses as closely as its kind can. */
export async function examine(documents: readonly Authored[], kinds: ReadonlyMap<string, DocumentKind>): Promise<Examined> {
  const found = new Map<string, readonly Problem[]>()
  for (const { kind, id, body } of documents) {
    const known = kinds.get(kind)
    const parsed = known?.examine && known.schema.safeParse(body)
    if (known?.examine && parsed?.success) found.set(`${kind}/${id}`, await known.examine(parsed.data))
  }
  return found
}

/** SHA-256 of the canonical JSON: the order of keys does not count. */
export const hashOf = (body: Json): string => createHash('sha256').update(canonical(body)).digest('hex')

/** What is wrong with a text that is given for a body: it must say exactly that. */
export function sourceProblem({ body, source }: Authored): Problem | undefined {
  if (source === undefined) return undefined
  const parsed = parseDocument(source, { version: '1.2' })
  if (parsed.errors.length === 0 && saysOf(parsed) === hashOf(body)) return undefined
  return {
    code: 'document.source',
    status: 422,
    title: parsed.errors[0]?.message.split('\n')[0] ?? 'The text says something else than the document.',
    hint: 'Leave the text out, or make the document from it.',
    at: '/source',
  }
}

/** The hash of what a text says; '' when it grows without end. */
function saysOf(parsed: ReturnType<typeof parseDocument>): string {
  try {
    return hashOf(parsed.toJS({ maxAliasCount: 100 }) as Json)
  } catch (error) {
    if (error instanceof ReferenceError) return ''
    throw error
  }
}

export const yamlOf = (body: Json): string => stringify(body, { lineWidth: 120 })

/** What applying would do, and whether it may: every given document is checked against the library as it would become. */
export function planOf(
  live: readonly Live[],
  { documents, prune, archive = [], found = new Map() }: PlanInput,
  kinds: ReadonlyMap<string, DocumentKind>,
): Plan {
  const key = (each: { kind: string; id: string }): string => `${each.kind}/${each.id}`
  const before = new Map(live.map((each) => [key(each), each]))
  const given = new Map(documents.map((each) => [key(each), each]))
  const unwanted = new Set(archive.map(key))
  const pruned = live.filter((each) => !given.has(key(each)) && (prune || unwanted.has(key(each))))
  const after = new Map<string, Authored>([...before, ...given])
  for (const each of pruned) after.delete(key(each))
  const library = libraryOf([...after.values()], kinds)
  const changes = [
    ...documents.map((each) =>
      changeOf(each, before.get(key(each)), [
        ...ownProblems(each, documents),
        ...problemsOf(each, kinds, library),
        ...lintOf(each, kinds, library),
        ...(found.get(key(each)) ?? []),
      ]),
    ),
    ...pruned.map(
      (each): Change => ({
        kind: each.kind,
        id: each.id,
        action: 'archive',
        from: each.version,
        diff: textDiff(yamlOf(each.body), ''),
        problems: [],
      }),
    ),
  ]
  const left = [...after.values()].filter((each) => !given.has(key(each)))
  const breaks = changes.some((change) => change.action !== 'unchanged')
    ? breaksIn(left, { kinds, now: libraryOf(live, kinds), then: library })
    : []
  const ok = breaks.length === 0 && changes.every((change) => change.problems.length === 0)
  return { changes, breaks, ok, token: tokenOf(changes, before, given) }
}

/** The library of these documents; one that does not parse is not in it. */
export function libraryOf(documents: readonly Authored[], kinds: ReadonlyMap<string, DocumentKind>): Library {
  const parsed = new Map<string, Map<string, unknown>>()
  for (const { kind, id, body } of documents) {
    const result = kinds.get(kind)?.schema.safeParse(body)
    if (!result?.success) continue
    const same = parsed.get(kind) ?? new Map<string, unknown>()
    parsed.set(kind, same.set(id, result.data))
  }
  return { get: (kind, id) => parsed.get(kind)?.get(id), ids: (kind) => [...(parsed.get(kind)?.keys() ?? [])] }
}

/** What the schema and the kind's own check find wrong with one document. */
export function problemsOf({ kind, body }: Authored, kinds: ReadonlyMap<string, DocumentKind>, library: Library): readonly Problem[] {
  const known = kinds.get(kind)
  if (!known) {
    return [
      {
        code: 'document.kind',
        status: 422,
        title: `There is no kind of document called "${kind}".`,
        hint: `Use one of: ${[...kinds.keys()].join(', ')}.`,
      },
    ]
  }
  const parsed = known.schema.safeParse(body)
  if (!parsed.success) return invalid(parsed.error).problems ?? []
  return known.check?.(parsed.data, library) ?? []
}

function lintOf({ kind, body }: Authored, kinds: ReadonlyMap<string, DocumentKind>, library: Library): readonly Problem[] {
  const known = kinds.get(kind)
  const parsed = known?.lint && known.schema.safeParse(body)
  return known?.lint && parsed?.success ? known.lint(parsed.data, library) : []
}

function ownProblems({ kind, id, body }: Authored, all: readonly Authored[]): Problem[] {
  const problems: Problem[] = []
  if (all.filter((other) => other.kind === kind && other.id === id).length > 1) {
    problems.push({
      code: 'document.twice',
      status: 422,
      title: `${kind} "${id}" is given more than once.`,
      hint: 'Give each document once.',
    })
  }
  for (const [name, value] of [
    ['kind', kind],
    ['id', id],
  ] as const) {
    const inside = body !== null && typeof body === 'object' && !Array.isArray(body) ? (body as Record<string, Json>)[name] : undefined
    if (inside !== undefined && inside !== value) {
      problems.push({
        code: `document.${name}`,
        status: 422,
        title: `The document says ${name} "${inside}", but it is given as "${value}".`,
        at: `/${name}`,
      })
    }
  }
  return problems
}

function changeOf(given: Authored, live: Live | undefined, problems: readonly Problem[]): Change {
  const same = live !== undefined && live.hash === hashOf(given.body)
  return {
    kind: given.kind,
    id: given.id,
    action: live === undefined ? 'create' : same ? 'unchanged' : 'change',
    from: live?.version ?? null,
    diff: same ? '' : textDiff(live ? yamlOf(live.body) : '', yamlOf(given.body)),
    problems,
  }
}

/** Problems that other documents would get and do not have now. */
function breaksIn(
  others: readonly Authored[],
  { kinds, now, then }: { kinds: ReadonlyMap<string, DocumentKind>; now: Library; then: Library },
): Plan['breaks'] {
  return others.flatMap((each) => {
    const had = new Set(problemsOf(each, kinds, now).map((problem) => canonical(problem)))
    const problems = problemsOf(each, kinds, then).filter((problem) => !had.has(canonical(problem)))
    return problems.length > 0 ? [{ kind: each.kind, id: each.id, problems }] : []
  })
}

function tokenOf(changes: readonly Change[], before: ReadonlyMap<string, Live>, given: ReadonlyMap<string, Authored>): string {
  const lines = changes.map(({ kind, id, action }) => {
    const body = given.get(`${kind}/${id}`)?.body
    return [kind, id, action, before.get(`${kind}/${id}`)?.hash ?? '', body === undefined ? '' : hashOf(body)].join(' ')
  })
  return `pl_${createHash('sha256').update(lines.sort().join('\n')).digest('base64url')}`
}
