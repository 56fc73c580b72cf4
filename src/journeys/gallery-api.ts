import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Journey } from './schema.ts'

export const ListGallery = action({
  name: 'journeys.gallery',
  does: 'Lists journeys to begin with, each with the templates and segments that it needs.',
  may: 'journeys:read',
  route: 'GET /api/journey-gallery',
  input: z.object({}),
  output: z.object({
    templates: z.array(
      z.object({
        id: z.string(),
        /** For whom it is: an industry. */
        group: z.string(),
        journey: Journey,
        /** Everything that it is made of, the journey first, as it is written. */
        documents: z.array(z.object({ kind: z.string(), id: z.string(), body: z.record(z.string(), z.json()) })),
      }),
    ),
  }),
})
