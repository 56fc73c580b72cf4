import { useMutation, useQueryClient } from '@tanstack/react-query'
import { BellOff } from 'lucide-react'
import { call, usePages } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dot } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { MESSAGES, toApproval, toDocument, toReport } from '#kit/paths.ts'
import { Empty, ErrorView, Skeleton } from '#kit/states.tsx'
import { More } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListNotifications, type Notification, ReadNotifications } from '#workspaces/comments/api.ts'
import { SHELL_WORDS } from './shell-words.ts'

const hrefOf = ({ about }: Notification): string => {
  if (about.kind === 'approval') return toApproval(about.id)
  if (about.kind === 'report') return toReport(about.id)
  if (about.kind === 'channel') return MESSAGES
  return toDocument(about.kind, about.id)
}

/** What the reader was told, newest first; opening one reads it. */
export function NoticeList({ onClose }: { onClose: () => void }) {
  const say = useWords(SHELL_WORDS)
  const client = useQueryClient()
  const pages = usePages(ListNotifications, { unread: 'false' })
  const rows = pages.data?.pages.flatMap((page) => page.notifications) ?? []
  const read = useMutation({
    mutationFn: (ids?: string[]) => call(ReadNotifications, ids === undefined ? {} : { ids }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListNotifications.name] }),
  })
  return (
    <Dialog title={say.notices} open onClose={onClose}>
      {pages.isError && rows.length === 0 ? (
        <ErrorView error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.data === undefined ? (
        <Skeleton lines={4} />
      ) : rows.length === 0 ? (
        <Empty icon={<BellOff size={20} aria-hidden="true" />} title={say.noNotices}>
          {say.noNoticesWhy}
        </Empty>
      ) : (
        <div className="flex flex-col gap-3">
          {rows.some((row) => !row.read) && (
            <Button className="self-end" busy={read.isPending} onClick={() => read.mutate(undefined)}>
              {say.readAll}
            </Button>
          )}
          <ul className="-mx-4 max-h-[60vh] overflow-y-auto border-t border-line">
            {rows.map((row) => (
              <li key={row.id} className="border-b border-line last:border-0">
                <Link
                  plain
                  href={hrefOf(row)}
                  onClick={() => {
                    if (!row.read) read.mutate([row.id])
                    onClose()
                  }}
                  className="flex gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-sunken"
                >
                  <span className="w-3 shrink-0 pt-1.5 text-accent">{!row.read && <Dot />}</span>
                  <span className="min-w-0 flex-1">
                    <span className={`block wrap-anywhere ${row.read ? '' : 'font-medium'}`}>
                      {row.title}
                      {!row.read && <span className="sr-only"> ({say.isUnread})</span>}
                    </span>
                    {row.detail && <span className="block text-dense wrap-anywhere text-ink-2">{row.detail}</span>}
                    <span className="block text-meta text-ink-3">
                      {row.by && `${row.by.name} · `}
                      <Moment at={row.at} />
                    </span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {rows.length}
          </More>
        </div>
      )}
    </Dialog>
  )
}
