import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { Suspense, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { Select } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMe } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { Empty, Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment, useNow } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListKeys, RevokeKey, RotateKey } from '../api.ts'
import type { Key } from '../schema.ts'
import { Wrong } from './door.tsx'
import { KEY_WORDS } from './key-words.ts'
import { ROLE_WORDS } from './role-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')
const NewKey = lazyPart(() => import('./new-key.tsx'), 'NewKey')

/** What sends events and what calls the API. Secret keys of others are an administrator's to change. */
export function Keys() {
  const say = useWords(KEY_WORDS)
  const keys = useRead(ListKeys, {})
  const [making, setMaking] = useState(false)
  const [doing, setDoing] = useState<{ readonly what: 'revoke' | 'rotate'; readonly key: Key }>()
  return (
    <>
      <Card
        title={say.title}
        flush
        aside={
          <Button look="primary" onClick={() => setMaking(true)}>
            <Plus size={16} aria-hidden="true" />
            {say.make}
          </Button>
        }
      >
        <Loaded query={keys} lines={4}>
          {(data) =>
            data.keys.length === 0 ? (
              <Empty icon={<KeyRound size={20} aria-hidden="true" />} title={say.none}>
                {say.noneLead}
              </Empty>
            ) : (
              <KeyTable keys={data.keys} onDo={(what, key) => setDoing({ what, key })} />
            )
          }
        </Loaded>
      </Card>
      <Suspense>
        {making && <NewKey onClose={() => setMaking(false)} />}
        {doing?.what === 'revoke' && <Revoke key_={doing.key} onClose={() => setDoing(undefined)} />}
        {doing?.what === 'rotate' && <Rotate key_={doing.key} onClose={() => setDoing(undefined)} />}
      </Suspense>
    </>
  )
}

function KeyTable({ keys, onDo }: { keys: readonly Key[]; onDo: (what: 'revoke' | 'rotate', key: Key) => void }) {
  const say = useWords(KEY_WORDS)
  const { permissions } = useWords(ROLE_WORDS)
  const me = useMe()
  const now = useNow()
  const mine = (key: Key): boolean =>
    key.kind === 'write' || me.permissions.includes('workspace:admin') || key.createdBy === `person:${me.person?.id}`
  const mayOf = (key: Key): string => (key.kind === 'write' ? say.adds : key.scopes.map((scope) => permissions[scope]).join(', '))
  const isOver = ({ expiresAt }: Key): boolean => expiresAt !== null && expiresAt <= now
  const columns: readonly Column<Key>[] = [
    {
      name: say.key,
      cell: (key) => (
        <>
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="truncate font-medium">{key.name}</span>
            <Chip tone={key.kind === 'write' ? 'accent' : 'agent'}>{say.kinds[key.kind]}</Chip>
          </span>
          <span className="block truncate text-meta text-ink-3" title={mayOf(key)}>
            <code>
              {key.kind === 'write' ? 'wk' : 'sk'}_…{key.lastFour}
            </code>{' '}
            {mayOf(key)}
          </span>
        </>
      ),
    },
    {
      name: say.used,
      width: 'w-28',
      from: 'md',
      cell: (key) => (key.usedAt === null ? <span className="text-ink-3">{say.never}</span> : <Moment at={key.usedAt} />),
    },
    {
      name: say.ends,
      width: 'w-24',
      from: 'lg',
      cell: (key) => (key.expiresAt === null ? <span className="text-ink-3">{say.never}</span> : <Moment at={key.expiresAt} />),
    },
    {
      name: say.actions,
      hideName: true,
      right: true,
      width: 'w-28 sm:w-48 lg:w-40 xl:w-48',
      cell: (key) => {
        if (key.revokedAt !== null) return <Chip dashed>{say.revoked}</Chip>
        if (isOver(key)) return <Chip dashed>{say.over}</Chip>
        if (!mine(key)) return null
        return (
          <span className="inline-flex flex-wrap justify-end">
            <Button look="quiet" aria-label={say.rotateOf(key.name)} onClick={() => onDo('rotate', key)}>
              {say.rotate}
            </Button>
            <Button look="quiet" aria-label={say.revokeOf(key.name)} onClick={() => onDo('revoke', key)}>
              {say.revoke}
            </Button>
          </span>
        )
      },
    },
  ]
  return <Table label={say.title} columns={columns} rows={keys} rowKey={(key) => key.id} />
}

/** A value that is shown this once. */
export function KeyValue({ kind, value, onClose }: { kind: Key['kind']; value: string; onClose: () => void }) {
  const say = useWords(KEY_WORDS)
  return (
    <Dialog title={say.copyNow} open onClose={onClose}>
      <p className="mb-3 text-ink-2">{kind === 'write' ? say.writeOnce : say.secretOnce}</p>
      <Code label={say.value} text={value} />
      <div className="mt-4 flex justify-end">
        <Button look="primary" onClick={onClose}>
          {say.copied}
        </Button>
      </div>
    </Dialog>
  )
}

function Revoke({ key_, onClose }: { key_: Key; onClose: () => void }) {
  const say = useWords(KEY_WORDS)
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => call(RevokeKey, { id: key_.id }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [ListKeys.name] })
      onClose()
    },
  })
  return (
    <Dialog title={say.revokeTitle(key_.name)} open onClose={onClose}>
      {revoke.isError && <Wrong error={revoke.error} />}
      <p className="text-ink-2">
        {key_.kind === 'write' ? say.revokeWrite : say.revokeSecret} {say.revokeForGood}
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.keep}</Button>
        <Button look="bad" busy={revoke.isPending} onClick={() => revoke.mutate()}>
          {say.revokeIt}
        </Button>
      </div>
    </Dialog>
  )
}

const OVERLAPS = [0, 1, 24, 168] as const

function Rotate({ key_, onClose }: { key_: Key; onClose: () => void }) {
  const say = useWords(KEY_WORDS)
  const client = useQueryClient()
  const [hours, setHours] = useState(24)
  const rotate = useMutation({
    mutationFn: () => call(RotateKey, { id: key_.id, overlapHours: hours }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListKeys.name] }),
  })
  if (rotate.data) return <KeyValue kind={key_.kind} value={rotate.data.value} onClose={onClose} />
  return (
    <Dialog title={say.rotateTitle(key_.name)} open onClose={onClose}>
      {rotate.isError && <Wrong error={rotate.error} />}
      <p className="mb-4 text-ink-2">{say.rotateLead}</p>
      <Select
        label={say.overlap}
        value={String(hours)}
        choices={OVERLAPS.map((n) => ({ value: String(n), label: say.hours(n) }))}
        onChange={(to) => setHours(Number(to))}
      />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.cancel}</Button>
        <Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
          {say.rotateIt}
        </Button>
      </div>
    </Dialog>
  )
}
