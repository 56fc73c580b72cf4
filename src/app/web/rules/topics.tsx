import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { channelNamed } from '#channels/words.ts'
import { GetConsentImport, ImportConsents } from '#consent/api.ts'
import { Topic } from '#consent/topics.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Select } from '#kit/field.tsx'
import { MailFrame } from '#kit/mail-frame.tsx'
import { useMay } from '#kit/me.ts'
import { Card, TabLinks } from '#kit/page.tsx'
import { TOPICS } from '#kit/paths.ts'
import { Scroll } from '#kit/scroll.tsx'
import { ErrorView, Loaded, NoPermission } from '#kit/states.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'
import { OwnDocuments } from './own-documents.tsx'
import { Suppressions } from './suppressions.tsx'
import { TOPIC_FORM, TOPIC_WORDS } from './topics-words.ts'
import { useQueryText, withView } from './use-view.ts'

const VIEWS = ['topics', 'import', 'suppressions'] as const
const BLANK = { texts: { en: { name: '' } }, channels: { email: 'consent' } }

/** What people agree to hear about, consents that are brought, and addresses that are not written to. */
export function Topics() {
  const say = useWords(TOPIC_WORDS)
  const { view = 'topics', edit } = useQueryText()
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <TabLinks
        label={say.views}
        tabs={VIEWS.map((each) => ({
          label: say[each],
          href: withView(TOPICS, { view: each === 'topics' ? undefined : each }),
          current: view === each,
        }))}
      />
      {view === 'topics' && (
        <>
          {edit === undefined && <TopicMatrix />}
          <OwnDocuments
            kind="topic"
            schema={Topic}
            words={TOPIC_FORM}
            needs="publish"
            blank={BLANK}
            path={TOPICS}
            text={{ add: say.add, none: say.none, more: say.more }}
          />
          <p className="text-meta text-ink-3">{say.gpc}</p>
          {edit === undefined && <Preview />}
        </>
      )}
      {view === 'import' && <ConsentImport />}
      {view === 'suppressions' && <Suppressions />}
    </div>
  )
}

function TopicMatrix() {
  const say = useWords(TOPIC_WORDS)
  const language = useLanguage()
  const live = useRead(ExportDocuments, { kind: 'topic' })
  const topics = (live.data?.documents ?? []).map(({ body }) => Topic.parse(body))
  if (topics.length === 0) return null
  const channels = [...new Set(topics.flatMap((topic) => Object.keys(topic.channels)))].sort()
  return (
    <Card title={say.matrix}>
      <p className="mb-3 text-dense text-ink-2">{say.matrixLead}</p>
      <Scroll label={say.matrixLead} className="overflow-x-auto">
        <table className="w-full min-w-[480px] border-collapse text-dense">
          <thead>
            <tr className="border-b border-line text-left text-meta text-ink-3">
              {[say.topic, ...channels.map((channel) => channelNamed(channel, language))].map((name) => (
                <th key={name} scope="col" className="h-8 pr-4 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {topics.map((topic) => (
              <tr key={topic.id} className="border-b border-line align-top last:border-0">
                <th scope="row" className="py-2 pr-4 text-left font-medium">
                  {(topic.texts[language] ?? topic.texts['en'] ?? Object.values(topic.texts)[0])?.name ?? topic.id}
                  {topic.minimumAge !== undefined && (
                    <span className="block text-meta font-normal text-ink-3">{say.age(topic.minimumAge)}</span>
                  )}
                </th>
                {channels.map((channel) => {
                  const basis = (topic.channels as Readonly<Record<string, string>>)[channel]
                  const asks = (topic.doubleOptIn?.templates as Readonly<Record<string, string>> | undefined)?.[channel] !== undefined
                  return (
                    <td key={channel} className="py-2 pr-4">
                      {basis === undefined ? <span className="text-ink-3">–</span> : say.bases[basis]}
                      {asks && <span className="block text-meta text-ink-3">{say.doubleOptIn}</span>}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

/** Names of languages as the page itself writes them. */
const PAGE_LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' }

/** The public page with the topics that are live, in each of its languages; nothing in it can be sent. */
function Preview() {
  const say = useWords(TOPIC_WORDS)
  const own = useLanguage()
  const [shown, setShown] = useState<string>(own)
  return (
    <Card title={say.preview} flush>
      <div className="px-4 pb-3">
        <Select
          label={say.previewIn}
          value={shown}
          choices={Object.entries(PAGE_LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={setShown}
        />
      </div>
      <MailFrame title={say.preview} src={`/view/preferences?lang=${shown}`} />
    </Card>
  )
}

/** Consents of another system, with what shows each; goes on when the page is left. */
function ConsentImport() {
  const say = useWords(TOPIC_WORDS)
  const may = useMay('consent:write')
  const [id, setId] = useState<string>()
  const bring = useMutation({
    mutationFn: async (file: File) => call(ImportConsents, { name: file.name, csv: await file.text() }),
    onSuccess: (begun) => setId(begun.id),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const file = new FormData(event.currentTarget).get('file')
    if (file instanceof File && file.size > 0) bring.mutate(file)
  }
  if (!may) return <NoPermission needs="consent:write" />
  return (
    <Card title={say.import}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="max-w-[72ch] text-ink-2">{say.importLead}</p>
        <p className="text-dense text-ink-3">{say.importColumns}</p>
        <label className="flex flex-col gap-1">
          <span className="text-dense font-medium">{say.file}</span>
          <input type="file" name="file" accept=".csv,text/csv" required className="text-dense" />
        </label>
        {bring.isError && <ErrorView error={bring.error} />}
        <Button look="primary" type="submit" className="self-start" busy={bring.isPending}>
          {say.importGo}
        </Button>
      </form>
      {id !== undefined && <Progress id={id} />}
    </Card>
  )
}

function Progress({ id }: { id: string }) {
  const say = useWords(TOPIC_WORDS)
  const state = useRead(GetConsentImport, { id }, { every: 1_000 })
  return (
    <Loaded query={state} lines={2}>
      {({ name, status, done, taken, rejected, faults }) => (
        <div role="status" className="mt-4 rounded-card border border-line p-3 text-dense">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{name}</span>
            <Chip tone={status === 'done' ? 'ok' : status === 'failed' ? 'bad' : 'accent'}>{say.status[status]}</Chip>
            <span className="text-ink-2">{say.progress(done, taken, rejected)}</span>
          </p>
          <ul className="mt-1 text-ink-2">
            {faults.slice(0, 20).map(({ row, title }) => (
              <li key={`${row} ${title}`}>
                {say.row(row)}: {title}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Loaded>
  )
}
