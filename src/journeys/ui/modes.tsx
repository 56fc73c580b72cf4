import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import type { z } from 'zod'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { ErrorView } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { ArchiveDocument } from '#workspaces/documents/api.ts'
import { ChangeJourneyMode, DuplicateJourney, type JourneyMode } from '../api.ts'
import { MODE_WORDS } from './mode-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

type Mode = z.output<typeof JourneyMode>

const LOOKS: Readonly<Record<Mode, 'primary' | 'bad'>> = { pause: 'primary', run: 'primary', drain: 'primary', stop: 'bad' }

/** What can be done from each mode. */
const NEXT: Readonly<Record<Mode, readonly Mode[]>> = {
  run: ['pause', 'drain', 'stop'],
  drain: ['run', 'pause', 'stop'],
  pause: ['run', 'drain', 'stop'],
  stop: ['run'],
}

/** Buttons that change the mode of a journey, each with a question that says what it means. */
export function ModeButtons({ id, mode }: { id: string; mode: Mode }) {
  const say = useWords(MODE_WORDS)
  const [asked, setAsked] = useState<Mode>()
  return (
    <>
      {NEXT[mode].map((next) => (
        <Button key={next} look={next === 'run' ? 'primary' : 'plain'} onClick={() => setAsked(next)}>
          {say.label[next]}
        </Button>
      ))}
      <Suspense>{asked && <Ask id={id} from={mode} to={asked} onClose={() => setAsked(undefined)} />}</Suspense>
    </>
  )
}

const TIMERS = ['run', 'shift', 'exit'] as const
type Timers = (typeof TIMERS)[number]

function Ask({ id, from, to, onClose }: { id: string; from: Mode; to: Mode; onClose: () => void }) {
  const say = useWords(MODE_WORDS)
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
  return (
    <Dialog title={say.title[to]} open onClose={onClose}>
      <div className="flex flex-col gap-4">
        {change.isError && <ErrorView error={change.error} />}
        <ul className="flex list-disc flex-col gap-1 pl-5 text-ink-2">
          {say.means[to]().map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {resumes && (
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1 text-dense font-medium">{say.waited}</legend>
            {TIMERS.map((value) => (
              <label key={value} className="flex items-start gap-2">
                <input type="radio" name="timers" checked={timers === value} onChange={() => setTimers(value)} className="mt-1" />
                <span>
                  <span className="block font-medium">{say.timers[value]}</span>
                  <span className="block text-dense text-ink-2">{say.timersMean[value]}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look={LOOKS[to]} busy={change.isPending} onClick={() => change.mutate()}>
            {say.title[to]}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** Takes a journey out of use, once it is said what becomes of the people inside. */
export function ArchiveButton({ id, mode }: { id: string; mode: Mode }) {
  const say = useWords(MODE_WORDS)
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {say.archive}
      </Button>
      <Suspense>{open && <Archive id={id} mode={mode} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}

function Archive({ id, mode, onClose }: { id: string; mode: Mode; onClose: () => void }) {
  const say = useWords(MODE_WORDS)
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
    <Dialog title={say.archiveTitle} open onClose={onClose}>
      <div className="flex flex-col gap-4">
        {archive.isError && <ErrorView error={archive.error} />}
        <p className="text-ink-2">{say.archiveMeans}</p>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-dense font-medium">{say.inside}</legend>
          <label className="flex items-center gap-2">
            <input type="radio" name="inside" checked={!leave} onChange={() => setLeave(false)} />
            {say.finish}
          </label>
          <label className="flex items-center gap-2">
            <input type="radio" name="inside" checked={leave} onChange={() => setLeave(true)} />
            {say.leave}
          </label>
        </fieldset>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="bad" busy={archive.isPending} onClick={() => archive.mutate()}>
            {say.archiveTitle}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** A draft of another journey with the same steps. */
export function DuplicateButton({ id, onMade }: { id: string; onMade: (id: string) => void }) {
  const say = useWords(MODE_WORDS)
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {say.duplicate}
      </Button>
      <Suspense>{open && <Duplicate id={id} onClose={() => setOpen(false)} onMade={onMade} />}</Suspense>
    </>
  )
}

function Duplicate({ id, onClose, onMade }: { id: string; onClose: () => void; onMade: (id: string) => void }) {
  const say = useWords(MODE_WORDS)
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
    <Dialog title={say.duplicateTitle} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        {make.isError && <ErrorView error={make.error} />}
        <Field
          label={say.copyId}
          value={to}
          onChange={(event) => setTo(event.target.value)}
          pattern="[a-z0-9][a-z0-9\-]*"
          required
          hint={say.copyHint}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={make.isPending}>
            {say.makeCopy}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
