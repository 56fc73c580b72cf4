import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { call, Refused } from '#kit/api.ts'
import { type Link, useStream } from '#kit/live.ts'
import { useMay, useMe } from '#kit/me.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Refusal } from '#lib/problem.ts'
import { TellPresence, WatchDraft } from '#workspaces/drafts/api.ts'
import type { JourneyBody } from '../edit/body.ts'
import type { Command } from '../edit/commands.ts'
import { studioPorts } from './studio-ports.ts'
import type { StudioState } from './studio-shown.ts'
import { Studio } from './studio-store.ts'

export type Present = OutputOf<typeof WatchDraft>['people'][number]

/** What one may do with an open draft. The functions stay the same objects for as long as it is open. */
export interface StudioDeeds {
  /** Null: done; else why not. */
  readonly run: (command: Command) => Refusal | null
  readonly undo: () => void
  readonly redo: () => void
  readonly select: (steps: readonly string[]) => void
  /** Ends a conflict; see `ToldConflict`. */
  readonly settle: (id: string, as: 'mine' | 'theirs') => Refusal | null
  /** Others' changes have been read. */
  readonly seen: () => void
  /** The journey as text, the very bytes that are kept. */
  readonly text: () => Promise<string>
  /** Takes a typed text whose body was read by `readSource`. */
  readonly write: (text: string, body: JourneyBody) => Refusal | null
  /** Saves now, e.g. before asking for approval. */
  readonly flush: () => Promise<void>
  /** Reads everything anew, after a restore or a discard. */
  readonly reload: () => void
}

/** An open draft: `state: 'ready'` carries journey, selection, saved, conflicts, incoming, problems, undoes, redoes, live, readOnly. */
export type StudioView = StudioState &
  StudioDeeds & {
    /** Others who have it open (also other windows of mine), each with the step that they are on. */
    readonly presence: readonly Present[]
    readonly link: Link
    /** When a comment was last written or resolved (epoch ms): read `comments.list` again. */
    readonly commentsAt: number | null
  }

interface Options {
  /** A journey that is not there yet begins with this, and is there after the first change. */
  readonly fresh?: JourneyBody | undefined
  /** An older version is shown, not the draft. */
  readonly readOnly?: boolean
}

const BEAT_MS = 5_000

/** Opens the draft of a journey (else its live version as the beginning of one), keeps it saved, and says who else is here. */
export function useStudio(id: string, { fresh, readOnly = false }: Options = {}): StudioView {
  const me = useMe()
  const may = useMay('documents:write')
  const workspace = me.workspace?.id ?? ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a new journey begins with is asked once
  const studio = useMemo(() => new Studio({ id, ports: studioPorts(workspace), readOnly: readOnly || !may, fresh }), [id, workspace])
  const state = useSyncExternalStore(studio.listen, studio.shown, studio.shown)
  useEffect(() => {
    void studio.open()
    return () => studio.close()
  }, [studio])
  useEffect(() => studio.setReadOnly(readOnly || !may), [studio, readOnly, may])
  useLeaving(studio)
  const tab = useTab()
  const [frame, setFrame] = useState<OutputOf<typeof WatchDraft>>()
  const link = useStream(WatchDraft, { kind: 'journey', id }, (next) => {
    setFrame(next)
    void studio.heard(next.hash)
  })
  usePresence(studio, state, tab)
  const deeds = useMemo<StudioDeeds>(
    () => ({
      run: studio.run,
      undo: studio.undo,
      redo: studio.redo,
      select: studio.select,
      settle: studio.settle,
      seen: studio.seen,
      text: () => studio.text(),
      write: studio.write,
      flush: () => studio.flush(),
      reload: () => void studio.open(),
    }),
    [studio],
  )
  const presence = useMemo(() => (frame?.people ?? []).filter((each) => each.tab !== tab), [frame, tab])
  return useMemo(
    () => ({ ...state, ...deeds, presence, link, commentsAt: frame?.comments ?? null }),
    [state, deeds, presence, link, frame?.comments],
  )
}

/** One name for this window, for as long as it is open. */
const useTab = (): string => useState(() => crypto.randomUUID().slice(0, 13))[0]

/** Leaving, hiding or coming back on line saves at once. */
function useLeaving(studio: Studio): void {
  useEffect(() => {
    const hidden = () => document.visibilityState === 'hidden' && void studio.flush(true)
    const online = () => void studio.flush()
    document.addEventListener('visibilitychange', hidden)
    addEventListener('pagehide', hidden)
    addEventListener('online', online)
    return () => {
      document.removeEventListener('visibilitychange', hidden)
      removeEventListener('pagehide', hidden)
      removeEventListener('online', online)
    }
  }, [studio])
}

/** Says every few seconds, and whenever it changes, which step this window is on. */
function usePresence({ id }: Studio, state: StudioState, tab: string): void {
  const step = state.state === 'ready' ? (state.selection[0] ?? '') : ''
  const editing = state.state === 'ready' && (state.saved.state === 'unsaved' || state.saved.state === 'saving')
  const open = state.state === 'ready'
  const latest = useRef({ step, editing })
  latest.current = { step, editing }
  useEffect(() => {
    if (!open) return
    const say = (leaves = false) => {
      call(TellPresence, { kind: 'journey', id, tab, ...latest.current, leaves }).catch(toldAgain)
    }
    const timer = setInterval(() => document.visibilityState === 'visible' && say(), BEAT_MS)
    return () => {
      clearInterval(timer)
      say(true)
    }
  }, [id, tab, open])
  useEffect(() => {
    if (open) call(TellPresence, { kind: 'journey', id, tab, step, editing }).catch(toldAgain)
  }, [id, tab, open, step, editing])
}

/** Who is here is told again in a moment: one that did not arrive needs no mending. */
function toldAgain(error: unknown): void {
  if (!(error instanceof Refused)) throw error
}
