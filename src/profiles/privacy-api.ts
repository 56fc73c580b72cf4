import { z } from 'zod'
import { action } from '#lib/action.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Person = z.object({ id: z.string().min(1).max(200) })

export const ExportPerson = action({
  name: 'people.export',
  does: 'Gives everything that is stored about a person, from every store and with its name, as JSON (GDPR articles 15 and 20).',
  may: 'people:export',
  route: 'GET /api/profiles/:id/export.json',
  input: Person,
  output: z.string(),
  downloads: 'application/json',
  audited: true,
})

export const ExportPersonPage = action({
  name: 'people.export_page',
  does: 'Gives everything that is stored about a person as a page to read, without scripts and without anything from elsewhere.',
  may: 'people:export',
  route: 'GET /api/profiles/:id/export.html',
  input: Person,
  output: z.string(),
  downloads: 'text/html; charset=utf-8',
  audited: true,
})

export const ExportPersonEvents = action({
  name: 'people.export_events',
  does: 'Gives the events of a person as CSV; cells that a spreadsheet would take for formulas begin with an apostrophe.',
  may: 'people:export',
  route: 'GET /api/profiles/:id/events.csv',
  input: Person,
  output: z.string(),
  downloads: 'text/csv; charset=utf-8',
  audited: true,
})

/** The certificate: what was found in which store and taken away. It holds nothing that says who the person was. */
export const ErasureReceipt = z.object({
  erasure: z.string(),
  workspace: z.string(),
  /** HMAC of the profile id: only who knows the person and has this server can tell. */
  subject: z.string(),
  profiles: z.int(),
  askedBy: z.string(),
  askedAt: Time,
  doneAt: Time,
  stores: z.array(z.object({ store: z.string(), holds: z.string(), count: z.int() })),
  hashedSuppressions: z.int(),
  files: z.object({ rewritten: z.array(z.string()), freed: z.array(z.string()), clickhouseOldParts: z.int() }),
  documentsThatMention: z.array(z.string()),
  stays: z.array(z.string()),
  notReached: z.array(z.string()),
})

export const Erasure = z.object({
  id: z.string(),
  status: z.enum(['running', 'done']),
  /** What is being done; '' when it is done. */
  step: z.string(),
  /** Why it does not go on just now; '' when it does. */
  error: z.string(),
  askedBy: z.string(),
  askedAt: Time,
  doneAt: Time.nullable(),
  receipt: ErasureReceipt.nullable(),
  /** SHA-256 of the receipt as canonical JSON (keys in order, no spaces). */
  receiptHash: z.string(),
})

export const ErasePerson = action({
  name: 'people.erase',
  does: 'Erases a person for good, with all profiles that became them: from the database, the log, the reports, the archive and the files. A hashed suppression entry stays.',
  may: 'people:erase',
  route: 'POST /api/profiles/:id/erase',
  input: Person,
  output: z.object({ erasure: z.string() }),
  audited: true,
  status: 202,
})

export const GetErasure = action({
  name: 'erasures.get',
  does: 'Tells how far an erasure has come; its receipt when it is done.',
  may: 'people:erase',
  route: 'GET /api/erasures/:id',
  input: Person,
  output: Erasure,
})

export const ListErasures = action({
  name: 'erasures.list',
  does: 'Lists erasures, newest first; with a profile id only those of this person, also when they are gone.',
  may: 'people:erase',
  route: 'GET /api/erasures',
  input: z.object({ profile: z.string().max(200).optional() }),
  output: z.object({ erasures: z.array(Erasure) }),
})
