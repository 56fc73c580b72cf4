import { canonical } from '#lib/json.ts'
import { isRefusal, type Problem, type Refusal } from '#lib/problem.ts'
import { check, type JourneyLibrary, type JourneyProblem } from '../check.ts'
import { type JourneyBody, standingOf } from '../edit/body.ts'
import type { Command } from '../edit/commands.ts'
import { type DraftState, NO_HASH, openDraft, pulledIn, redoIn, runIn, savedIn, settledIn, undoIn, unsaved } from '../edit/draft.ts'
import { flatten } from '../edit/flat.ts'
import { readBody, readJourney } from '../edit/parse.ts'
import { asMine } from '../edit/settle.ts'
import { isStageKey } from '../stages.ts'
import type { Incoming, Saved, StudioState } from './studio-shown.ts'
import type { Kept, Stored, StudioPorts } from './studio-world.ts'

const SAVE_MS = 800
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const
const MOST_TEXTS = 60

interface StudioOptions {
  readonly id: string
  readonly ports: StudioPorts
  readonly readOnly: boolean
  /** For a journey that is not there yet. */
  readonly fresh?: JourneyBody | undefined
}

/** One open draft: runs commands, keeps them here at once and on the server soon, takes in what others do. */
export class Studio {
  readonly id: string
  readonly #ports: StudioPorts
  readonly #fresh: JourneyBody | undefined
  readonly #listeners = new Set<() => void>()
  #readOnly: boolean
  #shown: StudioState = { state: 'loading' }
  #draft: DraftState | undefined
  #stored: Stored | undefined
  #library: JourneyLibrary | undefined
  #selection: readonly string[] = []
  #saved: Saved = { state: 'unsaved', at: null }
  #incoming: readonly Incoming[] = []
  #problems: readonly JourneyProblem[] | null = null
  /** Texts of bodies that were saved or typed, so that an undo gives the very bytes back. */
  readonly #texts = new Map<string, string>()
  #cancelSave: (() => void) | undefined
  #cancelCheck: (() => void) | undefined
  #saving: Promise<void> | undefined
  #failures = 0
  #closed = false

