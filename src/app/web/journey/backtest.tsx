import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { CancelBacktest, GetBacktest, StartBacktest } from '#journeys/backtest-api.ts'
import type { Journey } from '#journeys/schema.ts'
import { nameIn } from '#journeys/ui/place-words.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Select } from '#kit/field.tsx'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { toPerson } from '#kit/paths.ts'
import { ErrorView, Skeleton } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'

const DAY = 86_400_000
const WORDS = words(
  {
    title: 'Over the past',
    lead: 'Everybody who was there in these days goes through, with what they really did. Nothing is sent, and nobody enters anything.',
    days: 'The last',
    choices: { '7': '7 days', '30': '30 days', '90': '90 days' } as Record<string, string>,
    run: 'Try it over the past',
    cancel: 'Stop it',
    progress: (done: number, total: number) => `${count(done)} of ${plural(total, 'person', 'people')}`,
    waiting: 'Waits for its turn',
    cancelled: 'It was stopped before its end.',
    failed: 'It did not come to its end',
    would: 'Would have',
    did: 'Really did',
    what: 'What',
    entered: 'Runs that entered',
    heldOut: 'Held out',
    converted: 'Reached the goal',
    sent: (step: string) => `Messages of “${step}”`,
    both: (both: number, then: number, now: number) => `${count(both)} runs in both, ${count(then)} only then, ${count(now)} only now.`,
    unanswered: (n: number) => `${plural(n, 'open or click', 'opens and clicks')} of messages that would not have been sent.`,
    most: (n: number) => `At most ${plural(n, 'message')} for one person:`,
    person: 'this person',
    caveats: 'What is not exactly as it would have been',
    none: '–',
  },
  {
    de: {
      title: 'Über die Vergangenheit',
      lead: 'Alle, die in diesen Tagen da waren, gehen hindurch, mit dem, was sie wirklich getan haben. Nichts wird gesendet, niemand tritt ein.',
      days: 'Die letzten',
      choices: { '7': '7 Tage', '30': '30 Tage', '90': '90 Tage' } as Record<string, string>,
      run: 'Über die Vergangenheit proben',
      cancel: 'Abbrechen',
      progress: (done, total) => `${count(done)} von ${plural(total, 'Person', 'Personen')}`,
      waiting: 'Wartet, bis es an der Reihe ist',
      cancelled: 'Vor dem Ende abgebrochen.',
      failed: 'Nicht zu Ende gekommen',
      would: 'Wäre gewesen',
      did: 'War wirklich',
      what: 'Was',
      entered: 'Läufe, die begannen',
      heldOut: 'In der Vergleichsgruppe',
      converted: 'Am Ziel',
      sent: (step) => `Nachrichten von „${step}“`,
      both: (both, then, now) => `${count(both)} Läufe in beiden, ${count(then)} nur damals, ${count(now)} nur jetzt.`,
      unanswered: (n) => `${plural(n, 'Öffnung oder Klick', 'Öffnungen und Klicks')} von Nachrichten, die nicht gesendet worden wären.`,
      most: (n) => `Höchstens ${plural(n, 'Nachricht', 'Nachrichten')} für eine Person:`,
      person: 'diese Person',
      caveats: 'Was nicht genau so ist, wie es gewesen wäre',
      none: '–',
    },
  },
)

/** The journey over what really happened: what it would have done beside what was done. */
export function Backtest({ journey }: { journey: Journey }) {
  const say = useWords(WORDS)
  const may = useMay('reports:read')
  const [days, setDays] = useState('30')
  const [id, setId] = useState('')
  const start = useMutation({
    mutationFn: () => {
      const to = Date.now()
      return call(StartBacktest, { definition: journey, from: to - Number(days) * DAY, to } as never)
    },
    onSuccess: (made) => setId(made.id),
  })
  const [over, setOver] = useState('')
  const found = useRead(GetBacktest, { id }, { enabled: id !== '', every: over === id && id !== '' ? undefined : 1_000 })
  const test = found.data?.id === id ? found.data : undefined
  const ended = test !== undefined && test.status !== 'waiting' && test.status !== 'running'
  if (ended && over !== id) setOver(id)
  const cancel = useMutation({ mutationFn: () => call(CancelBacktest, { id }), onSuccess: () => void found.refetch() })
  if (!may) return null
  return (
    <section aria-label={say.title} className="flex flex-col gap-3 border-t border-line pt-4">
      <div>
        <h2 className="text-h2">{say.title}</h2>
        <p className="text-dense text-ink-2">{say.lead}</p>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Select
          label={say.days}
          value={days}
          onChange={setDays}
          choices={Object.entries(say.choices).map(([value, label]) => ({ value, label }))}
        />
        <Button busy={start.isPending || (id !== '' && !ended)} onClick={() => start.mutate()}>
          {say.run}
        </Button>
      </div>
      {start.isError && <ErrorView error={start.error} />}
      {found.isError && id !== '' && <ErrorView error={found.error} />}
      {id !== '' && !test && !found.isError && <Skeleton lines={2} />}
      {test && !ended && (
        <div className="flex flex-wrap items-center gap-3">
          <progress value={test.done} max={Math.max(1, test.total)} aria-label={say.title} className="flex-1" />
          <span role="status" className="text-dense text-ink-2 num">
            {test.total === 0 ? say.waiting : say.progress(test.done, test.total)}
          </span>
          <Button look="quiet" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {say.cancel}
          </Button>
        </div>
      )}
      {test?.status === 'cancelled' && <p className="text-dense text-ink-2">{say.cancelled}</p>}
      {test?.status === 'failed' && (
        <p role="alert" className="text-dense text-bad">
          {say.failed}: {test.error}
        </p>
      )}
      {test?.result && <Outcome result={test.result} journey={journey} />}
    </section>
  )
}

type Result = NonNullable<OutputOf<typeof GetBacktest>['result']>

function Outcome({ result, journey }: { result: Result; journey: Journey }) {
  const say = useWords(WORDS)
  const rows: readonly (readonly [string, number, number | null])[] = [
    [say.entered, result.entered.treated + result.entered.heldOut, result.happened.entered],
    [say.heldOut, result.entered.heldOut, null],
    [say.converted, result.converted.treated + result.converted.heldOut, null],
    ...result.messages.map(({ step, sent, happened }) => [say.sent(nameIn(journey, step)), sent, happened] as const),
  ]
  return (
    <div className="flex flex-col gap-2 text-dense">
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-meta text-ink-3">
            <th scope="col" className="py-1 text-left font-medium">
              {say.what}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              {say.would}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              {say.did}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, would, did]) => (
            <tr key={name} className="border-b border-line last:border-0">
              <th scope="row" className="py-1 text-left font-normal">
                {name}
              </th>
              <td className="py-1 text-right num">{count(would)}</td>
              <td className="py-1 text-right num">{did === null ? say.none : count(did)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="text-ink-2">{say.both(result.runs.both, result.runs.onlyThen, result.runs.onlyNow)}</p>
      {result.unanswered > 0 && <p className="text-ink-2">{say.unanswered(result.unanswered)}</p>}
      {result.mostForOne && (
        <p className="text-ink-2">
          {say.most(result.mostForOne.messages)} <Link href={toPerson(result.mostForOne.profileId)}>{say.person}</Link>
        </p>
      )}
      <details>
        <summary className="cursor-pointer text-ink-2">{say.caveats}</summary>
        <ul className="mt-1 list-disc pl-5 text-ink-2">
          {result.approximations.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </details>
    </div>
  )
}
