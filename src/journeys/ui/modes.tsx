import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import type { z } from 'zod'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { ErrorView } from '#kit/states.tsx'
import { ArchiveDocument } from '#workspaces/documents/api.ts'
import { ChangeJourneyMode, DuplicateJourney, type JourneyMode } from '../api.ts'

const Dialog = lazy(() => import('#kit/dialog.tsx').then((module) => ({ default: module.Dialog })))

type Mode = z.output<typeof JourneyMode>

interface Deed {
  readonly label: string
  readonly title: string
  /** What it means, one thing a line. */
  readonly means: readonly string[]
  readonly look?: 'primary' | 'bad'
}

const DEEDS: Readonly<Record<Mode, Deed>> = {
  pause: {
    label: 'Pause',
    title: 'Pause this journey',
    means: [
      'Nobody enters, and nobody inside goes on. Their timers wait.',
      'Messages that are queued stay here; the few that are on their way at this moment still arrive.',
      'Exit conditions still act, and an event that somebody waits for counts when the journey runs again.',
    ],
  },
  run: {
    label: 'Let it run',
    title: 'Let this journey run again',
    means: ['People enter again. What was queued leaves within a minute.'],
    look: 'primary',
  },
  drain: {
    label: 'Drain',
    title: 'Let nobody in any more',
    means: ['Nobody enters. Who is inside finishes the journey.'],
  },
  stop: {
    label: 'Stop',
    title: 'Stop this journey',
    means: [
      'Everybody inside leaves at once; what is queued for them is taken back. This cannot be undone.',
      'Nobody enters until you let it run again. Who was inside does not come back by that.',
    ],
    look: 'bad',
  },
}

/** What can be done from each mode. */
const NEXT: Readonly<Record<Mode, readonly Mode[]>> = {
  run: ['pause', 'drain', 'stop'],
  drain: ['run', 'pause', 'stop'],
  pause: ['run', 'drain', 'stop'],
  stop: ['run'],
}

/** Buttons that change the mode of a journey, each with a question that says what it means. */
export function ModeButtons({ id, mode }: { id: string; mode: Mode }) {
  const [asked, setAsked] = useState<Mode>()
  return (
    <>
      {NEXT[mode].map((next) => (
        <Button key={next} look={next === 'run' ? 'primary' : 'plain'} onClick={() => setAsked(next)}>
          {DEEDS[next].label}
        </Button>
      ))}
      <Suspense>{asked && <Ask id={id} from={mode} to={asked} onClose={() => setAsked(undefined)} />}</Suspense>
    </>
  )
}

type Timers = 'run' | 'shift' | 'exit'
const TIMERS: readonly (readonly [Timers, string, string])[] = [
  ['run', 'go on now', 'Whose time came during the pause goes on within the next minute.'],
  ['shift', 'wait longer by the pause', 'Every wait inside the journey is prolonged by as long as the pause lasted.'],
  ['exit', 'leave', 'Whose time came during the pause leaves the journey; the others wait as before.'],
]

function Ask({ id, from, to, onClose }: { id: string; from: Mode; to: Mode; onClose: () => void }) {
  const client = useQueryClient()
  const [timers, setTimers] = useState<Timers>('run')
  const resumes = from === 'pause' && to !== 'stop'
  const change = useMutation({
    mutationFn: () => call(ChangeJourneyMode, { id, mode: to, ...(resumes ? { timers } : {}) }),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  const deed = DEEDS[to]
  return (
    <Dialog title={deed.title} open onClose={onClose}>
      <div className="flex flex-col gap-4">
        {change.isError && <ErrorView error={change.error} />}
        <ul className="flex list-disc flex-col gap-1 pl-5 text-ink-2">
          {deed.means.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {resumes && (
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1 text-dense font-medium">Who waited in the meantime is to</legend>
            {TIMERS.map(([value, title, text]) => (
              <label key={value} className="flex items-start gap-2">
                <input type="radio" name="timers" checked={timers === value} onChange={() => setTimers(value)} className="mt-1" />
                <span>
                  <span className="block font-medium">{title}</span>
                  <span className="block text-dense text-ink-2">{text}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look={deed.look ?? 'primary'} busy={change.isPending} onClick={() => change.mutate()}>
            {deed.title}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** Takes a journey out of use, once it is said what becomes of the people inside. */
export function ArchiveButton({ id, mode }: { id: string; mode: Mode }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        Archive
      </Button>
      <Suspense>{open && <Archive id={id} mode={mode} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}

function Archive({ id, mode, onClose }: { id: string; mode: Mode; onClose: () => void }) {
  const client = useQueryClient()
  const [leave, setLeave] = useState(false)
  const archive = useMutation({
    mutationFn: async () => {
      // An archived journey that stays paused would hold its people for ever.
      const wanted: Mode | null = leave ? 'stop' : mode === 'pause' ? 'drain' : null
      if (wanted && wanted !== mode) await call(ChangeJourneyMode, { id, mode: wanted })
      await call(ArchiveDocument, { kind: 'journey', id })
    },
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  return (
    <Dialog title="Archive this journey" open onClose={onClose}>
      <div className="flex flex-col gap-4">
        {archive.isError && <ErrorView error={archive.error} />}
        <p className="text-ink-2">Nobody enters any more, and the journey is gone from the list. Its versions and reports stay.</p>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-dense font-medium">People who are inside now</legend>
          <label className="flex items-center gap-2">
            <input type="radio" name="inside" checked={!leave} onChange={() => setLeave(false)} />
            finish the journey
          </label>
          <label className="flex items-center gap-2">
            <input type="radio" name="inside" checked={leave} onChange={() => setLeave(true)} />
            leave at once
          </label>
        </fieldset>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="bad" busy={archive.isPending} onClick={() => archive.mutate()}>
            Archive this journey
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** A draft of another journey with the same steps. */
export function DuplicateButton({ id, onMade }: { id: string; onMade: (id: string) => void }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        Duplicate
      </Button>
      <Suspense>{open && <Duplicate id={id} onClose={() => setOpen(false)} onMade={onMade} />}</Suspense>
    </>
  )
}

function Duplicate({ id, onClose, onMade }: { id: string; onClose: () => void; onMade: (id: string) => void }) {
  const client = useQueryClient()
  const [to, setTo] = useState(`${id}-copy`)
  const make = useMutation({
    mutationFn: () => call(DuplicateJourney, { id, to }),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
      onMade(to)
    },
  })
  return (
    <Dialog title="Duplicate this journey" open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        {make.isError && <ErrorView error={make.error} />}
        <Field
          label="Id of the copy"
          value={to}
          onChange={(event) => setTo(event.target.value)}
          pattern="[a-z0-9][a-z0-9\-]*"
          required
          hint="The copy is a draft: nobody enters it before you publish it."
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" busy={make.isPending}>
            Make the copy
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
