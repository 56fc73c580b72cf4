import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { Webhooks } from '#channels/ui/webhooks.tsx'
import { Debugger } from '#events/ui/debugger.tsx'
import { SnippetTabs } from '#events/ui/snippet-tabs.tsx'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page, TabLinks } from '#kit/page.tsx'
import { DEVELOPERS, type DeveloperTab, KEYS, REFERENCE, toData, toDevelopers } from '#kit/paths.ts'
import { ErrorView, Loaded, NoPermission } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import { CreateKey } from '#workspaces/api.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'
import { NoSuchPart } from './not-found.tsx'

const WORDS = words(
  {
    developers: 'Developers',
    lead: 'Send events in, follow them, get called back, and keep journeys as files.',
    tabs: { start: 'Start', debugger: 'Event debugger', webhooks: 'Webhooks', code: 'Journeys as code' },
    send: 'Send events',
    sendLead: 'The answer comes after the event is stored. Any Segment-compatible client works.',
    place: 'Make a source, and its write key stands in the snippets.',
    newSource: 'Sources',
    reference: 'API reference',
    referenceLead: 'Every screen stands on the public API. The reference is served by this server, and tries calls with your session.',
    openReference: 'Open the reference',
    openapi: 'OpenAPI file',
    authLead: 'From elsewhere send a secret key:',
    auth: 'the call',
    keys: 'Make a secret key',
    limits: 'Limits',
    limit: {
      batch: 'Events: 2,500 in a request and 500 KB unpacked, 32 KB an event.',
      busy: 'When more comes than can be stored, the answer is 429 or 503 with Retry-After; send the same again.',
      same: 'The same messageId counts once. For other calls send Idempotency-Key, and a repeat gets the first answer.',
      pages: 'Lists come in pages: pass next of the answer as cursor.',
      problems: 'Errors are problem documents (RFC 9457) with code, what, where and how to mend it.',
    },
    code: 'Round trip',
    codeLead:
      'Journeys, templates, segments and the tracking plan are files. The command shows what a change would do before it does it, and both ways say the same.',
    freshKey: 'Fill in a fresh key',
    madeKey: 'The key stands below, and is shown only now. It may read and publish documents.',
    commands: 'the commands',
    download: 'Download all as one file',
    documents: (n: number) => plural(n, 'live document'),
    drift: 'What was changed in the app since is shown by plan as a difference; it ends with 2 when there is one, so that a job can tell.',
    file: 'documents.yaml',
  },
  {
    de: {
      developers: 'Entwicklung',
      lead: 'Ereignisse hineinsenden, sie verfolgen, sich rufen lassen und Journeys als Dateien führen.',
      tabs: { start: 'Anfang', debugger: 'Ereignis-Debugger', webhooks: 'Webhooks', code: 'Journeys als Code' },
      send: 'Ereignisse senden',
      sendLead: 'Die Antwort kommt, wenn das Ereignis gespeichert ist. Jeder Segment-kompatible Client passt.',
      place: 'Legen Sie eine Quelle an; ihr Schreibschlüssel steht dann in den Schnipseln.',
      newSource: 'Quellen',
      reference: 'API-Referenz',
      referenceLead:
        'Jede Ansicht beruht auf der öffentlichen API. Die Referenz kommt von diesem Server und probiert Aufrufe mit Ihrer Sitzung aus.',
      openReference: 'Referenz öffnen',
      openapi: 'OpenAPI-Datei',
      authLead: 'Von anderswo senden Sie einen geheimen Schlüssel:',
      auth: 'den Aufruf',
      keys: 'Geheimen Schlüssel anlegen',
      limits: 'Grenzen',
      limit: {
        batch: 'Ereignisse: 2.500 je Anfrage und 500 KB ausgepackt, 32 KB je Ereignis.',
        busy: 'Kommt mehr, als gespeichert werden kann, ist die Antwort 429 oder 503 mit Retry-After; senden Sie dasselbe erneut.',
        same: 'Dieselbe messageId zählt einmal. Bei anderen Aufrufen senden Sie Idempotency-Key; eine Wiederholung erhält die erste Antwort.',
        pages: 'Listen kommen seitenweise: Geben Sie next der Antwort als cursor mit.',
        problems: 'Fehler sind Problemdokumente (RFC 9457) mit code, was, wo und wie man es behebt.',
      },
      code: 'Hin und zurück',
      codeLead:
        'Journeys, Vorlagen, Segmente und der Tracking-Plan sind Dateien. Der Befehl zeigt, was eine Änderung täte, bevor er sie tut; beide Wege sagen dasselbe.',
      freshKey: 'Neuen Schlüssel einsetzen',
      madeKey: 'Der Schlüssel steht unten und wird nur jetzt gezeigt. Er darf Dokumente lesen und veröffentlichen.',
      commands: 'die Befehle',
      download: 'Alles als eine Datei herunterladen',
      documents: (n) => plural(n, 'veröffentlichtes Dokument', 'veröffentlichte Dokumente'),
      drift:
        'Was seither in der App geändert wurde, zeigt plan als Unterschied; gibt es einen, endet es mit 2, so dass ein Auftrag es erkennt.',
      file: 'documents.yaml',
    },
  },
)

