import { z } from 'zod'
import { action } from '#lib/action.ts'

const Count = z.int().nonnegative()
const Line = {
  id: z.string(),
  /** '' where it has none. */
  name: z.string(),
  live: z.int().nullable(),
  draft: z.boolean(),
  /** Epoch ms of the last change, by whom. */
  at: z.number(),
  by: z.string(),
}
const User = z.object({ kind: z.string(), id: z.string(), name: z.string() })

export const ListTemplates = action({
  name: 'templates.list',
  does: 'Lists the templates with their channel, their languages, what uses them, and what became of their messages in the last 90 days.',
  may: 'documents:read',
  route: 'GET /api/templates',
  input: z.object({}),
  output: z.object({
    templates: z.array(
      z.object({
        ...Line,
        channel: z.enum(['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack']),
        /** Subject, title or text: what a reader sees first. */
        first: z.string(),
        /** Of an e-mail: how its body is written. */
        form: z.enum(['blocks', 'mjml', 'html', 'text']),
        locales: z.array(z.string()),
        /** Id of the brand whose look it takes when it is published; null where it is written without blocks. */
        brand: z.string().nullable(),
        /** Journeys and campaigns whose live version names it. */
        usedBy: z.array(User),
        /** Messages of 90 days; each counts once. */
        sent: Count,
        opened: Count,
        clicked: Count,
        lastSent: z.number().nullable(),
      }),
    ),
  }),
})

export const ListSnippets = action({
  name: 'snippets.list',
  does: 'Lists the snippets with the live templates and snippets that use them; `behind`: that template was published with an older version.',
  may: 'documents:read',
  route: 'GET /api/snippets',
  input: z.object({}),
  output: z.object({
    snippets: z.array(
      z.object({
        ...Line,
        form: z.enum(['blocks', 'mjml', 'text']),
        usedBy: z.array(User.extend({ version: z.int().nullable(), behind: z.boolean() })),
      }),
    ),
  }),
})

export const ReadContentNames = action({
  name: 'content.names',
  does: 'Tells what templates of this workspace can name: attributes that people have, events with their properties, snippets, coupon pools, senders, brands, topics.',
  may: 'documents:read',
  route: 'GET /api/content/names',
  input: z.object({}),
  output: z.object({
    /** Seen on some of the people; `share` of them have it. Values are not shown: they are people's. */
    attributes: z.array(z.object({ name: z.string(), type: z.string(), share: z.number() })),
    /** Those of the last 30 days, the most frequent first. */
    events: z.array(z.object({ name: z.string(), properties: z.array(z.string()) })),
    snippets: z.array(z.object({ id: z.string(), name: z.string(), form: z.enum(['blocks', 'mjml', 'text']) })),
    pools: z.array(z.object({ id: z.string(), name: z.string() })),
    senders: z.array(z.object({ id: z.string(), from: z.string(), replyTo: z.string() })),
    brands: z.array(z.object({ id: z.string(), name: z.string() })),
    topics: z.array(z.object({ id: z.string(), name: z.string() })),
    models: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })),
  }),
})
