import { z } from 'zod'
import { CHANNELS } from '#events/reaction.ts'
import { canonical, type Json } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import { Cost } from './cost.ts'
import type { ProviderType } from './provider.ts'
import { WarmUp } from './warm-up.ts'

const Id = z.string().regex(/^[a-z0-9][a-z0-9-_]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const PER = { s: 1, min: 60, h: 3_600, d: 86_400 } as const

/** Messages a second of `50/s`, `600/min`, `1000/h`, `200/d`. */
const Rate = z.string().transform((text, context): number => {
  const found = /^(\d{1,7}(?:\.\d{1,3})?)\/(s|min|h|d)$/.exec(text)
  const rate = found ? Number(found[1]) / PER[found[2] as keyof typeof PER] : 0
  if (rate > 0 && rate <= 100_000) return rate
  context.addIssue({ code: 'custom', message: 'write a rate such as 50/s, 600/min, 1000/h or 200/d' })
  return z.NEVER
})

/** How a workspace reaches one provider. Texts are taken as they are: nothing in them is filled in. */
export const ProviderDocument = z.strictObject({
  kind: z.literal('provider'),
  id: Id,
  name: z.string().max(200).optional(),
  channel: z.enum(CHANNELS),
  /** One of `channels/providers.ts`. */
  type: z.string().min(1).max(40),
  settings: z.record(z.string(), z.json()).default({}),
  /** What the type calls it → the name under which it is kept. */
  secrets: z.record(z.string(), z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'write the name of a kept secret')).default({}),
  /** `sandbox`: everything happens but the handing over. */
  mode: z.enum(['live', 'sandbox']).default('live'),
  rate: Rate.optional(),
  warmUp: WarmUp.optional(),
  /** Provider of the same channel that takes over while this one is down or has had its day's number. */
  fallback: Id.optional(),
  cost: Cost.optional(),
  /** What is answered to STOP, START and HELP; without marketing (47 CFR 64.1200(a)(12)). Left out: a standard sentence with the workspace's name. */
  replies: z
    .strictObject({
      stop: z.string().min(1).max(320).optional(),
      start: z.string().min(1).max(320).optional(),
      help: z.string().min(1).max(320).optional(),
    })
    .optional(),
  /** Takes the messages of its channel that name no provider; without one the first by id does. */
  default: z.literal(true).optional(),
})
export type ProviderDocument = z.output<typeof ProviderDocument>

interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

const problem = (code: string, at: string, told: { title: string; hint: string; detail?: string }): Problem => ({
  code: `provider.${code}`,
  status: 422,
  at,
  ...told,
})

/** What is unsound in a provider document, given the others: type, settings, secrets, fallback, default. */
export function checkProvider(document: ProviderDocument, library: Library, types: ReadonlyMap<string, ProviderType>): Problem[] {
  const type = types.get(document.type)
  return [
    ...(type ? fitsType(document, type) : [unknownType(document, types)]),
    ...fallbackProblems(document, library),
    ...twoDefaults(document, library),
  ]
}

const unknownType = ({ type, channel }: ProviderDocument, types: ReadonlyMap<string, ProviderType>): Problem =>
  problem('type', '/type', {
    title: `There is no type of provider called "${type}".`,
    hint: `For ${channel} use one of: ${[...types.values()]
      .filter((each) => each.channel === channel)
      .map((each) => each.type)
      .join(', ')}.`,
  })

function fitsType({ channel, settings, secrets }: ProviderDocument, type: ProviderType): Problem[] {
  const wrongChannel =
    type.channel === channel
      ? []
      : [
          problem('channel', '/channel', {
            title: `${type.type} sends by ${type.channel}, not by ${channel}.`,
            hint: `Write channel: ${type.channel}.`,
          }),
        ]
  const parsed = type.settings.safeParse(settings)
  const unsound = parsed.success
    ? []
    : parsed.error.issues.map((issue) =>
        problem('settings', `/settings${issue.path.map((part) => `/${escaped(String(part))}`).join('')}`, {
          title: issue.message,
          hint: `See what ${type.type} needs in docs/guides/channels.md.`,
        }),
      )
  const unknown = Object.keys(secrets)
    .filter((name) => !Object.hasOwn(type.secrets, name))
    .map((name) =>
      problem('secret', `/secrets/${escaped(name)}`, {
        title: `${type.type} knows no secret called "${name}".`,
        hint: `It takes: ${Object.keys(type.secrets).join(', ') || 'none'}.`,
      }),
    )
  return [...wrongChannel, ...unsound, ...unknown]
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

const providerIn = (library: Library, id: string): ProviderDocument | undefined =>
  library.get('provider', id) as ProviderDocument | undefined

function fallbackProblems(document: ProviderDocument, library: Library): Problem[] {
  if (document.fallback === undefined) return []
  const other = document.fallback === document.id ? document : providerIn(library, document.fallback)
  if (!other)
    return [
      problem('fallback', '/fallback', {
        title: `There is no provider called "${document.fallback}".`,
        hint: 'Publish it too, or name another one.',
      }),
    ]
  if (other.channel !== document.channel)
    return [
      problem('fallback', '/fallback', {
        title: `"${other.id}" sends by ${other.channel} and cannot take over messages by ${document.channel}.`,
        hint: 'Name a provider of the same channel.',
      }),
    ]
  const path = [document.id]
  for (let next: string | undefined = document.fallback; next !== undefined; next = providerIn(library, next)?.fallback) {
    path.push(next)
    // A circle that does not come back here is told at those that are in it.
    if (next === document.id)
      return [
        problem('fallback_circle', '/fallback', {
          title: 'The fallbacks go round in a circle.',
          detail: path.join(' → '),
          hint: 'Leave one of them out.',
        }),
      ]
    if (path.indexOf(next) < path.length - 1) return []
  }
  return []
}

function twoDefaults({ id, channel, default: wanted }: ProviderDocument, library: Library): Problem[] {
  if (!wanted) return []
  const other = library.ids('provider').find((each) => {
    const found = each === id ? undefined : providerIn(library, each)
    return found?.channel === channel && found.default === true
  })
  return other === undefined
    ? []
    : [
        problem('default', '/default', {
          title: `"${other}" is the default for ${channel} already.`,
          hint: 'Leave default out of one of them.',
        }),
      ]
}

/** Settings that say where secrets go. */
const WHERE = /host|url|port|endpoint|region|domain|server|base|origin/i

/** Where a provider's secrets go, as text: of another place they have to be given again. The same for the same place. */
export const targetOf = ({ type, settings }: Pick<ProviderDocument, 'type' | 'settings'>): string =>
  `provider:${type}:${canonical(Object.fromEntries(Object.entries(settings).filter(([name]) => WHERE.test(name))) as Json)}`
