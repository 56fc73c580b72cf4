import { useMutation } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { AddComment, ListComments, ResolveComment } from '#workspaces/comments/api.ts'

const WORDS = words(
  {
    none: 'Nothing has been said about this step.',
    write: 'Write a comment; @ and a name tells a colleague',
    send: 'Comment',
    answer: 'Answer',
    resolve: 'Settled',
  },
  {
    de: {
      none: 'Zu diesem Schritt wurde noch nichts gesagt.',
      write: 'Kommentar schreiben; @ und ein Name benachrichtigt jemanden',
      send: 'Kommentieren',
      answer: 'Antworten',
      resolve: 'Erledigt',
    },
  },
)

type Thread = OutputOf<typeof ListComments>['threads'][number]

/** What colleagues say about a step. */
export function StepComments({ id, part, changedAt }: { id: string; part: string; changedAt: number | null }) {
  const say = useWords(WORDS)
  const list = useRead(ListComments, { kind: 'journey', id, part })
  const { refetch } = list
  useEffect(() => {
    if (changedAt !== null) void refetch()
  }, [changedAt, refetch])
  const done = () => void refetch()
  return (
    <Loaded query={list} lines={3}>
      {({ threads }) => (
        <div className="flex flex-col gap-4">
          {threads.length === 0 && <p className="text-ink-3">{say.none}</p>}
          {threads.map((thread) => (
            <Discussion key={thread.id} id={id} part={part} thread={thread} onDone={done} />
          ))}
          <Write id={id} part={part} label={say.write} act={say.send} onDone={done} />
        </div>
      )}
    </Loaded>
  )
}

function Discussion({ id, part, thread, onDone }: { id: string; part: string; thread: Thread; onDone: () => void }) {
  const say = useWords(WORDS)
  const resolve = useMutation({ mutationFn: () => call(ResolveComment, { kind: 'journey', id, thread: thread.id }), onSuccess: onDone })
  return (
    <article className="flex flex-col gap-2 rounded-card border border-line p-3">
      {resolve.isError && <ErrorView error={resolve.error} />}
      {[thread, ...thread.answers].map((each) => (
        <div key={each.id}>
          <p className="text-meta text-ink-3">
            <span className="font-medium text-ink">{each.by.name}</span> · <Moment at={each.at} />
          </p>
          <p className="wrap-anywhere whitespace-pre-wrap">{each.text}</p>
        </div>
      ))}
      <Write id={id} part={part} thread={thread.id} label={say.answer} act={say.answer} onDone={onDone} />
      <Button look="quiet" busy={resolve.isPending} onClick={() => resolve.mutate()}>
        <Check size={15} aria-hidden="true" />
        {say.resolve}
      </Button>
    </article>
  )
}

interface WriteProps {
  readonly id: string
  readonly part: string
  readonly thread?: string
  readonly label: string
  readonly act: string
  readonly onDone: () => void
}

function Write({ id, part, thread, label, act, onDone }: WriteProps) {
  const [text, setText] = useState('')
  const add = useMutation({
    mutationFn: () => call(AddComment, { kind: 'journey', id, part, text, ...(thread !== undefined && { thread }) }),
    onSuccess: () => {
      setText('')
      onDone()
    },
  })
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') add.mutate()
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-2">
      {add.isError && <ErrorView error={add.error} />}
      <textarea
        aria-label={label}
        placeholder={label}
        rows={thread === undefined ? 3 : 1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="w-full rounded-input border border-line-strong bg-surface px-3 py-2 placeholder:text-ink-3"
      />
      {text.trim() !== '' && (
        <Button type="submit" busy={add.isPending} className="self-end">
          {act}
        </Button>
      )}
    </form>
  )
}
