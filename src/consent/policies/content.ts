import type { ContentFacts } from './facts.ts'
import { plain, withoutAddresses } from './pattern.ts'
import { type Seen, visible, written } from './visible.ts'

/** What is written, as bytes or as its author wrote it. */
export interface Given {
  readonly subject: string
  readonly html?: string | undefined
  readonly text?: string | undefined
  /** Pieces of a text message, each read by itself. */
  readonly pieces?: readonly string[]
  /** As it stands in links; '' for none. */
  readonly unsubscribe: string
  readonly oneClick: boolean
  /** The sender's; '' for none. */
  readonly postalAddress: string
}

/** What the gates read of a message. */
export function contentOf({ subject, html, text, pieces = [], unsubscribe, oneClick, postalAddress }: Given): ContentFacts {
  const page = html === undefined ? undefined : visible(html)
  const plainText = text === undefined ? [] : [written(withoutAddresses(text))]
  const told = pieces.length === 0 ? [] : [written(pieces.join(' \n '))]
  const shown: Seen[] = [...(page ? [page.shown] : []), ...plainText, ...told]
  const all: Seen[] = [...(page ? [page.all] : []), ...plainText, ...told]
  const address = plain(postalAddress).trim()
  return {
    shown,
    all,
    subject: written(subject),
    has: {
      unsubscribe:
        unsubscribe !== '' &&
        (html === undefined || html.includes(unsubscribe)) &&
        (text === undefined || html !== undefined || text.includes(unsubscribe)),
      'one-click': oneClick,
      'postal-address': address !== '' && shown.length > 0 && shown.every((seen) => seen.text.includes(address)),
    },
  }
}
