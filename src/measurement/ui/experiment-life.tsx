import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { useMay } from '#kit/me.ts'
import { toExperimentSettings } from '#kit/paths.ts'
import { serverNow } from '#kit/server-clock.ts'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { GetDocument, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import type { ExperimentReport } from '../experiments/api.ts'
import { EXPERIMENT_WORDS } from './experiment-words.ts'

/** Of an experiment that somebody wrote: whether it runs, its settings, and its end. */
export function Lifecycle({ report }: { report: ExperimentReport }) {
  const id = /^experiment:(.+)$/.exec(report.key)?.[1]
  const mayRead = useMay('documents:read')
  return id !== undefined && mayRead ? <Written id={id} report={report} /> : null
}

function Written({ id, report }: { id: string; report: ExperimentReport }) {
  const say = useWords(EXPERIMENT_WORDS)
  const mayPublish = useMay('publish')
  const mayWrite = useMay('documents:write')
  const [ending, setEnding] = useState(false)
  const document = useRead(GetDocument, { kind: 'experiment', id })
  if (!document.data?.shown) return null
  const { start, end } = document.data.shown.body as { readonly start?: string; readonly end?: string }
  const now = serverNow(Date.now())
  const isOver = end !== undefined && Date.parse(end) <= now
  return (
    <>
      <Chip tone={isOver ? 'neutral' : 'ok'}>
        {isOver ? say.endedAt : start !== undefined && Date.parse(start) > now ? say.planned : say.running}
      </Chip>
      <ButtonLink href={toExperimentSettings(id)}>{say.settings}</ButtonLink>
      {!isOver && mayPublish && mayWrite && <Button onClick={() => setEnding(true)}>{say.end}</Button>}
      {ending && (
        <End
          id={id}
          body={document.data.shown.body}
          people={report.arms.reduce((sum, arm) => sum + arm.people, 0)}
          onClose={() => setEnding(false)}
        />
      )}
    </>
  )
}

interface EndProps {
  readonly id: string
  readonly body: NonNullable<Parameters<typeof call<typeof SaveDraft.input, typeof SaveDraft.output>>[1]>['body']
  readonly people: number
  readonly onClose: () => void
}

function End({ id, body, people, onClose }: EndProps) {
  const say = useWords(EXPERIMENT_WORDS)
  const client = useQueryClient()
  const [state, setState] = useState<{ busy?: boolean; error?: unknown }>({})
  const end = async () => {
    setState({ busy: true })
    try {
      const ended = { ...body, end: new Date(serverNow(Date.now())).toISOString() }
      const { draft } = await call(SaveDraft, { kind: 'experiment', id, body: ended })
      await call(PublishDraft, { kind: 'experiment', id, hash: draft.hash })
      await client.invalidateQueries()
      notify(say.ended)
      onClose()
    } catch (error) {
      setState({ error })
    }
  }
  return (
    <Dialog title={say.endTitle} open onClose={onClose}>
      <p className="text-pretty">{say.endWhy(people)}</p>
      {state.error !== undefined && <ErrorView error={state.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.keep}</Button>
        <Button look="bad" busy={state.busy ?? false} onClick={() => void end()}>
          {say.end}
        </Button>
      </div>
    </Dialog>
  )
}
