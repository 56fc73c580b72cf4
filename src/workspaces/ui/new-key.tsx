import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field, Select } from '#kit/field.tsx'
import { useMe } from '#kit/me.ts'
import { serverNow } from '#kit/server-clock.ts'
import { useWords } from '#kit/words.ts'
import { CreateKey, ListKeys } from '../api.ts'
import { Scope } from '../schema.ts'
import { textOf, Wrong } from './door.tsx'
import { EXPIRIES, type Expiry, PRESETS, PURPOSES, type Purpose, scopesFor } from './key-presets.ts'
import { KEY_WORDS } from './key-words.ts'
import { KeyValue } from './keys.tsx'
import { ROLE_WORDS } from './role-words.ts'

export function NewKey({ onClose }: { onClose: () => void }) {
  const say = useWords(KEY_WORDS)
  const client = useQueryClient()
  const { permissions: held } = useMe()
  const [kind, setKind] = useState<'write' | 'secret'>('write')
  const [purpose, setPurpose] = useState<Purpose>('code')
  const [chosen, setChosen] = useState<readonly Scope[]>([])
  const [expiry, setExpiry] = useState<Expiry>('never')
  const create = useMutation({
    mutationFn: (name: string) => {
      const lives = EXPIRIES[expiry]
      const expiresAt = lives === null ? null : Math.round(serverNow(Date.now()) + lives)
      return call(CreateKey, kind === 'write' ? { kind, name } : { kind, name, scopes: scopesFor(purpose, held, chosen), expiresAt })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [ListKeys.name] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate(textOf(new FormData(event.currentTarget), 'name'))
  }
  if (create.data) return <KeyValue kind={kind} value={create.data.value} onClose={onClose} />
  const lacks = purpose in PRESETS && PRESETS[purpose as keyof typeof PRESETS].some((scope) => !held.includes(scope))
  return (
    <Dialog title={say.make} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {create.isError && <Wrong error={create.error} />}
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-dense font-medium">{say.kind}</legend>
          {(['write', 'secret'] as const).map((value) => (
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
                <span className="block font-medium">{value === 'write' ? say.writeKey : say.secretKey}</span>
                <span className="block text-dense text-ink-2">{value === 'write' ? say.writeHint : say.secretHint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field label={say.name} name="name" hint={say.nameHint} required maxLength={120} />
        {kind === 'secret' && (
          <>
            <Select
              label={say.purpose}
              value={purpose}
              choices={PURPOSES.map((value) => ({ value, label: say.purposes[value] }))}
              onChange={(to) => setPurpose(to as Purpose)}
            />
            {lacks && <p className="text-dense text-warn">{say.beyond}</p>}
            <Permissions purpose={purpose} held={held} chosen={chosen} onChoose={setChosen} />
            <Select
              label={say.expires}
              value={expiry}
              choices={(Object.keys(EXPIRIES) as Expiry[]).map((value) => ({ value, label: say.expiries[value] }))}
              onChange={(to) => setExpiry(to as Expiry)}
            />
          </>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            {say.makeIt}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface PermissionsProps {
  readonly purpose: Purpose
  readonly held: readonly string[]
  readonly chosen: readonly Scope[]
  readonly onChoose: (scopes: readonly Scope[]) => void
}

/** What the key may do, in words; to be chosen from only what its maker holds. */
function Permissions({ purpose, held, chosen, onChoose }: PermissionsProps) {
  const say = useWords(KEY_WORDS)
  const { permissions } = useWords(ROLE_WORDS)
  if (purpose !== 'own') {
    return (
      <p className="text-dense text-ink-2">
        {say.may}:{' '}
        {scopesFor(purpose, held, chosen)
          .map((scope) => permissions[scope])
          .join(', ')}
      </p>
    )
  }
  return (
    <fieldset className="grid gap-1 sm:grid-cols-2">
      <legend className="mb-1 text-dense font-medium">{say.permissions}</legend>
      {Scope.options
        .filter((scope) => held.includes(scope))
        .map((scope) => (
          <label key={scope} className="flex min-h-7 items-center gap-2 text-dense">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={(event) => onChoose(event.target.checked ? [...chosen, scope] : chosen.filter((each) => each !== scope))}
              className="size-4 accent-(--accent)"
            />
            {permissions[scope]}
          </label>
        ))}
    </fieldset>
  )
}
