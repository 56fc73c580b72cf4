import type { InputOf, OutputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { compileTemplate } from './adapters/compile.ts'
import { render } from './adapters/templates.ts'
import { renderText } from './adapters/texts.ts'
import { flat } from './problems.ts'
import type { PreviewTemplate, Rendered, Scope, Sender, Template } from './schema.ts'

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
  readonly now: () => number
}

/** Renders without tracking; problems of the template are an answer here, not a refusal. */
export async function previewTemplate(
  input: InputOf<typeof PreviewTemplate>,
  workspace: string,
  parts: PreviewParts,
): Promise<Outcome<Preview>> {
  const found = await chosen(input, workspace, parts)
  if (isRefusal(found)) return found
  const compiled = await compileTemplate(found.template, found.version)
  if (isRefusal(compiled)) return { rendered: null, problems: flat(compiled.refused), size: 0 }
  const scope = await previewScope(input, workspace, { ...parts, chosen: found.template })
  if (isRefusal(scope)) return scope
  const rendered = compiled.channel === 'email' ? render(compiled, scope) : shown(renderText(compiled, scope))
  if (isRefusal(rendered)) return { rendered: null, problems: [...compiled.problems, ...flat(rendered.refused)], size: 0 }
  return {
    rendered: { ...rendered, links: [...rendered.links] },
    problems: [...compiled.problems],
    size: new TextEncoder().encode(rendered.html).length,
  }
}

/** A message without HTML: its title, and its other pieces as text. */
function shown(pieces: Outcome<Readonly<Record<string, string>>>): Outcome<Rendered> {
  if (isRefusal(pieces)) return pieces
  const { '/title': subject = '', ...rest } = pieces
  return { subject, html: '', text: Object.values(rest).join('\n'), links: [] }
}

async function chosen(
  input: InputOf<typeof PreviewTemplate>,
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

async function previewScope(
  input: InputOf<typeof PreviewTemplate>,
  workspace: string,
  parts: PreviewParts & { chosen: Template },
): Promise<Outcome<Scope>> {
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
    confirm_url: '#confirm',
  }
}
