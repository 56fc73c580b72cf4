import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code, Mono } from '#kit/copy.tsx'
import { Link } from '#kit/link.tsx'
import { MailFrame } from '#kit/mail-frame.tsx'
import { Card, Facts, Page } from '#kit/page.tsx'
import { MESSAGES, toJourney, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { GetMessage, ReplayMessage } from '../api.ts'
import { channelWord } from '../words.ts'
import { MailParts } from './mail-parts.tsx'
import { MessageState, statusWord } from './message-status.tsx'

type Shown = z.output<typeof GetMessage.output>

const UNSETTLED = new Set(['ready', 'sending', 'ambiguous'])

export function Message({ id }: { id: string }) {
  const message = useRead(GetMessage, { id }, { every: 5_000 })
  return (
    <Loaded query={message} lines={8}>
      {(data) => <MessagePage {...data} />}
    </Loaded>
  )
}

function MessagePage(shown: Shown) {
  const { message, history } = shown
  return (
    <Page
      title={message.subject || channelWord(message.channel)}
      up={{ label: 'Messages', href: MESSAGES }}
      facts={<MessageState status={message.status} />}
      lead={message.sentence || undefined}
      actions={message.status === 'dead' && <Replay id={message.id} />}
    >
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <AsSent {...shown} />
        <div className="flex min-w-0 flex-col gap-4">
          <Card title="Delivery">
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
            {UNSETTLED.has(message.status) && <p className="mt-3 text-dense text-ink-3">Not settled yet; this page follows it.</p>}
          </Card>
          <Card title="Where it comes from">
            <Facts
              rows={[
                [
                  'Person',
                  <Link key="person" href={toPerson(message.profile, { why: message.journey })}>
                    {message.to || message.profile}
                  </Link>,
                ],
                [
                  'Journey',
                  <Link
                    key="journey"
                    href={toJourney(message.journey, { step: message.step, version: message.version })}
                  >{`${message.journeyName} v${message.version}`}</Link>,
                ],
                ['Step', message.step],
                ['Template', shown.template ? `${shown.template.id} v${shown.template.version}` : '–'],
                ['Lane', message.lane],
                ['Topic', message.topic || '–'],
                ['Attempts', String(message.attempts)],
                ['Decided', <Moment key="decided" at={message.createdAt} exact />],
                ['Message id', <Mono key="id">{message.id}</Mono>],
              ]}
            />
          </Card>
        </div>
      </div>
    </Page>
  )
}

function AsSent({ message, rendered, headers, body }: Shown) {
  if (body !== null) {
    return (
      <Card title="As it was sent">
        <Code label={message.channel === 'webhook' ? 'Body' : channelWord(message.channel)} text={body} />
        {headers.length > 0 && <Code label="Headers" text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')} />}
      </Card>
    )
  }
  if (rendered === null) {
    return (
      <Card>
        <Empty title="Never rendered">
          This message did not get as far as being written, so there is nothing to show. The delivery history says why.
        </Empty>
      </Card>
    )
  }
  return (
    <MailParts
      title="As it was sent"
      note="Images are not loaded and links are off here, so that looking is not counted as an open or a click."
      frame={
        <MailFrame title={`The message “${rendered.subject}” as it was sent`} src={`/view/messages/${encodeURIComponent(message.id)}`} />
      }
      text={rendered.text}
      headers={headers}
    />
  )
}

function Replay({ id }: { id: string }) {
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
      {done ? 'Back in the queue' : 'Send again under the same id'}
    </Button>
  )
}
