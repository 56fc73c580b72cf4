import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { toJourney } from '#kit/paths.ts'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { ArchiveDocument } from '#workspaces/documents/api.ts'
import { ChangeJourneyMode, ListJourneys } from '../api.ts'
import type { JourneyRow } from './journey-list.tsx'
import { useListWords } from './list-words.ts'
import { DuplicateButton } from './modes.tsx'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

/** What can be done with the journeys that are selected. */
export function SelectedJourneys({ rows, onDone }: { rows: readonly JourneyRow[]; onDone: () => void }) {
  const say = useListWords()
  const router = useRouter()
  const client = useQueryClient()
  const publishes = useMay('publish')
  const writes = useMay('documents:write')
  const [asked, setAsked] = useState<'pause' | 'archive'>()
  const running = rows.filter((row) => row.status === 'live' && row.mode === 'run')
  const live = rows.filter((row) => row.status === 'live')
  const only = rows.length === 1 ? rows[0] : undefined
  const fresh = () => client.invalidateQueries({ queryKey: [ListJourneys.name] })
  const resume = async (ids: readonly string[]) => {
    for (const id of ids) await call(ChangeJourneyMode, { id, mode: 'run', timers: 'run' })
    await fresh()
  }
  const act = useMutation({
    mutationFn: async (what: 'pause' | 'archive') => {
      for (const { id, mode } of what === 'pause' ? running : live) {
        if (what === 'pause') await call(ChangeJourneyMode, { id, mode: 'pause' })
        else {
          // An archived journey that stays paused would hold its people for ever.
          if (mode === 'pause') await call(ChangeJourneyMode, { id, mode: 'drain' })
          await call(ArchiveDocument, { kind: 'journey', id })
        }
      }
    },
    onSettled: fresh,
    onSuccess: (_done, what) => {
      setAsked(undefined)
      const ids = running.map(({ id }) => id)
      if (what === 'pause') notify(say.paused(ids.length), { label: say.resume, run: () => void resume(ids) })
      else notify(say.archived(live.length))
      onDone()
    },
  })
  const those = asked === 'archive' ? live : running
  const people = those.reduce((sum, row) => sum + row.inNow, 0)
  const title = asked === 'archive' ? say.archive(live.length) : say.pause(running.length)
  return (
    <section aria-label={say.selected(rows.length)} className="mb-3 flex flex-wrap items-center gap-2 rounded-card bg-sunken px-3 py-2">
      <span role="status" className="mr-2 font-medium">
        {say.selected(rows.length)}
      </span>
      {publishes && running.length > 0 && <Button onClick={() => setAsked('pause')}>{say.pause(running.length)}</Button>}
      {only && writes && <DuplicateButton id={only.id} onMade={(id) => router.history.push(toJourney(id))} />}
      {publishes && live.length > 0 && (
        <Button look="quiet" onClick={() => setAsked('archive')}>
          {say.archive(live.length)}
        </Button>
      )}
      <Button look="quiet" onClick={onDone}>
        {say.clear}
      </Button>
      <Suspense>
        {asked && (
          <Dialog title={title} open onClose={() => setAsked(undefined)}>
            <div className="flex flex-col gap-4">
              {act.isError && <ErrorView error={act.error} />}
              <p className="text-ink-2">{asked === 'archive' ? say.archiveMeans(people) : say.pauseMeans(people)}</p>
              <ul className="list-disc pl-5 text-dense text-ink-2">
                {those.map(({ id, name }) => (
                  <li key={id}>{name}</li>
                ))}
              </ul>
              <div className="flex justify-end gap-2">
                <Button onClick={() => setAsked(undefined)}>{say.cancel}</Button>
                <Button look={asked === 'archive' ? 'bad' : 'primary'} busy={act.isPending} onClick={() => act.mutate(asked)}>
                  {title}
                </Button>
              </div>
            </div>
          </Dialog>
        )}
      </Suspense>
    </section>
  )
}
