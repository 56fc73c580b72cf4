import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Suspense, useMemo, useState } from 'react'
import type { JourneyBody } from '#journeys/edit/body.ts'
import type { Journey } from '#journeys/schema.ts'
import { nameIn } from '#journeys/ui/place-words.ts'
import { tally, type VersionChange, versionDiff } from '#journeys/version-diff.ts'
import { actorName } from '#kit/actor.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { Select } from '#kit/field.tsx'
import { count, plural } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toJourney } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetDocument, SaveDraft } from '#workspaces/documents/api.ts'
import type { Shown } from '../journey-page.tsx'
import { DraftHistory } from './history.tsx'
import type { Address } from './route.ts'
import { useJourneyWords } from './words.ts'

const Canvas = lazyPart(() => import('#journeys/ui/canvas.tsx'), 'Canvas')

const WORDS = words(
  {
    compare: 'Compare',
    lead: 'Any two versions, or the draft with what is live.',
    from: 'From',
    to: 'To',
    draft: 'Draft',
    same: 'These two are the same.',
    tally: (added: number, removed: number, changed: number) =>
      `${count(added)} added, ${count(removed)} removed, ${count(changed)} changed`,
    change: { added: 'Added', removed: 'Removed', changed: 'Changed' } as Record<string, string>,
    marks: { added: '✚', removed: '−', changed: '●' } as Record<string, string>,
    moved: 'stands elsewhere',
    rest: 'Entry, goal and the rest of the journey',
    nothing: 'not set',
    field: (name: string, before: string, after: string) => `${name}: ${before} → ${after}`,
    ways: { list: 'Sentences', canvas: 'Canvas', yaml: 'YAML' } as Record<string, string>,
    show: 'Show as',
    yaml: 'Difference as YAML',
    restore: 'Restore as draft',
    restoreOf: (version: number) => `Restore as draft: version ${version}`,
    restored: (version: number) => `Version ${version} is the draft now. What is live has not changed.`,
    undo: 'Undo',
    steps: (n: number) => plural(n, 'step'),
  },
  {
    de: {
      compare: 'Vergleichen',
      lead: 'Zwei beliebige Versionen, oder der Entwurf mit dem, was live ist.',
      from: 'Von',
      to: 'Zu',
      draft: 'Entwurf',
      same: 'Die beiden sind gleich.',
      tally: (added, removed, changed) => `${count(added)} hinzugefügt, ${count(removed)} entfernt, ${count(changed)} geändert`,
      change: { added: 'Hinzugefügt', removed: 'Entfernt', changed: 'Geändert' } as Record<string, string>,
      marks: { added: '✚', removed: '−', changed: '●' } as Record<string, string>,
      moved: 'steht anderswo',
      rest: 'Eingang, Ziel und der Rest der Journey',
      nothing: 'nicht gesetzt',
      field: (name, before, after) => `${name}: ${before} → ${after}`,
      ways: { list: 'Sätze', canvas: 'Zeichnung', yaml: 'YAML' } as Record<string, string>,
      show: 'Zeigen als',
      yaml: 'Unterschied als YAML',
      restore: 'Als Entwurf wiederherstellen',
      restoreOf: (version) => `Als Entwurf wiederherstellen: Version ${version}`,
      restored: (version) => `Version ${version} ist jetzt der Entwurf. Was live ist, bleibt unverändert.`,
      undo: 'Rückgängig',
      steps: (n) => plural(n, 'Schritt', 'Schritte'),
    },
  },
)

interface VersionsProps {
  readonly id: string
  readonly shown: Shown | undefined
  readonly address: Address
  readonly onRestored?: (() => void) | undefined
}

type Document = OutputOf<typeof GetDocument>

