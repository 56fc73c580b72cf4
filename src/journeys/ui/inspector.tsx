import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { IconButton } from '#kit/button.tsx'
import { Mono } from '#kit/copy.tsx'
import { Link } from '#kit/link.tsx'
import { Facts } from '#kit/page.tsx'
import { toMessages, toPeopleBehind } from '#kit/paths.ts'
import { type Language, useLanguage, useWords, wordsNow } from '#kit/words.ts'
import { awaitedBy } from '../awaited.ts'
import { entryTexts, placedEntries } from '../entries/placed.ts'
import { entryRules, entryTitle } from '../entries/words.ts'
import { decidersOf, detail, durationWords, family, kindWord, lanes, places, title } from '../lanes.ts'
import type { Journey } from '../schema.ts'
import { type ByChannel, byChannel } from '../sends.ts'
import type { Step } from '../steps.ts'
import { Broadcasts } from './broadcasts.tsx'
import { StepNumber } from './counts.tsx'
import { HeldRuns } from './held.tsx'
import { INSPECTOR_WORDS } from './inspector-words.ts'
import { StepIcon } from './step-icon.tsx'

interface InspectorProps {
  readonly journey: Journey
  readonly step: string
  /** Sentence for each condition text. */
  readonly sentences: Readonly<Record<string, string>>
  readonly onClose: () => void
  /** Only what stands in it: the panel around it is somebody else's. */
  readonly bare?: boolean
}

