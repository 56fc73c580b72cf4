import { type FormEvent, type ReactNode, useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { ErrorView } from '#kit/states.tsx'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { slugOf } from './slug.ts'

interface NamingProps {
  readonly kind: string
  readonly title: string
  readonly children?: ReactNode
  readonly say: {
    readonly label: string
    readonly submit: string
    readonly cancel: string
    readonly nameFirst: string
    readonly taken: string
  }
  /** The name is free: its id, and the name itself. */
  readonly onNamed: (id: string, name: string) => void | Promise<void>
  readonly onClose: () => void
}

/** Asks what a new document is to be called; a name whose id is taken, archived ones included, is told so. */
export function Naming({ kind, title, children, say, onNamed, onClose }: NamingProps) {
  const [name, setName] = useState('')
  const [state, setState] = useState<{ busy?: boolean; wrong?: string; error?: unknown }>({})
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const id = slugOf(name)
    if (id === '') return setState({ wrong: say.nameFirst })
    setState({ busy: true })
    try {
      const { documents } = await call(ListDocuments, { kind, archived: 'true' })
      if (documents.some((each) => each.id === id)) return setState({ wrong: say.taken })
      await onNamed(id, name.trim())
    } catch (error) {
      setState({ error })
    }
  }
  return (
    <Dialog title={title} open onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {children}
        <Field
          label={say.label}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={state.wrong}
          autoComplete="off"
          autoFocus
        />
        {state.error !== undefined && <ErrorView error={state.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={state.busy ?? false}>
            {say.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
