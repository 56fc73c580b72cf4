import { useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Card } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import type { Draft } from './draft.ts'
import { FRAME_WORDS } from './frame-words.ts'
import { Changes } from './publish.tsx'

type Stored = OutputOf<typeof GetDocument>

/** All versions, what each has changed, and the way back to one. */
export function History({ stored, draft, mayEdit }: { stored: Stored; draft: Draft; mayEdit: boolean }) {
  const say = useWords(FRAME_WORDS)
  const [open, setOpen] = useState<number>()
  if (stored.versions.length === 0) return <p className="text-ink-2">{say.historyNone}</p>
  const restore = async (version: number) => {
    const { shown } = await call(GetDocument, { kind: stored.kind, id: stored.id, version })
    if (!shown) return
    draft.edit([{ kind: 'set', at: '', value: shown.body as Json }])
    notify(say.restored(version), { label: say.undo, run: draft.undo })
  }
  return (
    <ul className="flex flex-col gap-3">
      {stored.versions.map(({ version, at, by }) => (
        <li key={version} className="flex flex-col gap-2">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <button
              type="button"
              aria-expanded={open === version}
              onClick={() => setOpen(open === version ? undefined : version)}
              className="hit font-medium text-accent hover:underline"
            >
              {say.historyOf(version)}
            </button>
            <span className="text-dense text-ink-3">
              <Moment at={at} /> {say.historyBy(by)}
            </span>
          </div>
          {open === version && (
            <div className="flex flex-col items-start gap-2">
              <VersionDiff kind={stored.kind} id={stored.id} version={version} />
              {mayEdit && <Button onClick={() => void restore(version)}>{say.restore}</Button>}
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The same as a card beside what is written. */
export function HistoryCard(props: Parameters<typeof History>[0]) {
  const say = useWords(FRAME_WORDS)
  return (
    <Card title={say.panel.history}>
      <History {...props} />
    </Card>
  )
}

function VersionDiff({ kind, id, version }: { kind: string; id: string; version: number }) {
  const query = useRead(GetDocument, { kind, id, version })
  return (
    <div className="w-full min-w-0">
      <Loaded query={query} lines={3}>
        {({ shown }) => (shown && shown.diff !== '' ? <Changes diff={shown.diff} /> : null)}
      </Loaded>
    </div>
  )
}
