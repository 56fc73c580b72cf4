import type { UseQueryResult } from '@tanstack/react-query'
import { CircleAlert, Hourglass, LockKeyhole, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import { Refused } from './api.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import { time } from './format.ts'
import { Page } from './page.tsx'
import { useWords, words } from './words.ts'

const WORDS = words(
  {
    loading: 'Loading',
    nothing: (of: string) => `Nothing matches ${of}`,
    clear: 'Clear',
    fewer: 'Try fewer words, or clear the filter.',
    failed: 'This screen failed.',
    again: 'Try again',
    request: 'request',
    copyRequest: 'Copy the request id',
    stale: (at: string) => `As of ${at}; the last refresh failed.`,
    cannot: 'Cannot be shown',
    locked: 'This is not open to you',
    lockedWhy: (permission: string) =>
      `It needs the permission ${permission}. An administrator of the workspace can give it to you, under Settings → People.`,
  },
  {
    de: {
      loading: 'Wird geladen',
      nothing: (of) => `Nichts passt zu ${of.replace(/“([^”]*)”/g, '„$1“')}`,
      clear: 'Zurücksetzen',
      fewer: 'Versuchen Sie es mit weniger Wörtern, oder setzen Sie den Filter zurück.',
      failed: 'Diese Ansicht ist fehlgeschlagen.',
      again: 'Noch einmal versuchen',
      request: 'Anfrage',
      copyRequest: 'Kennung der Anfrage kopieren',
      stale: (at) => `Stand von ${at}; die letzte Aktualisierung ist fehlgeschlagen.`,
      cannot: 'Kann nicht gezeigt werden',
      locked: 'Dies ist für Sie nicht freigegeben',
      lockedWhy: (permission) =>
        `Nötig ist das Recht ${permission}. Wer den Arbeitsbereich verwaltet, kann es unter Einstellungen → Personen vergeben.`,
    },
  },
)

/** Lines that stand where text will stand. */
export function Skeleton({ lines = 3, label }: { lines?: number; label?: string }) {
  const say = useWords(WORDS)
  return (
    <div role="status" data-loading aria-label={label ?? say.loading} className="appear-late flex flex-col gap-3 p-4">
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <div key={i} className="flex gap-4">
          <div className="h-4 flex-1 breathe rounded-input bg-sunken" />
          <div className="h-4 w-24 breathe rounded-input bg-sunken" />
        </div>
      ))}
    </div>
  )
}

/** Nothing here yet: what it is for, and the first step. */
export function Empty({ icon, title, children, action }: { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      {icon && <div className="mb-1 flex size-11 items-center justify-center rounded-pill bg-sunken text-ink-2">{icon}</div>}
      <p className="text-h3 font-semibold">{title}</p>
      {children && <div className="max-w-[56ch] text-pretty text-ink-2">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

/** A search or filter found nothing: say which, and offer to clear it. */
export function NoResults({ of, clear }: { of: string; clear: () => void }) {
  const say = useWords(WORDS)
  return (
    <Empty icon={<SearchX size={20} aria-hidden="true" />} title={say.nothing(of)} action={<Button onClick={clear}>{say.clear}</Button>}>
      {say.fewer}
    </Empty>
  )
}

/** What failed, where, how to mend it, and the id by which the server's log knows it. */
export function ErrorView({ error, retry }: { error: unknown; retry?: () => void }) {
  const say = useWords(WORDS)
  const failure =
    error instanceof Refused
      ? error.failure
      : { code: 'screen.bug', title: say.failed, detail: error instanceof Error ? error.message : String(error) }
  const requestId = 'requestId' in failure ? failure.requestId : undefined
  if (failure.code === 'auth.forbidden') return <NoPermission needs={permissionIn(failure.detail)} />
  if ('early' in failure && failure.early)
    return (
      <Empty
        icon={<Hourglass size={20} aria-hidden="true" />}
        title={failure.title}
        action={retry && <Button onClick={retry}>{say.again}</Button>}
      >
        {[failure.detail, failure.hint].filter(Boolean).join(' ')}
      </Empty>
    )
  return (
    <div role="alert" className="m-4 flex gap-3 rounded-card border border-bad bg-bad-soft p-4">
      <CircleAlert size={20} className="mt-0.5 shrink-0 text-bad" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-bad">{failure.title}</p>
        {failure.detail && <p className="mt-1 wrap-anywhere">{failure.detail}</p>}
        {'hint' in failure && failure.hint && <p className="mt-1">{failure.hint}</p>}
        <div className="mt-3 flex flex-wrap items-center gap-3">
          {retry && <Button onClick={retry}>{say.again}</Button>}
          <span className="text-meta text-ink-2">
            <code>{failure.code}</code>
            {requestId && (
              <>
                {` · ${say.request} `}
                <code>{requestId}</code> <Copy text={requestId} label={say.copyRequest} />
              </>
            )}
          </span>
        </div>
      </div>
    </div>
  )
}

/** `It needs the permission people:read.` → `people:read`. */
const permissionIn = (detail = ''): string => /permission ([\w:-]+)/.exec(detail)?.[1] ?? ''

/** A part that the reader may not see: what it needs, and who can give it. */
export function NoPermission({ needs }: { needs: string }) {
  const say = useWords(WORDS)
  return (
    <Empty icon={<LockKeyhole size={20} aria-hidden="true" />} title={say.locked}>
      {say.lockedWhy(needs)}
    </Empty>
  )
}

interface Way {
  readonly label: string
  readonly href: string
}

/** The states of a read, in one place: loading, failed, there. Old data stays while a later read fails, with a word about it. */
export function Loaded<T>({
  query,
  lines,
  up,
  children,
}: {
  query: UseQueryResult<T, Error>
  lines?: number
  /** It holds the whole page with its title: where it fails, a page says so, with the way back to what it belongs to. */
  up?: Way
  children: (data: T) => ReactNode
}) {
  const say = useWords(WORDS)
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Stale at={query.dataUpdatedAt} retry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    )
  }
  if (query.isError) {
    const failed = <ErrorView error={query.error} retry={() => void query.refetch()} />
    return up ? (
      <Page title={say.cannot} up={up}>
        {failed}
      </Page>
    ) : (
      failed
    )
  }
  return <Skeleton lines={lines} />
}

function Stale({ at, retry }: { at: number; retry: () => void }) {
  const say = useWords(WORDS)
  return (
    <p role="status" className="m-3 flex flex-wrap items-center gap-2 rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
      {say.stale(time(at))}
      <button type="button" onClick={retry} className="hit font-medium underline">
        {say.again}
      </button>
    </p>
  )
}
