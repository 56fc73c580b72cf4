import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { Field } from '#kit/field.tsx'
import { words } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { CreateKey, ListKeys, RevokeKey } from '../api.ts'
import type { Key } from '../schema.ts'

const Dialog = lazy(() => import('#kit/dialog.tsx').then((module) => ({ default: module.Dialog })))

/** What a new secret key of this screen may do: everything that the command line needs, nothing about people. */
const SCOPES = ['documents:read', 'documents:write', 'journeys:read', 'journeys:publish', 'reports:read'] as const

export function Keys() {
  const keys = useRead(ListKeys, {})
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Key>()
  const columns: readonly Column<Key>[] = [
    {
      name: 'Key',
      cell: (key) => (
        <>
          <span className="block truncate font-medium">{key.name}</span>
          <code className="block truncate text-meta text-ink-3">
            {key.kind === 'write' ? 'wk' : 'sk'}_…{key.lastFour}
          </code>
        </>
      ),
    },
    {
      name: 'Kind',
      width: 'w-24',
      cell: (key) => <Chip tone={key.kind === 'write' ? 'accent' : 'agent'}>{key.kind === 'write' ? 'Write' : 'Secret'}</Chip>,
    },
    {
      name: 'May',
      width: 'w-[26%]',
      from: 'lg',
      cell: (key) => (
        <span className="text-ink-2">
          {key.kind === 'write' ? 'add events' : key.scopes.map((scope) => words(scope.replace(':', ' '))).join(', ')}
        </span>
      ),
    },
    { name: 'Made', width: 'w-28', from: 'md', cell: (key) => <Moment at={key.createdAt} /> },
    {
      name: 'Last used',
      width: 'w-28',
      from: 'sm',
      cell: (key) => (key.usedAt === null ? <span className="text-ink-3">never</span> : <Moment at={key.usedAt} />),
    },
    {
      name: 'Revoke',
      hideName: true,
      right: true,
      width: 'w-26',
      cell: (key) =>
        key.revokedAt === null ? (
          <Button look="quiet" aria-label={`Revoke ${key.name}`} onClick={() => setRevoking(key)}>
            Revoke
          </Button>
        ) : (
          <Chip dashed>Revoked</Chip>
        ),
    },
  ]
  return (
    <>
      <Card
        title="Keys"
        flush
        aside={
          <Button look="primary" onClick={() => setMaking(true)}>
            <Plus size={16} aria-hidden="true" />
            New key
          </Button>
        }
      >
        <Loaded query={keys} lines={4}>
          {(data) =>
            data.keys.length === 0 ? (
              <Empty icon={<KeyRound size={20} aria-hidden="true" />} title="No keys">
                A write key lets a website or a server send events; a secret key lets the command line publish journeys.
              </Empty>
            ) : (
              <Table label="Keys" columns={columns} rows={data.keys} rowKey={(key) => key.id} />
            )
          }
        </Loaded>
      </Card>
      <Suspense>
        {making && <NewKey onClose={() => setMaking(false)} />}
        {revoking && <Revoke key_={revoking} onClose={() => setRevoking(undefined)} />}
      </Suspense>
    </>
  )
}

function NewKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [kind, setKind] = useState<'write' | 'secret'>('write')
  const create = useMutation({
    mutationFn: (name: string) => call(CreateKey, kind === 'write' ? { kind, name } : { kind, name, scopes: [...SCOPES] }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListKeys.name] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate(String(new FormData(event.currentTarget).get('name')))
  }
  if (create.data) {
    return (
      <Dialog title="Copy the key now" open onClose={onClose}>
        <p className="mb-3 text-ink-2">
          {create.data.key.kind === 'write'
            ? 'A write key is public, but its value is not shown again.'
            : 'The value is not stored and cannot be shown again.'}
        </p>
        <Code label="key" text={create.data.value} />
        <div className="mt-4 flex justify-end">
          <Button look="primary" onClick={onClose}>
            I have copied it
          </Button>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title="New key" open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {create.isError && <ErrorView error={create.error} />}
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-dense font-medium">Kind</legend>
          {(
            [
              ['write', 'Write key', 'Public. A website, an app or a server sends events with it.'],
              ['secret', 'Secret key', 'For the command line and servers: reads and publishes journeys and reports.'],
            ] as const
          ).map(([value, label, hint]) => (
            <label key={value} className="flex cursor-pointer gap-3 rounded-card border border-line p-3 has-checked:border-ink">
              <input
                type="radio"
                name="kind"
                value={value}
                checked={kind === value}
                onChange={() => setKind(value)}
                className="mt-0.5 size-4 accent-(--accent)"
              />
              <span>
                <span className="block font-medium">{label}</span>
                <span className="block text-dense text-ink-2">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field label="Name" name="name" hint="Where it is used, for example “Website” or “CI”." required maxLength={120} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Revoke({ key_, onClose }: { key_: Key; onClose: () => void }) {
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => call(RevokeKey, { id: key_.id }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [ListKeys.name] })
      onClose()
    },
  })
  return (
    <Dialog title={`Revoke “${key_.name}”?`} open onClose={onClose}>
      {revoke.isError && <ErrorView error={revoke.error} />}
      <p className="text-ink-2">
        {key_.kind === 'write'
          ? 'Whatever sends events with it is refused from then on: those events are lost.'
          : 'Whatever signs in with it is refused from then on.'}{' '}
        A revoked key cannot be brought back.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="bad" busy={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke the key
        </Button>
      </div>
    </Dialog>
  )
}
