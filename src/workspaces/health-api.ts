import { z } from 'zod'
import { action } from '#lib/action.ts'

const Count = z.int().nonnegative()
const Time = z.int()

export const GetHealth = action({
  name: 'health.get',
  does: 'Tells how the server is and what waits in this workspace: parts, processes, time to decide, queues of messages, builds of segments.',
  may: 'data:read',
  route: 'GET /api/health',
  input: z.object({}),
  output: z.object({
    at: Time,
    version: z.string(),
    /** When this process began. */
    since: Time,
    parts: z.array(z.object({ part: z.string(), state: z.enum(['ok', 'slow', 'failed']) })),
    /** Living processes by what they do. */
    processes: z.array(z.object({ role: z.string(), count: Count })),
    /** From the arrival of an event to the commit of what follows, in this process; null before the first, and where another process decides. */
    decisions: z.object({ count: Count, p50: z.number(), p99: z.number() }).nullable(),
    /** Records of all workspaces that wait for the engine. */
    backlog: Count,
    queues: z.array(
      z.object({
        channel: z.string(),
        /** Due and not handed over yet. */
        waiting: Count,
        /** When the oldest of them was due. */
        oldest: Time.nullable(),
        dead: Count,
      }),
    ),
    builds: z.array(z.object({ status: z.string(), error: z.string(), beganAt: Time })),
  }),
})

export const GetAbout = action({
  name: 'about.get',
  does: 'Tells the version of the server, and which packages under which licences it is made of.',
  may: 'signed-in',
  route: 'GET /api/about',
  input: z.object({}),
  output: z.object({
    version: z.string(),
    node: z.string(),
    licence: z.string(),
    packages: Count,
    licences: z.array(z.object({ licence: z.string(), packages: Count })),
    /** SHA-256 of the list of packages; '' where it was not shipped along. */
    sbom: z.string(),
  }),
})

export const GetSbom = action({
  name: 'about.sbom',
  does: 'Gives the list of all packages that the server is made of, with version, licence and hash (CycloneDX 1.6).',
  may: 'signed-in',
  route: 'GET /api/about/sbom.json',
  input: z.object({}),
  output: z.string(),
  downloads: 'application/vnd.cyclonedx+json',
})
