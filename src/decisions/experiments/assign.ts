import { chance } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import { shareOf } from '../schema.ts'
import { type ExperimentInForce, type Experiments, type HoldoutInForce, hourName } from './in-force.ts'
import { type Drawing, type DrawingOn, LAYER_PLACES } from './schema.ts'
import { type Assigned, type Assignments, experimentKey, HELD_OUT, holdoutKey, TREATED } from './state.ts'

/** The person who is asked about. */
export interface Subject {
  /** The profile as it is now: after a merge the one that both became. */
  readonly id: string
  readonly assigned: Assignments | undefined
  inSegment(segment: string): boolean
}

/** An arm to be noted in the person's state and told as a fact: it has not been asked before, or two profiles crossed. */
export interface Assignment {
  readonly kind: 'holdout' | 'experiment'
  readonly id: string
  readonly version: number
  readonly period: string
  readonly unit: string
  readonly arm: string
  readonly isControl: boolean
  /** In (0, 1]. */
  readonly share: number
  readonly crossed: boolean
}

/** Who keeps a message or a journey from somebody. */
export interface Keeper {
  readonly kind: Assignment['kind']
  readonly id: string
}

/** `fresh`: arms that nobody has asked for before. */
export interface Asked {
  readonly by: Keeper | null
  readonly fresh: readonly Assignment[]
}
const FREE: Asked = { by: null, fresh: [] }

interface Placed {
  readonly arm: string
  readonly fresh: Assignment | null
}

/** A message as hold-outs see it. */
export interface Marketing {
  readonly lane: 'transactional' | 'marketing'
  readonly channel: string
  readonly topic: string
}

/** Where a hold-out puts somebody now. Who was asked about once stays there until the period ends, whatever share is published meanwhile. */
export function heldBy({ holdout, version, share, period }: HoldoutInForce, { id, assigned }: Subject, now: number): Placed {
  const { id: current } = period(now)
  const before = assigned && own(assigned, holdoutKey(holdout.id))
  if (before && (before.period ?? '') === current) return { arm: before.arm, fresh: null }
  const isOut = chance(holdoutSalt(holdout.id, current), id) < share
  const arm = isOut ? HELD_OUT : TREATED
  const drawn = { kind: 'holdout', id: holdout.id, version, period: current, unit: id, arm } as const
  return { arm, fresh: { ...drawn, isControl: isOut, share: isOut ? share : 1 - share, crossed: false } }
}

/** Each period draws anew. `murmurHash3_32(concat(salt, '\0', profile_id)) / 4294967296` is the same draw in ClickHouse. */
export const holdoutSalt = (id: string, period: string): string => `holdout ${id} ${period}`

export const isCovered = ({ holdout: { covers } }: HoldoutInForce, { channel, topic }: Omit<Marketing, 'lane'>): boolean =>
  (covers.channels?.includes(channel) ?? true) && (covers.topics?.includes(topic) ?? true)

/** Whether a hold-out, or an experiment on a segment, keeps a message back. Whatever is not marketing always goes. */
export function keptBack(experiments: Experiments, subject: Subject, { message, now }: { message: Marketing; now: number }): Asked {
  const { exist, holdouts, onSegment } = experiments
  if (!exist || message.lane !== 'marketing') return FREE
  const fresh: Assignment[] = []
  for (const each of holdouts) {
    if (!isCovered(each, message)) continue
    const placed = heldBy(each, subject, now)
    if (placed.fresh) fresh.push(placed.fresh)
    if (placed.arm === HELD_OUT) return { by: { kind: 'holdout', id: each.holdout.id }, fresh }
  }
  for (const each of onSegment) {
    if (!subject.inSegment(each.experiment.segment)) continue
    const placed = armOf(experiments, each, { subject, now })
    if (placed?.fresh) fresh.push(placed.fresh)
    if (placed && !treatment(each, placed).contact) return { by: { kind: 'experiment', id: each.experiment.id }, fresh }
  }
  return { by: null, fresh }
}

/** Whether experiments on whole journeys let somebody into one. Whom a hold-out keeps all marketing from is put into no such experiment; an arm of before stays. */
export function mayEnter(experiments: Experiments, subject: Subject, { journey, now }: { journey: string; now: number }): Asked {
  const about = experiments.exist && experiments.onJourney.get(journey)
  if (!about) return FREE
  const isOut = isOutOfAll(experiments, subject, now)
  const fresh: Assignment[] = []
  for (const each of about) {
    const placed = armOf(experiments, each, { subject, now })
    if (!placed || (placed.fresh && isOut)) continue
    if (placed.fresh) fresh.push(placed.fresh)
    if (!treatment(each, placed).enters.includes(journey)) return { by: { kind: 'experiment', id: each.experiment.id }, fresh }
  }
  return { by: null, fresh }
}

/** Whether somebody gets no marketing at all now. */
export const isOutOfAll = ({ holdouts }: Experiments, subject: Subject, now: number): boolean =>
  holdouts.some((each) => !each.holdout.covers.channels && !each.holdout.covers.topics && heldBy(each, subject, now).arm === HELD_OUT)

