import { type EmailTemplate, SCOPE_ROOTS, type TemplateProblem } from './schema.ts'

/** What the parsed template names. */
export interface Mentions {
  /** Dotted names such as `profile.first_name`, in order of appearance. */
  readonly variables: readonly string[]
}

type Found = Omit<TemplateProblem, 'severity' | 'detail'>
const error = (found: Found): TemplateProblem => ({ severity: 'error', ...found })
const warning = (found: Found): TemplateProblem => ({ severity: 'warning', ...found })

/** What a parsed template lacks or names wrongly. */
export function checkTemplate(template: EmailTemplate, { variables }: Mentions): TemplateProblem[] {
  const body = template.mjml === undefined ? '/html' : '/mjml'
  return [...requireWayOut(template, variables, body), ...checkNames(variables, body), ...warnOfPictures(template, body)]
}

function requireWayOut(template: EmailTemplate, variables: readonly string[], at: string): TemplateProblem[] {
  if (template.purpose === 'transactional') return []
  const problems: TemplateProblem[] = []
  if (!variables.includes('unsubscribe_url') && !variables.includes('message.unsubscribe_url')) {
    problems.push(
      error({
        code: 'template.unsubscribe.missing',
        title: 'A marketing message needs a way out',
        hint: 'Add a link such as <a href="{{ unsubscribe_url }}">Unsubscribe</a>, or set purpose: transactional if it answers what the person did.',
        at,
      }),
    )
  }
  if (!variables.includes('sender.postal_address')) {
    problems.push(
      error({
        code: 'template.postal_address.missing',
        title: 'A marketing message needs the postal address of its sender',
        hint: 'Add {{ sender.postal_address }} to the footer.',
        at,
      }),
    )
  }
  return problems
}

/** Names that a template reads and that nothing has. */
export function checkNames(variables: readonly string[], at: string): TemplateProblem[] {
  const roots = new Set(variables.map((name) => name.split(/[.[]/)[0]!))
  return [...roots]
    .filter((root) => !(SCOPE_ROOTS as readonly string[]).includes(root))
    .map((root) =>
      error({
        code: 'template.variable.unknown',
        title: `Nothing is called “${root}”`,
        hint: `Begin with one of ${SCOPE_ROOTS.join(', ')}${near(root)}.`,
        at,
      }),
    )
}

function near(root: string): string {
  const likely = SCOPE_ROOTS.find((known) => known.startsWith(root.slice(0, 3)) || root.includes(known))
  return likely ? `: did you mean ${likely}.${root === likely ? '' : '…'}?` : `: for a trait of the person write profile.${root}`
}

function warnOfPictures(template: EmailTemplate, at: string): TemplateProblem[] {
  const source = template.mjml ?? template.html ?? ''
  const bare = [...source.matchAll(/<(?:img|mj-image)\b(?:[^>"']|"[^"]*"|'[^']*')*>/gi)].filter(([tag]) => !/\salt\s*=/i.test(tag))
  return bare.map((match) =>
    warning({
      code: 'template.image.alt',
      title: 'A picture has no alternative text',
      hint: 'Add alt="…" (alt="" for decoration): many readers block pictures or cannot see them.',
      at: `${at}:${lineOf(source, match.index)}`,
    }),
  )
}

/** The 1-based line of an offset. */
export const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length