/** Every version that was published, by whom and when; any two beside each other; each as a draft again. */
export function Versions({ id, shown, address, onRestored }: VersionsProps) {
  const say = useJourneyWords()
  const document = useRead(GetDocument, { kind: 'journey', id }, { enabled: shown !== undefined })
  return (
    <div className="mx-auto flex w-full max-w-[1200px] flex-col gap-4 p-4 sm:p-6 lg:px-8">
      <Card title={say.versionsTitle} flush>
        {shown === undefined ? (
          <Empty title={say.versionsNone} />
        ) : (
          <Loaded query={document} lines={3}>
            {(data) =>
              data.versions.length === 0 ? <Empty title={say.versionsNone} /> : <Lines id={id} data={data} onRestored={onRestored} />
            }
          </Loaded>
        )}
      </Card>
      {document.data && document.data.versions.length + (document.data.draft ? 1 : 0) > 1 && (
        <Compare id={id} data={document.data} address={address} />
      )}
      <DraftHistory id={id} onRestored={onRestored} />
    </div>
  )
}

function Lines({ id, data, onRestored }: { id: string; data: Document; onRestored: (() => void) | undefined }) {
  const say = useJourneyWords()
  const more = useWords(WORDS)
  const writes = useMay('documents:write')
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: async (version: number) => {
      const { shown } = await call(GetDocument, { kind: 'journey', id, version })
      await call(SaveDraft, { kind: 'journey', id, body: shown!.body, source: shown!.yaml })
      return version
    },
    onSuccess: async (version) => {
      notify(more.restored(version))
      await client.invalidateQueries()
      onRestored?.()
    },
  })
  return (
    <>
      {save.isError && <ErrorView error={save.error} />}
      <ul>
        {data.versions.map(({ version, status, at, byName }) => (
          <li key={version} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-0">
            <span className="w-28 font-medium num">{say.version(version)}</span>
            <Chip tone={status === 'published' ? 'ok' : 'neutral'}>{say.status[status === 'published' ? 'live' : 'archived']}</Chip>
            <span className="min-w-0 flex-1 text-dense text-ink-2">
              <Moment at={at} exact /> {say.by(actorName(byName))}
            </span>
            <Link href={toJourney(id, { version })} aria-label={`${say.lookAt}: ${say.version(version)}`} className="hit">
              {say.lookAt}
            </Link>
            {writes && (
              <Button look="quiet" aria-label={more.restoreOf(version)} busy={save.isPending} onClick={() => save.mutate(version)}>
                {more.restore}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

const DRAFT = 'draft'
type Way = 'list' | 'canvas' | 'yaml'

function Compare({ id, data, address: { search, set } }: { id: string; data: Document; address: Address }) {
  const say = useWords(WORDS)
  const journey = useJourneyWords()
  const [way, setWay] = useState<Way>('list')
  const names = [...(data.draft ? [DRAFT] : []), ...data.versions.map(({ version }) => String(version))]
  const to = names.find((each) => each === search.to) ?? names[0]!
  const from = names.find((each) => each === search.from) ?? (data.draft && data.live !== null ? String(data.live) : names[1]!)
  const [before, after] = [useBody(id, from, data), useBody(id, to, data)]
  const changes = useMemo(() => (before && after ? versionDiff(before, after) : undefined), [before, after])
  const label = (name: string) => (name === DRAFT ? say.draft : journey.version(Number(name)))
  const choices = names.map((value) => ({ value, label: label(value) }))
  const sums = changes && tally(changes)
  return (
    <Card title={say.compare}>
      <p className="mb-3 text-dense text-ink-2">{say.lead}</p>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Select label={say.from} value={from} onChange={(value) => set({ from: value })} choices={choices} />
        <Select label={say.to} value={to} onChange={(value) => set({ to: value })} choices={choices} />
        <Select
          label={say.show}
          value={way}
          onChange={(value) => setWay(value as Way)}
          choices={Object.entries(say.ways).map(([value, text]) => ({ value, label: text }))}
        />
        {sums && (
          <span role="status" className="text-dense text-ink-2">
            {changes.length === 0 ? say.same : say.tally(sums.added, sums.removed, sums.changed)}
          </span>
        )}
      </div>
      {!changes || !before || !after ? (
        <Skeleton lines={4} />
      ) : way === 'list' ? (
        <ul className="flex flex-col gap-2">
          {changes.map((each) => (
            <Sentence key={each.step} change={each} before={before} after={after} />
          ))}
        </ul>
      ) : way === 'canvas' ? (
        <Drawn body={after} changes={changes} />
      ) : (
        <AsYaml id={id} from={from} to={to} />
      )}
    </Card>
  )
}

/** The body of a version or of the draft, with what a schema fills in left as it is written. */
function useBody(id: string, name: string, data: Document): JourneyBody | undefined {
  const version = Number(name)
  const known = data.shown?.version === version
  const read = useRead(GetDocument, { kind: 'journey', id, version }, { enabled: name !== DRAFT && !known })
  if (name === DRAFT) return data.draft?.body as unknown as JourneyBody
  return (known ? data.shown?.body : read.data?.shown?.body) as unknown as JourneyBody | undefined
}

const LOOKS: Readonly<Record<VersionChange['change'], string>> = {
  added: 'bg-ok-soft text-ok',
  removed: 'bg-bad-soft text-bad',
  changed: 'bg-warn-soft text-warn',
}

function Sentence({
  change: { step, change, moved, fields },
  before,
  after,
}: {
  change: VersionChange
  before: JourneyBody
  after: JourneyBody
}) {
  const say = useWords(WORDS)
  const name = step === '@entry' ? say.rest : nameIn((change === 'removed' ? before : after) as unknown as Journey, step)
  const text = (value: unknown) => (value === undefined ? say.nothing : typeof value === 'string' ? value : JSON.stringify(value))
  return (
    <li className="flex items-start gap-3">
      <span className={`shrink-0 rounded-pill px-2 text-meta font-medium ${LOOKS[change]}`}>
        <span aria-hidden="true">{say.marks[change]} </span>
        {say.change[change]}
      </span>
      <div className="min-w-0">
        <p className="font-medium">
          {name} {moved && <span className="font-normal text-ink-2">{say.moved}</span>}
        </p>
        <ul className="text-dense wrap-anywhere text-ink-2">
          {fields.map((field) => (
            <li key={field.name}>{say.field(field.name, text(field.before), text(field.after))}</li>
          ))}
        </ul>
      </div>
    </li>
  )
}

const NOBODY: ReadonlySet<string> = new Set()
const nothing = () => undefined

function Drawn({ body, changes }: { body: JourneyBody; changes: readonly VersionChange[] }) {
  const say = useWords(WORDS)
  const [at, setAt] = useState('')
  const marks = useMemo(() => Object.fromEntries(changes.map(({ step, change }) => [step, { change }])), [changes])
  const gone = changes.filter(({ change }) => change === 'removed')
  return (
    <>
      {gone.length > 0 && (
        <p className="mb-2 text-dense text-bad">
          {say.marks.removed} {say.change.removed}: {gone.map(({ step }) => step).join(', ')}
        </p>
      )}
      <div className="relative h-[480px] overflow-hidden rounded-card border border-line">
        <Suspense fallback={<Skeleton lines={8} />}>
          <Canvas
            journey={body as unknown as Journey}
            dashed
            frame="compare"
            at={at}
            selected={NOBODY}
            onSelect={setAt}
            folded={NOBODY}
            onFold={nothing}
            onOpen={setAt}
            marks={marks}
            onKey={nothing}
          />
        </Suspense>
      </div>
    </>
  )
}

/** The server tells versions apart line by line; of a draft it knows the whole text. */
function AsYaml({ id, from, to }: { id: string; from: string; to: string }) {
  const say = useWords(WORDS)
  const draft = to === DRAFT || from === DRAFT
  const numbers = { version: Number(to), against: Number(from) }
  const diff = useRead(GetDocument, { kind: 'journey', id, ...(draft ? {} : numbers) })
  return (
    <Loaded query={diff}>{(data) => <Code label={say.yaml} text={draft ? (data.draft?.yaml ?? '') : (data.shown?.diff ?? '')} />}</Loaded>
  )
}
