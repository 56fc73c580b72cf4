import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Mono } from '#kit/copy.tsx'
import { bytes } from '#kit/format.ts'
import { MailFrame } from '#kit/mail-frame.tsx'
import { Card, Facts, Page } from '#kit/page.tsx'
import { MAILBOX } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { GetMail } from '../api.ts'
import { MailParts } from './mail-parts.tsx'
import { MESSAGE_WORDS } from './message-words.ts'

/** A mail of the local mailbox, read as its recipient would. */
export function Mail({ id }: { id: string }) {
  const mail = useRead(GetMail, { id })
  const say = useWords(MESSAGE_WORDS)
  const [images, setImages] = useState(false)
  const src = `/view/mailbox/${encodeURIComponent(id)}${images ? '?images=1' : ''}`
  return (
    <Loaded up={{ label: say.mailbox, href: MAILBOX }} query={mail} lines={8}>
      {({ mail: head, text, headers, source }) => (
        <Page title={head.subject || say.noSubject} up={{ label: say.mailbox, href: MAILBOX }}>
          <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
            <MailParts
              title={say.asReceived}
              note={
                images ? (
                  say.imagesLoaded
                ) : (
                  <>
                    {say.imagesBlocked}{' '}
                    <button type="button" onClick={() => setImages(true)} className="hit font-medium text-accent underline">
                      {say.loadImages}
                    </button>{' '}
                    {say.imagesCount}
                  </>
                )
              }
              frame={<MailFrame key={src} title={say.theMail(head.subject)} src={src} />}
              text={text}
              headers={headers}
              source={source}
            />
            <Card title={say.envelope} className="self-start">
              <Facts
                rows={[
                  [say.to, head.to],
                  [say.from, head.from],
                  [say.received, <Moment key="at" at={head.at} exact />],
                  [say.size, bytes(head.size)],
                  [say.messageId, <Mono key="id">{head.messageId}</Mono>],
                ]}
              />
            </Card>
          </div>
        </Page>
      )}
    </Loaded>
  )
}
