import { FileText } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toPage } from '#kit/paths.ts'
import { serverNow } from '#kit/server-clock.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { ContentPage } from './content-page.tsx'
import { LIST_WORDS } from './list-words.ts'
import { useNewDocument } from './new-document.tsx'
import { Problems } from './problems.tsx'
import { Status } from './template-list.tsx'

/** Pages that answer a question, for readers and for answer engines. */
export function PageList({ onOpen }: { onOpen: (href: string) => void }) {
  const say = useWords(LIST_WORDS)
  const mayWrite = useMay('documents:write')
  const query = useRead(ListDocuments, { kind: 'page' })
  const { busy, failure, create } = useNewDocument('page')
  const add = async () => {
    const day = new Date(serverNow(Date.now())).toISOString().slice(0, 10)
    const taken = new Set(query.data?.documents.map(({ id }) => id))
    const body = {
      slug: `page-${taken.size + 1}`,
      title: say.pages.add,
      summary: say.pages.noneLead,
      blocks: [],
      author: { name: '–' },
      publisher: { name: '–' },
      published: day,
      modified: day,
    }
    const id = await create(say.pages.add, body, taken)
    if (id !== undefined) onOpen(toPage(id))
  }
  const begin = mayWrite && (
    <Button look="primary" busy={busy} onClick={() => void add()}>
      {say.pages.add}
    </Button>
  )
  return (
    <ContentPage tab="pages" actions={begin}>
      {failure && <Problems problems={[failure]} />}
      <Card flush>
        <Loaded query={query} lines={4}>
          {({ documents }) =>
            documents.length === 0 ? (
              <Empty icon={<FileText size={20} aria-hidden="true" />} title={say.pages.none} action={begin}>
                {say.pages.noneLead}
              </Empty>
            ) : (
              <Table
                label={say.tabs.pages}
                rows={documents}
                rowKey={({ id }) => id}
                columns={[
                  {
                    name: say.pages.columns.name,
                    cell: ({ id, name }) => (
                      <Link plain href={toPage(id)} className={ROW_LINK}>
                        {name || id}
                      </Link>
                    ),
                  },
                  { name: say.pages.columns.status, width: 'w-40', cell: (row) => <Status row={row} /> },
                  { name: say.pages.columns.changed, width: 'w-32', right: true, from: 'sm', cell: ({ at }) => <Moment at={at} /> },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
    </ContentPage>
  )
}
