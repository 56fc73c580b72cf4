import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Ban, Download, Plus, Upload } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { channelNamed } from '#channels/words.ts'
import { AddSuppression, ExportSuppressions, ImportSuppressions, ListSuppressions, RemoveSuppression } from '#consent/api.ts'
import { call, usePages } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { download } from '#kit/download.ts'
import { Field, SearchField, Select } from '#kit/field.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { TOPICS } from '#kit/paths.ts'
import { Empty, ErrorView, NoPermission, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { TOPIC_WORDS } from './topics-words.ts'
import { useQueryText, withView } from './use-view.ts'

type Row = OutputOf<typeof ListSuppressions>['suppressions'][number]
const REASONS = ['bounced', 'complained', 'unsubscribed', 'manual', 'imported', 'erased'] as const
const REMOVABLE: readonly string[] = ['bounced', 'manual', 'imported']

/** Addresses that are not written to: found, added, taken off where that may be, brought and taken along. */
export function Suppressions() {
  const say = useWords(TOPIC_WORDS)
  const language = useLanguage()
  const router = useRouter()
  const mayRead = useMay('consent:read')
  const mayWrite = useMay('consent:write')
  const { q = '', reason = '' } = useQueryText()
  const pages = usePages(ListSuppressions, { q, reason }, { enabled: mayRead })
  const [open, setOpen] = useState<'add' | 'import'>()
  const [removing, setRemoving] = useState<Row>()
  const to = (change: Readonly<Record<string, string | undefined>>) =>
    router.history.push(withView(TOPICS, { view: 'suppressions', q, reason, ...change }))
  if (!mayRead) return <NoPermission needs="consent:read" />
  const rows = pages.data?.pages.flatMap((page) => page.suppressions) ?? []
  const columns: readonly Column<Row>[] = [
    {
      name: say.address,
      cell: (row) => (
        <>
          <span className="block truncate">{row.hashed ? `${row.address.slice(0, 16)}…` : row.address}</span>
          <span className="block truncate text-meta text-ink-3">
            {[channelNamed(row.channel, language), row.note].filter(Boolean).join(' · ')}
          </span>
        </>
      ),
    },
    {
      name: say.reason,
      width: 'w-36',
      cell: (row) => (
        <Chip tone={row.reason === 'complained' ? 'bad' : 'neutral'}>
          {row.hashed ? say.hashed : (say.reasons[row.reason] ?? row.reason)}
        </Chip>
      ),
    },
    { name: say.since, width: 'w-28', from: 'sm', cell: (row) => <Moment at={row.at} /> },
    {
      name: say.remove,
      hideName: true,
      right: true,
      width: 'w-32',
      cell: (row) =>
        mayWrite && !row.hashed && REMOVABLE.includes(row.reason) ? (
          <Button look="quiet" aria-label={say.removeOf(row.address)} onClick={() => setRemoving(row)}>
            {say.remove}
          </Button>
        ) : null,
    },
  ]
  return (
    <div className="flex flex-col gap-4">
      <p className="max-w-[80ch] text-ink-2">{say.listLead}</p>
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label={say.search} value={q} onSearch={(value) => to({ q: value || undefined })} />
        <Select
          label={say.reason}
          value={reason}
          choices={[{ value: '', label: say.any }, ...REASONS.map((value) => ({ value, label: say.reasons[value] ?? value }))]}
          onChange={(value) => to({ reason: value || undefined })}
        />
        <span className="flex flex-wrap gap-2">
          {mayWrite && (
            <>
              <Button look="primary" onClick={() => setOpen('add')}>
                <Plus size={16} aria-hidden="true" />
                {say.addAddress}
              </Button>
              <Button onClick={() => setOpen('import')}>
                <Upload size={16} aria-hidden="true" />
                {say.importList}
              </Button>
            </>
          )}
          <Export />
        </span>
      </div>
      <Card flush>
        {pages.isError ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : !pages.data ? (
          <Skeleton lines={5} />
        ) : rows.length > 0 ? (
          <>
            <Table
              label={say.list}
              columns={columns}
              rows={rows}
              rowKey={(row) => `${row.address} ${row.channel} ${row.topic} ${row.reason}`}
            />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {say.shown(rows.length)}
            </More>
          </>
        ) : q !== '' || reason !== '' ? (
          <NoResults of={say.filter} clear={() => to({ q: undefined, reason: undefined })} />
        ) : (
          <Empty icon={<Ban size={20} aria-hidden="true" />} title={say.empty}>
            {say.emptyMore}
          </Empty>
        )}
      </Card>
      {open === 'add' && <Add onClose={() => setOpen(undefined)} />}
      {open === 'import' && <Import onClose={() => setOpen(undefined)} />}
      {removing && <Remove row={removing} onClose={() => setRemoving(undefined)} />}
    </div>
  )
}

function Export() {
  const say = useWords(TOPIC_WORDS)
  const take = useMutation({ mutationFn: () => download(ExportSuppressions, {}) })
  return (
    <>
      <Button busy={take.isPending} onClick={() => take.mutate()}>
        <Download size={16} aria-hidden="true" />
        {say.export}
      </Button>
      {take.isError && <ErrorView error={take.error} />}
    </>
  )
}

function useAgain(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: [ListSuppressions.name] })
}

