import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { IconButton } from '#kit/button.tsx'
import { Mono } from '#kit/copy.tsx'
import { Link } from '#kit/link.tsx'
import { Facts } from '#kit/page.tsx'
import { toMessages, toPeopleBehind } from '#kit/paths.ts'
import { awaitedBy } from '../awaited.ts'
import { entryTexts, placedEntries } from '../entries/check.ts'
import { entryRules, entryTitle } from '../entries/words.ts'
import { decidersOf, detail, durationWords, family, kindWord, lanes, places, title } from '../lanes.ts'
import type { Journey } from '../schema.ts'
import { type ByChannel, byChannel } from '../sends.ts'
import type { Step } from '../steps.ts'
import { Broadcasts } from './broadcasts.tsx'
import { StepNumber } from './counts.tsx'
import { HeldRuns } from './held.tsx'
import { StepIcon } from './step-icon.tsx'

interface InspectorProps {
  readonly journey: Journey
  readonly step: string
  /** Sentence for each condition text. */
  readonly sentences: Readonly<Record<string, string>>
  readonly onClose: () => void
}

/** What one step does, who stands there, and the people behind each number. */
export function Inspector({ journey, step, sentences, onClose }: InspectorProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is another panel
  useEffect(() => heading.current?.focus({ preventScroll: true }), [step])
  const found = places(journey.steps).find((place) => place.step.id === step)?.step
  if (!found && step !== '@entry') return null
  return (
    <aside
      aria-label="Step"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="flex w-full shrink-0 flex-col overflow-y-auto border-line bg-surface max-lg:max-h-[55%] max-lg:border-t lg:w-[340px] lg:border-l"
    >
      <div className="flex items-start gap-2 border-b border-line py-3 pr-2 pl-4">
        <span className="mt-1">
          <StepIcon kind={found?.kind ?? 'entry'} />
        </span>
        <h2 ref={heading} tabIndex={-1} className="min-w-0 flex-1 text-h3 wrap-anywhere outline-none">
          {found ? title(found) : entryTitle(journey)}
        </h2>
        <IconButton label="Close the panel" onClick={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </div>
      <div className="flex flex-col gap-5 p-4">
        {found ? (
          <StepFacts journey={journey} step={found} sentences={sentences} />
        ) : (
          <EntryFacts journey={journey} sentences={sentences} />
        )}
      </div>
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
  const { goal, exit, holdout, serves = [], guardrails = [] } = journey
  const rows: (readonly [string, ReactNode])[] = [
    ['Begins', entryTitle(journey)],
    ['Comes in', entryRules(journey)],
    ['Goal', `${goal.event} within ${durationWords(goal.within)}`],
    ['Held out', holdout],
    ...(goal.worth === undefined ? [] : [['Worth of one', goal.worth] as const]),
    ...(serves.length > 0 ? [['Serves', serves.join(', ')] as const] : []),
    ...(guardrails.length > 0 ? [['Must not worsen', guardrails.map(({ metric }) => metric).join(', ')] as const] : []),
  ]
  const conditions = placedEntries(journey)
    .flatMap(entryTexts)
    .filter(({ available }) => !available.wanted)
  conditions.forEach(({ text, at }, i) => {
    rows.splice(1 + i, 0, ['Only if', <Condition key={at} text={text} sentences={sentences} />])
  })
  if (exit.length > 0) rows.push(['Leaves on', exit.map((each) => each.event).join(', ')])
  return (
    <>
      <Facts rows={rows} />
      <Broadcasts journey={journey} />
      <Links
        links={[
          ['Everybody who entered', toPeopleBehind(journey.id, { of: 'entered' })],
          ['Everybody who was not let in', toPeopleBehind(journey.id, { of: 'refused' })],
        ]}
      />
    </>
  )
}

function StepFacts({ journey, step, sentences }: { journey: Journey; step: Step; sentences: Readonly<Record<string, string>> }) {
  return (
    <>
      <dl className="grid grid-cols-3 gap-2">
        {(['in', 'arrived', 'passed'] as const).map((of) => (
          <div key={of} className="rounded-card bg-sunken px-3 py-2">
            <dt className="text-meta text-ink-3">{{ in: 'In now', arrived: 'Arrived', passed: 'Moved on' }[of]}</dt>
            <dd className="text-h3 font-semibold num">
              <StepNumber step={step.id} of={of} />
            </dd>
          </div>
        ))}
      </dl>
      <Facts rows={[['Kind', kindWord(step.kind)], ['Id', <Mono key="id">{step.id}</Mono>], ...settings(step, sentences)]} />
      {step.kind === 'hold' && <HeldRuns journey={journey.id} step={step.id} />}
      <Links
        links={[
          ['People who wait here', toPeopleBehind(journey.id, { of: 'waiting', step: step.id })],
          ['People who left from here', toPeopleBehind(journey.id, { of: 'left', step: step.id })],
          ...(family(step.kind) === 'message' ? [['Messages of this journey', toMessages({ journey: journey.id })] as const] : []),
        ]}
      />
    </>
  )
}

const wayWords = (each: ByChannel): string =>
  each.channel === 'webhook' ? `${each.way.method} ${each.way.url}` : `${kindWord(each.channel)} ${each.way.template}`

function settings(step: Step, sentences: Readonly<Record<string, string>>): (readonly [string, ReactNode])[] {
  const ways = lanes(step).map((lane): readonly [string, ReactNode] => [
    lane.label.length > 24 ? lane.id : lane.label,
    lane.steps.length > 0 ? lane.steps.map(title).join(' → ') : 'goes straight on',
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
        ['Template', step.template],
        ['Lane', step.lane],
        ['Topic', step.topic ?? '–'],
        ['Not later than', durationWords(step.within)],
        ...ways,
      ]
    case 'webhook':
      return [['Calls', `${step.method} ${step.url}`], ['Not later than', durationWords(step.within)], ...ways]
    case 'waitFor':
      return [
        ...awaitedBy(step).flatMap(({ event, where, of }) => [
          ['Event', of === undefined ? event : `${event} of ${of}`] as const,
          ...(where ? [['Only if', <Condition key={where} text={where} sentences={sentences} />] as const] : []),
        ]),
        ...(step.on ? [['Counts', step.mode === 'ranked' ? 'the highest in the list that came' : 'the first that comes'] as const] : []),
        ['At most', durationWords(step.upTo)],
        ...ways,
      ]
    case 'message':
      return [
        ...step.ways.map((way, i): readonly [string, ReactNode] => [i === 0 ? 'First' : 'Else', wayWords(byChannel(way))]),
        ['Not later than', durationWords(step.within)],
        ...ways,
      ]
    case 'call':
      return [
        ['Asks', `${step.method} ${step.url}`],
        ['Keeps the answer as', `run.${step.save}`],
        ['Waits', durationWords(step.timeout)],
        ...ways,
      ]
    case 'repeat':
      return [
        ['At most', `${step.times} rounds`],
        ...(step.until ? [['Until', <Condition key="until" text={step.until} sentences={sentences} />] as const] : []),
        ['Each round', step.steps.map(title).join(' → ')],
      ]
    case 'notify':
      return [
        ['Tells', step.to?.join(', ') ?? 'the person’s timeline'],
        ['Text', step.text],
      ]
    case 'hold':
      return [
        ['Decides', decidersOf(step)],
        ...(step.note ? [['Note', step.note] as const] : []),
        ['At most', durationWords(step.upTo)],
        ...ways,
      ]
    case 'start':
    case 'stop':
      return [['Journey', step.journey], ...(detail(step) ? [['Does', detail(step)] as const] : [])]
    case 'choose':
      return [
        ['Model', step.by.model],
        ['For comparison', `${step.by.control} get the fallback`],
        ...(step.by.holdout === '0%' ? [] : [['Held out', step.by.holdout] as const]),
        ...step.options.flatMap(({ id, label, when }) =>
          when === undefined ? [] : [[`${label ?? id} only if`, <Condition key={id} text={when} sentences={sentences} />] as const],
        ),
        ...ways,
      ]
    case 'split':
      return ways
    case 'wait':
    case 'update':
    case 'exit':
      return [...(detail(step) ? [['Does', detail(step)] as const] : []), ...ways]
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
