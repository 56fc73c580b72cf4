import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { AREA } from '#kit/form/frame.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toDocument } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'
import { DeleteSecret, ListSecrets, PutSecret } from '#workspaces/secrets/api.ts'
import { RECORD_WORDS } from './record-words.ts'
import { type SecretUse, usesOfSecrets } from './secret-uses.ts'

type Asked = { readonly kind: 'put'; readonly name: string } | { readonly kind: 'delete'; readonly name: string; readonly uses: number }

/** Names of what is kept sealed, and what uses it. */
export function Secrets() {
  const say = useWords(RECORD_WORDS)
  const secrets = useRead(ListSecrets, {})
  const documents = useRead(ExportDocuments, {})
  const [asked, setAsked] = useState<Asked>()
  const uses = usesOfSecrets(documents.data?.documents ?? [])
  const add = (
    <Button look="primary" onClick={() => setAsked({ kind: 'put', name: '' })}>
      <Plus size={16} aria-hidden="true" />
      {say.add}
    </Button>
  )
  return (
    <Card title={say.secrets} flush aside={secrets.data?.secrets.length ? add : undefined}>
      <Loaded query={secrets} lines={3}>
        {(data) =>
          data.secrets.length === 0 ? (
            <Empty icon={<KeyRound size={20} aria-hidden="true" />} title={say.secretNone} action={add}>
              {say.secretNoneMore}
            </Empty>
          ) : (
            <Table
              label={say.secrets}
              rows={data.secrets}
              rowKey={({ name }) => name}
              columns={[
                { name: say.secret, cell: ({ name }) => <code className="wrap-anywhere">{name}</code> },
                { name: say.usedBy, from: 'sm', cell: ({ name }) => <Uses uses={uses.get(name) ?? []} /> },
                { name: say.changed, width: 'w-28', from: 'md', cell: ({ at }) => <Moment at={at} /> },
                {
                  name: say.replace,
                  hideName: true,
                  right: true,
                  width: 'w-52',
                  cell: ({ name }) => (
                    <>
                      <Button look="quiet" aria-label={say.replaceOf(name)} onClick={() => setAsked({ kind: 'put', name })}>
                        {say.replace}
                      </Button>
                      <Button
                        look="quiet"
                        aria-label={say.removeOf(name)}
                        onClick={() => setAsked({ kind: 'delete', name, uses: uses.get(name)?.length ?? 0 })}
                      >
                        {say.remove}
                      </Button>
                    </>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {asked?.kind === 'put' && <Put name={asked.name} onClose={() => setAsked(undefined)} />}
      {asked?.kind === 'delete' && <Remove {...asked} onClose={() => setAsked(undefined)} />}
    </Card>
  )
}

function Uses({ uses }: { uses: readonly SecretUse[] }) {
  const say = useWords(RECORD_WORDS)
  if (uses.length === 0) return <span className="text-ink-3">{say.unused}</span>
  return (
    <ul>
      {uses.map(({ kind, id }) => (
        <li key={`${kind} ${id}`}>
          <Link href={toDocument(kind, id)}>{id}</Link>
        </li>
      ))}
    </ul>
  )
}

function Put({ name, onClose }: { name: string; onClose: () => void }) {
  const say = useWords(RECORD_WORDS)
  const client = useQueryClient()
  const area = useId()
  const put = useMutation({
    mutationFn: (given: { name: string; value: string }) => call(PutSecret, given),
    onSuccess: async (line) => {
      await client.invalidateQueries({ queryKey: [ListSecrets.name] })
      notify(say.saved(line.name))
      onClose()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    put.mutate({ name: name || String(form.get('name')), value: String(form.get('value')) })
  }
  return (
    <Dialog title={name === '' ? say.add : say.replaceOf(name)} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {name === '' && (
          <Field label={say.secret} name="name" hint={say.nameHint} pattern="[a-z0-9][a-z0-9._\-]*" maxLength={63} required />
        )}
        <div className="flex flex-col gap-1">
          <label htmlFor={area} className="text-dense font-medium">
            {say.value}
          </label>
          <textarea
            id={area}
            name="value"
            rows={4}
            required
            maxLength={20_000}
            spellCheck={false}
            autoComplete="off"
            className={`${AREA} font-mono text-dense`}
          />
          <p className="text-meta text-ink-3">{say.valueHint}</p>
        </div>
        {put.isError && <ErrorView error={put.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={put.isPending}>
            {say.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Remove({ name, uses, onClose }: { name: string; uses: number; onClose: () => void }) {
  const say = useWords(RECORD_WORDS)
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => call(DeleteSecret, { name }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [ListSecrets.name] })
      notify(say.removed(name))
      onClose()
    },
  })
  return (
    <Dialog title={say.removeOf(name)} open onClose={onClose}>
      <p className="text-ink-2">{say.removeWhat(uses)}</p>
      {remove.isError && <ErrorView error={remove.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.cancel}</Button>
        <Button look="bad" busy={remove.isPending} onClick={() => remove.mutate()}>
          {say.remove}
        </Button>
      </div>
    </Dialog>
  )
}
