import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Mono } from '#kit/copy.tsx'
import { download } from '#kit/download.ts'
import { count } from '#kit/format.ts'
import { Card, Facts } from '#kit/page.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import { GetAbout, GetSbom } from '#workspaces/health-api.ts'
import { RECORD_WORDS } from './record-words.ts'

/** What runs here, and what it is made of. */
export function About() {
  const say = useWords(RECORD_WORDS)
  const about = useRead(GetAbout, {})
  const save = useMutation({ mutationFn: () => download(GetSbom, {}) })
  return (
    <Loaded query={about} lines={5}>
      {({ version, node, licence, packages, licences, sbom }) => (
        <div className="flex min-w-0 flex-col gap-5">
          <Card title="Cadenza">
            <Facts
              rows={[
                [say.version, version],
                ['Node.js', node],
                [say.licence, licence],
                [say.packages, count(packages)],
                ...(sbom === '' ? [] : [[say.sbomHash, <Mono key="hash">{sbom}</Mono>] as const]),
              ]}
            />
            {sbom === '' ? (
              <p className="mt-3 text-dense text-ink-2">{say.noSbom}</p>
            ) : (
              <Button className="mt-4" busy={save.isPending} onClick={() => save.mutate()}>
                <Download size={15} aria-hidden="true" />
                {say.sbom}
              </Button>
            )}
            {save.isError && <ErrorView error={save.error} />}
          </Card>
          {licences.length > 0 && (
            <Card title={say.licences} flush>
              <Table
                label={say.licences}
                rows={licences}
                rowKey={(row) => row.licence}
                columns={[
                  { name: say.licence, cell: (row) => row.licence },
                  { name: say.packages, right: true, width: 'w-28', cell: (row) => count(row.packages) },
                ]}
              />
            </Card>
          )}
        </div>
      )}
    </Loaded>
  )
}
