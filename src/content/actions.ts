import type { InputOf, OutputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { compileTemplate, spokenTo } from './adapters/compile.ts'
import { exampleOf } from './adapters/live.ts'
import { render } from './adapters/templates.ts'
import { renderText } from './adapters/texts.ts'
import { localeOf, lookUp } from './locales.ts'
import { flat } from './problems.ts'
import type { PreviewTemplate, Rendered, Scope, Sender, Template } from './schema.ts'
import type { TemplateParts } from './snippets.ts'

type Preview = OutputOf<typeof PreviewTemplate>

/** What the handler needs of the rest of the house. */
export interface PreviewParts {
  /** The version, or the newest one. */
  readonly template: (
    workspace: string,
    id: string,
    version: number | undefined,
  ) => Promise<{ template: Template; version: number } | undefined>
  /** The named sender, or the workspace's first. */
  readonly sender: (workspace: string, id: string | undefined) => Promise<Sender | undefined>
  /** Attributes of a person. */
  readonly attributes: (workspace: string, profile: string) => Promise<JsonObject | undefined>
  readonly workspace: (workspace: string) => Promise<JsonObject>
  /** Brand and snippets of the version; of a draft (0) those that are live. */
  readonly parts?: (workspace: string, template: Template, version: number) => Promise<TemplateParts>
  readonly now: () => number
}

/** What requests that look at a template have in common. */
export type Which = Pick<InputOf<typeof PreviewTemplate>, 'id' | 'version' | 'draft' | 'data' | 'profileId'>

/** Renders without tracking; problems of the template are an answer here, not a refusal. */
export async function previewTemplate(
  input: InputOf<typeof PreviewTemplate>,
  workspace: string,
  parts: PreviewParts,
): Promise<Outcome<Preview>> {
  const found = await chosen(input, workspace, parts)
  if (isRefusal(found)) return found
  const all = await compileTemplate(found.template, found.version, await parts.parts?.(workspace, found.template, found.version))
  if (isRefusal(all)) return { rendered: null, problems: flat(all.refused), size: 0 }
  const scope = await previewScope(input, workspace, { ...parts, chosen: found.template })
  if (isRefusal(scope)) return scope
  const locale = input.locale ?? localeOf(scope.profile)
  const compiled = spokenTo(all, { locale: locale ?? '' })
  const live = compiled.live ? exampleOf(compiled.live, scope, (input.data ?? found.template.sample ?? {}) as JsonObject) : {}
  if (isRefusal(live)) return { rendered: null, problems: [...compiled.problems, ...flat(live.refused)], size: 0 }
  const whole = { ...scope, ...live }
  const rendered = compiled.channel === 'email' ? render(compiled, whole) : shown(renderText(compiled, whole))
  if (isRefusal(rendered)) return { rendered: null, problems: [...compiled.problems, ...flat(rendered.refused)], size: 0 }
  return {
    rendered: { ...rendered, links: [...rendered.links] },
    problems: [...all.problems],
    size: new TextEncoder().encode(rendered.html).length,
    locale: lookUp(locale, Object.keys(all.locales ?? {})) ?? found.template.locale ?? null,
    notes: notesOf(found.template),
  }
}

/** What a preview cannot show. */
function notesOf({ channel }: Template): string[] {
  if (channel !== 'email') return []
  return [
    'Look at it 600 and 360 pixels wide: columns stand one below the other under 480.',
    'Programs in dark mode may turn colours round: use pictures with a background of their own or an outline, above all the logo.',
  ]
}

/** A message without HTML: its title, and its other pieces as text. */
function shown(pieces: Outcome<Readonly<Record<string, string>>>): Outcome<Rendered> {
  if (isRefusal(pieces)) return pieces
  const { '/title': subject = '', ...rest } = pieces
  return { subject, html: '', text: Object.values(rest).join('\n'), links: [] }
}

/** The template that a request speaks of. */
export async function chosen(
  input: Which,
  workspace: string,
  parts: PreviewParts,
): Promise<Outcome<{ template: Template; version: number }>> {
  if (input.draft) return { template: input.draft, version: 0 }
  if (!input.id)
    return refuse({ code: 'preview.empty', status: 422, title: 'Say what to preview', hint: 'Give id (and version), or draft.' })
  return (
    (await parts.template(workspace, input.id, input.version)) ??
    refuse({ code: 'template.unknown', status: 404, title: 'There is no such template', detail: input.id })
  )
}

/** What it is rendered with: its sample, given data, a person. */
export async function previewScope(input: Which, workspace: string, parts: PreviewParts & { chosen: Template }): Promise<Outcome<Scope>> {
  const data = (input.data ?? parts.chosen.sample ?? {}) as Partial<Record<'profile' | 'entry' | 'event', JsonObject>>
  const attributes = input.profileId === undefined ? undefined : await parts.attributes(workspace, input.profileId)
  if (input.profileId !== undefined && !attributes)
    return refuse({ code: 'profile.unknown', status: 404, title: 'There is no such person', detail: input.profileId })
  const sender = await parts.sender(workspace, parts.chosen.sender)
  return {
    profile: { ...attributes, ...data.profile },
    entry: data.entry ?? {},
    event: data.event ?? {},
    message: { id: 'preview', at: new Date(parts.now()).toISOString(), topic: parts.chosen.topic ?? '', unsubscribe_url: '#unsubscribe' },
    workspace: await parts.workspace(workspace),
    sender: { name: sender?.from.name ?? '', address: sender?.from.address ?? '', postal_address: sender?.postalAddress ?? '' },
    unsubscribe_url: '#unsubscribe',
    preferences_url: '#preferences',
    web_view_url: '#web-view',
    confirm_url: '#confirm',
  }
}
