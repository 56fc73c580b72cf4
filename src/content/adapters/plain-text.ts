import { compile } from 'html-to-text'

/** Invisible parts of a mail: preheaders and other hidden blocks, pictures. */
const SKIPPED = ['div.preheader', 'div[style^="display:none"]', 'img', 'head', 'style', 'title']

const convert = compile({
  wordwrap: false,
  selectors: [
    ...SKIPPED.map((selector) => ({ selector, format: 'skip' })),
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
    ...['h1', 'h2', 'h3', 'h4'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
})

/** The text part that an HTML template implies; Liquid in it stays as it is, so this runs once per version. */
export const plainText = (html: string): string => `${convert(html).trim()}\n`
