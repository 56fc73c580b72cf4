import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Mono } from '#kit/copy.tsx'
import { bytes } from '#kit/format.ts'
import { MailFrame } from '#kit/mail-frame.tsx'
import { Card, Facts, Page } from '#kit/page.tsx'
import { MAILBOX } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { GetMail } from '../api.ts'
import { MailParts } from './mail-parts.tsx'

/** A mail of the local mailbox, read as its recipient would. */
export function Mail({ id }: { id: string }) {
  const mail = useRead(GetMail, { id })
  const [images, setImages] = useState(false)
  const src = `/view/mailbox/${encodeURIComponent(id)}${images ? '?images=1' : ''}`
  return (
    <Loaded query={mail} lines={8}>
      {({ mail: head, text, headers, source }) => (
        <Page title={head.subject || '(no subject)'} up={{ label: 'Mailbox', href: MAILBOX }}>
          <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
            <MailParts
              title="As it was received"
              note={
                images ? (
                  'Images are loaded; this counted as an open. Links work and count as clicks of this person.'
                ) : (
                  <>
                    Images are blocked.{' '}
                    <button type="button" onClick={() => setImages(true)} className="hit font-medium text-accent underline">
                      Load images
                    </button>{' '}
                    to read as the recipient: it counts as an open. Links work and count as clicks.
                  </>
                )
              }
              frame={<MailFrame key={src} title={`The mail “${head.subject}”`} src={src} />}
              text={text}
              headers={headers}
              source={source}
            />
            <Card title="Envelope" className="self-start">
              <Facts
                rows={[
                  ['To', head.to],
                  ['From', head.from],
                  ['Received', <Moment key="at" at={head.at} exact />],
                  ['Size', bytes(head.size)],
                  ['Message-ID', <Mono key="id">{head.messageId}</Mono>],
                ]}
              />
            </Card>
          </div>
        </Page>
      )}
    </Loaded>
  )
}
