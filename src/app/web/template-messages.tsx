import { getRouteApi } from '@tanstack/react-router'
import { ListTemplateMessages, OUTCOMES, type Outcome } from '#content/reached-api.ts'
import { usePages, useRead } from '#kit/api.ts'
import { plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page, TabLinks } from '#kit/page.tsx'
import { CONTENT, toJourney, toMessage, toTemplate, toTemplateMessages } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import { OUTCOME_WORDS } from './outcome-words.ts'

const route = getRouteApi('/inside/content/templates/$id/messages')

const WORDS = words(
  {
    content: 'Content',
    messages: 'Its messages',
    person: 'Person',
    journey: 'Journey',
    when: 'When',
    none: 'No message in the last 90 days',
    shown: (n: number, more: boolean) => `${plural(n, 'message', 'messages')}${more ? ' so far' : ''}`,
  },
  {
    de: {
      content: 'Inhalte',
      messages: 'Ihre Nachrichten',
      person: 'Person',
      journey: 'Journey',
      when: 'Wann',
      none: 'Keine Nachricht in den letzten 90 Tagen',
      shown: (n, more) => `${more ? 'Bisher ' : ''}${plural(n, 'Nachricht', 'Nachrichten')}`,
    },
  },
)

type Row = OutputOf<typeof ListTemplateMessages>['messages'][number]

/** The messages of a template of which something became: who opened, who clicked, who complained. */
export function TemplateMessagesPage() {
  const { id } = route.useParams()
  const { outcome } = route.useSearch()
  const say = useWords(WORDS)
  const outcomes = useWords(OUTCOME_WORDS)
  const document = useRead(GetDocument, { kind: 'template', id })
  const name = (document.data?.shown?.body as { name?: string } | undefined)?.name ?? id
  if (document.isError && !document.data)
    return (
      <Page title={id} up={{ label: say.content, href: CONTENT }}>
        <ErrorView error={document.error} retry={() => void document.refetch()} />
      </Page>
    )
  return (
    <Page title={`${name}: ${outcomes[outcome].toLowerCase()}`} up={{ label: name, href: toTemplate(id, { panel: 'results' }) }}>
      <TabLinks
        label={say.messages}
        tabs={OUTCOMES.map((each) => ({ label: outcomes[each], href: toTemplateMessages(id, each), current: each === outcome }))}
      />
      <Card flush>
        <Messages key={outcome} id={id} outcome={outcome} />
      </Card>
    </Page>
  )
}

function Messages({ id, outcome }: { id: string; outcome: Outcome }) {
  const say = useWords(WORDS)
  const pages = usePages(ListTemplateMessages, { id, outcome })
  const columns: readonly Column<Row>[] = [
    {
      name: say.person,
      cell: ({ id: message, person }) => (
        <Link plain href={toMessage(message)} className={ROW_LINK}>
          {person}
        </Link>
      ),
    },
    {
      name: say.journey,
      from: 'sm',
      cell: ({ journey, journeyName, step }) => (
        <Link href={toJourney(journey, { step })} className="relative z-10">
          {journeyName}
        </Link>
      ),
    },
    { name: say.when, width: 'w-32', right: true, cell: ({ at }) => <Moment at={at} /> },
  ]
  return (
    <Loaded query={pages}>
      {({ pages: all }) => {
        const rows = all.flatMap((page) => page.messages)
        if (rows.length === 0) return <Empty title={say.none} />
        return (
          <>
            <Table label={say.messages} columns={columns} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {say.shown(rows.length, pages.hasNextPage)}
            </More>
          </>
        )
      }}
    </Loaded>
  )
}
