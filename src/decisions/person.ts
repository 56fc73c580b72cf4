import type { PredictionFact } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import { cross } from './crossings.ts'
import { isExample, isOfMessages, predictionsOf } from './examples.ts'
import { type Features, featuresOf } from './features/read.ts'
import { type Keeping, listen, sectionSince } from './listen.ts'
import { hearPatterns, lookAtPatterns, type PatternsHeard } from './patterns/section.ts'
import { score as scoreOf } from './propensity/score.ts'
import { dayOf, nextReckoning } from './rhythm.ts'
import { deciderOf } from './rollout.ts'
import { moodOf } from './sentiment/mood.ts'
import { type ModelInForce, modelsOfType } from './snapshot.ts'
import type { DecisionsSection, PersonOfModel } from './state.ts'

/** What the models of a workspace are told about a person. */
export interface Subject extends Keeping {
  readonly workspace: string
  readonly profile: ProfileSection
  /** The person's zone, or what is taken for it. */
  readonly zone: string
  /** Scores as conditions see them: value and time, by name. */
  readonly scores: Readonly<Record<string, readonly [value: number, at: number]>>
  /** Log time, epoch ms. */
  readonly now: number
  /** Message id of the event, `timer` or another cause. */
  readonly cause: string
}

/** An event that follows: `score.crossed:<model>`, `pattern.found:<model>`, `anomaly.found:<model>`. */
export interface Followed {
  readonly name: string
  readonly props: JsonObject
}

export interface Answer {
  readonly section: DecisionsSection
  /** Scores that conditions are to see now, by name; null: the model is gone, and so is its score. */
  readonly scores: Readonly<Record<string, number | null>>
  readonly followed: readonly Followed[]
  readonly examples: readonly PredictionFact[]
}

/** What journeys hear when a score passes a mark. */
export const SCORE_CROSSED = 'score.crossed:'

/** The models of a workspace hear one event of a person. */
export function hearWithModels(before: DecisionsSection | undefined, record: EventRecord, subject: Subject): Answer {
  const { models, profile, zone, now } = subject
  const section = sectionSince(before, subject.since)
  const listened = listen(section, record, { models, zone })
  const patterns = hearPatterns(listened, { name: record.name, at: record.at }, { models, key: profile.id, now })
  // What says nothing new of a person changes no score.
  return listened === section && before === section && patterns.section === listened
    ? { section, scores: {}, followed: [], examples: [] }
    : reckon(patterns, subject, 'event')
}

/** Nothing has happened for a while, or the models are others: scores are reckoned anew. */
export function lookWithModels(before: DecisionsSection | undefined, subject: Subject): Answer {
  const { models, profile, now, since } = subject
  return reckon(lookAtPatterns(sectionSince(before, since), { models, key: profile.id, now }), subject, 'clock')
}

/** A score moves in conditions when it has changed by more than this, or passed a mark: facts are told of each move. */
const LEAST_MOVE = 0.005

function reckon({ section, found }: PatternsHeard, subject: Subject, by: 'clock' | 'event'): Answer {
  const { models, profile, now } = subject
  const work: Work = { of: { ...section.models }, scores: {}, followed: [...found] }
  forget(work, subject)
  const features = models.byType.has('propensity') ? featuresOf({ profile, decisions: section }, { now }) : NO_FEATURES
  for (const { model } of modelsOfType(models, 'propensity')) askPropensity(work, model.id, { subject, features })
  for (const { model } of modelsOfType(models, 'pattern')) {
    const score = own(section.models ?? {}, model.id)?.score
    if (score !== undefined && own(section.models ?? {}, model.id)?.at === now) move(work, model.id, { score: digits(score), subject })
  }
  for (const { model, inShadow } of modelsOfType(models, 'sentiment')) {
    const mood = inShadow ? undefined : moodOf(section.sentiment, model.id)
    if (mood === undefined || !move(work, model.id, { score: digits(mood), subject })) continue
    put(work.of, model.id, { score: digits(mood), at: now })
  }
  const { examples, sampled } = examplesOf(section, { subject, features, by })
  const { due: _due, models: _models, ...rest } = section
  const due = nextReckoning(section, { key: profile.id, lastSeen: profile.lastSeen, models, now })
  const next: DecisionsSection = {
    ...rest,
    ...(Object.keys(work.of).length > 0 && { models: work.of }),
    ...(sampled !== undefined && { sampled }),
    ...(due !== undefined && { due }),
  }
  return { section: next, scores: work.scores, followed: work.followed, examples }
}
const NO_FEATURES: Features = {}

interface Work {
  readonly of: Record<string, PersonOfModel>
  readonly scores: Record<string, number | null>
  readonly followed: Followed[]
}

/** Of a model that is not published any more nothing is kept, and its score says nothing. */
function forget({ of, scores }: Work, { models }: Subject): void {
  for (const id of Object.keys(of)) {
    if (models.byId.has(id)) continue
    delete of[id]
    put(scores, id, null)
  }
}

/** One model's score; one that has no answer leaves the last score as it is. */
function askPropensity(work: Work, id: string, { subject, features }: { subject: Subject; features: Features }): void {
  const { models, profile, now } = subject
  const decides = deciderOf(models, id, profile.id).decides as unknown as ModelInForce<'propensity'>
  const said = scoreOf(decides, features, now)
  if (typeof said === 'string') return
  const score = digits(said.p)
  const before = own(work.of, id)
  const { above, crossed } = cross(before?.above ?? [], score, decides.model.crossings)
  if (!move(work, id, { score, subject, passes: crossed.length > 0 })) return
  const { above: _above, ...kept } = before ?? {}
  put(work.of, id, { ...kept, score, at: now, ...(above.length > 0 && { above }) })
  const was = own(subject.scores, id)?.[0] ?? null
  for (const each of crossed) work.followed.push({ name: `${SCORE_CROSSED}${id}`, props: { ...each, model: id, score, before: was } })
}

/** Whether conditions are to see the score. */
function move(work: Work, id: string, { score, subject, passes = false }: { score: number; subject: Subject; passes?: boolean }): boolean {
  const seen = own(subject.scores, id)?.[0]
  if (!passes && seen !== undefined && Math.abs(score - seen) <= LEAST_MOVE) return false
  put(work.scores, id, score)
  return true
}

/** Four digits behind the point. */
const digits = (score: number): number => Math.round(score * 1e4) / 1e4

interface Sampling {
  readonly subject: Subject
  readonly features: Features
  readonly by: 'clock' | 'event'
}

/** At most one example a day of what does not hang on messages. */
function examplesOf(
  section: DecisionsSection,
  { subject, features, by }: Sampling,
): { readonly examples: readonly PredictionFact[]; readonly sampled: number | undefined } {
  const { models, workspace, profile, now, cause } = subject
  const day = dayOf(profile.id, now)
  const isFirst = models.byType.has('propensity') && (section.sampled === undefined || section.sampled < day)
  if (!isFirst || !isExample({ key: profile.id, day, by })) return { examples: [], sampled: section.sampled }
  const moment = { workspace, key: profile.id, features, effect: '', cause: by === 'clock' ? 'timer' : cause, now }
  return { examples: predictionsOf(models, moment, (outcome) => !isOfMessages(outcome)), sampled: day }
}
