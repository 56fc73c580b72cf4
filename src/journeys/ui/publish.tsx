import { useMutation } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { notify } from '#kit/toast.tsx'
import { useWords, words, wordsNow } from '#kit/words.ts'
import { GetJourney } from '../api.ts'

const PublishDialog = lazyPart(() => import('./publish-dialog.tsx'), 'PublishDialog')

const WORDS = words(
  { publish: 'Publish…', request: 'Request approval…', nothingNew: 'Nothing has changed since it was published.' },
  {
    de: {
      publish: 'Veröffentlichen …',
      request: 'Freigabe anfragen …',
      nothingNew: 'Seit der Veröffentlichung hat sich nichts geändert.',
    },
  },
)

interface PublishButtonProps {
  readonly id: string
  /** Of the draft that is shown; left out where it is still being changed: it is read when it is asked for. Null: there is none. */
  readonly hash?: string | null
  /** Saves what is not saved yet. */
  readonly before?: () => Promise<void>
}

/** The road of a draft to being live, for whoever may publish it or ask for that. */
export function PublishButton({ id, hash, before }: PublishButtonProps) {
  const say = useWords(WORDS)
  const mayPublish = useMay('publish')
  const mayWrite = useMay('documents:write')
  const [draft, setDraft] = useState<string>()
  const open = useMutation({
    mutationFn: async () => {
      await before?.()
      return hash ?? (await call(GetJourney, { id })).draft
    },
    onSuccess: (found) => (found === null ? notify(wordsNow(WORDS).nothingNew) : setDraft(found)),
    onError: (error) => notify(error.message),
  })
  if (!mayPublish && !mayWrite) return null
  return (
    <>
      {hash !== null && (
        <Button look="primary" busy={open.isPending} onClick={() => open.mutate()}>
          {mayPublish ? say.publish : say.request}
        </Button>
      )}
      <Suspense>{draft !== undefined && <PublishDialog id={id} hash={draft} onClose={() => setDraft(undefined)} />}</Suspense>
    </>
  )
}
