import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, Plus } from 'lucide-react'
import { type FormEvent, Suspense, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { Field, Select } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMe } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { InviteMember, ListMembers, RevokeInvitation } from '../api.ts'
import { type Invitation, type Member, ROLE_PERMISSIONS, Role, Scope } from '../schema.ts'
import { textOf, Wrong } from './door.tsx'
import { PEOPLE_WORDS } from './people-words.ts'
import { ROLE_WORDS } from './role-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')
const ManageMember = lazyPart(() => import('./manage-member.tsx'), 'ManageMember')

export function People() {
  const say = useWords(PEOPLE_WORDS)
  const members = useRead(ListMembers, {})
  const [inviting, setInviting] = useState(false)
  const [managed, setManaged] = useState<string>()
  const shown = members.data?.members.find(({ id }) => id === managed)
  return (
    <div className="flex flex-col gap-5">
      <Card
        title={say.members}
        flush
        aside={
          <Button look="primary" onClick={() => setInviting(true)}>
            <Plus size={16} aria-hidden="true" />
            {say.invite}
          </Button>
        }
      >
        <Loaded query={members} lines={4}>
          {(data) => <Members members={data.members} onManage={setManaged} />}
        </Loaded>
      </Card>
      {members.data && members.data.invitations.length > 0 && <Invitations invitations={members.data.invitations} />}
      <RoleMatrix />
      <Suspense>
        {inviting && <Invite onClose={() => setInviting(false)} />}
        {shown && <ManageMember member={shown} onClose={() => setManaged(undefined)} />}
      </Suspense>
    </div>
  )
}

function Members({ members, onManage }: { members: readonly Member[]; onManage: (id: string) => void }) {
  const say = useWords(PEOPLE_WORDS)
  const roles = useWords(ROLE_WORDS)
  const me = useMe().person?.id
  const columns: readonly Column<Member>[] = [
    {
      name: say.person,
      cell: (each) => (
        <>
          <span className="flex items-center gap-2">
            <span className="truncate font-medium">{each.name}</span>
            {each.id === me && <Chip tone="accent">{say.you}</Chip>}
          </span>
          <span className="block truncate text-meta text-ink-3">{each.email}</span>
        </>
      ),
    },
    { name: say.role, width: 'w-32', cell: (each) => roles.roles[each.role] },
    {
      name: say.factor,
      width: 'w-32',
      from: 'md',
      cell: (each) => (each.secondFactor ? <Chip tone="ok">{say.factorOn}</Chip> : <Chip dashed>{say.factorOff}</Chip>),
    },
    {
      name: say.seen,
      width: 'w-32',
      from: 'lg',
      cell: (each) => (each.seenAt === null ? <span className="text-ink-3">{say.never}</span> : <Moment at={each.seenAt} />),
    },
    {
      name: say.actions,
      hideName: true,
      right: true,
      width: 'w-28',
      cell: (each) => (
        <Button look="quiet" aria-label={say.manageOf(each.name)} onClick={() => onManage(each.id)}>
          {say.manage}
        </Button>
      ),
    },
  ]
  return <Table label={say.members} columns={columns} rows={members} rowKey={(each) => each.id} />
}

function Invitations({ invitations }: { invitations: readonly Invitation[] }) {
  const say = useWords(PEOPLE_WORDS)
  const roles = useWords(ROLE_WORDS)
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: (id: string) => call(RevokeInvitation, { id }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [ListMembers.name] })
      notify(say.tookBack)
    },
  })
  const columns: readonly Column<Invitation>[] = [
    { name: say.email, cell: (each) => <span className="block truncate font-medium">{each.email}</span> },
    { name: say.role, width: 'w-32', from: 'sm', cell: (each) => roles.roles[each.role as Role] },
    { name: say.until, width: 'w-44', from: 'md', cell: (each) => <Moment at={each.expiresAt} exact /> },
    {
      name: say.actions,
      hideName: true,
      right: true,
      width: 'w-36',
      cell: (each) => (
        <Button look="quiet" aria-label={say.takeBackOf(each.email)} onClick={() => revoke.mutate(each.id)}>
          {say.takeBack}
        </Button>
      ),
    },
  ]
  return (
    <Card title={say.invitations} flush>
      {revoke.isError && <Wrong error={revoke.error} />}
      <Table label={say.invitations} columns={columns} rows={invitations} rowKey={(each) => each.id} />
    </Card>
  )
}

function Invite({ onClose }: { onClose: () => void }) {
  const say = useWords(PEOPLE_WORDS)
  const client = useQueryClient()
  const [role, setRole] = useState<Role>('marketer')
  const invite = useMutation({
    mutationFn: (email: string) => call(InviteMember, { email, role }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListMembers.name] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    invite.mutate(textOf(new FormData(event.currentTarget), 'email'))
  }
  if (invite.data) {
    return (
      <Dialog title={say.linkTitle} open onClose={onClose}>
        <p className="mb-3 text-ink-2">{say.linkLead(invite.data.invitation.email)}</p>
        {invite.data.mailed && <p className="mb-3 text-ok">{say.mailed(invite.data.invitation.email)}</p>}
        <Code label={say.link} text={invite.data.link} />
        <div className="mt-4 flex justify-end">
          <Button look="primary" onClick={onClose}>
            {say.close}
          </Button>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title={say.inviteTitle} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {invite.isError && <Wrong error={invite.error} />}
        <Field label={say.email} name="email" type="email" required autoFocus />
        <RoleChoice role={role} onRole={setRole} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look="primary" busy={invite.isPending}>
            {say.makeLink}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A role, with what it is for. */
export function RoleChoice({ role, onRole }: { role: Role; onRole: (role: Role) => void }) {
  const say = useWords(PEOPLE_WORDS)
  const roles = useWords(ROLE_WORDS)
  return (
    <div>
      <Select
        label={say.role}
        value={role}
        choices={Role.options.map((value) => ({ value, label: roles.roles[value] }))}
        onChange={(value) => onRole(value as Role)}
      />
      <p className="mt-2 text-dense text-ink-2">{roles.about[role]}</p>
    </div>
  )
}

/** The published table, readable: permissions down, roles across. */
function RoleMatrix() {
  const say = useWords(PEOPLE_WORDS)
  const words = useWords(ROLE_WORDS)
  return (
    <Card title={say.rolesTitle} flush>
      <p className="px-4 py-2.5 text-dense text-ink-2">{say.rolesLead}</p>
      <Scroll label={say.rolesTable} className="overflow-x-auto">
        <table className="w-full min-w-[760px] border-collapse text-dense" aria-label={say.rolesTable}>
          <thead>
            <tr className="border-y border-line text-meta text-ink-3">
              <th scope="col" className="h-9 px-4 text-left font-medium">
                {say.permission}
              </th>
              {Role.options.map((role) => (
                <th key={role} scope="col" title={words.about[role]} className="px-1 text-center font-medium">
                  {words.roles[role]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Scope.options.map((permission) => (
              <tr key={permission} className="border-b border-line last:border-0 hover:bg-sunken">
                <th scope="row" className="h-9 px-4 py-1 text-left font-normal">
                  {words.permissions[permission]} <code className="ml-1 text-meta text-ink-3">{permission}</code>
                </th>
                {Role.options.map((role) => (
                  <td key={role} className="text-center">
                    {ROLE_PERMISSIONS[role].includes(permission) ? (
                      <>
                        <Check size={16} aria-hidden="true" className="mx-auto text-ok" />
                        <span className="sr-only">{say.yes}</span>
                      </>
                    ) : (
                      <span className="sr-only">{say.no}</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}
