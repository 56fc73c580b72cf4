import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Finding } from './finding.ts'
import { Locale } from './locales.ts'
import { DocumentId } from './names.ts'
import { Page } from './pages.ts'
import { Template } from './schema.ts'

/** A stored template or an unsaved one. */
const which = { id: DocumentId.optional(), version: z.int().positive().optional(), draft: Template.optional() }
const data = { data: z.record(z.string(), z.json()).optional(), profileId: z.string().optional() }

export const CheckTemplate = action({
  name: 'templates.check',
  does: 'Looks at a template as its readers will: gaps in the data of real people, links, pictures, contrast, size, signs of spam, way out, language, length.',
  may: 'documents:read',
  route: 'POST /api/templates/check',
  input: z.object({
    ...which,
    ...data,
    /** So many people of the workspace are looked at. */
    people: z.int().min(0).max(1_000).default(200),
    /** Asks each linked page whether it is there (at most 30, 15 seconds in all). */
    links: z.boolean().default(false),
  }),
  output: z.object({
    findings: z.array(Finding),
    /** How many people were looked at. */
    people: z.int().nonnegative(),
    /** By language (`` for the default): bytes of the HTML, or parts that a text message is charged as, and what one costs by the provider's document. */
    sizes: z.record(
      z.string(),
      z.object({
        bytes: z.int().nonnegative(),
        segments: z.int().nonnegative(),
        cost: z.object({ amount: z.number().nonnegative(), currency: z.string() }).optional(),
      }),
    ),
    /** `ok`: the page answered; `broken`: it said that it is not there; `unchecked`: nobody can tell from here, for this reason. */
    links: z.array(z.object({ url: z.string(), state: z.enum(['ok', 'broken', 'unchecked']), reason: z.string() })),
  }),
})

export const TestTemplate = action({
  name: 'templates.test',
  does: 'Sends a template to at most five colleagues or confirmed test addresses, marked [Test], by the way that messages go; it counts nowhere.',
  may: 'messages:test',
  route: 'POST /api/templates/test',
  input: z.object({
    ...which,
    ...data,
    locale: Locale.optional(),
    /** E-mail addresses of members, or confirmed test addresses of the template's channel. */
    to: z.array(z.string().min(1).max(320)).min(1).max(5),
  }),
  output: z.object({ messages: z.array(z.object({ id: z.string(), to: z.string() })) }),
  audited: true,
})

export const ListTemplateParts = action({
  name: 'templates.parts',
  does: 'Shows with which brand and snippets a template version was published, and which of them have changed since.',
  may: 'documents:read',
  route: 'GET /api/templates/:id/parts',
  input: z.object({ id: DocumentId, version: z.coerce.number().int().positive().optional() }),
  output: z.object({
    version: z.int(),
    parts: z.array(z.object({ kind: z.enum(['brand', 'snippet']), id: z.string(), version: z.int(), live: z.int().nullable() })),
  }),
})

const channel = z.enum(['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack'])

export const AddTestAddress = action({
  name: 'testAddresses.add',
  does: 'Names an address for test messages and sends a code there; it is used when the code has been given back.',
  may: 'messages:test',
  route: 'POST /api/test-addresses',
  input: z.object({ channel, address: z.string().trim().min(3).max(320) }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const ConfirmTestAddress = action({
  name: 'testAddresses.confirm',
  does: 'Gives back the code that was sent to a test address.',
  may: 'messages:test',
  route: 'POST /api/test-addresses/confirm',
  input: z.object({ channel, address: z.string().trim().min(3).max(320), code: z.string().regex(/^\d{6}$/) }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const ListTestAddresses = action({
  name: 'testAddresses.list',
  does: 'Lists the addresses for test messages.',
  may: 'messages:test',
  route: 'GET /api/test-addresses',
  input: z.object({}),
  output: z.object({ addresses: z.array(z.object({ channel, address: z.string(), confirmed: z.boolean(), by: z.string() })) }),
})

export const RemoveTestAddress = action({
  name: 'testAddresses.remove',
  does: 'Takes an address for test messages away.',
  may: 'messages:test',
  route: 'POST /api/test-addresses/remove',
  input: z.object({ channel, address: z.string().trim().min(3).max(320) }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const CheckPage = action({
  name: 'pages.check',
  does: 'Says what keeps a page from being quoted as an answer, and whether its structured data is sound; shows both forms of it.',
  may: 'documents:read',
  route: 'POST /api/pages/check',
  input: z.object({ id: DocumentId.optional(), draft: Page.optional() }),
  output: z.object({
    findings: z.array(Finding),
    html: z.string(),
    markdown: z.string(),
    jsonLd: z.record(z.string(), z.json()),
    url: z.string(),
  }),
})
