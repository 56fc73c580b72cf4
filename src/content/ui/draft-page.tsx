import { type ReactNode, useState } from 'react'
import { Button, ButtonLink } from '#kit/button.tsx'
import { useMay } from '#kit/me.ts'
import { Page } from '#kit/page.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetDocument } from '#workspaces/documents/api.ts'
import type { Draft, DraftState } from './draft.ts'
import { Conflict, DraftFacts, DraftTools, ReadOnly } from './draft-bar.tsx'
import { FRAME_WORDS } from './frame-words.ts'
import { type Body, textOf } from './message-fields.tsx'
import { type Affected, Publish } from './publish.tsx'
import { useDraftState, useOpened } from './use-draft.ts'

export interface Writing {
  readonly draft: Draft
  readonly state: DraftState
  readonly stored: OutputOf<typeof GetDocument>
  readonly body: Body
  readonly name: string
  readonly mayEdit: boolean
}

interface DraftPageProps {
  readonly kind: string
  readonly id: string
  readonly up: { readonly label: string; readonly href: string }
  /** What publishing reaches. */
  readonly affected?: readonly Affected[] | undefined
  /** What publishing reaches, where more than names has to be said. */
  readonly impact?: (writing: Writing) => ReactNode
  readonly onJump?: (at: string) => void
  readonly children: (writing: Writing) => ReactNode
}

/** A document of content being written: whether it is live and saved, undo, what somebody else saved meanwhile, and the road to publish. */
export function DraftPage(props: DraftPageProps) {
  const { query, draft, stored } = useOpened(props.kind, props.id)
  // What is not there has no frame of its own.
  if (query.isError && !query.data)
    return (
      <Page title={props.id} up={props.up}>
        <ErrorView error={query.error} retry={() => void query.refetch()} />
      </Page>
    )
  return <Loaded query={query}>{() => draft && stored && <Opened {...props} draft={draft} stored={stored} />}</Loaded>
}

function Opened({
  kind,
  id,
  up,
  affected = [],
  impact,
  onJump = () => undefined,
  children,
  draft,
  stored,
}: DraftPageProps & Pick<Writing, 'draft' | 'stored'>) {
  const say = useWords(FRAME_WORDS)
  const mayEdit = useMay('documents:write')
  const state = useDraftState(draft)
  const [open, setOpen] = useState(false)
  const body = state.doc as Body
  const name = textOf(body['name']) || textOf(body['title']) || id
  const writing: Writing = { draft, state, stored, body, name, mayEdit }
  const publish = async () => {
    await draft.flush()
    setOpen(true)
  }
  return (
    <Page
      title={name}
      up={up}
      facts={<DraftFacts state={state} live={stored.live} />}
      actions={
        mayEdit ? (
          <>
            <DraftTools draft={draft} state={state} />
            <Button look="primary" onClick={() => void publish()}>
              {say.publish}
            </Button>
          </>
        ) : (
          <ButtonLink href={up.href}>{up.label}</ButtonLink>
        )
      }
    >
      {state.status === 'conflict' && <Conflict kind={kind} id={id} draft={draft} />}
      {!mayEdit && <ReadOnly />}
      {children(writing)}
      {open && (
        <Publish
          kind={kind}
          id={id}
          name={name}
          draft={draft}
          affected={affected}
          impact={impact?.(writing)}
          onJump={onJump}
          onClose={() => setOpen(false)}
        />
      )}
    </Page>
  )
}
