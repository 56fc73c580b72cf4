import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, Refused } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { problemsOf } from '#kit/form/from-zod.ts'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { ApplyDocuments, ArchiveDocument } from '#workspaces/documents/api.ts'
import { GetEvent, ListEvents } from '../api.ts'
import { PlannedEvent } from '../plan.ts'
import { slugOf } from '../schema-seen.ts'
import { DATA_WORDS } from './data-words.ts'
import type { EventDialog } from './event-page.tsx'
import { EVENT_WORDS, PLAN_FORM } from './event-words.ts'

type Shown = OutputOf<typeof GetEvent>

export function EventDialogs({ open, data, onClose }: { open: EventDialog; data: Shown; onClose: () => void }) {
  if (open === 'plan') return <EditPlan data={data} onClose={onClose} />
  if (open === 'map') return <MapName data={data} onClose={onClose} />
  return <Block data={data} to={open === 'block' ? 'blocked' : 'planned'} onClose={onClose} />
}

/** Publishes events of the plan; the toast brings back what held before. */
function usePublish(done: string, onClose: () => void) {
  const say = useWords(EVENT_WORDS)
  const client = useQueryClient()
  const fresh = async () => {
    await client.invalidateQueries({ queryKey: [GetEvent.name] })
    await client.invalidateQueries({ queryKey: [ListEvents.name] })
  }
  return useMutation({
    mutationFn: async ({ to }: { to: PlannedEvent; before: PlannedEvent | null }) => publish(to),
    onSuccess: async (_done, { to, before }) => {
      await fresh()
      notify(done, {
        label: say.undo,
        run: () => void (before ? publish(before) : call(ArchiveDocument, { kind: 'event', id: to.id })).then(fresh),
      })
      onClose()
    },
  })
}

const publish = async (body: PlannedEvent): Promise<void> => {
  await call(ApplyDocuments, { documents: [{ kind: 'event', id: body.id, body: body as never }] })
}

/** What the server said of parts of the form. */
const problemsIn = (error: unknown): readonly Problem[] => (error instanceof Refused ? (error.failure.problems ?? []) : [])

function EditPlan({ data, onClose }: { data: Shown; onClose: () => void }) {
  const say = useWords(EVENT_WORDS)
  const all = useWords(DATA_WORDS)
  const [body, setBody] = useState<unknown>(data.plan ?? data.proposal)
  const save = usePublish(say.saved, onClose)
  const found = problemsOf(PlannedEvent, body)
  return (
    <Dialog title={`${data.plan ? say.editPlan : say.plan}: ${data.line.event}`} open onClose={onClose} wide>
      <p className="mb-4 text-ink-2">{data.plan ? say.editLead : say.draftLead}</p>
      <SchemaForm
        schema={PlannedEvent}
        value={body}
        onChange={setBody}
        problems={[...found, ...problemsIn(save.error)]}
        words={PLAN_FORM}
        fields={HIDDEN}
      />
      {save.isError && <ErrorView error={save.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{all.cancel}</Button>
        <Button
          look="primary"
          busy={save.isPending}
          onClick={() => found.length === 0 && save.mutate({ to: body as PlannedEvent, before: data.plan })}
        >
          {say.save}
        </Button>
      </div>
    </Dialog>
  )
}
/** Which document it is does not change here. */
const HIDDEN = { kind: null, id: null, status: null }

function Block({ data, to, onClose }: { data: Shown; to: 'blocked' | 'planned'; onClose: () => void }) {
  const say = useWords(EVENT_WORDS)
  const all = useWords(DATA_WORDS)
  const save = usePublish(to === 'blocked' ? say.isBlocked : say.unblocked, onClose)
  const body = data.plan ?? PlannedEvent.parse({ kind: 'event', id: slugOf(data.line.event), event: data.line.event })
  return (
    <Dialog title={to === 'blocked' ? say.blockTitle(data.line.event) : say.unblock} open onClose={onClose}>
      <p className="text-ink-2">{to === 'blocked' ? say.blockMore(data.line.day, data.uses.length) : say.editLead}</p>
      {save.isError && <ErrorView error={save.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{all.cancel}</Button>
        <Button
          look={to === 'blocked' ? 'bad' : 'primary'}
          busy={save.isPending}
          onClick={() => save.mutate({ to: { ...body, status: to }, before: data.plan })}
        >
          {to === 'blocked' ? say.blockIt : say.unblock}
        </Button>
      </div>
    </Dialog>
  )
}

function MapName({ data, onClose }: { data: Shown; onClose: () => void }) {
  const say = useWords(EVENT_WORDS)
  const all = useWords(DATA_WORDS)
  const save = usePublish(say.isMapped, onClose)
  const from = data.line.event
  const to = data.line.similar ?? ''
  const map = useMutation({
    mutationFn: async () => {
      const { plan } = await call(GetEvent, { event: to })
      if (plan) save.mutate({ to: { ...plan, alsoSentAs: [...plan.alsoSentAs, from] }, before: plan })
    },
  })
  const error = map.error ?? save.error
  return (
    <Dialog title={say.mapTitle(from, to)} open onClose={onClose}>
      <p className="text-ink-2">{say.mapMore(from, to)}</p>
      {error && <ErrorView error={error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{all.cancel}</Button>
        <Button look="primary" busy={map.isPending || save.isPending} onClick={() => map.mutate()}>
          {say.mapTo(to)}
        </Button>
      </div>
    </Dialog>
  )
}