function Add({ onClose }: { onClose: () => void }) {
  const say = useWords(TOPIC_WORDS)
  const again = useAgain()
  const add = useMutation({
    mutationFn: (input: { address: string; note: string }) => call(AddSuppression, input),
    onSuccess: async ({ added, takenBack }) => {
      notify(added ? say.added(takenBack) : say.known)
      onClose()
      await again()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    if (!add.isPending) add.mutate({ address: String(form.get('address')), note: String(form.get('note')) })
  }
  return (
    <Dialog title={say.addTitle} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">{say.addMore}</p>
        <Field label={say.address} name="address" required minLength={3} maxLength={320} />
        <Field label={say.note} name="note" hint={say.noteHint} required maxLength={500} />
        {add.isError && <ErrorView error={add.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={add.isPending}>
            {say.addGo}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Remove({ row, onClose }: { row: Row; onClose: () => void }) {
  const say = useWords(TOPIC_WORDS)
  const again = useAgain()
  const remove = useMutation({
    mutationFn: (note: string) => call(RemoveSuppression, { address: row.address, channel: row.channel as '', note }),
    onSuccess: async ({ kept }) => {
      notify(kept.length === 0 ? say.removed : say.kept(kept.map((reason) => say.reasons[reason] ?? reason).join(', ')))
      onClose()
      await again()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!remove.isPending) remove.mutate(String(new FormData(event.currentTarget).get('note')))
  }
  return (
    <Dialog title={say.removeTitle(row.address)} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">{say.removeMore}</p>
        <Field label={say.note} name="note" hint={say.noteHint} required maxLength={500} />
        {remove.isError && <ErrorView error={remove.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="bad" type="submit" busy={remove.isPending}>
            {say.remove}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Import({ onClose }: { onClose: () => void }) {
  const say = useWords(TOPIC_WORDS)
  const again = useAgain()
  const bring = useMutation({
    mutationFn: async ({ file, note }: { file: File; note: string }) => call(ImportSuppressions, { csv: await file.text(), note }),
    onSuccess: again,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const file = form.get('file')
    if (file instanceof File && file.size > 0 && !bring.isPending) bring.mutate({ file, note: String(form.get('note')) })
  }
  return (
    <Dialog title={say.importListTitle} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">{say.importListMore}</p>
        <label className="flex flex-col gap-1">
          <span className="text-dense font-medium">{say.file}</span>
          <input type="file" name="file" accept=".csv,text/csv" required className="text-dense" />
        </label>
        <Field label={say.note} name="note" hint={say.noteHint} required maxLength={500} />
        {bring.isError && <ErrorView error={bring.error} />}
        {bring.data && (
          <div role="status" className="text-dense">
            <p className="font-medium">{say.importedList(bring.data.added, bring.data.known, bring.data.rejected.length)}</p>
            <ul className="text-ink-2">
              {bring.data.rejected.slice(0, 20).map(({ row, title }) => (
                <li key={row}>
                  {say.row(row)}: {title}
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={bring.isPending}>
            {say.importList}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
