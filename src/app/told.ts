import { explain, REASONS } from '#journeys/reasons.ts'
import type { Language } from '#lib/language.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { problemIn } from '#lib/problem-words.ts'
import { ownNameIn, telling } from '#lib/said.ts'
import { parse } from '#segments/condition/parse.ts'
import { sentence } from '#segments/condition/sentence.ts'

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype

/**
 * The same answer with its sentences in the reader's language. A sentence is told anew where the code or the condition that it was made of
 * stands beside it and still makes it, or where it is one of the server's own in a field that the server writes: everything that people
 * wrote stays as they wrote it.
 */
export function told(answer: unknown, language: Language, asked: unknown = {}): unknown {
  if (Array.isArray(answer)) return answer.map((each) => told(each, language))
  if (!isFields(answer)) return answer
  const whole: Record<string, unknown> = Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, told(value, language)]))
  if (typeof whole['code'] === 'string' && typeof whole['title'] === 'string')
    Object.assign(whole, problemIn(whole as unknown as Problem, language))
  if (typeof answer['sentence'] === 'string') whole['sentence'] = retold(answer['sentence'], sourcesOf(answer, asked), language)
  if (typeof answer['lastErrorSentence'] === 'string')
    whole['lastErrorSentence'] = retold(answer['lastErrorSentence'], sourcesOf({ reason: answer['lastError'] }, {}), language)
  if (isFields(answer['sentences'])) whole['sentences'] = conditionsOf(answer['sentences'], language)
  for (const [name, value] of Object.entries(whole)) if (isTold(name, answer)) whole[name] = said(value)
  if (typeof answer['name'] === 'string' && (OWN_NAMED.some((name) => name in answer) || isPreset(answer)))
    whole['name'] = ownNameIn(answer['name'], language)
  if (typeof answer['description'] === 'string' && 'does' in answer) whole['description'] = said(answer['description'])
  if (isSecret(answer)) whole['is'] = said(answer['is'])
  if (isNotice(answer))
    Object.assign(whole, { title: said(answer['title']), ...(WRITTEN.has(answer['kind']) && { detail: answer['detail'] }) })
  if (isLaw(answer)) for (const name of ['name', 'about', 'note']) if (name in whole) whole[name] = said(whole[name])
  if (answer['ours'] === true) for (const name of ['bars', 'series']) if (name in whole) whole[name] = labelled(whole[name])
  return whole
}

/** Fields that hold what the server says, wherever they stand. */
const TOLD: ReadonlySet<string> = new Set([
  'sentence',
  'sentences',
  'detail',
  'hint',
  'todo',
  'why',
  'reasons',
  'drift',
  'withoutExamples',
  'outcome',
  'because',
  'unknownBecause',
  'tooEarlyBecause',
  'noForecast',
  'noBaseline',
  'needs',
  'does',
  'until',
  'about',
  'words',
  'says',
  'complaint_says',
  'problem',
])
/** Heads of what reports tell: also other things have a title, and those are people's. */
const HEADS: ReadonlySet<string> = new Set(['title', 'question', 'term', 'means', 'xLabel'])
const isHeaded = (fields: Fields): boolean =>
  'rows' in fields || 'question' in fields || 'means' in fields || 'query' in fields || 'format' in fields || isColumn(fields)
const isColumn = ({ id, title, type }: Fields): boolean => [id, title, type].every((each) => typeof each === 'string')
const isTold = (name: string, fields: Fields): boolean =>
  TOLD.has(name) || (HEADS.has(name) && isHeaded(fields)) || (name === 'label' && isMark(fields))
/** Beside these a name is that of an arm or a metric, which Cadenza may have given by itself. */
const OWN_NAMED = ['control', 'role', 'means', 'readout', 'difference', 'points'] as const
/** A collection of models to begin with, and a model of it. */
const isPreset = (fields: Fields): boolean => 'industry' in fields || ('does' in fields && 'missing' in fields)
/** A pack of rules of law, and a rule of it: their names come with Cadenza. */
const isLaw = (fields: Fields): boolean => ('policies' in fields && 'about' in fields) || ('citation' in fields && 'replaced' in fields)
/** What a secret of a type of providers is for: its name, and what it is. */
const isSecret = (fields: Fields): boolean => 'name' in fields && 'is' in fields && Object.keys(fields).length === 2
/** What a member was told; beside a comment stands what a colleague wrote. */
const isNotice = (fields: Fields): boolean => 'read' in fields && 'title' in fields && isFields(fields['about'])
const WRITTEN: ReadonlySet<unknown> = new Set(['mention', 'answer'])
/** A line across a chart, which the report itself draws. */
const isMark = (fields: Fields): boolean => 'y' in fields && !('x' in fields)
/** Bars and series of a chart whose names are the report's own (`Chart.ours`). */
const labelled = (parts: unknown): unknown =>
  Array.isArray(parts)
    ? parts.map((part) =>
        isFields(part) ? { ...part, ...('label' in part ? { label: said(part['label']) } : { name: said(part['name']) }) } : part,
      )
    : parts

/** By the catalogue of sentences; what is not in it stays. */
function said(value: unknown): unknown {
  if (typeof value === 'string') return german(value) ?? value
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' ? (german(each) ?? each) : each)) : value
}

/** The catalogue with the reasons of journeys, whose detail is what is filled in. */
const german = telling(
  Object.fromEntries(
    Object.keys(REASONS).flatMap((code) => [
      [explain(code), explain(code, 'de')],
      [explain(`${code}:{1}`), explain(`${code}:{1}`, 'de')],
    ]),
  ),
)

/** One text that the server made, in the reader's language; what the catalogue has not stays. */
export const toldText = (text: string, language: Language): string => (language === 'en' ? text : (german(text) ?? text))

type Source = (language: Language) => string | undefined

/** What a sentence may have been made of. */
function sourcesOf(answer: Fields, asked: unknown): readonly Source[] {
  const when = answer['when'] ?? (isFields(asked) ? asked['when'] : undefined)
  return [
    ...[answer['reason'], answer['code']].flatMap((code) =>
      typeof code === 'string' && code !== '' ? [(language: Language) => explain(code, language)] : [],
    ),
    ...(typeof when === 'string' && when !== '' ? [(language: Language) => ofCondition(when, language)] : []),
  ]
}

const retold = (text: string, sources: readonly Source[], language: Language): string =>
  sources.find((source) => source('en') === text)?.(language) ?? text

function ofCondition(text: string, language: Language): string | undefined {
  const tree = parse(text)
  return isRefusal(tree) ? undefined : sentence(tree, language)
}

/** A table of sentences by the text of their condition. */
const conditionsOf = (sentences: Fields, language: Language): Fields =>
  Object.fromEntries(
    Object.entries(sentences).map(([text, made]) => [
      text,
      typeof made === 'string' ? retold(made, [(spoken) => ofCondition(text, spoken)], language) : made,
    ]),
  )
