import { ExportPattern } from '#decisions/patterns/api.ts'
import { onnxOf } from '#decisions/patterns/onnx.ts'
import { decodePattern } from '#decisions/patterns/snapshot.ts'
import { snapshotLines } from '#decisions/store.ts'
import { refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { publishedIn, textOf } from './models-read.ts'

const unknown = (detail: string) =>
  refuse({ code: 'model.unknown', status: 404, title: 'There is no such snapshot of a pattern model', detail })

export const patternExportBindings = ({ pool }: { readonly pool: Pool }): Binding[] => [
  bind(ExportPattern, async ({ id, serial }, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const published = (await publishedIn(tx, workspace)).find((each) => each.id === id)?.standing
      const [line] = await snapshotLines(tx, { ws: workspace, model: id, before: serial + 1, limit: 1 })
      const type = (published?.full ?? published?.candidate)?.model.type
      if (type !== 'pattern' || line?.serial !== serial || line.task === '') return unknown(`${id} ${serial}`)
      const { body: text, broken } = await textOf(tx, line)
      if (text === null) {
        const hint = 'Let the model learn anew, and take the next snapshot.'
        return refuse({ code: 'model.snapshot_broken', status: 409, title: 'The snapshot cannot be read', detail: broken, hint })
      }
      const body = decodePattern(text)
      return {
        file: onnxOf(body).toBase64(),
        vocabulary: [...body.vocabulary],
        target: body.vocabulary[body.target]!,
        within: body.horizon,
        serves: body.serves,
      }
    }),
  ),
]
