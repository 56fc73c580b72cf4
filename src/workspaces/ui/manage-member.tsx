import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { DropMemberFactor, MakeResetLink } from '../account/api.ts'
import { ListMembers, RemoveMember, SetMemberRole } from '../api.ts'
import type { Member, Role } from '../schema.ts'
import { Wrong } from './door.tsx'
import { RoleChoice } from './people.tsx'
import { PEOPLE_WORDS } from './people-words.ts'
import { ROLE_WORDS } from './role-words.ts'

type Step = 'start' | 'reset' | 'drop' | 'remove'

/** What an administrator can do for and with one member, one thing at a time, each with what it will do. */
export function ManageMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const say = useWords(PEOPLE_WORDS)
  const roles = useWords(ROLE_WORDS)
  const client = useQueryClient()
  const [step, setStep] = useState<Step>('start')
  const [role, setRole] = useState<Role>(member.role)
  const after = async () => {
    await client.invalidateQueries({ queryKey: [ListMembers.name] })
    onClose()
  }
  const change = useMutation({
    mutationFn: (to: Role) => call(SetMemberRole, { id: member.id, role: to }),
    onSuccess: async (_answer, to) => {
      await after()
      const back = () => change.mutate(member.role)
      notify(say.roleChanged(member.name, roles.roles[to]), to === member.role ? undefined : { label: say.undo, run: back })
    },
  })
  const act = useMutation({
    mutationFn: async () => {
      if (step === 'drop') await call(DropMemberFactor, { id: member.id })
      else await call(RemoveMember, { id: member.id })
    },
    onSuccess: async () => {
      notify(step === 'drop' ? say.dropped : say.removed(member.name))
      await after()
    },
  })
  const reset = useMutation({ mutationFn: () => call(MakeResetLink, { id: member.id }) })
  if (step === 'start') {
    return (
      <Dialog title={member.name} open onClose={onClose}>
        <div className="flex flex-col gap-4">
          {change.isError && <Wrong error={change.error} />}
          <RoleChoice role={role} onRole={setRole} />
          <div className="flex flex-wrap items-center gap-3">
            <Button
              look="primary"
              aria-disabled={role === member.role || undefined}
              busy={change.isPending}
              onClick={() => role !== member.role && change.mutate(role)}
            >
              {say.changeRole}
            </Button>
            <span className="text-dense text-ink-3">{say.roleEffect}</span>
          </div>
          <div className="flex flex-col items-start gap-2 border-t border-line pt-4">
            <Button onClick={() => setStep('reset')}>{say.reset}</Button>
            {member.secondFactor && <Button onClick={() => setStep('drop')}>{say.dropFactor}</Button>}
            <Button look="bad" onClick={() => setStep('remove')}>
              {say.remove}
            </Button>
          </div>
        </div>
      </Dialog>
    )
  }
  if (step === 'reset') {
    return (
      <Dialog title={say.reset} open onClose={onClose}>
        <p className="mb-3 text-ink-2">{say.resetLead(member.name)}</p>
        {reset.isError && <Wrong error={reset.error} />}
        {reset.data?.mailed && <p className="mb-3 text-ok">{say.mailed(member.email)}</p>}
        {reset.data && <Code label={say.link} text={reset.data.link} />}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{reset.data ? say.close : say.cancel}</Button>
          {!reset.data && (
            <Button look="primary" busy={reset.isPending} onClick={() => reset.mutate()}>
              {say.makeLink}
            </Button>
          )}
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title={step === 'drop' ? say.dropFactor : say.remove} open onClose={onClose}>
      <p className="text-ink-2">{step === 'drop' ? say.dropLead : say.removeLead(member.name)}</p>
      {act.isError && <Wrong error={act.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.cancel}</Button>
        <Button look="bad" busy={act.isPending} onClick={() => act.mutate()}>
          {step === 'drop' ? say.dropFactor : say.remove}
        </Button>
      </div>
    </Dialog>
  )
}