type Eligible = Readonly<Record<string, readonly string[]>>

/**
 * The variants that experiments leave somebody, of those that they may get. Who could not get every arm is in no such experiment: arms are
 * held against each other among people who could have been in any.
 */
export function variantsFor(
  experiments: Experiments,
  subject: Subject,
  { template, eligible, now }: { template: string; eligible: Eligible; now: number },
): { readonly eligible: Eligible; readonly fresh: readonly Assignment[] } {
  let left = eligible
  const fresh: Assignment[] = []
  for (const each of (experiments.exist && experiments.onTemplate.get(template)) || []) {
    if (!each.experiment.arms.every(({ shows }) => isPossible(shows, left))) continue
    const placed = armOf(experiments, each, { subject, now })
    if (!placed) continue
    if (placed.fresh) fresh.push(placed.fresh)
    left = narrowed(left, treatment(each, placed).shows)
  }
  return { eligible: left, fresh }
}

const isPossible = (shows: Eligible, eligible: Eligible): boolean =>
  Object.entries(shows).every(([slot, variants]) => own(eligible, slot)?.some((variant) => variants.includes(variant)) ?? false)

const narrowed = (eligible: Eligible, shows: Eligible): Eligible =>
  Object.fromEntries(
    Object.entries(eligible).map(([slot, variants]) => {
      const shown = own(shows, slot)
      return [slot, shown ? variants.filter((variant) => shown.includes(variant)) : variants]
    }),
  )

/** Whether a step that has a best hour waits for it. */
export function hourArm(
  experiments: Experiments,
  subject: Subject,
  { journey, step, now }: { journey: string; step: string; now: number },
): { readonly hour: 'best' | 'now'; readonly fresh: readonly Assignment[] } {
  for (const each of (experiments.exist && experiments.onHour.get(hourName(journey, step))) || []) {
    const placed = armOf(experiments, each, { subject, now })
    if (placed) return { hour: treatment(each, placed).hour, fresh: placed.fresh ? [placed.fresh] : [] }
  }
  return { hour: 'best', fresh: [] }
}

interface Asking {
  readonly subject: Subject
  /** Epoch ms. */
  readonly now: number
}

const isOpen = ({ start, end }: ExperimentInForce, now: number): boolean => start <= now && now < end

/** The arm of somebody; null: they are not in the experiment. Who was put into an arm stays in it, whatever shares and places are published later. */
export function armOf(experiments: Experiments, each: ExperimentInForce, { subject, now }: Asking): Placed | null {
  if (!isOpen(each, now)) return null
  const open = (experiments.byLayer.get(each.layer) ?? [each]).filter((other) => isOpen(other, now))
  const holder = holderOf(open, subject)
  if (holder) return holder.each === each ? { arm: holder.before.arm, fresh: null } : null
  if (open.length > 1 || each.experiment.layer) {
    const place = layerPlace(each.layer, subject.id)
    // Publishing refuses experiments that overlap; should there be some all the same, the first of them has the place.
    if (open.find(({ from, to }) => from <= place && place <= to) !== each) return null
  }
  const { experiment, version } = each
  const { id: arm, share, control } = drawArm(experiment, subject.id)
  const told = { kind: 'experiment', id: experiment.id, version, period: '', unit: subject.id, arm, crossed: false } as const
  return { arm, fresh: { ...told, isControl: control, share: shareOf(share) } }
}

/** The experiment of a layer that has put somebody into an arm already: of several (after a merge) the first. */
function holderOf(open: readonly ExperimentInForce[], { assigned }: Subject): { each: ExperimentInForce; before: Assigned } | null {
  if (!assigned) return null
  let first: { each: ExperimentInForce; before: Assigned } | null = null
  for (const each of open) {
    const before = own(assigned, experimentKey(each.experiment.id))
    if (!before || !each.experiment.arms.some(({ id }) => id === before.arm)) continue
    if (!first || before.at < first.before.at) first = { each, before }
  }
  return first
}

/** In [0, 10,000). */
export const layerPlace = (layer: string, unit: string): number => Math.floor(chance(`layer ${layer}`, unit) * LAYER_PLACES)

/** The salt names no version, so that a new version of the document keeps everybody's arm as long as the shares stay. */
export function drawArm<D extends Drawing>(experiment: D, unit: string): D['arms'][number] {
  const { id, arms } = experiment
  const draw = chance(`experiment ${id}`, unit)
  let upTo = 0
  for (const arm of arms) {
    upTo += shareOf(arm.share)
    if (draw < upTo) return arm
  }
  return arms.at(-1)!
}

const treatment = <On extends Drawing['on']>(
  { experiment }: ExperimentInForce<DrawingOn<On>>,
  { arm }: Placed,
): DrawingOn<On>['arms'][number] => (experiment.arms as DrawingOn<On>['arms'][number][]).find(({ id }) => id === arm)!