/** What one step does, who stands there, and the people behind each number. */
export function Inspector({ journey, step, sentences, onClose, bare = false }: InspectorProps) {
  const say = useWords(INSPECTOR_WORDS)
  const language = useLanguage()
  const heading = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is another panel
  useEffect(() => heading.current?.focus({ preventScroll: true }), [step])
  const found = places(journey.steps).find((place) => place.step.id === step)?.step
  if (!found && step !== '@entry') return null
  const facts = found ? (
    <StepFacts journey={journey} step={found} sentences={sentences} />
  ) : (
    <EntryFacts journey={journey} sentences={sentences} />
  )
  if (bare) return facts
  return (
    <aside
      aria-label={say.step}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="flex w-full shrink-0 flex-col overflow-y-auto border-line bg-surface max-lg:max-h-[55%] max-lg:border-t lg:w-[340px] lg:border-l"
    >
      <div className="flex items-start gap-2 border-b border-line py-3 pr-2 pl-4">
        <span className="mt-1">
          <StepIcon kind={found?.kind ?? 'entry'} />
        </span>
        <h2 ref={heading} tabIndex={-1} className="min-w-0 flex-1 text-h3 wrap-anywhere outline-none">
          {found ? title(found, language) : entryTitle(journey, language)}
        </h2>
        <IconButton label={say.close} onClick={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </div>
      <div className="flex flex-col gap-5 p-4">{facts}</div>
    </aside>
  )
}

const Condition = ({ text, sentences }: { text: string; sentences: Readonly<Record<string, string>> }) => (
  <span className="flex flex-col gap-1">
    {sentences[text] && <span>{sentences[text]}</span>}
    <code className="text-meta wrap-anywhere text-ink-2">{text}</code>
  </span>
)

function EntryFacts({ journey, sentences }: { journey: Journey; sentences: Readonly<Record<string, string>> }) {
  const say = useWords(INSPECTOR_WORDS)
  const language = useLanguage()
  const { goal, exit, holdout, serves = [], guardrails = [] } = journey
  const rows: (readonly [string, ReactNode])[] = [
    [say.begins, entryTitle(journey, language)],
    [say.comesIn, entryRules(journey, language)],
    [say.goal, say.goalWithin(goal.event, durationWords(goal.within, language))],
    [say.heldOut, holdout],
    ...(goal.worth === undefined ? [] : [[say.worth, goal.worth] as const]),
    ...(serves.length > 0 ? [[say.serves, serves.join(', ')] as const] : []),
    ...(guardrails.length > 0 ? [[say.guardrails, guardrails.map(({ metric }) => metric).join(', ')] as const] : []),
  ]
  const conditions = placedEntries(journey)
    .flatMap(entryTexts)
    .filter(({ available }) => !available.wanted)
  conditions.forEach(({ text, at }, i) => {
    rows.splice(1 + i, 0, [say.onlyIf, <Condition key={at} text={text} sentences={sentences} />])
  })
  if (exit.length > 0) rows.push([say.leavesOn, exit.map((each) => each.event).join(', ')])
  return (
    <>
      <Facts rows={rows} />
      <Broadcasts journey={journey} />
      <Links
        links={[
          [say.entered, toPeopleBehind(journey.id, { of: 'entered' })],
          [say.refused, toPeopleBehind(journey.id, { of: 'refused' })],
        ]}
      />
    </>
  )
}

function StepFacts({ journey, step, sentences }: { journey: Journey; step: Step; sentences: Readonly<Record<string, string>> }) {
  const say = useWords(INSPECTOR_WORDS)
  const language = useLanguage()
  return (
    <>
      <dl className="grid grid-cols-3 gap-2">
        {(['in', 'arrived', 'passed'] as const).map((of) => (
          <div key={of} className="rounded-card bg-sunken px-3 py-2">
            <dt className="text-meta text-ink-3">{say.counts[of]}</dt>
            <dd className="text-h3 font-semibold num">
              <StepNumber step={step.id} of={of} />
            </dd>
          </div>
        ))}
      </dl>
      <Facts
        rows={[
          [say.kind, kindWord(step.kind, language)],
          [say.id, <Mono key="id">{step.id}</Mono>],
          ...settings(step, sentences, language),
        ]}
      />
      {step.kind === 'hold' && <HeldRuns journey={journey.id} step={step.id} />}
      <Links
        links={[
          [say.waiting, toPeopleBehind(journey.id, { of: 'waiting', step: step.id })],
          [say.left, toPeopleBehind(journey.id, { of: 'left', step: step.id })],
          ...(family(step.kind) === 'message' ? [[say.messages, toMessages({ journey: journey.id })] as const] : []),
        ]}
      />
    </>
  )
}

const wayWords = (each: ByChannel, language: Language): string =>
  each.channel === 'webhook' ? `${each.way.method} ${each.way.url}` : `${kindWord(each.channel, language)} ${each.way.template}`

function settings(step: Step, sentences: Readonly<Record<string, string>>, language: Language): (readonly [string, ReactNode])[] {
  const say = wordsNow(INSPECTOR_WORDS)
  const ways = lanes(step, language).map((lane): readonly [string, ReactNode] => [
    lane.label.length > 24 ? lane.id : lane.label,
    lane.steps.length > 0 ? lane.steps.map((each) => title(each, language)).join(' → ') : say.straightOn,
  ])
  switch (step.kind) {
    case 'branch':
      return step.branches.map(
        (branch) => [branch.label ?? branch.id, <Condition key={branch.id} text={branch.when} sentences={sentences} />] as const,
      )
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return [
        [say.template, step.template],
        [say.lane, say.lanes[step.lane]],
        [say.topic, step.topic ?? '–'],
        [say.notLater, durationWords(step.within, language)],
        ...ways,
      ]
    case 'webhook':
      return [[say.calls, `${step.method} ${step.url}`], [say.notLater, durationWords(step.within, language)], ...ways]
    case 'waitFor':
      return [
        ...awaitedBy(step).flatMap(({ event, where, of }) => [
          [say.event, of === undefined ? event : say.ofOther(event, of)] as const,
          ...(where ? [[say.onlyIf, <Condition key={where} text={where} sentences={sentences} />] as const] : []),
        ]),
        ...(step.on ? [[say.counting, step.mode === 'ranked' ? say.ranked : say.first] as const] : []),
        [say.atMost, durationWords(step.upTo, language)],
        ...ways,
      ]
    case 'message':
      return [
        ...step.ways.map((way, i): readonly [string, ReactNode] => [
          i === 0 ? say.firstWay : say.elseWay,
          wayWords(byChannel(way), language),
        ]),
        [say.notLater, durationWords(step.within, language)],
        ...ways,
      ]
    case 'call':
      return [
        [say.asks, `${step.method} ${step.url}`],
        [say.keeps, `run.${step.save}`],
        [say.waits, durationWords(step.timeout, language)],
        ...ways,
      ]
    case 'repeat':
      return [
        [say.atMost, say.rounds(step.times)],
        ...(step.until ? [[say.until, <Condition key="until" text={step.until} sentences={sentences} />] as const] : []),
        [say.eachRound, step.steps.map((each) => title(each, language)).join(' → ')],
      ]
    case 'notify':
      return [
        [say.tells, step.to?.join(', ') ?? say.timeline],
        [say.text, step.text],
      ]
    case 'hold':
      return [
        [say.decides, decidersOf(step, language)],
        ...(step.note ? [[say.note, step.note] as const] : []),
        [say.atMost, durationWords(step.upTo, language)],
        ...ways,
      ]
    case 'start':
    case 'stop':
      return [[say.journey, step.journey], ...(detail(step, language) ? [[say.does, detail(step, language)] as const] : [])]
    case 'choose':
      return [
        [say.model, step.by.model],
        [say.comparison, say.getFallback(step.by.control)],
        ...(step.by.holdout === '0%' ? [] : [[say.heldOut, step.by.holdout] as const]),
        ...step.options.flatMap(({ id, label, when }) =>
          when === undefined ? [] : [[say.optionIf(label ?? id), <Condition key={id} text={when} sentences={sentences} />] as const],
        ),
        ...ways,
      ]
    case 'split':
      return ways
    case 'wait':
    case 'update':
    case 'exit':
      return [...(detail(step, language) ? [[say.does, detail(step, language)] as const] : []), ...ways]
  }
}

function Links({ links }: { links: readonly (readonly [label: string, href: string])[] }) {
  return (
    <ul className="flex flex-col gap-1 text-dense">
      {links.map(([label, href]) => (
        <li key={href}>
          <Link href={href} className="inline-flex min-h-6 items-center">
            {label}
          </Link>
        </li>
      ))}
    </ul>
  )
}
