import { z } from 'zod'
import type { Problem } from '#lib/problem.ts'
import { Locale } from './locales.ts'
import { DocumentId, Line } from './names.ts'
import { linksIn } from './rich-text.ts'

const Web = z
  .string()
  .regex(/^https:\/\/[^\s"'<>{}]+$/, 'write an address that begins with https://')
  .max(2_000)
const Day = z.iso.date()
/** Rich text as in e-mails, without Liquid: nobody in particular reads a page. */
const Rich = z
  .string()
  .min(1)
  .max(20_000)
  .refine((text) => !/\{\{|\{%/.test(text), 'a page has no person: leave Liquid out')

const PageBlock = z.discriminatedUnion('kind', [
  /** A section; the page's title is its only first-level heading. */
  z.strictObject({ kind: z.literal('heading'), text: Line.min(1).max(300), level: z.union([z.literal(2), z.literal(3)]).default(2) }),
  z.strictObject({ kind: z.literal('text'), text: Rich }),
  z.strictObject({
    kind: z.literal('image'),
    src: Web,
    alt: z.string().min(1).max(500),
    width: z.int().min(1).max(2_400),
    height: z.int().min(1).max(2_400),
  }),
  z.strictObject({ kind: z.literal('quote'), text: Rich, by: Line.min(1).max(200), source: Web.optional() }),
  z.strictObject({
    kind: z.literal('table'),
    caption: Line.min(1).max(300),
    head: z.array(Line.max(200)).min(2).max(8),
    rows: z
      .array(z.array(Line.max(500)))
      .min(1)
      .max(200),
  }),
  z.strictObject({ kind: z.literal('divider') }),
])
export type PageBlock = z.output<typeof PageBlock>

const Party = { name: Line.min(1).max(200), url: Web.optional(), sameAs: z.array(Web).max(20).default([]) }

/** A page that answers a question, for readers and for answer engines. */
export const Page = z
  .strictObject({
    kind: z.literal('page'),
    id: DocumentId,
    name: z.string().max(200).optional(),
    slug: z
      .string()
      .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'use lower-case words with - between them')
      .max(100),
    locale: Locale.default('en'),
    title: Line.min(1).max(200),
    /** What the page answers, in the reader's words; left out: the title asks it. */
    question: Line.min(1).max(300).optional(),
    /** The answer in 40 to 60 words: it stands first. */
    summary: Rich,
    type: z.enum(['Article', 'BlogPosting']).default('Article'),
    blocks: z.array(PageBlock).max(300).default([]),
    faq: z
      .array(z.strictObject({ question: Line.min(1).max(300), answer: Rich }))
      .max(50)
      .default([]),
    author: z.strictObject({ ...Party, jobTitle: Line.max(200).optional() }),
    publisher: z.strictObject({ ...Party, logo: Web.optional() }),
    published: Day,
    modified: Day,
    /** Where the page has its home; left out: where it is served. */
    canonical: Web.optional(),
    /** A heading of `llms.txt`; `Optional` is read last. */
    section: Line.max(100).default('Pages'),
    /** Further schema.org objects of the page: Product with Offer, Event, HowTo … */
    data: z.array(z.record(z.string(), z.json())).max(10).default([]),
  })
  .refine(({ published, modified }) => published <= modified, { message: 'modified is before published', path: ['modified'] })
export type Page = z.output<typeof Page>

/** Targets that a page may link to. */
export const isHarmless = (link: string): boolean => /^(?:https:\/\/|mailto:|tel:|#)/i.test(link)

/** Rich texts of a page by their place. */
export const richTexts = (page: Page): [at: string, text: string][] => [
  ['/summary', page.summary],
  ...page.blocks.flatMap((block, i): [string, string][] =>
    block.kind === 'text' || block.kind === 'quote' ? [[`/blocks/${i}/text`, block.text]] : [],
  ),
  ...page.faq.map(({ answer }, i): [string, string] => [`/faq/${i}/answer`, answer]),
]

/** What stands in the way of publishing a page among others. */
export function pageProblems(
  page: Page,
  library: { get(kind: string, id: string): unknown; ids(kind: string): readonly string[] },
): Problem[] {
  const twin = library.ids('page').find((id) => id !== page.id && (library.get('page', id) as Page | undefined)?.slug === page.slug)
  return [
    ...(twin === undefined
      ? []
      : [{ code: 'page.slug', status: 422, title: `The page “${twin}” has this slug already`, at: '/slug', hint: 'Choose another one.' }]),
    ...richTexts(page).flatMap(([at, text]) =>
      linksIn(text)
        .filter((link) => !isHarmless(link))
        .map((link) => ({
          code: 'page.link',
          status: 422,
          title: 'This is no address that a page can lead to',
          detail: link.slice(0, 100),
          at,
          hint: 'Begin with https://.',
        })),
    ),
    ...page.blocks.flatMap((block, i) =>
      block.kind === 'table' && block.rows.some((row) => row.length !== block.head.length)
        ? [
            {
              code: 'page.table',
              status: 422,
              title: 'A row has not as many cells as the head',
              at: `/blocks/${i}/rows`,
              hint: 'Write an empty text for an empty cell.',
            },
          ]
        : [],
    ),
  ]
}
