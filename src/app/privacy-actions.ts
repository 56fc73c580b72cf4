import type { z } from 'zod'
import type { InputOf, OutputOf } from '#lib/action.ts'
import { languageAsked } from '#lib/language.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind, bindDownload, type Download } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import {
  ErasePerson,
  type Erasure,
  ExportPerson,
  ExportPersonEvents,
  ExportPersonPage,
  GetErasure,
  ListErasures,
} from '#profiles/privacy-api.ts'
import type { Archive } from './archive.ts'
import { type Beginning, beginErasure } from './erasure.ts'
import { type ErasureRow, findErasure, pageErasures } from './erasure-store.ts'
import { namesOf, pseudonymOf, wholeOf } from './erasure-subject.ts'
import { type ExportOf, eventsCsv, exportJson, exportPage } from './person-export.ts'

interface Options {
  readonly pool: Pool
  /** For what belongs to no workspace's role: the log, the keys, jobs. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly archive: Archive
  readonly erasure: Beginning
  readonly now: () => number
}

const LISTED = 100

/** A person's rights over what is stored: to have it shown, and to have it taken away. */
export const privacyBindings = (options: Options): Binding[] => [
  bindDownload(ExportPerson, (input, { workspace }, call) =>
    exported(options, { ...input, workspace, call }, { name: 'person.json', make: exportJson }),
  ),
  bindDownload(ExportPersonPage, (input, { workspace }, call) =>
    exported(
      options,
      { ...input, workspace, call },
      {
        name: 'person.html',
        make: (of) => exportPage(of, languageAsked(call.headers['accept-language'])),
      },
    ),
  ),
  bindDownload(ExportPersonEvents, (input, { workspace }, call) =>
    exported(options, { ...input, workspace, call }, { name: 'events.csv', make: eventsCsv }),
  ),
  bind(ErasePerson, async ({ id }: InputOf<typeof ErasePerson>, { workspace, actor }, call) => {
    const begun = await beginErasure(options.erasure, { ws: workspace, profile: id, by: actor })
    if ('refused' in begun) return begun
    call.note({ object: `erasure:${begun.id}` })
    return { erasure: begun.id }
  }),
  bind(GetErasure, async ({ id }, { workspace }) => {
    const row = await inWorkspace(options.pool, workspace, (tx) => findErasure(tx, workspace, id))
    return row ? view(row) : refuse({ code: 'erasure.unknown', status: 404, title: 'There is no such erasure', detail: id })
  }),
  bind(ListErasures, async ({ profile }, { workspace }): Promise<OutputOf<typeof ListErasures>> => {
    const pseudonym = profile === undefined ? null : pseudonymOf(options.erasure.secretKey)(workspace, profile)
    const rows = await inWorkspace(options.pool, workspace, (tx) => pageErasures(tx, workspace, { pseudonym, limit: LISTED }))
    return { erasures: rows.map(view) }
  }),
]

const view = ({ id, status, step, error, askedBy, askedAt, doneAt, receipt, receiptHash }: ErasureRow): z.output<typeof Erasure> => ({
  id,
  status,
  step,
  error,
  askedBy,
  askedAt,
  doneAt,
  receipt: receipt as z.output<typeof Erasure>['receipt'],
  receiptHash,
})

interface Asked {
  readonly id: string
  readonly workspace: string
  readonly call: { note(about: { readonly object: string }): void }
}

async function exported(
  { work, analytics, archive, now }: Options,
  { id, workspace, call }: Asked,
  { name, make }: { name: string; make: (of: ExportOf) => AsyncIterable<string> },
): Promise<Outcome<Download>> {
  const whole = await wholeOf(work, workspace, id)
  if (!whole) return refuse({ code: 'profile.unknown', status: 404, title: 'There is no such person', detail: id })
  call.note({ object: `profile:${id}` })
  return { filename: name, body: make({ ws: workspace, whole, names: namesOf(whole), db: work, analytics, archive, at: now() }) }
}
