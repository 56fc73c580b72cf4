import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { checkNames } from '../check.ts'
import type { EmailTemplate, Scope, Template, TemplateProblem } from '../schema.ts'
import { type Escaping, type Parsed, parse, variables } from './liquid.ts'
import { type CompiledLive, compileLive } from './live.ts'
import { type Pieces, piecesOf as parsedPieces, renderPieces } from './pieces.ts'

export type TextTemplate = Exclude<Template, EmailTemplate>

/** A template version of any channel but e-mail: named pieces of Liquid, parsed once. */
export interface CompiledText {
  readonly channel: TextTemplate['channel']
  readonly id: string
  readonly version: number
  readonly sender: string | undefined
  readonly topic: string | undefined
  readonly purpose: TextTemplate['purpose']
  /** As it was written: what is not Liquid in it is taken from here. */
  readonly template: TextTemplate
  readonly parts: Readonly<Record<string, Parsed>>
  /** The same with their sources, for a renderer. */
  readonly pieces: Pieces
  /** What of it is different for each message: left out when nothing is. */
  readonly live?: CompiledLive
  readonly problems: readonly TemplateProblem[]
}

/** The pieces of a template that are Liquid, by their JSON pointer. */
export function piecesOf(template: TextTemplate): Readonly<Record<string, string>> {
  switch (template.channel) {
    case 'sms':
    case 'slack':
      return { '/text': template.text }
    case 'push':
      return {
        ...given({ '/title': template.title, '/body': template.body, '/url': template.url, '/image': template.image }),
        ...Object.fromEntries(Object.entries(template.data).map(([name, value]) => [`/data/${name}`, value])),
      }
    case 'inapp':
      return given({ '/title': template.title, '/body': template.body, '/url': template.url, '/image': template.image })
    case 'whatsapp':
      return {
        ...given({ '/text': template.text }),
        ...Object.fromEntries((template.approved?.parameters ?? []).map((value, i) => [`/approved/parameters/${i}`, value])),
      }
  }
}

const escapingOf = ({ channel }: TextTemplate): Escaping => (channel === 'slack' ? 'slack' : 'text')

const given = (pieces: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(pieces).filter((piece): piece is [string, string] => piece[1] !== undefined))

export function compileText(template: TextTemplate, version: number): Outcome<CompiledText> {
  const parsed = Object.entries(piecesOf(template)).map(([field, source]) => [field, parse(source, escapingOf(template), field)] as const)
  const refused = parsed.flatMap(([, each]) => (isRefusal(each) ? [each.refused] : []))
  if (refused.length > 0) return refuse({ code: 'template.invalid', status: 422, title: 'The template cannot be read', problems: refused })
  const parts = parsed as [string, Parsed][]
  const live = compileLive(template)
  if (isRefusal(live)) return live
  const { channel, id, sender, topic, purpose } = template
  const problems = [...parts.flatMap(([field, each]) => checkNames(variables(each), field)), ...(live?.problems ?? [])]
  const sources = Object.fromEntries(
    Object.entries(piecesOf(template)).map(([field, text]) => [field, { text, escaping: escapingOf(template) }]),
  )
  const pieces = parsedPieces(sources, Object.fromEntries(parts))
  return { channel, id, version, sender, topic, purpose, template, parts: pieces.parsed, pieces, ...(live && { live }), problems }
}

/** The pieces as the person gets them, by JSON pointer. */
export function renderText({ pieces }: CompiledText, scope: Scope): Outcome<Readonly<Record<string, string>>> {
  const rendered = renderPieces(pieces, scope)
  return isRefusal(rendered) ? rendered : trimmed(rendered)
}

export const trimmed = (pieces: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(pieces).map(([field, text]) => [field, text.trim()]))
