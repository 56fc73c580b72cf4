import { type ReactNode, type RefObject, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { lazyPart } from '#kit/lazy-part.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, wordsNow } from '#kit/words.ts'
import { isRefusal } from '#lib/problem.ts'
import type { JourneyLibrary } from '../check.ts'
import { applyCommand } from '../edit/apply.ts'
import { around, below, isInside, outermost, samePlace } from '../edit/around.ts'
import { countIn, type JourneyBody, laneBodies, listAt, type StepBody, type StepKind, sameList, standingOf } from '../edit/body.ts'
import type { Command } from '../edit/commands.ts'
import { cutsOff, ends, noPlace, type Place } from '../edit/places.ts'
import { blankStep } from '../edit/starters.ts'
import type { Journey } from '../schema.ts'
import { copiedText, copyText, readyToCopy, stepsOf } from './clipboard.ts'
import { DEED_WORDS } from './deed-words.ts'
import type { Deeds, Dragged } from './deeds.ts'
import { nameIn } from './place-words.ts'
import { STEP_WORDS } from './step-words.ts'
import { readLibrary } from './studio-ports.ts'
import type { StudioDeeds } from './studio-state.ts'

const StepPicker = lazyPart(() => import('./step-picker.tsx'), 'StepPicker')
const Asked = lazyPart(() => import('./deed-dialogs.tsx'), 'Asked')

/** A question that has to be answered before something is done. */
export type Question =
  | { readonly kind: 'add'; readonly places: readonly Place[] }
  | { readonly kind: 'rename' | 'note' | 'delete'; readonly step: string }
  | { readonly kind: 'move'; readonly step: string; readonly to: Place }
  | { readonly kind: 'stage'; readonly step: string; readonly steps: readonly string[] }

export interface Open {
  readonly body: JourneyBody
  readonly journey: Journey
  readonly run: StudioDeeds['run']
  readonly undo: () => void
  readonly redo: () => void
  readonly selection: readonly string[]
}
interface Options {
  /** Opens a step, here one that has just been made. */
  readonly onOpen: (step: string) => void
  /** Opens the comments of a step. */
  readonly onComment: (step: string) => void
  /** Tries the journey from a step on. */
  readonly onTest: (step: string) => void
}

/** What canvas and outline let one do to an open draft, and the questions that some of it asks. */
export function useDeeds(open: Open | undefined, { onComment, onOpen, onTest }: Options): { deeds: Deeds | undefined; dialogs: ReactNode } {
  const [question, setQuestion] = useState<Question>()
  const now = useRef({ open, onComment, onTest })
  now.current = { open, onComment, onTest }
  const library = useRef<JourneyLibrary>(NOTHING)
  useEffect(() => {
    void readyToCopy()
    void readLibrary().then((read) => {
      library.current = read
    })
  }, [])
  const made = useRef(false)
  const first = open?.selection[0]
  useEffect(() => {
    if (!made.current || first === undefined) return
    made.current = false
    onOpen(first)
  }, [first, onOpen])
  const able = open !== undefined
  const deeds = useMemo(
    () =>
      able
        ? deedsOn(() => now.current.open!, {
            ask: setQuestion,
            comment: (id) => now.current.onComment(id),
            test: (id) => now.current.onTest(id),
            made,
            library,
          })
        : undefined,
    [able],
  )
  const close = () => setQuestion(undefined)
  const dialogs = open && question && (
    <Suspense>
      {question.kind === 'add' ? (
        <StepPicker
          body={open.body}
          journey={open.journey}
          places={question.places}
          onPick={(kind, at) => deeds?.insert(kind, at)}
          onClose={close}
        />
      ) : (
        <Asked open={open} question={question} onClose={close} />
      )}
    </Suspense>
  )
  return { deeds, dialogs }
}

interface Asks {
  readonly ask: (question: Question) => void
  readonly comment: (step: string) => void
  readonly test: (step: string) => void
  /** A new step has been made: it is opened as soon as it is there. */
  readonly made: RefObject<boolean>
  /** What the workspace has, so that a new step begins with something that is there. */
  readonly library: RefObject<JourneyLibrary>
}
const NOTHING: JourneyLibrary = { ids: () => [] }

function deedsOn(now: () => Open, { ask, comment, test, made, library }: Asks): Deeds {
  const insert = (kind: StepKind, at: Place) => {
    made.current = true
    const done = doAll(now(), [{ kind: 'insert', at, steps: [blankStep(kind, library.current)] }])
    if (done) notify(wordsNow(DEED_WORDS).added(wordsNow(STEP_WORDS).names[kind]), undoing(now))
  }
  const copy = (ids: readonly string[]) => {
    const steps = outermost(now().body.steps, new Set(ids))
    void copyText(steps).then(() => notify(wordsNow(DEED_WORDS).copied(countIn(steps))))
  }
  return {
    add: (near, at) => ask({ kind: 'add', places: at ? [at] : around(now().body, near || '@end') }),
    addKind: (kind, near) => insert(kind, below(now().body, near || '@end')),
    insert,
    move: (ids, to) => move(now, { ids, to, ask }),
    remove: (ids) => remove(now, { ids, ask }),
    duplicate: (ids) => {
      const steps = outermost(now().body.steps, new Set(ids))
      const last = steps.at(-1)
      if (last) doAll(now(), [{ kind: 'paste', at: below(now().body, last.id), steps }])
    },
    copy,
    cut: (ids) => {
      copy(ids)
      remove(now, { ids, ask, all: true })
    },
    paste: (near) => void pasteBelow(now, near),
    rename: (step) => ask({ kind: 'rename', step }),
    wrap: (ids) => wrap(now(), ids),
    stage: (ids) => ids[0] !== undefined && ask({ kind: 'stage', step: ids[0], steps: ids }),
    test,
    note: (step) => ask({ kind: 'note', step }),
    comment,
    undo: () => now().undo(),
    redo: () => now().redo(),
    whyNot: (what, at) => whyNot(now().body, what, at),
  }
}

const undoing = (now: () => Open) => ({ label: wordsNow(DEED_WORDS).undo, run: () => now().undo() })

type Then = (body: JourneyBody) => Command

/** Does commands one after the other, up to the first that cannot be done; says why. A command can be told from what the ones before it made. */
export function doAll({ run, body }: Pick<Open, 'run' | 'body'>, commands: readonly (Command | Then)[]): boolean {
  let now = body
  for (const each of commands) {
    const command = typeof each === 'function' ? each(now) : each
    const refused = run(command)
    if (refused) {
      notify([refused.refused.title, refused.refused.hint].filter(Boolean).join('. '))
      return false
    }
    const done = applyCommand(now, command)
    if (!isRefusal(done)) now = done.journey
  }
  return true
}

function move(now: () => Open, { ids, to, ask }: { ids: readonly string[]; to: Place; ask: Asks['ask'] }): void {
  const { body, journey } = now()
  const steps = outermost(body.steps, new Set(ids))
  const [first] = steps
  if (!first) return
  const filled = laneBodies(first).filter((lane) => lane.steps.length > 0)
  if (steps.length === 1 && filled.length > 0 && !isInside(body, to, new Set([first.id]))) {
    ask({ kind: 'move', step: first.id, to })
    return
  }
  // One after the other, each below the one before, so that they keep their order.
  const moves = steps.map(
    (step, i): Then =>
      (made) => ({ kind: 'move', step: step.id, to: i === 0 ? to : below(made, steps[i - 1]!.id) }),
  )
  if (!doAll(now(), moves)) return
  notify(wordsNow(DEED_WORDS).moved(steps.length, nameIn(journey, first.id)), steps.length === 1 ? undoing(now) : undefined)
}

function remove(now: () => Open, { ids, ask, all = false }: { ids: readonly string[]; ask: Asks['ask']; all?: boolean }): void {
  const { body, journey } = now()
  const steps = outermost(body.steps, new Set(ids))
  const [first] = steps
  if (!first) return
  const inside = (step: StepBody) => countIn(laneBodies(step).flatMap((lane) => lane.steps))
  if (!all && steps.length === 1 && inside(first) > 0) {
    ask({ kind: 'delete', step: first.id })
    return
  }
  const commands = steps.map((step): Command => ({ kind: 'delete', step: step.id, ...(inside(step) > 0 && { keep: null }) }))
  if (!doAll(now(), commands)) return
  notify(wordsNow(DEED_WORDS).deleted(steps.length, nameIn(journey, first.id)), {
    label: wordsNow(DEED_WORDS).undo,
    run: () => {
      for (const _ of commands) now().undo()
    },
  })
}

async function pasteBelow(now: () => Open, near: string): Promise<void> {
  const steps = await stepsOf(await copiedText())
  if (!steps) return notify(wordsNow(DEED_WORDS).nothingToPaste)
  if (doAll(now(), [{ kind: 'paste', at: below(now().body, near || '@end'), steps }]))
    notify(wordsNow(DEED_WORDS).pasted(countIn(steps)), undoing(now))
}

function wrap(open: Open, ids: readonly string[]): void {
  const steps = outermost(open.body.steps, new Set(ids))
  const into = blankStep('branch', NOTHING)
  doAll(open, [{ kind: 'wrap', steps: steps.map(({ id }) => id), into, lane: 'yes' }])
}

/** Why it cannot be put there, without doing it. */
function whyNot(body: JourneyBody, what: Dragged, at: Place): string | undefined {
  const say = wordsNow(DEED_WORDS)
  const none = noPlace(body, at)
  if (none) return none.title
  const steps = what.kind === 'new' ? [] : what.ids.flatMap((id) => standingOf(body, id) ?? [])
  const ids = new Set(steps.map(({ step }) => step.id))
  const alone = steps.length === 1 ? steps[0] : undefined
  if (alone && sameList(alone.list, at.list) && (samePlace(alone, at) || at.index === alone.index + 1)) return say.hereAlready
  if (isInside(body, at, ids)) return say.intoItself
  const leaves = what.kind === 'new' ? what.step === 'exit' : steps.some(({ step }) => ends(step))
  const next = listAt(body, at.list)
    ?.slice(at.index)
    .find(({ id }) => !ids.has(id))
  return leaves && next ? cutsOff([next.id]).title : undefined
}

export const useDeedWords = () => useWords(DEED_WORDS)
