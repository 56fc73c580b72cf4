import type { Json, JsonObject } from '#lib/json.ts'
import type { Activity, ProfileSection } from '#profiles/schema.ts'

/** A permit as conditions see it; `consent` stores more with it. */
export interface PermitOnRecord {
  readonly status: 'granted' | 'withdrawn'
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

/** What a condition may ask. Lookups answer from own properties only, so that `__proto__` and `constructor` find nothing. */
export interface Scope {
  /** Profile id. */
  readonly id: string
  attribute(name: string): Json | undefined
  /** Key `channel` or `channel:topic`. */
  permit(key: string): PermitOnRecord | undefined
  activity(event: string): Activity | undefined
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
}

/** Which permit is in force: a withdrawal of the whole channel ends every topic granted until then; else the topic's own, else the channel's. */
export function standing(scope: Scope, channel: string, topic: string | undefined): PermitOnRecord['status'] | undefined {
  const whole = scope.permit(channel)
  const own = topic === undefined ? undefined : scope.permit(`${channel}:${topic}`)
  if (own === undefined || (whole?.status === 'withdrawn' && whole.at >= own.at)) return whole?.status
  return own.status
}
