import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Industry } from './schema.ts'

const Body = z.record(z.string(), z.json())
const EventName = z.string().min(1).max(200)

const PresetModel = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  /** What it is for, in this industry. */
  description: z.string(),
  /** What it will do once it has learned. */
  does: z.string(),
  /** What happens until then. */
  until: z.string(),
  /** What it needs before it begins to learn, of this workspace as it is. */
  needs: z.string(),
  /** Events that it rests on and that have never come in. */
  missing: z.array(z.string()),
  /** Whether there is a document of this id already, live or as a draft. */
  there: z.boolean(),
  body: Body,
})

export const ListPresets = action({
  name: 'models.presets',
  does: 'Lists the models to begin with for each industry: what each will do, what it needs, what happens until then.',
  may: 'models:read',
  route: 'GET /api/model-presets',
  input: z.object({}),
  output: z.object({
    presets: z.array(z.object({ industry: Industry, name: z.string(), about: z.string(), models: z.array(PresetModel) })),
  }),
})

export const DraftPreset = action({
  name: 'models.preset',
  does: 'Writes the models of an industry as drafts, which are published like any other; what is there already is left alone.',
  may: 'documents:write',
  route: 'POST /api/models/presets/:industry',
  input: z.object({
    industry: Industry,
    /** Only these models; left out: all. */
    only: z.array(z.string()).max(50).optional(),
    /** What this workspace calls an event of the preset, by the preset's name. */
    events: z.record(EventName, EventName).default({}),
  }),
  output: z.object({
    /** Drafts that were written, with the hash that publishing asks for. */
    drafts: z.array(z.object({ kind: z.literal('model'), id: z.string(), hash: z.string() })),
    /** Ids of which there was a document already. */
    left: z.array(z.string()),
  }),
  audited: true,
})
