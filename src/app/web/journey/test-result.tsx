import { Check, CircleStop, Clock, Flag, LogIn, Mail, X } from 'lucide-react'
import { Suspense } from 'react'
import { durationWords } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import { scenarioOf } from '#journeys/test-case.ts'
import type { SimulateJourney } from '#journeys/try-api.ts'
import { readyToCopy } from '#journeys/ui/clipboard.ts'
import { nameIn } from '#journeys/ui/place-words.ts'
import { Button } from '#kit/button.tsx'
import { stamp } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Skeleton } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { language } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { durationText } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Asked, inputOf } from './test-asked.ts'
import { useTestWords } from './test-words.ts'

const TestMessage = lazyPart(() => import('./test-message.tsx'), 'TestMessage')

export type Tried = OutputOf<typeof SimulateJourney> & { readonly given: Asked; readonly input: ReturnType<typeof inputOf> }

interface TestResultProps {
  readonly id: string
  readonly journey: Journey
  readonly result: Tried
  readonly onStep: (step: string) => void
}

const ICONS: Readonly<Record<string, typeof Check>> = { entered: LogIn, refused: X, exited: CircleStop, converted: Flag, message: Mail }

/** Line by line what would happen: when, on which step, why, and each message as it would be read. */
export function TestResult({ id, journey, result, onStep }: TestResultProps) {
  const say = useTestWords()
  const { trace, messages, standing, given } = result
  const lines = linesOf(result)
  const entered = trace.some(({ kind }) => kind === 'entered')
  return (
    <section aria-label={say.result} className="flex flex-col gap-2" aria-live="polite">
      <h3 className="text-h3">{say.result}</h3>
      <p className="text-dense text-ink-2">
        {entered ? say.summary(trace.length, messages.filter(({ status }) => status === 'sent').length) : say.nothing}
      </p>
      <ol className="flex flex-col">
        {lines.map((line, n) => {
          const before = lines[n - 1]
          const waited = before ? line.at - before.at : 0
          const Icon = line.message && line.message.status !== 'sent' ? X : (ICONS[line.kind] ?? Check)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one run never move
            <li key={n} className="border-b border-line py-2 text-dense last:border-0">
              {waited >= 60_000 && (
                <p className="mb-1 flex items-center gap-1.5 text-meta text-ink-3">
                  <Clock size={13} aria-hidden="true" />
                  {say.passes(durationWords(durationText(waited - (waited % 60_000)), language()))}
                </p>
              )}
              <p className="flex items-start gap-2">
                <Icon size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-2" />
                <span className="min-w-0 flex-1">
                  <span className="num text-ink-3">{stamp(line.at)}</span>{' '}
                  {line.step === '' ? (
                    <span className="font-medium">{say.kinds[line.kind]}</span>
                  ) : (
                    <button type="button" onClick={() => onStep(line.step)} className="hit font-medium hover:underline">
                      {say.kinds[line.kind]} · {nameIn(journey, line.step)}
                    </button>
                  )}
                  <span className="block text-ink-2">
                    {line.message ? (line.message.status === 'sent' ? say.sent : say.notSent(line.message.sentence)) : line.sentence}
                  </span>
                  {Object.entries(line.known).map(([name, value]) => (
                    <span key={name} className="block text-meta text-ink-3">
                      {say.because(`profile.${name}`, value === null ? say.unset : JSON.stringify(value))}
                    </span>
                  ))}
                </span>
              </p>
              {line.message && line.message.template !== '' && (
                <Suspense fallback={<Skeleton lines={1} />}>
                  <TestMessage tried={result} template={line.message.template} channel={line.message.channel} />
                </Suspense>
              )}
            </li>
          )
        })}
      </ol>
      {standing.map(({ step, due }) => (
        <p key={step} className="text-dense text-ink-2">
          {say.standing(nameIn(journey, step))}
          {due !== null && `, ${say.until(stamp(due))}`}
        </p>
      ))}
      <Button className="self-start" onClick={() => void keep(id, result, given).then(() => notify(say.saved))}>
        {say.save}
      </Button>
    </section>
  )
}

type Line = Tried['trace'][number] & { readonly message?: Tried['messages'][number] }

/** What was decided and what became of messages, in one order; a message is told once. */
function linesOf({ trace, messages }: Tried): readonly Line[] {
  const told: Line[] = messages.map((message) => ({
    at: message.at,
    kind: 'message',
    step: message.step,
    reason: message.reason,
    sentence: message.sentence,
    known: {},
    message,
  }))
  return [...trace.filter(({ kind }) => kind !== 'message'), ...told].sort(
    (a, b) => a.at - b.at || Number(a.kind === 'exited') - Number(b.kind === 'exited'),
  )
}

/** Gives the run to the reader as a scenario, in a file. */
async function keep(id: string, { messages, input, attributes }: Tried, { start }: Asked): Promise<void> {
  const { stringify } = await readyToCopy()
  const sentAt = Object.fromEntries([...messages].reverse().flatMap(({ step, at, status }) => (status === 'sent' ? [[step, at]] : [])))
  const scenario = scenarioOf({
    journey: id,
    start,
    until: input.until,
    attributes: (input.person === undefined ? (input.attributes ?? {}) : attributes) as JsonObject,
    events: input.events.map(({ name, at, properties }) => ({ name, at, properties: (properties ?? {}) as JsonObject })),
    receipts: input.receipts ?? [],
    outages: (input.outages ?? []).map(({ step, result, reason }) => ({ step, result, reason: reason ?? '' })),
    sentAt,
  })
  const address = URL.createObjectURL(new Blob([stringify(scenario, { lineWidth: 0 })], { type: 'application/yaml' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${id}-test.yaml`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
