import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import { type Binding, bind, bindDownload } from '#platform/http/actions.ts'
import { sha256 } from '#workspaces/audit-store.ts'
import { GetAbout, GetSbom } from '#workspaces/health-api.ts'

const FILE = join(import.meta.dirname, '../../security/sbom.cdx.json')
const Sbom = z.object({
  components: z.array(
    z.object({
      licenses: z.array(
        z.union([
          z.object({ expression: z.string() }),
          z.object({ license: z.object({ id: z.string().optional(), name: z.string().optional() }) }),
        ]),
      ),
    }),
  ),
})

/** What the server is made of, from the list that is shipped with it. */
export const aboutBindings = (version: string): Binding[] => [
  bind(GetAbout, async () => {
    const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
    const components = text === '' ? [] : Sbom.parse(JSON.parse(text)).components
    const byLicence = Map.groupBy(components, ({ licenses: [first] }) =>
      first === undefined ? '' : 'expression' in first ? first.expression : (first.license.id ?? first.license.name ?? ''),
    )
    return {
      version,
      node: process.versions.node,
      licence: 'Apache-2.0',
      packages: components.length,
      licences: [...byLicence].map(([licence, list]) => ({ licence, packages: list.length })).sort((a, b) => b.packages - a.packages),
      sbom: text === '' ? '' : sha256(text),
    }
  }),
  bindDownload(GetSbom, async () =>
    existsSync(FILE)
      ? { filename: 'cadenza-sbom.cdx.json', body: createReadStream(FILE) }
      : refuse({
          code: 'about.no_sbom',
          status: 404,
          title: 'The list of packages was not shipped with this server.',
          hint: 'Make it with node scripts/write-sbom.ts.',
        }),
  ),
]
