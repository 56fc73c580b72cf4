import { Button, ButtonLink } from '#kit/button.tsx'
import { useWords } from '#kit/words.ts'
import { Door } from './door.tsx'
import { SetUpFactor } from './second-factor.tsx'
import { WORKSPACE_WORDS } from './workspace-words.ts'

interface Props {
  readonly workspace: string | null
  readonly closed: { readonly code: string; readonly title: string; readonly hint: string } | null
  readonly others: readonly { readonly id: string; readonly name: string }[]
  readonly onSwitch: (id: string) => void
  readonly onDone: () => void
  readonly onSignOut: () => void
}

/** Signed in, and yet not inside: a second factor is asked for, the provider's way is, or there is no workspace. */
export function Locked({ workspace, closed, others, onSwitch, onDone, onSignOut }: Props) {
  const say = useWords(WORKSPACE_WORDS)
  const factor = closed?.code === 'auth.second-factor'
  const title = factor ? say.lockedTitle : closed ? say.providerTitle : say.noneTitle
  const lead = factor ? say.lockedLead(workspace ?? '') : closed ? `${closed.title} ${closed.hint}` : say.noneLead
  return (
    <Door title={title} lead={lead} wide>
      <div className="flex flex-col gap-6">
        {factor && <SetUpFactor onDone={onDone} />}
        {others.length > 0 && (
          <div className="flex flex-col items-start gap-2 border-t border-line pt-4">
            <p className="text-dense text-ink-2">{say.elsewhere}</p>
            {others.map(({ id, name }) => (
              <Button key={id} onClick={() => onSwitch(id)}>
                {name}
              </Button>
            ))}
          </div>
        )}
        <div className="flex flex-wrap gap-2 border-t border-line pt-4">
          <Button onClick={onSignOut}>{say.signOut}</Button>
          {!factor && <ButtonLink href="/">{say.goOn}</ButtonLink>}
        </div>
      </div>
    </Door>
  )
}
