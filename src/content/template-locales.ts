import type { Template } from './schema.ts'

/** The template in one of its languages, without the others; left out: the default. A body of the language takes the place of the default's. */
export function inOneLanguage(template: Template, locale?: string): Template {
  const { locales, ...own } = template
  const words = locale === undefined ? undefined : (locales as Readonly<Record<string, object>> | undefined)?.[locale]
  if (!words) return own as Template
  const { mjml: _mjml, html: _html, blocks: _blocks, text: _text, ...frame } = own as typeof own & BodyParts
  const { approved: _approved, ...rest } = frame as typeof frame & { approved?: unknown }
  if (own.channel === 'whatsapp') return { ...rest, ...words, locale } as Template
  const isBody = ['mjml', 'html', 'blocks'].some((name) => name in words)
  return { ...(own.channel === 'email' && isBody ? frame : own), ...words, locale } as Template
}

interface BodyParts {
  readonly mjml?: unknown
  readonly html?: unknown
  readonly blocks?: unknown
  readonly text?: unknown
}
