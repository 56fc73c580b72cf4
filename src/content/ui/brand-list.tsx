import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toBrand } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { BRAND_WORDS } from './brand-words.ts'
import { ContentPage } from './content-page.tsx'
import { useNewDocument } from './new-document.tsx'
import { Status } from './template-list.tsx'

/** The brands of the workspace; the one called `default` dresses whatever names none. */
export function BrandList({ onOpen }: { onOpen: (href: string) => void }) {
  const say = useWords(BRAND_WORDS)
  const mayWrite = useMay('documents:write')
  const query = useRead(ListDocuments, { kind: 'brand' })
  const { busy, create } = useNewDocument('brand')
  const add = async () => {
    const taken = new Set(query.data?.documents.map(({ id }) => id))
    const id = await create(taken.has('default') ? say.second : 'default', {}, taken)
    if (id !== undefined) onOpen(toBrand(id))
  }
  const begin = mayWrite && (
    <Button look="primary" busy={busy} onClick={() => void add()}>
      {query.data?.documents.length === 0 ? say.begin : say.add}
    </Button>
  )
  return (
    <ContentPage tab="brands" actions={begin}>
      <Card flush>
        <Loaded query={query}>
          {({ documents }) =>
            documents.length === 0 ? (
              <Empty title={say.none} action={begin}>
                {say.noneLead}
              </Empty>
            ) : (
              <Table
                label={say.brands}
                rows={documents}
                rowKey={({ id }) => id}
                columns={[
                  {
                    name: say.name,
                    cell: ({ id, name }) => (
                      <Link plain href={toBrand(id)} className={ROW_LINK}>
                        {name || id}
                      </Link>
                    ),
                  },
                  { name: say.status, width: 'w-40', cell: (row) => <Status row={row} /> },
                  { name: say.changed, width: 'w-32', right: true, from: 'sm', cell: ({ at }) => <Moment at={at} /> },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
    </ContentPage>
  )
}