  constructor({ id, ports, readOnly, fresh }: StudioOptions) {
    this.id = id
    this.#ports = ports
    this.#readOnly = readOnly
    this.#fresh = fresh
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  readonly shown = (): StudioState => this.#shown

  /** Reads what the server and this browser have. */
  async open(): Promise<void> {
    this.#closed = false
    const [stored, kept] = await Promise.all([this.#ports.load(this.id), this.#ports.recall(this.id)])
    if (this.#closed) return
    if (isRefusal(stored)) {
      this.#openWithout(stored, kept)
      return
    }
    this.#stored = stored
    const body = readBody(stored.body)
    if (isRefusal(body)) {
      this.#show({ state: 'failed', why: body.refused, stored })
      return
    }
    this.#remember(body, stored.source)
    const server = openDraft(body, stored.hash)
    this.#draft = kept ? broughtUp(kept.draft, server, { by: stored.by, at: this.#ports.now() }) : server
    this.#saved = { state: 'saved', at: stored.at }
    this.#began()
  }

  #openWithout(refusal: Refusal, kept: Kept | undefined): void {
    const { status } = refusal.refused
    if (status === 404 && this.#fresh) this.#draft = kept?.draft.base.hash === NO_HASH ? kept.draft : openDraft(this.#fresh, NO_HASH)
    else if (kept && (status === 0 || status >= 500)) this.#draft = kept.draft
    else {
      this.#show({ state: 'failed', why: refusal.refused, stored: null })
      return
    }
    if (status !== 404) this.#saved = { state: 'offline', at: null, why: refusal.refused }
    this.#began()
  }

  #began(): void {
    this.#changed()
    if (unsaved(this.#draft!)) this.#saveSoon(SAVE_MS)
    void this.#ports.library().then((library) => {
      this.#library = library
      this.#checkSoon()
    })
  }

  /** Stops its timers; what is not saved yet is sent. */
  close(): void {
    this.#closed = true
    this.#cancelCheck?.()
    void this.flush(true)
  }

  /** Does a command, or says why not. */
  readonly run = (command: Command): Refusal | null => {
    const draft = this.#draft
    if (!draft || this.#readOnly) return { refused: READ_ONLY }
    const done = runIn(draft, command, this.#ports.now())
    if (isRefusal(done)) return done
    const { about, ...next } = done
    this.#draft = next
    if (about !== null && SELECTS.has(command.kind)) this.#selection = [about]
    this.#edited()
    return null
  }

  readonly undo = (): void => this.#back(undoIn)
  readonly redo = (): void => this.#back(redoIn)
  #back(way: (draft: DraftState) => DraftState): void {
    if (!this.#draft || this.#readOnly) return
    const next = way(this.#draft)
    if (next === this.#draft) return
    this.#draft = next
    this.#edited()
  }

  readonly select = (steps: readonly string[]): void => {
    this.#selection = steps
    this.#changed()
  }

  /** Ends a conflict: theirs stays, or it is made as I had it. */
  readonly settle = (id: string, as: 'mine' | 'theirs'): Refusal | null => {
    const told = this.#draft?.conflicts.find((each) => each.id === id)
    if (!told) return null
    if (as === 'mine') {
      for (const command of asMine(this.#draft!.body, told.conflict)) {
        const refused = this.run(command)
        if (refused) return refused
      }
    }
    this.#draft = settledIn(this.#draft!, id)
    this.#changed()
    this.#keep()
    return null
  }

  readonly seen = (): void => {
    this.#incoming = []
    this.#changed()
  }

  readonly setReadOnly = (readOnly: boolean): void => {
    if (this.#readOnly === readOnly) return
    this.#readOnly = readOnly
    if (this.#draft) this.#changed()
  }

  /** The journey as text, exactly as it will be kept. */
  async text(): Promise<string> {
    const { body } = this.#draft!
    const known = this.#texts.get(canonical(body))
    if (known !== undefined) return known
    const text = await this.#ports.rewrite(this.#textBefore(), body)
    this.#remember(body, text)
    return text
  }

  /** A text that was typed becomes the journey; the very text is kept. Its body has been read from it. */
  readonly write = (text: string, body: JourneyBody): Refusal | null => {
    this.#remember(body, text)
    return this.run({ kind: 'become', journey: body })
  }

  /** The server has another draft (else another live version) than we know: takes it in. */
  async heard(hash: string | null): Promise<void> {
    if (!this.#draft || hash === null || hash === this.#draft.base.hash) return
    // A save of ours may be on its way: then this is our own draft.
    await this.#saving
    if (!this.#draft || hash === this.#draft.base.hash) return
    await this.#pull()
  }

  /** Saves at once what is not saved. */
  async flush(leaving = false): Promise<void> {
    this.#cancelSave?.()
    this.#cancelSave = undefined
    await this.#saving
    if (this.#draft && unsaved(this.#draft) && !this.#readOnly) await this.#save(leaving)
  }

  #remember(body: JourneyBody, text: string): void {
    const key = canonical(body)
    this.#texts.delete(key)
    this.#texts.set(key, text)
    for (const old of this.#texts.keys()) {
      if (this.#texts.size <= MOST_TEXTS) break
      this.#texts.delete(old)
    }
  }
  #textBefore(): string {
    return this.#texts.get(canonical(this.#draft!.base.body)) ?? this.#stored?.source ?? ''
  }

  #edited(): void {
    this.#changed()
    this.#keep()
    if (unsaved(this.#draft!)) this.#saveSoon(SAVE_MS)
  }

  #keep(): void {
    const draft = this.#draft!
    void this.#ports.remember(this.id, { draft, at: this.#ports.now() })
  }

  #saveSoon(ms: number): void {
    if (this.#readOnly) return
    if (this.#saved.state === 'saved') this.#saved = { state: 'unsaved', at: this.#saved.at }
    this.#cancelSave?.()
    this.#cancelSave = this.#ports.later(ms, () => void this.#save(false))
    this.#changed()
  }

  /** One save at a time; what is done meanwhile goes with the next. */
  #save(leaving: boolean): Promise<void> {
    this.#saving ??= this.#saveNow(leaving).finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  async #saveNow(leaving: boolean): Promise<void> {
    this.#cancelSave?.()
    this.#cancelSave = undefined
    const { body, base } = this.#draft!
    this.#saved = { state: 'saving', at: this.#saved.at }
    this.#changed()
    const answer = await this.#ports.save(this.id, { body, source: await this.text(), hash: base.hash, leaving })
    if (!isRefusal(answer)) {
      this.#tookIt(body, answer)
      return
    }
    if (answer.refused.code === 'document.changed') {
      await this.#pull()
      return
    }
    const { status } = answer.refused
    const again = status === 0 || status === 429 || status >= 500
    this.#saved = { state: again ? 'offline' : 'failed', at: this.#saved.at, why: answer.refused }
    this.#changed()
    if (again && !this.#closed) this.#saveSoonAgain()
  }

  #tookIt(body: JourneyBody, { hash, at }: { hash: string; at: number }): void {
    this.#failures = 0
    this.#draft = savedIn(this.#draft!, body, hash)
    this.#saved = { state: 'saved', at }
    this.#keep()
    this.#changed()
    if (unsaved(this.#draft) && !this.#closed) this.#saveSoon(SAVE_MS)
  }

  #saveSoonAgain(): void {
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]!
    this.#cancelSave?.()
    this.#cancelSave = this.#ports.later(wait, () => void this.#save(false))
  }

  async #pull(): Promise<void> {
    const stored = await this.#ports.load(this.id)
    if (isRefusal(stored)) {
      const gone = stored.refused.status === 404
      this.#saved = { state: gone ? 'failed' : 'offline', at: this.#saved.at, why: stored.refused }
      this.#changed()
      if (!gone) this.#saveSoonAgain()
      return
    }
    const body = readBody(stored.body)
    if (isRefusal(body)) {
      this.#saved = { state: 'failed', at: this.#saved.at, why: body.refused }
      this.#changed()
      return
    }
    const before = this.#draft!
    this.#stored = stored
    // What was pushed was older than our own save.
    if (stored.hash === before.base.hash) return
    this.#remember(body, stored.source)
    this.#draft = pulledIn(before, { body, hash: stored.hash, by: stored.by }, this.#ports.now())
    const steps = changedSteps(before.base.body, body)
    this.#incoming = [...this.#incoming, { by: stored.by, at: stored.at, steps }].slice(-20)
    this.#saved = { state: 'saved', at: stored.at }
    this.#changed()
    this.#keep()
    if (unsaved(this.#draft)) this.#saveSoon(0)
  }

  #checkSoon(): void {
    this.#cancelCheck?.()
    const library = this.#library
    if (!library) return
    this.#cancelCheck = this.#ports.idle(() => {
      const journey = readJourney(this.#draft!.body)
      if (isRefusal(journey)) return
      this.#problems = check(journey, library)
      this.#changed(false)
    })
  }

  #changed(again = true): void {
    const draft = this.#draft
    if (!draft) return
    const journey = readJourney(draft.body)
    if (isRefusal(journey)) {
      this.#show({ state: 'failed', why: journey.refused, stored: this.#stored ?? null })
      return
    }
    const before = this.#shown.state === 'ready' ? this.#shown : undefined
    if (again && before?.body !== draft.body) this.#checkSoon()
    const still = (id: string): boolean => id.startsWith('@') || standingOf(draft.body, stepOfRow(id)) !== undefined
    this.#selection = this.#selection.every(still) ? this.#selection : this.#selection.filter(still)
    this.#show({
      state: 'ready',
      body: draft.body,
      journey,
      selection: this.#selection,
      saved: this.#saved,
      conflicts: draft.conflicts,
      incoming: this.#incoming,
      problems: this.#problems,
      library: this.#library ?? null,
      undoes: draft.past.at(-1)?.command ?? null,
      redoes: draft.future[0]?.command ?? null,
      live: this.#stored?.live ?? null,
      readOnly: this.#readOnly,
    })
  }

  #show(state: StudioState): void {
    this.#shown = state
    for (const each of this.#listeners) each()
  }
}

/** The outline also stands on lanes (`step/lane`) and stages (`stage:step`). */
const stepOfRow = (id: string): string => (isStageKey(id) ? id.slice(id.indexOf(':') + 1) : (id.split('/')[0] ?? id))

/** After these the step that they are about is selected. */
const SELECTS: ReadonlySet<Command['kind']> = new Set(['insert', 'paste', 'wrap', 'delete', 'rename'])

const READ_ONLY: Problem = {
  code: 'edit.read-only',
  status: 403,
  title: 'This version is only shown here',
  hint: 'Open the draft to change it, or ask for the permission documents:write',
}

/** What this browser kept, on top of what the server has now. */
function broughtUp(kept: DraftState, server: DraftState, told: { by: string; at: number }): DraftState {
  if (kept.base.hash === server.base.hash) return kept
  if (!unsaved(kept)) return { ...server, conflicts: kept.conflicts }
  return pulledIn(kept, { ...server.base, by: told.by }, told.at)
}

function changedSteps(before: JourneyBody, after: JourneyBody): string[] {
  const ids = new Set([...allIds(before), ...allIds(after)])
  return [...ids].filter((id) => canonicalOf(before, id) !== canonicalOf(after, id))
}
const allIds = (body: JourneyBody): string[] => [...flatten(body).steps.keys()]
const canonicalOf = (body: JourneyBody, id: string): string => {
  const step = flatten(body).steps.get(id)
  return step === undefined ? '' : canonical([step.own, step.lanes, step.parent])
}