const TABS: readonly DeveloperTab[] = ['start', 'debugger', 'webhooks', 'code']
const route = getRouteApi('/inside/developers/$tab')
type Search = ReturnType<typeof route.useSearch>

export function DevelopersPage() {
  const say = useWords(WORDS)
  const tab = route.useParams().tab as DeveloperTab
  if (!TABS.includes(tab)) return <NoSuchPart up={{ label: say.developers, href: DEVELOPERS }} />
  return (
    <Page title={say.developers} lead={say.lead}>
      <TabLinks
        label={say.developers}
        className="mb-5"
        tabs={TABS.map((each) => ({ label: say.tabs[each], href: toDevelopers(each), current: each === tab }))}
      />
      <Part tab={tab} />
    </Page>
  )
}

function Part({ tab }: { tab: DeveloperTab }) {
  const { message, source, held, url, outcome } = route.useSearch()
  const navigate = route.useNavigate()
  const to = (next: object) => void navigate({ search: next as Search, replace: true })
  const mayData = useMay('data:read')
  if (tab === 'start') return <Start />
  if (tab === 'code') return <AsCode />
  if (!mayData) return <NoPermission needs="data:read" />
  if (tab === 'webhooks') return <Webhooks filter={{ ...(url && { url }), ...(outcome && { outcome }) }} onFilter={to} />
  return <Debugger search={{ ...(message && { message }), ...(source && { source }), ...(held && { held }) }} onSearch={to} />
}

function Start() {
  const say = useWords(WORDS)
  const curl = `curl ${location.origin}/api/journeys \\\n  --header 'Authorization: Bearer sk_…'`
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title={say.send} aside={<Link href={toData('sources')}>{say.newSource}</Link>}>
        <p className="mb-3 text-ink-2">
          {say.sendLead} {say.place}
        </p>
        <SnippetTabs />
      </Card>
      <div className="flex min-w-0 flex-col gap-4">
        <Card title={say.reference}>
          <p className="mb-3 text-ink-2">{say.referenceLead}</p>
          <div className="mb-4 flex flex-wrap gap-2">
            <ButtonLink href={REFERENCE} look="primary">
              {say.openReference}
            </ButtonLink>
            <a
              href="/api/openapi.json"
              download="openapi.json"
              className="inline-flex h-9 items-center rounded-button border border-line-strong bg-surface px-3 font-medium hover:bg-sunken pointer-coarse:h-11"
            >
              {say.openapi}
            </a>
          </div>
          <p className="mb-2 text-ink-2">
            {say.authLead} <Link href={KEYS}>{say.keys}</Link>
          </p>
          <Code label={say.auth} text={curl} />
        </Card>
        <Card title={say.limits}>
          <ul className="list-disc space-y-1 pl-5 text-dense text-ink-2">
            {Object.values(say.limit).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Card>
      </div>
    </div>
  )
}

const SCOPES = ['documents:read', 'documents:write', 'journeys:read', 'publish'] as const

const commands = (server: string, key: string): string => `export CADENZA_URL=${server}
export CADENZA_KEY=${key}

# take what is live into a folder, and keep it in Git
npx cadenza export ./cadenza

# what a change would do: as differences, with every problem
npx cadenza plan ./cadenza

# publish exactly that
npx cadenza apply ./cadenza`

function AsCode() {
  const say = useWords(WORDS)
  const [key, setKey] = useState<string>()
  const mayRead = useMay('documents:read')
  const mayKey = useMay('keys:write')
  const make = useMutation({
    mutationFn: () => call(CreateKey, { kind: 'secret', name: 'Command line', scopes: [...SCOPES] }),
    onSuccess: ({ value }) => setKey(value),
  })
  return (
    <div className="flex flex-col gap-4">
      <Card
        title={say.code}
        aside={
          mayKey && (
            <Button busy={make.isPending} onClick={() => make.mutate()}>
              {say.freshKey}
            </Button>
          )
        }
      >
        <p className="mb-3 max-w-[80ch] text-ink-2">{say.codeLead}</p>
        {make.isError && <ErrorView error={make.error} />}
        {key && (
          <p role="status" className="mb-2 text-dense text-warn">
            {say.madeKey}
          </p>
        )}
        <Code label={say.commands} text={commands(location.origin, key ?? 'sk_…')} />
        <p className="mt-3 max-w-[80ch] text-ink-2">{say.drift}</p>
      </Card>
      {mayRead && <Export />}
    </div>
  )
}

function Export() {
  const say = useWords(WORDS)
  const all = useRead(ExportDocuments, {})
  return (
    <Card title={say.file}>
      <Loaded query={all} lines={2}>
        {({ documents }) => (
          <div className="flex flex-wrap items-center gap-4">
            <Button onClick={() => save('documents.yaml', documents.map(({ yaml }) => yaml.trimEnd()).join('\n---\n'))}>
              {say.download}
            </Button>
            <span className="text-ink-2">{say.documents(documents.length)}</span>
          </div>
        )}
      </Loaded>
    </Card>
  )
}

/** Gives a text to the reader to keep. */
function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([`${text}\n`], { type: 'application/yaml' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
