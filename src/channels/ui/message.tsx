import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code, Mono } from '#kit/copy.tsx'
import { useDeliveryLabel } from '#kit/delivery-words.ts'
import { Link } from '#kit/link.tsx'
import { MailFrame } from '#kit/mail-frame.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page } from '#kit/page.tsx'
import { MESSAGES, toDecision, toJourney, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { GetMessage, ReplayMessage } from '../api.ts'
import { MailParts } from './mail-parts.tsx'
import { MessageState } from './message-status.tsx'
import { MESSAGE_WORDS } from './message-words.ts'

type Shown = z.output<typeof GetMessage.output>

const UNSETTLED = new Set(['ready', 'sending', 'ambiguous'])

export function Message({ id }: { id: string }) {
  const message = useRead(GetMessage, { id }, { every: 5_000 })
  const say = useWords(MESSAGE_WORDS)
  return (
    <Loaded up={{ label: say.messages, href: MESSAGES }} query={message} lines={8}>
      {(data) => <MessagePage {...data} />}
    </Loaded>
  )
}

function MessagePage(shown: Shown) {
  const { message, history, decisions } = shown
  const mayExplain = useMay('people:read')
  const say = useWords(MESSAGE_WORDS)
  const statusWord = useDeliveryLabel()
  return (
    <Page
      title={message.subject || say.channels[message.channel]}
      up={{ label: say.messages, href: MESSAGES }}
      facts={<MessageState status={message.status} />}
      lead={message.sentence || undefined}
      actions={message.status === 'dead' && <Replay id={message.id} />}
    >
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <AsSent {...shown} />
        <div className="flex min-w-0 flex-col gap-4">
          <Card title={say.delivery}>
            <ol className="flex flex-col gap-3">
              {history.map((line) => (
                <li key={`${line.status}${line.at}`} className="border-l-2 border-line pl-3 text-dense">
                  <span className="font-medium">{statusWord(line.status)}</span>
                  {line.sentence && <span className="block text-ink-2">{line.sentence}</span>}
                  <span className="block text-meta text-ink-3">
                    <Moment at={line.at} exact />
                    {line.reason && (
                      <>
                        {' · '}
                        <code>{line.reason}</code>
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ol>
            {UNSETTLED.has(message.status) && <p className="mt-3 text-dense text-ink-3">{say.unsettled}</p>}
          </Card>
          <Card title={say.origin}>
            <Facts
              rows={[
                [
                  say.person,
                  <Link key="person" href={toPerson(message.profile, { why: message.journey })}>
                    {message.to || message.profile}
                  </Link>,
                ],
                [
                  say.journey,
                  <Link
                    key="journey"
                    href={toJourney(message.journey, { step: message.step, version: message.version })}
                  >{`${message.journeyName} v${message.version}`}</Link>,
                ],
                [say.step, message.step],
                [say.template, shown.template ? `${shown.template.id} v${shown.template.version}` : '–'],
                [say.lane, message.lane],
                [say.topic, message.topic || '–'],
                ...decisions.map(
                  ({ id, kind, chosen }) =>
                    [
                      say.chosenBy[kind] ?? kind,
                      mayExplain ? (
                        <Link key={id} href={toDecision(id)}>
                          {say.whyChosen(chosen)}
                        </Link>
                      ) : (
                        chosen
                      ),
                    ] as const,
                ),
                [say.attempts, String(message.attempts)],
                [say.decided, <Moment key="decided" at={message.createdAt} exact />],
                [say.id, <Mono key="id">{message.id}</Mono>],
              ]}
            />
          </Card>
        </div>
      </div>
    </Page>
  )
}

function AsSent({ message, rendered, headers, body }: Shown) {
  const say = useWords(MESSAGE_WORDS)
  if (body !== null) {
    return (
      <Card title={say.asSent}>
        <Code label={message.channel === 'webhook' ? say.body : say.channels[message.channel]} text={body} />
        {headers.length > 0 && <Code label={say.parts.headers} text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')} />}
      </Card>
    )
  }
  if (rendered === null) {
    return (
      <Card>
        <Empty title={say.neverRendered}>{say.neverRenderedWhy}</Empty>
      </Card>
    )
  }
  return (
    <MailParts
      title={say.asSent}
      note={say.sentNote}
      frame={<MailFrame title={say.asSentOf(rendered.subject)} src={`/view/messages/${encodeURIComponent(message.id)}`} />}
      text={rendered.text}
      headers={headers}
    />
  )
}

function Replay({ id }: { id: string }) {
  const say = useWords(MESSAGE_WORDS)
  const client = useQueryClient()
  const [done, setDone] = useState(false)
  const replay = useMutation({
    mutationFn: () => call(ReplayMessage, { id }),
    onSuccess: async () => {
      setDone(true)
      await client.invalidateQueries({ queryKey: [GetMessage.name] })
    },
  })
  if (replay.isError) return <ErrorView error={replay.error} />
  return (
    <Button look="primary" busy={replay.isPending} onClick={() => replay.mutate()}>
      {done ? say.inQueue : say.again}
    </Button>
  )
}
