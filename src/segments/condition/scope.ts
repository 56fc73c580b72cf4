import type { Json, JsonObject } from '#lib/json.ts'
import type { Activity, ProfileSection } from '#profiles/schema.ts'

/** A permit as conditions see it; `consent` stores more with it. */
export interface PermitOnRecord {
  readonly status: 'granted' | 'withdrawn' | 'pending' | 'expired'
  /** Epoch ms. */
  readonly at: number
}
/** An event as conditions see it. */
export interface Moment {
  readonly name: string
  /** Epoch ms. */
  readonly at: number
  readonly properties: JsonObject
}
export interface EntryMoment extends Moment {
  readonly key: string
}

/** What the events in one window come to (see `aggregate.ts`). */
export interface WindowView {
  /** The count, time (epoch ms) or amount; 1 or 0 for a sequence; NaN: there is none. */
  readonly value: number
  /**
   * When the passing of time alone can change the value (epoch ms), or with `n`, when fewer than n are left in the window;
   * Infinity: never, as where fewer are left already.
   */
  expiry(n?: number): number
}

/** What a condition may ask. Lookups answer from own properties only, so that `__proto__` and `constructor` find nothing. */
export interface Scope {
  /** Profile id. */
  readonly id: string
  attribute(name: string): Json | undefined
  /** Key `channel` or `channel:topic`. */
  permit(key: string): PermitOnRecord | undefined
  activity(event: string): Activity | undefined
  /** The window of an aggregate; undefined: nothing is known of it, which is as nothing happened. */
  window(aggregate: string): WindowView | undefined
  segment(id: string): boolean
  list(id: string): boolean
  score(name: string): number | undefined
  /** What a call of the run has saved under a name. */
  run(name: string): Json | undefined
  /** The event at hand, where there is one. */
  readonly event?: Moment | undefined
  /** The event that began the run, where there is a run. */
  readonly entry?: EntryMoment | undefined
  /** Epoch ms. */
  readonly now: number
}

export interface Sources {
  readonly profile: Pick<ProfileSection, 'id' | 'attributes' | 'activity'>
  readonly permits: Readonly<Record<string, PermitOnRecord>>
  readonly event?: Moment | undefined
  readonly entry?: EntryMoment | undefined
  readonly now: number
  /** Left out: nothing is there. */
  readonly window?: Scope['window'] | undefined
  readonly segment?: Scope['segment'] | undefined
  readonly list?: Scope['list'] | undefined
  readonly score?: Scope['score'] | undefined
  readonly run?: JsonObject | undefined
}

/** The scope over a profile's keyed state. */
export const scopeOf = (sources: Sources): Scope => new StateScope(sources)

class StateScope implements Scope {
  readonly id: string
  readonly event: Moment | undefined
  readonly entry: EntryMoment | undefined
  readonly now: number
  readonly #sources: Sources

  constructor(sources: Sources) {
    this.#sources = sources
    this.id = sources.profile.id
    this.event = sources.event
    this.entry = sources.entry
    this.now = sources.now
  }

  attribute(name: string): Json | undefined {
    const { attributes } = this.#sources.profile
    return Object.hasOwn(attributes, name) ? attributes[name]?.[0] : undefined
  }

  permit(key: string): PermitOnRecord | undefined {
    const { permits } = this.#sources
    return Object.hasOwn(permits, key) ? permits[key] : undefined
  }

  activity(event: string): Activity | undefined {
    const { activity } = this.#sources.profile
    return Object.hasOwn(activity, event) ? activity[event] : undefined
  }

  window(aggregate: string): WindowView | undefined {
    return this.#sources.window?.(aggregate)
  }

  segment(id: string): boolean {
    return this.#sources.segment?.(id) ?? false
  }

  list(id: string): boolean {
    return this.#sources.list?.(id) ?? false
  }

  score(name: string): number | undefined {
    return this.#sources.score?.(name)
  }

  run(name: string): Json | undefined {
    const { run } = this.#sources
    return run && Object.hasOwn(run, name) ? run[name] : undefined
  }
}

const NOBODY = { id: '', attributes: {}, activity: {} }
/** All that the filter of an aggregate may ask: the event. */
export const momentScope = (event: Moment): Scope => new StateScope({ profile: NOBODY, permits: {}, event, now: event.at })

/** The same at another time (epoch ms); windows stay as they are. */
export function atTime(scope: Scope, now: number): Scope {
  return {
    id: scope.id,
    event: scope.event,
    entry: scope.entry,
    now,
    attribute: (name) => scope.attribute(name),
    permit: (key) => scope.permit(key),
    activity: (event) => scope.activity(event),
    window: (aggregate) => scope.window(aggregate),
    segment: (id) => scope.segment(id),
    list: (id) => scope.list(id),
    score: (name) => scope.score(name),
    run: (name) => scope.run(name),
  }
}

/** Which permit is in force: a withdrawal of the whole channel ends every topic granted until then; else the topic's own, else the channel's. */
export function standing(scope: Scope, channel: string, topic: string | undefined): PermitOnRecord['status'] | undefined {
  const whole = scope.permit(channel)
  const own = topic === undefined ? undefined : scope.permit(`${channel}:${topic}`)
  if (own === undefined || (whole?.status === 'withdrawn' && whole.at >= own.at)) return whole?.status
  return own.status
}
