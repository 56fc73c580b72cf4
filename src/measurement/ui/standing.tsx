import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { GetJourney, MoveRuns } from '#journeys/api.ts'
import { places } from '#journeys/lanes.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { csv } from '../reports/csv.ts'
import type { Column } from '../reports/told.ts'
import { type PersonBehind, ReadPeople, ReadStepCounts } from '../schema.ts'
import { STANDING_WORDS } from './standing-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

interface Here {
  readonly journey: string
  readonly step: string
}

/** Everybody who stands there, page by page. */
async function* pagesOf({ journey, step }: Here): AsyncGenerator<readonly PersonBehind[]> {
  let cursor: string | undefined
  do {
    const { people, next } = await call(ReadPeople, {
      id: journey,
      of: 'waiting',
      step,
      limit: 200,
      ...(cursor !== undefined && { cursor }),
    })
    yield people
    cursor = next ?? undefined
  } while (cursor !== undefined)
}

/** What can be done with everybody who stands on a step: move them on, take them out, write them down. */
export function Standing(here: Here) {
  const say = useWords(STANDING_WORDS)
  const may = useMay('publish')
  const [asked, setAsked] = useState<'on' | 'out'>()
  const write = useMutation({ mutationFn: () => written(here, say.columns) })
  const counts = useRead(ReadStepCounts, { id: here.journey })
  const people = counts.data?.steps.find(({ step }) => step === here.step)?.in ?? 0
  const journey = useRead(GetJourney, { id: here.journey }, { enabled: may })
  // A hold is decided, not gone around.
  const step = journey.data && places(journey.data.definition.steps).find((place) => place.step.id === here.step)?.step
  const goesOn = journey.data !== undefined && step?.kind !== 'hold'
  if (people === 0) return null
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons in a row */}
      <div role="group" aria-label={say.actions} className="mb-3 flex flex-wrap gap-2">
        {may && goesOn && <Button onClick={() => setAsked('on')}>{say.on}</Button>}
        {may && <Button onClick={() => setAsked('out')}>{say.out}</Button>}
        <Button busy={write.isPending} onClick={() => write.mutate()}>
          {say.export}
        </Button>
      </div>
      {write.isError && <ErrorView error={write.error} />}
      <Suspense>{asked && <Ask {...here} people={people} way={asked} onClose={() => setAsked(undefined)} />}</Suspense>
    </>
  )
}

function Ask({ people, way, onClose, ...here }: Here & { people: number; way: 'on' | 'out'; onClose: () => void }) {
  const say = useWords(STANDING_WORDS)
  const client = useQueryClient()
  const [comment, setComment] = useState('')
  const [so, setSo] = useState(0)
  const move = useMutation({
    mutationFn: async () => {
      let all = 0
      for await (const page of pagesOf(here)) {
        const profiles = [...new Set(page.map(({ profileId }) => profileId))]
        if (profiles.length > 0) all += (await call(MoveRuns, { id: here.journey, step: here.step, to: way, profiles, comment })).moved
        setSo(all)
      }
      return all
    },
    onSuccess: async (all) => {
      notify(say.done[way](all))
      onClose()
      await client.invalidateQueries()
    },
  })
  return (
    <Dialog title={say.title[way](people)} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!move.isPending) move.mutate()
        }}
      >
        {move.isError && <ErrorView error={move.error} />}
        <ul className="flex list-disc flex-col gap-1 pl-5 text-ink-2">
          {say.means[way]().map((line) => (
            <li key={line}>{line}</li>
          ))}
          <li>{say.noUndo}</li>
        </ul>
        <Field label={say.comment} value={comment} maxLength={500} onChange={(event) => setComment(event.target.value)} />
        <div className="flex items-center justify-end gap-2">
          <span role="status" className="text-dense text-ink-2">
            {so > 0 && say.going(so)}
          </span>
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look={way === 'out' ? 'bad' : 'primary'} type="submit" busy={move.isPending}>
            {say.title[way](people)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A CSV of those who stand there, as reports write theirs. */
async function written(here: Here, titles: Readonly<Record<'person' | 'name' | 'step' | 'why' | 'since', string>>): Promise<void> {
  const rows: Record<string, string | number>[] = []
  for await (const page of pagesOf(here))
    rows.push(...page.map(({ profileId, name, step, sentence, at }) => ({ person: profileId, name, step, why: sentence, since: at })))
  const columns = Object.entries(titles).map(([id, title]): Column => ({ id, title, type: id === 'since' ? 'time' : 'text' }))
  const address = URL.createObjectURL(new Blob([csv({ columns, rows })], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${here.journey}-${here.step}.csv`
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
