import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import type { z } from 'zod'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Field } from '#kit/field.tsx'
import { count, percent } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page, TabLinks } from '#kit/page.tsx'
import { SEGMENTS, toSegment } from '#kit/paths.ts'
import { Loaded, Skeleton } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { DiscardDraft, GetDocument, SaveDraft } from '#workspaces/documents/api.ts'
import { ReadSegment, RebuildSegment } from '../api.ts'
import { CheckPerson } from './check-person.tsx'
import { ConditionCard } from './condition-card.tsx'
import { PublishDialog, type SegmentBody, useRefresh } from './publish-segment.tsx'
import { Growth, Members, Overlap, UsedBy } from './segment-about.tsx'
import { SEGMENT_WORDS } from './segment-words.ts'
import { isStarter, STARTERS } from './starters.ts'
import { SegmentState } from './status.tsx'

const CodeCard = lazyPart(() => import('./segment-code.tsx'), 'CodeCard')

type Shown = z.output<typeof ReadSegment.output>
export const SEGMENT_TABS = ['condition', 'members', 'history', 'use', 'code'] as const
export type SegmentTab = (typeof SEGMENT_TABS)[number]
const REFRESH = 2_000

export function SegmentPage({ id, tab }: { id: string; tab: SegmentTab }) {
  const say = useWords(SEGMENT_WORDS)
  const may = useMay('documents:write')
  const segment = useRead(ReadSegment, { id }, { every: REFRESH })
  const { data } = segment
  return (
    <Page
      title={data?.name ?? id}
      up={{ label: say.segments, href: SEGMENTS }}
      facts={
        data && (
          <>
            <SegmentState status={data.status} />
            {data.draft && data.status !== 'draft' && <Chip dashed>{say.hasDraft}</Chip>}
          </>
        )
      }
      lead={data?.description}
      actions={data && may && data.status === 'built' && <Rebuild id={id} />}
    >
      <TabLinks
        label={say.parts}
        className="mb-4"
        tabs={SEGMENT_TABS.map((each) => ({
          label: say[each],
          href: toSegment(id, each === 'condition' ? undefined : each),
          current: each === tab,
        }))}
      />
      <Loaded query={segment} lines={8}>
        {(shown) => (
          <>
            {shown.build && <BuildProgress build={shown.build} />}
            <Tab id={id} tab={tab} shown={shown} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Tab({ id, tab, shown }: { id: string; tab: SegmentTab; shown: Shown }) {
  const say = useWords(SEGMENT_WORDS)
  switch (tab) {
    case 'members':
      return <Members id={id} total={shown.count} />
    case 'history':
      return <Growth days={shown.growth} now={shown.count} />
    case 'use':
      return (
        <div className="grid gap-4 lg:grid-cols-2">
          <UsedBy users={shown.usedBy} />
          <Overlap id={id} when={shown.when} />
        </div>
      )
    case 'code':
      return (
        <Suspense fallback={<Skeleton lines={4} />}>
          <CodeCard id={id} when={shown.when} />
        </Suspense>
      )
    case 'condition':
      return (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_280px]">
          <Edit id={id} shown={shown} />
          <Card title={say.today} className="self-start">
            <Facts
              rows={[
                [say.people, count(shown.count)],
                [say.came7days, count(shown.entered7d)],
                [say.left7days, count(shown.left7d)],
              ]}
            />
          </Card>
        </div>
      )
  }
}

function BuildProgress({ build }: { build: NonNullable<Shown['build']> }) {
  const say = useWords(SEGMENT_WORDS)
  return (
    <Card title={say.building} className="mb-4">
      <progress aria-label={say.buildDone} value={build.done} max={1} className="w-full" />
      <p className="mt-2 text-dense text-ink-2">{say.buildSays(percent(build.done, 0), build.reviews)}</p>
      {build.error && <p className="mt-1 text-dense text-bad">{build.error}</p>}
    </Card>
  )
}

function Rebuild({ id }: { id: string }) {
  const say = useWords(SEGMENT_WORDS)
  const client = useQueryClient()
  const work = useMutation({
    mutationFn: () => call(RebuildSegment, { id }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ReadSegment.name] }),
  })
  return (
    <Button busy={work.isPending} onClick={() => work.mutate()}>
      {say.rebuild}
    </Button>
  )
}

/** The draft if there is one, else what is live. */
function Edit({ id, shown }: { id: string; shown: Shown }) {
  const document = useRead(GetDocument, { kind: 'segment', id })
  return (
    <Loaded query={document} lines={4}>
      {({ draft, shown: live }) => {
        const stored = (draft?.body ?? live?.body ?? { kind: 'segment', id, when: shown.when }) as unknown as SegmentBody
        return (
          <Editor
            key={draft?.hash ?? live?.hash ?? id}
            stored={stored}
            live={(live?.body as unknown as SegmentBody | undefined)?.when}
            hasDraft={draft !== null}
            shown={shown}
          />
        )
      }}
    </Loaded>
  )
}

function Editor({ stored, live, hasDraft, shown }: { stored: SegmentBody; live: string | undefined; hasDraft: boolean; shown: Shown }) {
  const say = useWords(SEGMENT_WORDS)
  const may = useMay('documents:write')
  const refresh = useRefresh()
  const [body, setBody] = useState(stored)
  const [unfinished, setUnfinished] = useState(false)
  const [publishing, setPublishing] = useState(false)
  const changed = JSON.stringify(body) !== JSON.stringify(stored)
  const save = async (next: SegmentBody) => {
    await call(SaveDraft, { kind: 'segment', id: body.id, body: { ...next } })
    await refresh()
  }
  const discard = async () => {
    if (hasDraft) await call(DiscardDraft, { kind: 'segment', id: body.id })
    await refresh()
    setBody(stored)
    notify(say.discarded, { label: say.undo, run: () => void save(body) })
  }
  const ready = body.when.trim() !== '' && !unfinished
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card title={say.whoIsIn}>
        <div className="flex flex-col gap-4">
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              label={say.name}
              value={body.name ?? ''}
              readOnly={!may}
              onChange={(event) => setBody({ ...body, name: event.target.value })}
            />
          </div>
          <ConditionCard value={body.when} readOnly={!may} onUnfinished={setUnfinished} onChange={(when) => setBody({ ...body, when })} />
          {may && (
            <div className="flex flex-wrap items-center gap-2">
              <Button look="primary" aria-disabled={!ready || undefined} onClick={() => ready && setPublishing(true)}>
                {say.publish}
              </Button>
              {changed && (
                <Button aria-disabled={!ready || undefined} onClick={() => ready && void save(body).then(() => notify(say.saved))}>
                  {say.saveDraft}
                </Button>
              )}
              {(changed || (hasDraft && live !== undefined)) && (
                <Button look="quiet" onClick={() => void discard()}>
                  {say.discard}
                </Button>
              )}
              {unfinished && <span className="text-dense text-warn">{say.unfinished}</span>}
            </div>
          )}
        </div>
      </Card>
      <CheckPerson when={body.when} />
      <PublishDialog
        body={clean(body)}
        now={shown.count}
        usedBy={shown.usedBy}
        open={publishing}
        onClose={() => setPublishing(false)}
        onDone={() => setPublishing(false)}
      />
    </div>
  )
}

