import { z } from 'zod'
import { action } from '#lib/action.ts'

export const GetJourneyLibrary = action({
  name: 'journeys.library',
  does: 'Lists everything that is live and that journeys can name, with what a check looks at; long texts are left out.',
  may: 'documents:read',
  route: 'GET /api/journey-library',
  input: z.object({}),
  output: z.object({ documents: z.array(z.object({ kind: z.string(), id: z.string(), body: z.record(z.string(), z.json()) })) }),
})
