import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ListMessages, ReplayMessage } from '#channels/api.ts'
import { channelNamed } from '#channels/words.ts'
import { CountHeld } from '#events/api.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toMessage, toMessages, toPerson } from '#kit/paths.ts'
import { ErrorView } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useLanguage, useWords, words } from '#kit/words.ts'
import { ListParked, ReplayParked } from '#profiles/api.ts'

const WORDS = words(
  {
    people: 'People who stand still',
    peopleLead:
      'An event of theirs could not be handled, so that what came after it waits; everybody else goes on. Once the cause is mended, replay them.',
    records: (n: number) => plural(n, 'record waits', 'records wait'),
    messages: 'Messages that were given up',
    messagesLead: 'All attempts failed. They can be sent again under the same id, so that nobody gets one twice.',
    replay: 'Replay',
    replayOf: (name: string) => `Replay ${name}`,
    replayAll: (n: number) => `Replay all ${count(n)}`,
    progress: (done: number, of: number) => `${count(done)} of ${count(of)}`,
    done: (n: number) => `${count(n)} replayed`,
    all: 'All of them',
    webhooks: (n: number) => plural(n, 'is a webhook', 'are webhooks'),
  },
  {
    de: {
      people: 'Personen, die stillstehen',
      peopleLead:
        'Eines ihrer Ereignisse ließ sich nicht verarbeiten, und was danach kam, wartet; alle anderen laufen weiter. Ist die Ursache behoben, spielen Sie sie erneut ein.',
      records: (n) => plural(n, 'Eintrag wartet', 'Einträge warten'),
      messages: 'Aufgegebene Nachrichten',
      messagesLead:
        'Alle Versuche sind fehlgeschlagen. Sie lassen sich unter derselben Kennung erneut senden; niemand erhält eine doppelt.',
      replay: 'Erneut einspielen',
      replayOf: (name) => `${name} erneut einspielen`,
      replayAll: (n) => `Alle ${count(n)} erneut einspielen`,
      progress: (done, of) => `${count(done)} von ${count(of)}`,
      done: (n) => `${count(n)} eingespielt`,
      all: 'Alle ansehen',
      webhooks: (n) => plural(n, 'davon ist ein Webhook', 'davon sind Webhooks'),
    },
  },
)

/** People whose events wait, and messages that were given up: shown only while there are some. */
export function StandingStill() {
  const { data } = useRead(CountHeld, {}, { every: 10_000 })
  const mayPeople = useMay('people:read')
  const mayMessages = useMay('messages:read')
  if (!data) return null
  return (
    <>
      {data.parked > 0 && mayPeople && <Parked />}
      {data.dead + data.deadWebhooks > 0 && mayMessages && <Dead total={data.dead + data.deadWebhooks} webhooks={data.deadWebhooks} />}
    </>
  )
}

/** Runs one after the other; the first refusal stops it and is shown. */
function useAll(names: readonly string[]) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ ids, run }: { ids: readonly string[]; run: (id: string) => Promise<unknown> }) => {
      for (const id of ids) await run(id)
      return ids.length
    },
    onSuccess: (n) => notify(say.done(n)),
    onSettled: async () => {
      for (const name of [CountHeld.name, ...names]) await client.invalidateQueries({ queryKey: [name] })
    },
  })
}

function Parked() {
  const say = useWords(WORDS)
  const may = useMay('people:write')
  const parked = useRead(ListParked, {}, { every: 10_000 })
  const all = useAll([ListParked.name])
  const people = parked.data?.people ?? []
  const run = (id: string) => call(ReplayParked, { id })
  return (
    <Card
      title={say.people}
      aside={
        may &&
        people.length > 1 && (
          <Button busy={all.isPending} onClick={() => all.mutate({ ids: people.map(({ id }) => id), run })}>
            {say.replayAll(people.length)}
          </Button>
        )
      }
    >
      <p className="mb-3 text-ink-2">{say.peopleLead}</p>
      {all.isError && <ErrorView error={all.error} />}
      <ul className="flex flex-col divide-y divide-line text-dense">
        {people.slice(0, 20).map(({ id, error, waiting }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <Link href={toPerson(id)}>{id}</Link>
            <span>{say.records(waiting)}</span>
            <span className="min-w-0 flex-1 truncate text-ink-2" title={error}>
              {error}
            </span>
            {may && (
              <Button aria-label={say.replayOf(id)} busy={all.isPending} onClick={() => all.mutate({ ids: [id], run })}>
                {say.replay}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Dead({ total, webhooks }: { total: number; webhooks: number }) {
  const say = useWords(WORDS)
  const language = useLanguage()
  const may = useMay('messages:replay')
  const dead = useRead(ListMessages, { status: 'dead' }, { every: 10_000 })
  const all = useAll([ListMessages.name])
  const messages = dead.data?.messages ?? []
  const run = (id: string) => call(ReplayMessage, { id })
  return (
    <Card
      title={say.messages}
      aside={
        <span className="flex flex-wrap items-center gap-3">
          <Link href={toMessages({ status: 'dead' })}>{say.all}</Link>
          {may && messages.length > 1 && (
            <Button busy={all.isPending} onClick={() => all.mutate({ ids: messages.map(({ id }) => id), run })}>
              {say.replayAll(messages.length)}
            </Button>
          )}
        </span>
      }
    >
      <p className="mb-3 text-ink-2">
        {say.messagesLead} {webhooks > 0 && `${say.webhooks(webhooks)}. `}
        <span className="text-ink-3">{say.progress(Math.min(20, messages.length), total)}</span>
      </p>
      {all.isError && <ErrorView error={all.error} />}
      <ul className="flex flex-col divide-y divide-line text-dense">
        {messages.slice(0, 20).map(({ id, channel, journeyName, step, sentence, at }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <Link href={toMessage(id)}>
              {journeyName} · {step}
            </Link>
            <span className="text-ink-3">{channelNamed(channel, language)}</span>
            <span className="min-w-0 flex-1 truncate text-ink-2">{sentence}</span>
            <Moment at={at} className="text-ink-3" />
            {may && (
              <Button
                aria-label={say.replayOf(`${journeyName} ${step}`)}
                busy={all.isPending}
                onClick={() => all.mutate({ ids: [id], run })}
              >
                {say.replay}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
