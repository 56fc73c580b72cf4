import type { UseQueryResult } from '@tanstack/react-query'
import { CircleAlert, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import { Refused } from './api.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'

/** Lines that stand where text will stand. */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="appear-late flex flex-col gap-3 p-4">
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
  return (
    <Empty icon={<SearchX size={20} aria-hidden="true" />} title={`Nothing matches ${of}`} action={<Button onClick={clear}>Clear</Button>}>
      Try fewer words, or clear the filter.
    </Empty>
  )
}

/** What failed, where, how to mend it, and the id by which the server's log knows it. */
export function ErrorView({ error, retry }: { error: unknown; retry?: () => void }) {
  const failure =
    error instanceof Refused
      ? error.failure
      : { code: 'screen.bug', title: 'This screen failed.', detail: error instanceof Error ? error.message : String(error) }
  const requestId = 'requestId' in failure ? failure.requestId : undefined
  return (
    <div role="alert" className="m-4 flex gap-3 rounded-card border border-bad bg-bad-soft p-4">
      <CircleAlert size={20} className="mt-0.5 shrink-0 text-bad" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-bad">{failure.title}</p>
        {failure.detail && <p className="mt-1 wrap-anywhere">{failure.detail}</p>}
        {'hint' in failure && failure.hint && <p className="mt-1">{failure.hint}</p>}
        <div className="mt-3 flex flex-wrap items-center gap-3">
          {retry && <Button onClick={retry}>Try again</Button>}
          <span className="text-meta text-ink-2">
            <code>{failure.code}</code>
            {requestId && (
              <>
                {' · request '}
                <code>{requestId}</code> <Copy text={requestId} label="Copy the request id" />
              </>
            )}
          </span>
        </div>
      </div>
    </div>
  )
}

/** The states of a read, in one place: loading, failed, there. Old data stays while a later read fails, with a word about it. */
export function Loaded<T>({
  query,
  lines,
  children,
}: {
  query: UseQueryResult<T, Error>
  lines?: number
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Stale at={query.dataUpdatedAt} retry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    )
  }
  if (query.isError) return <ErrorView error={query.error} retry={() => void query.refetch()} />
  return <Skeleton lines={lines} />
}

function Stale({ at, retry }: { at: number; retry: () => void }) {
  return (
    <p role="status" className="m-3 flex flex-wrap items-center gap-2 rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
      As of {new Date(at).toLocaleTimeString('en-GB')}; the last refresh failed.
      <button type="button" onClick={retry} className="hit font-medium underline">
        Try again
      </button>
    </p>
  )
}
