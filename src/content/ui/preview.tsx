import { Monitor, Smartphone } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { LIMITS } from '#content/language.ts'
import { type Failure, Refused, useRead } from '#kit/api.ts'
import { Scroll } from '#kit/scroll.tsx'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { CheckTemplate } from '../check-api.ts'
import { PreviewTemplate, type Template } from '../schema.ts'
import { Segments, Tick } from './fields.tsx'
import type { Body } from './message-fields.tsx'
import { textOf } from './message-fields.tsx'
import { type Chosen, PersonChoice } from './person-choice.tsx'
import { Phone } from './phone.tsx'
import { PreviewFrame } from './preview-frame.tsx'
import { PREVIEW_WORDS } from './preview-words.ts'
import { Problems } from './problems.tsx'
import { useSettled } from './use-settled.ts'

/** How somebody looks at a message; it stands in the address. */
export interface Look {
  readonly person: Chosen | undefined
  readonly locale: string | undefined
  readonly width: '320' | '600'
  readonly as: 'mail' | 'plain'
  readonly dark: boolean
}

interface PreviewProps {
  readonly body: Body
  readonly from: string
  readonly look: Look
  readonly onLook: (look: Look) => void
  readonly onJump: (at: string) => void
}

const IMAGES = 'previewImages'

/** What readers will see, as a person, in a language, on a width. Compiled on the server, half a second after the last key. */
export function Preview({ body, from, look, onLook, onJump }: PreviewProps) {
  const say = useWords(PREVIEW_WORDS)
  const [images, setImages] = useState(() => localStorage.getItem(IMAGES) === 'on')
  const draft = useSettled(body, 500) as unknown as Template
  const channel = textOf(body['channel']) || 'email'
  const input = { draft, profileId: look.person?.id, locale: look.locale }
  const preview = useRead(PreviewTemplate, input, { keep: true })
  const failure = preview.error instanceof Refused ? preview.error.failure : undefined
  const isMail = channel === 'email'
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <PersonChoice person={look.person} onChoose={(person) => onLook({ ...look, person })} />
        {isMail && (
          <>
            <Segments
              label={say.width}
              value={look.width}
              choices={[
                { value: '320', label: say.phone, icon: <Smartphone size={16} aria-hidden="true" /> },
                { value: '600', label: say.desk, icon: <Monitor size={16} aria-hidden="true" /> },
              ]}
              onChange={(width) => onLook({ ...look, width: width as Look['width'] })}
            />
            <Segments
              label={say.show}
              value={look.as}
              choices={[
                { value: 'mail', label: say.mail },
                { value: 'plain', label: say.plain },
              ]}
              onChange={(as) => onLook({ ...look, as: as as Look['as'] })}
            />
          </>
        )}
      </div>
      {isMail && look.as === 'mail' && (
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          <Tick label={say.dark} checked={look.dark} onChange={(dark) => onLook({ ...look, dark })} />
          <Tick
            label={say.images}
            checked={images}
            onChange={(on) => {
              localStorage.setItem(IMAGES, on ? 'on' : 'off')
              setImages(on)
            }}
          />
        </div>
      )}
      {failure ? (
        <Unreadable failure={failure} onJump={onJump} />
      ) : (
        <Loaded query={preview} lines={6}>
          {(data) => (
            <Shown data={data} from={from} onJump={onJump}>
              {data.rendered && !isMail && <Phone channel={channel} title={data.rendered.subject} text={data.rendered.text} from={from} />}
              {data.rendered && isMail && look.as === 'plain' && <Plain text={data.rendered.text} />}
              {data.rendered && isMail && look.as === 'mail' && (
                <PreviewFrame
                  title={say.frame}
                  width={Number(look.width)}
                  fields={{ input: JSON.stringify(input), images: images ? '1' : '0', dark: look.dark ? '1' : '0' }}
                />
              )}
            </Shown>
          )}
        </Loaded>
      )}
      {isMail && look.as === 'mail' && look.dark && <p className="text-meta text-ink-3">{say.darkNote}</p>}
      {isMail && look.as === 'mail' && !images && <p className="text-meta text-ink-3">{say.imagesNote}</p>}
      {channel === 'sms' && <Charged draft={draft} />}
    </div>
  )
}

/** What the provider charges: the server counts, as it will when it sends. */
function Charged({ draft }: { draft: Template }) {
  const say = useWords(PREVIEW_WORDS)
  const check = useRead(CheckTemplate, { draft, people: 0 }, { keep: true })
  const size = check.data?.sizes['']
  if (!size) return null
  const cost = size.cost ? `${size.cost.amount} ${size.cost.currency}` : ''
  return <p className="text-dense text-ink-2">{say.parts(size.segments, cost)}</p>
}

export function Unreadable({ failure, onJump }: { failure: Failure; onJump: (at: string) => void }) {
  const say = useWords(PREVIEW_WORDS)
  const problems = (failure.problems ?? [failure]).map((each) => ({
    severity: 'error' as const,
    ...each,
    at: each.at?.replace(/^\/draft/, ''),
  }))
  return (
    <div className="rounded-card border border-bad p-3">
      <p className="mb-2 font-medium text-bad">{say.cannot}</p>
      <Problems problems={problems} onJump={onJump} />
    </div>
  )
}

interface ShownProps {
  readonly data: OutputOf<typeof PreviewTemplate>
  readonly from: string
  readonly onJump: (at: string) => void
  readonly children: ReactNode
}

function Shown({ data, from, onJump, children }: ShownProps) {
  const say = useWords(PREVIEW_WORDS)
  const { rendered, problems, size, locale } = data
  const errors = problems.filter(({ severity }) => severity === 'error')
  return (
    <div className="flex flex-col gap-3">
      {rendered && size > 0 && (
        <div className="min-w-0 rounded-card border border-line px-3 py-2">
          <p className="text-meta text-ink-3">
            {say.from} · {from}
          </p>
          <p className="font-semibold wrap-anywhere">{rendered.subject}</p>
        </div>
      )}
      {rendered === null && <p className="font-medium text-bad">{say.cannot}</p>}
      {errors.length > 0 && <Problems problems={errors} onJump={onJump} />}
      <div className="overflow-hidden rounded-card border border-line">{children}</div>
      <p className="flex flex-wrap gap-x-4 text-meta text-ink-3">
        {size > 0 && <span className={size > LIMITS.clip ? 'text-bad' : ''}>{say.size(say.bytes(size), say.bytes(LIMITS.clip))}</span>}
        {locale && <span>{say.shownIn(locale)}</span>}
      </p>
    </div>
  )
}

function Plain({ text }: { text: string }) {
  const say = useWords(PREVIEW_WORDS)
  return (
    <Scroll label={say.plain} className="max-h-[640px] overflow-auto bg-surface p-4">
      <pre className="text-dense wrap-anywhere whitespace-pre-wrap">{text}</pre>
    </Scroll>
  )
}
