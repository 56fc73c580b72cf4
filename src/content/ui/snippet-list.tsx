import { Archive, Puzzle } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toSnippet, toTemplate } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { ListSnippets } from '../list-api.ts'
import { ContentPage } from './content-page.tsx'
import { Line, Segments } from './fields.tsx'
import { LIST_WORDS } from './list-words.ts'
import { useNewDocument } from './new-document.tsx'
import { Problems } from './problems.tsx'
import { AskArchive, Status } from './template-list.tsx'

type Row = OutputOf<typeof ListSnippets>['snippets'][number]

/** What many messages say alike, with where it stands. */
export function SnippetList({ onOpen }: { onOpen: (href: string) => void }) {
  const say = useWords(LIST_WORDS)
  const mayWrite = useMay('documents:write')
  const query = useRead(ListSnippets, {})
  const [making, setMaking] = useState(false)
  const add = mayWrite && (
    <Button look="primary" onClick={() => setMaking(true)}>
      {say.snippets.add}
    </Button>
  )
  return (
    <ContentPage tab="snippets" actions={add}>
      <Card flush>
        <Loaded query={query} lines={4}>
          {({ snippets }) =>
            snippets.length === 0 ? (
              <Empty icon={<Puzzle size={20} aria-hidden="true" />} title={say.snippets.none} action={add}>
                {say.snippets.noneLead}
              </Empty>
            ) : (
              <Table
                label={say.tabs.snippets}
                rows={snippets}
                rowKey={({ id }) => id}
                columns={[
                  {
                    name: say.snippets.columns.name,
                    cell: (row) => (
                      <Link plain href={toSnippet(row.id)} className={ROW_LINK}>
                        {row.name || row.id}
                      </Link>
                    ),
                  },
                  { name: say.snippets.columns.form, width: 'w-24', from: 'sm', cell: ({ form }) => say.snippets.forms[form] },
                  { name: say.columns.status, width: 'w-36', cell: (row) => <Status row={row} /> },
                  { name: say.snippets.columns.usedBy, width: 'w-64', from: 'md', cell: (row) => <SnippetUsers row={row} /> },
                  { name: say.snippets.columns.changed, width: 'w-28', right: true, from: 'lg', cell: ({ at }) => <Moment at={at} /> },
                  { name: say.columns.more, width: 'w-14', right: true, hideName: true, cell: (row) => mayWrite && <Tools row={row} /> },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
      {making && (
        <NewSnippet
          taken={new Set(query.data?.snippets.map(({ id }) => id))}
          onMade={(id) => onOpen(toSnippet(id))}
          onClose={() => setMaking(false)}
        />
      )}
    </ContentPage>
  )
}

function SnippetUsers({ row: { usedBy } }: { row: Row }) {
  const say = useWords(LIST_WORDS)
  const behind = usedBy.filter((each) => each.behind).length
  if (usedBy.length === 0) return <span className="text-ink-3">{say.nobody}</span>
  return (
    <span className="relative z-1 block min-w-0">
      {usedBy.slice(0, 2).map((each) => (
        <span key={`${each.kind} ${each.id}`} className="block truncate">
          <Link href={each.kind === 'template' ? toTemplate(each.id) : toSnippet(each.id)}>{each.name}</Link>
        </span>
      ))}
      {usedBy.length > 2 && <span className="block text-meta text-ink-3">{say.andMore(usedBy.length - 2)}</span>}
      {behind > 0 && <Chip tone="warn">{say.snippets.behind(behind)}</Chip>}
    </span>
  )
}

function Tools({ row }: { row: Row }) {
  const say = useWords(LIST_WORDS)
  const [asking, setAsking] = useState(false)
  const name = row.name || row.id
  return (
    <span className="relative z-1 inline-flex">
      <IconButton label={row.live === null ? say.discard(name) : say.archive(name)} onClick={() => setAsking(true)}>
        <Archive size={16} aria-hidden="true" />
      </IconButton>
      {asking && <AskArchive kind="snippet" row={{ ...row, name, used: row.usedBy.length }} onClose={() => setAsking(false)} />}
    </span>
  )
}

function NewSnippet({ taken, onMade, onClose }: { taken: ReadonlySet<string>; onMade: (id: string) => void; onClose: () => void }) {
  const say = useWords(LIST_WORDS)
  const [name, setName] = useState('')
  const [form, setForm] = useState<'blocks' | 'text'>('blocks')
  const { busy, failure, create } = useNewDocument('snippet')
  const make = async () => {
    const body: Readonly<Record<string, Json>> =
      form === 'text' ? { text: name.trim() } : { blocks: [{ kind: 'text', text: name.trim(), size: 'normal' }] }
    const id = await create(name.trim(), body, taken)
    if (id !== undefined) onMade(id)
  }
  return (
    <Dialog title={say.snippets.add} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && name.trim() !== '') void make()
        }}
      >
        <Line label={say.snippets.name} value={name} hint={say.nameHint} onChange={setName} />
        <div className="flex items-center gap-3">
          <span className="text-dense font-medium">{say.snippets.formLabel}</span>
          <Segments
            label={say.snippets.formLabel}
            value={form}
            choices={[
              { value: 'blocks', label: say.snippets.forms.blocks },
              { value: 'text', label: say.snippets.text },
            ]}
            onChange={(value) => setForm(value === 'text' ? 'text' : 'blocks')}
          />
        </div>
        {failure && <Problems problems={[failure]} />}
        <div className="flex gap-2">
          <Button look="primary" type="submit" busy={busy}>
            {say.create}
          </Button>
          <Button onClick={onClose}>{say.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}