/** Without an empty name: what is left out is known by its id. */
const clean = ({ name, ...rest }: SegmentBody): SegmentBody => (name?.trim() ? { ...rest, name: name.trim() } : rest)

/** Makes a segment: its id follows from its name. */
export function NewSegment({ from, condition, onMade }: { from: string; condition: string; onMade: (href: string) => void }) {
  const say = useWords(SEGMENT_WORDS)
  const starter = isStarter(from) ? from : undefined
  const [name, setName] = useState(starter ? say.starters[starter] : '')
  const [when, setWhen] = useState<string>(starter ? STARTERS[starter] : condition)
  const [unfinished, setUnfinished] = useState(false)
  const [publishing, setPublishing] = useState(false)
  const refresh = useRefresh()
  const id = slugOf(name)
  const body: SegmentBody = { kind: 'segment', id, name: name.trim(), when: when.trim() }
  const ready = id !== '' && when.trim() !== '' && !unfinished
  const save = async () => {
    await call(SaveDraft, { kind: 'segment', id, body: { ...body } })
    await refresh()
    onMade(toSegment(id))
  }
  return (
    <Page title={say.newSegment} up={{ label: say.segments, href: SEGMENTS }} lead={say.newLead}>
      <Card>
        <div className="flex flex-col gap-4">
          <Field label={say.name} value={name} onChange={(event) => setName(event.target.value)} hint={id ? say.known(id) : undefined} />
          <ConditionCard value={when} onChange={setWhen} onUnfinished={setUnfinished} />
          <div className="flex flex-wrap items-center gap-2">
            <Button look="primary" aria-disabled={!ready || undefined} onClick={() => ready && setPublishing(true)}>
              {say.publish}
            </Button>
            <Button aria-disabled={!ready || undefined} onClick={() => ready && void save()}>
              {say.saveDraft}
            </Button>
            {unfinished && <span className="text-dense text-warn">{say.unfinished}</span>}
          </div>
        </div>
      </Card>
      <PublishDialog
        body={body}
        now={0}
        usedBy={[]}
        open={publishing}
        onClose={() => setPublishing(false)}
        onDone={() => onMade(toSegment(id))}
      />
    </Page>
  )
}

export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)
