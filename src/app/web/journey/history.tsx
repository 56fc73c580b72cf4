import { useMutation } from '@tanstack/react-query'
import { call, usePages } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Card } from '#kit/page.tsx'
import { ErrorView } from '#kit/states.tsx'
import { More } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { ListDraftChanges, RestoreDraft } from '#workspaces/drafts/api.ts'
import { useJourneyWords } from './words.ts'

/** The states that the draft has been in: who changed it, when; each can be had again. */
export function DraftHistory({ id, onRestored }: { id: string; onRestored?: (() => void) | undefined }) {
  const say = useJourneyWords()
  const pages = usePages(ListDraftChanges, { kind: 'journey', id })
  const changes = pages.data?.pages.flatMap((page) => page.changes) ?? []
  const restore = useMutation({
    mutationFn: (n: number) => call(RestoreDraft, { kind: 'journey', id, n }),
    onSuccess: () => {
      notify(say.restored)
      onRestored?.()
      void pages.refetch()
    },
  })
  if (changes.length === 0) return null
  return (
    <Card title={say.historyTitle} flush>
      {restore.isError && <ErrorView error={restore.error} />}
      <ul>
        {changes.map((each, i) => (
          <li key={each.n} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-0">
            <span className="w-28 font-medium">{each.label ?? say.what[each.what]}</span>
            <span className="min-w-0 flex-1 text-dense text-ink-2">
              <Moment at={each.at} exact /> {say.by(each.by.name)} · {say.saves(each.saves)}
            </span>
            {onRestored && i > 0 && (
              <Button busy={restore.isPending} onClick={() => restore.mutate(each.n)}>
                {say.restore}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
        {''}
      </More>
    </Card>
  )
}
