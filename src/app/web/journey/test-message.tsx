import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { TestTemplate } from '#content/check-api.ts'
import { PreviewTemplate } from '#content/schema.ts'
import { Phone } from '#content/ui/phone.tsx'
import { PreviewFrame } from '#content/ui/preview-frame.tsx'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { useMay, useMe } from '#kit/me.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import type { Tried } from './test-result.tsx'
import { useTestWords } from './test-words.ts'

/** The message as this person would read it, and the way to have it in one's own inbox. */
export function TestMessage({ tried, template, channel }: { tried: Tried; template: string; channel: string }) {
  const say = useTestWords()
  const me = useMe()
  const tests = useMay('messages:test')
  const [open, setOpen] = useState(false)
  const input = { id: template, data: { profile: tried.attributes, entry: { properties: tried.input.events[0]?.properties ?? {} } } }
  const send = useMutation({
    mutationFn: (to: string) => call(TestTemplate, { ...input, to: [to] } as never),
    onSuccess: (_done, to) => notify(say.wasSent(to)),
  })
  const to = me.person?.email
  return (
    <div className="mt-1 ml-6 flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? say.hide : say.show}
        </Button>
        {tests && to && channel === 'email' && (
          <Button look="quiet" title={say.toMeHint} busy={send.isPending} onClick={() => send.mutate(to)}>
            {say.toMe}
          </Button>
        )}
      </div>
      {send.isError && <ErrorView error={send.error} />}
      {open &&
        (channel === 'email' ? (
          <PreviewFrame title={say.frame} width={600} fields={{ input: JSON.stringify(input), images: '0', dark: '0' }} />
        ) : (
          <AsText input={input} channel={channel} />
        ))}
    </div>
  )
}

function AsText({ input, channel }: { input: { id: string; data: object }; channel: string }) {
  const say = useTestWords()
  const preview = useRead(PreviewTemplate, input as never)
  return (
    <Loaded query={preview} lines={3}>
      {({ rendered }) =>
        rendered ? (
          <Phone channel={channel} title={rendered.subject} text={rendered.text} from="" />
        ) : (
          <p className="text-dense text-ink-2">{say.notToSee}</p>
        )
      }
    </Loaded>
  )
}
