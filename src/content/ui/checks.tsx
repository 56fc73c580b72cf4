import { Check } from 'lucide-react'
import { useState } from 'react'
import { type CheckGroup, grouped } from '#content/check-groups.ts'
import { Refused, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { CheckTemplate } from '../check-api.ts'
import type { Template } from '../schema.ts'
import type { Body } from './message-fields.tsx'
import { textOf } from './message-fields.tsx'
import { Unreadable } from './preview.tsx'
import { PREVIEW_WORDS } from './preview-words.ts'
import { Problems } from './problems.tsx'
import { useSettled } from './use-settled.ts'

/** People whose data is looked at. */
const PEOPLE = 200

/** The checks of a draft, read again a second after the last key. */
export const useChecks = (body: Body) => {
  const draft = useSettled(body, 1_000) as unknown as Template
  return { draft, query: useRead(CheckTemplate, { draft, people: PEOPLE }, { keep: true }) }
}

/** n of m passed, each finding with the way to what it is about. */
export function Checks({ body, onJump }: { body: Body; onJump: (at: string) => void }) {
  const { draft, query } = useChecks(body)
  if (query.error instanceof Refused && query.error.failure.status === 422)
    return <Unreadable failure={query.error.failure} onJump={onJump} />
  return (
    <Loaded query={query} lines={8}>
      {(data) => <Found data={data} draft={draft} channel={textOf(body['channel']) || 'email'} onJump={onJump} />}
    </Loaded>
  )
}

interface FoundProps {
  readonly data: OutputOf<typeof CheckTemplate>
  readonly draft: Template
  readonly channel: string
  readonly onJump: (at: string) => void
}

function Found({ data, draft, channel, onJump }: FoundProps) {
  const say = useWords(PREVIEW_WORDS)
  const { groups, passed, all } = grouped(data.findings, channel)
  const open = groups.filter(({ findings }) => findings.length > 0)
  const done = groups.filter(({ findings }) => findings.length === 0)
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="text-h3 font-semibold">{say.checks(passed, all)}</p>
        <p className="text-dense text-ink-3">{say.checkedOn(data.people)}</p>
      </div>
      {open.map(({ group, findings }) => (
        <section key={group} aria-label={say.group[group as CheckGroup]} className="flex flex-col gap-2">
          <h2 className="text-body font-semibold">{say.group[group as CheckGroup]}</h2>
          <Problems problems={findings} onJump={onJump} />
        </section>
      ))}
      {channel === 'email' && <Links draft={draft} />}
      {done.length > 0 && (
        <section aria-label={say.passed}>
          <ul className="grid grid-cols-1 gap-x-4 gap-y-1 text-dense sm:grid-cols-2">
            {done.map(({ group }) => (
              <li key={group} className="flex items-center gap-2">
                <Check size={16} aria-label={say.passed} className="shrink-0 text-ok" />
                {say.group[group as CheckGroup]}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

const TONES = { ok: 'ok', broken: 'bad', unchecked: 'warn' } as const

/** Each linked page is asked only when one wants it: it leaves the server. */
function Links({ draft }: { draft: Template }) {
  const say = useWords(PREVIEW_WORDS)
  const [asked, setAsked] = useState(false)
  const query = useRead(CheckTemplate, { draft, people: 0, links: true }, { enabled: asked, keep: true })
  return (
    <div className="flex flex-col items-start gap-2">
      <Button busy={query.isFetching} onClick={() => (asked ? void query.refetch() : setAsked(true))}>
        {query.isFetching ? say.asking : say.askLinks}
      </Button>
      {query.data && (
        <ul className="flex w-full flex-col gap-1.5 text-dense">
          {query.data.links.map(({ url, state, reason }) => (
            <li key={url} className="flex min-w-0 flex-wrap items-center gap-2">
              <Chip tone={TONES[state]}>{say.links[state]}</Chip>
              <code className="min-w-0 wrap-anywhere">{url}</code>
              <span className="text-ink-3">{reason}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
