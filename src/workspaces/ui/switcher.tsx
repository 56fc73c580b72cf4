import { useMutation } from '@tanstack/react-query'
import { Check, ChevronsUpDown, Plus } from 'lucide-react'
import { type FormEvent, Suspense, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { Role } from '../schema.ts'
import { CreateWorkspace } from '../tenants/api.ts'
import { faultAt, textOf, Wrong } from './door.tsx'
import { ROLE_WORDS } from './role-words.ts'
import { WORKSPACE_WORDS } from './workspace-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

interface Place {
  readonly id: string
  readonly name: string
  readonly role: Role
}

interface Props {
  readonly current: { readonly id: string; readonly name: string } | null
  readonly workspaces: readonly Place[]
  /** May make another one: who administers one and signed in with a password. */
  readonly mayCreate: boolean
  readonly onSwitch: (id: string) => Promise<void>
}

const NEW = '+'

/** The name of the workspace in use; opens the list of all of the reader's, and makes new ones. */
export function WorkspaceSwitcher({ current, workspaces, mayCreate, onSwitch }: Props) {
  const say = useWords(WORKSPACE_WORDS)
  const roles = useWords(ROLE_WORDS)
  const [making, setMaking] = useState(false)
  if (workspaces.length < 2 && !mayCreate) return <span className="block truncate px-2.5 text-dense font-medium">{current?.name}</span>
  return (
    <>
      <MenuTrigger>
        <AriaButton
          aria-label={`${say.workspaces}: ${current?.name ?? ''}`}
          className="flex h-9 w-full min-w-0 items-center gap-2 rounded-button px-2.5 text-left text-dense font-medium hover:bg-sunken pointer-coarse:h-11"
        >
          <span className="min-w-0 flex-1 truncate">{current?.name}</span>
          <ChevronsUpDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
        </AriaButton>
        <Popover
          placement="bottom start"
          className="z-50 max-h-80 w-64 overflow-y-auto rounded-card border border-line bg-surface p-1 shadow-float"
        >
          <Menu
            aria-label={say.workspaces}
            className="outline-none"
            onAction={(key) => (key === NEW ? setMaking(true) : key === current?.id ? undefined : void onSwitch(String(key)))}
          >
            {workspaces.map(({ id, name, role }) => (
              <MenuItem key={id} id={id} textValue={name} className={ITEM}>
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{name}</span>
                  <span className="block truncate text-meta text-ink-3">{roles.roles[role]}</span>
                </span>
                {id === current?.id && <Check size={16} aria-label={say.current} className="shrink-0 text-ok" />}
              </MenuItem>
            ))}
            {mayCreate && (
              <MenuItem id={NEW} textValue={say.create} className={`${ITEM} border-t border-line`}>
                <Plus size={16} aria-hidden="true" className="shrink-0 text-ink-3" />
                {say.create}
              </MenuItem>
            )}
          </Menu>
        </Popover>
      </MenuTrigger>
      <Suspense>{making && <Create onSwitch={onSwitch} onClose={() => setMaking(false)} />}</Suspense>
    </>
  )
}

const ITEM =
  'flex min-h-10 cursor-pointer items-center gap-2.5 rounded-button px-2.5 py-1 outline-none data-[focused]:bg-sunken data-[focus-visible]:outline-2 data-[focus-visible]:-outline-offset-2 data-[focus-visible]:outline-focus'

function Create({ onSwitch, onClose }: { onSwitch: Props['onSwitch']; onClose: () => void }) {
  const say = useWords(WORKSPACE_WORDS)
  const create = useMutation({
    mutationFn: (form: FormData) =>
      call(CreateWorkspace, {
        name: textOf(form, 'name'),
        timezone: textOf(form, 'timezone'),
        currency: textOf(form, 'currency').toUpperCase(),
      }),
    onSuccess: async ({ workspace }) => {
      onClose()
      await onSwitch(workspace.id)
      notify(say.made(workspace.name))
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={say.createTitle} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">{say.createLead}</p>
        {create.isError && <Wrong error={create.error} />}
        <Field label={say.name} name="name" maxLength={120} required autoFocus error={faultAt(create.error, '/name')} />
        <div className="grid grid-cols-2 gap-3">
          <Field
            label={say.zone}
            name="timezone"
            defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
            required
            error={faultAt(create.error, '/timezone')}
          />
          <Field
            label={say.currency}
            name="currency"
            defaultValue="EUR"
            pattern="[A-Za-z]{3}"
            required
            error={faultAt(create.error, '/currency')}
          />
        </div>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            {say.make}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
