import { type ReactNode, useMemo, useState } from 'react'
import type { Block } from '#content/blocks.ts'
import { grouped, placeIn } from '#content/check-groups.ts'
import { valueAt } from '#content/edit.ts'
import { NO_NAMES, nameOptions } from '#content/liquid-names.ts'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { useMay } from '#kit/me.ts'
import { Page } from '#kit/page.tsx'
import { CONTENT, toJourney } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import type { GetDocument } from '#workspaces/documents/api.ts'
import { ListTemplates, ReadContentNames } from '../list-api.ts'
import { BlockCanvas } from './block-canvas.tsx'
import { CanvasProvider } from './canvas-context.ts'
import { Checks, useChecks } from './checks.tsx'
import { CodeView } from './code-view.tsx'
import type { Draft } from './draft.ts'
import { Conflict, DraftFacts, DraftTools, ReadOnly } from './draft-bar.tsx'
import { Segments } from './fields.tsx'
import { FRAME_WORDS } from './frame-words.ts'
import { History } from './history.tsx'
import { Languages } from './languages.tsx'
import { LiveFields } from './live-fields.tsx'
import { About, type Body, MailHead, type MessageFieldsProps, Texts, textOf } from './message-fields.tsx'
import { type Look, Preview } from './preview.tsx'
import { Publish } from './publish.tsx'
import { STUDIO_WORDS } from './studio-words.ts'
import { TestSend } from './test-send.tsx'
import { useBrand } from './use-brand.ts'
import { useCanvasParts } from './use-canvas-parts.ts'
import { useDraftState, useOpened } from './use-draft.ts'

export const PANELS = ['preview', 'checks', 'message', 'live', 'results', 'history'] as const
export type Panel = (typeof PANELS)[number]

/** What of the studio stands in the address. */
export interface StudioSearch {
  readonly panel?: Panel | undefined
  readonly view?: 'code' | undefined
  readonly locale?: string | undefined
  readonly as?: string | undefined
  readonly name?: string | undefined
  readonly width?: '320' | undefined
  readonly show?: 'plain' | undefined
  readonly dark?: '1' | undefined
}

interface StudioProps {
  readonly id: string
  readonly search: StudioSearch
  readonly onSearch: (search: StudioSearch) => void
  /** How the variants of this template do, from where that is known. */
  readonly results: ReactNode
}

/** A template being written: the message on the left, what there is to know about it on the right. */
export function ContentStudio(props: StudioProps) {
  const { query, draft, stored } = useOpened('template', props.id)
  const say = useWords(FRAME_WORDS)
  return (
    <Loaded query={query} up={{ label: say.up, href: CONTENT }}>
      {() => draft && stored && <Studio key={props.id} {...props} draft={draft} stored={stored} />}
    </Loaded>
  )
}

type Stored = OutputOf<typeof GetDocument>

function Studio({ id, search, onSearch, results, draft, stored }: StudioProps & { draft: Draft; stored: Stored }) {
  const say = useWords(FRAME_WORDS)
  const mayEdit = useMay('documents:write')
  const mayTest = useMay('messages:test')
  const state = useDraftState(draft)
  const [open, setOpen] = useState<'publish' | 'test'>()
  const body = state.doc as Body
  const name = textOf(body['name']) || id
  const used = useRead(ListTemplates, {}).data?.templates.find((each) => each.id === id)?.usedBy ?? []
  const affected = used.map((each) => ({ label: each.name, href: toJourney(each.id) }))
  const jump = useJump(search, onSearch)
  const publish = async () => {
    await draft.flush()
    setOpen('publish')
  }
  return (
    <Page
      title={name}
      full
      up={{ label: say.up, href: CONTENT }}
      facts={<DraftFacts state={state} live={stored.live} />}
      actions={
        <>
          {mayEdit && <DraftTools draft={draft} state={state} />}
          {mayTest && <Button onClick={() => setOpen('test')}>{say.test}</Button>}
          {mayEdit && (
            <Button look="primary" onClick={() => void publish()}>
              {say.publish}
            </Button>
          )}
        </>
      }
    >
      {state.status === 'conflict' && <Conflict kind="template" id={id} draft={draft} />}
      {!mayEdit && <ReadOnly />}
      <Desk {...{ id, search, onSearch, results, draft, stored, body, mayEdit, jump }} />
      {open === 'publish' && (
        <Publish
          kind="template"
          id={id}
          name={name}
          draft={draft}
          affected={affected}
          onJump={jump.to}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === 'test' && <TestSend body={body} profileId={search.as} locale={search.locale} onClose={() => setOpen(undefined)} />}
    </Page>
  )
}

/** Goes to what a finding is about: opens its block, or puts the caret into its field. */
function useJump(search: StudioSearch, onSearch: (search: StudioSearch) => void) {
  const [selected, select] = useState<string>()
  const to = (at: string): void => {
    const { block, field } = placeIn(at)
    const locale = /^\/locales\/([^/]+)/.exec(field)?.[1]
    const isCode = /^(?:\/locales\/[^/]+)?\/(?:mjml|html)$/.test(field)
    const isLive = /^\/(?:slots|products|coupons|connected|sample)/.test(field)
    const isSetting = /^\/(?:name|sender|brand|topic|locale|text)$/.test(field)
    if (block) select(block)
    const panel = isLive ? 'live' : isSetting ? 'message' : search.panel
    onSearch({ ...search, locale, panel, view: isCode ? 'code' : block ? undefined : search.view })
    setTimeout(() => {
      const place =
        document.querySelector<HTMLElement>(`[data-place="${CSS.escape(field)}"]`) ??
        document.querySelector<HTMLElement>(`[data-block="${CSS.escape(block ?? '')}"]`)
      place?.focus()
      place?.scrollIntoView({ block: 'center' })
    }, 60)
  }
  return { selected, select, to }
}

interface DeskProps extends Omit<StudioProps, 'id'> {
  readonly id: string
  readonly draft: Draft
  readonly stored: Stored
  readonly body: Body
  readonly mayEdit: boolean
  readonly jump: ReturnType<typeof useJump>
}

/** The parts of a template in the language that is written. */
function useWritten({ body, search, draft }: Pick<DeskProps, 'body' | 'search' | 'draft'>) {
  const locales = (body['locales'] ?? {}) as Readonly<Record<string, Body>>
  const locale = search.locale !== undefined && search.locale in locales ? search.locale : undefined
  const under = locale === undefined ? '' : `/locales/${locale}`
  const words = locale === undefined ? body : locales[locale]!
  const channel = textOf(body['channel']) || 'email'
  const hasBody = ['blocks', 'mjml', 'html'].some((form) => words[form] !== undefined)
  // A body that is code has no other form.
  const isBlocks = words['mjml'] === undefined && words['html'] === undefined
  const known = useRead(ReadContentNames, {}).data
  const names = useMemo(() => nameOptions(known ?? NO_NAMES, body), [known, body])
  const set = (at: string, value: Json | undefined) => draft.edit([{ kind: 'set', at, value }], `type:${at}`)
  const fields: MessageFieldsProps = { body, under, words, names, known, set, channel }
  return { locales, locale, under, words, channel, hasBody, isBlocks, known, names, fields, set }
}

function Desk(props: DeskProps) {
  const { body, search, onSearch, draft, mayEdit, jump } = props
  const say = useWords(FRAME_WORDS)
  const written = useWritten({ body, search, draft })
  const { locales, locale, channel } = written
  const isMail = channel === 'email'
  const locales_ = Object.keys(locales)
  return (
    <div className="mt-3 flex min-h-0 flex-1 flex-col border-t border-line lg:flex-row">
      <div className="flex min-w-0 flex-1 flex-col lg:overflow-y-auto">
        <div className="flex flex-wrap items-center gap-3 border-b border-line bg-surface px-4 py-2">
          {isMail && written.isBlocks && (
            <Segments
              label={say.views}
              value={search.view ?? 'blocks'}
              choices={[
                { value: 'blocks', label: say.asBlocks },
                { value: 'code', label: say.asCode },
              ]}
              onChange={(view) => onSearch({ ...search, view: view === 'code' ? 'code' : undefined })}
            />
          )}
          <Languages
            own={textOf(body['locale'])}
            others={locales_}
            value={locale}
            mayEdit={mayEdit}
            onChoose={(chosen) => {
              jump.select(undefined)
              onSearch({ ...search, locale: chosen })
            }}
            onAdd={(added) => {
              const first = isMail ? {} : { text: textOf(body['text']), title: textOf(body['title']), body: textOf(body['body']) }
              const given = Object.fromEntries(Object.entries(first).filter(([, text]) => text !== ''))
              draft.edit([{ kind: 'set', at: `/locales/${added}`, value: given as Json }])
              onSearch({ ...search, locale: added })
            }}
            onRemove={(gone) => {
              draft.edit([{ kind: 'set', at: locales_.length === 1 ? '/locales' : `/locales/${gone}`, value: undefined }])
              onSearch({ ...search, locale: undefined })
            }}
          />
        </div>
        <fieldset disabled={!mayEdit} className="flex min-w-0 flex-col gap-3 border-b border-line bg-surface px-4 py-3">
          {isMail ? <MailHead {...written.fields} /> : <Texts {...written.fields} />}
        </fieldset>
        {isMail && <Main {...props} written={written} />}
      </div>
      <Beside {...props} written={written} />
    </div>
  )
}

type Written = ReturnType<typeof useWritten>

/** The body: blocks on a canvas, or its source. */
function Main({ body, draft, search, mayEdit, jump, written }: DeskProps & { written: Written }) {
  const say = useWords(FRAME_WORDS)
  const block = useWords(STUDIO_WORDS)
  const { words, under, names, known, hasBody } = written
  const brand = useBrand(textOf(body['brand']) || 'default')
  const parts = useCanvasParts({
    draft,
    root: `${under}/blocks`,
    brand,
    names,
    known,
    slotNames: Object.keys((body['slots'] ?? {}) as object),
    mayEdit,
    selected: jump.selected,
    select: jump.select,
  })
  if (!hasBody && under !== '')
    return (
      <div className="flex flex-col items-start gap-3 p-6">
        <p className="text-ink-2">{say.sameAsDefault}</p>
        {mayEdit && body['blocks'] !== undefined && (
          <Button onClick={() => draft.edit([{ kind: 'set', at: `${under}/blocks`, value: valueAt(draft.state().doc, '/blocks') }])}>
            {say.ownBody}
          </Button>
        )}
      </div>
    )
  const isCode = search.view === 'code' || !written.isBlocks
  if (isCode) return <CodeView {...{ draft, body, words, under, brand, names, mayEdit }} />
  return (
    <CanvasProvider value={parts}>
      <BlockCanvas blocks={(words['blocks'] ?? []) as unknown as Block[]} />
      {mayEdit && <p className="px-4 py-2 text-meta text-ink-3">{block.keys}</p>}
    </CanvasProvider>
  )
}

/** What there is to know about the message, one thing at a time; which one stands in the address. */
function Beside(props: DeskProps & { written: Written }) {
  const { search, onSearch, body, written, jump, stored, draft, mayEdit, results } = props
  const say = useWords(FRAME_WORDS)
  const panel = search.panel ?? 'preview'
  const { query } = useChecks(body)
  const { problems } = useDraftState(draft)
  const tally = query.data && grouped(query.data.findings, written.channel)
  const sender = written.known?.senders.find(({ id }) => id === textOf(body['sender'])) ?? written.known?.senders[0]
  const look: Look = {
    person: search.as === undefined ? undefined : { id: search.as, name: search.name ?? search.as },
    locale: written.locale,
    width: search.width ?? '600',
    as: search.show ?? 'mail',
    dark: search.dark === '1',
  }
  const onLook = ({ person, width, as, dark }: Look) =>
    onSearch({
      ...search,
      as: person?.id,
      name: person?.name,
      width: width === '320' ? width : undefined,
      show: as === 'plain' ? as : undefined,
      dark: dark ? '1' : undefined,
    })
  return (
    <section
      aria-label={say.panels}
      className="flex w-full min-w-0 flex-col border-line bg-surface max-lg:border-t lg:w-[46%] lg:max-w-[680px] lg:border-l"
    >
      <div role="tablist" aria-label={say.panels} className="flex gap-1 overflow-x-auto border-b border-line px-2">
        {PANELS.map((each) => (
          <Tab key={each} id={each} current={panel === each} onChoose={() => onSearch({ ...search, panel: each })}>
            {say.panel[each]}
            {each === 'checks' && tally && (
              <span
                className={`rounded-pill px-1.5 text-meta num ${tally.passed === tally.all ? 'bg-ok-soft text-ok' : 'bg-warn-soft text-warn'}`}
              >
                {tally.passed}/{tally.all}
              </span>
            )}
          </Tab>
        ))}
      </div>
      <div role="tabpanel" id="beside" aria-labelledby={`tab-${panel}`} className="min-w-0 flex-1 p-4 lg:overflow-y-auto">
        {panel === 'preview' && <Preview body={body} from={sender?.from ?? ''} look={look} onLook={onLook} onJump={jump.to} />}
        {panel === 'checks' && <Checks body={body} onJump={jump.to} />}
        {panel === 'message' && (
          <fieldset disabled={!mayEdit} className="flex flex-col gap-5">
            <About {...written.fields} />
          </fieldset>
        )}
        {panel === 'live' && (
          <fieldset disabled={!mayEdit}>
            <LiveFields body={body} pools={written.known?.pools ?? []} problems={problems} mayEdit={mayEdit} set={written.set} />
          </fieldset>
        )}
        {panel === 'results' && results}
        {panel === 'history' && <History stored={stored} draft={draft} mayEdit={mayEdit} />}
      </div>
    </section>
  )
}

/** One tab; arrows walk them, as in every list of tabs. */
function Tab({ id, current, onChoose, children }: { id: string; current: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${id}`}
      aria-selected={current}
      aria-controls="beside"
      tabIndex={current ? 0 : -1}
      onClick={onChoose}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowRight' ? 'nextElementSibling' : event.key === 'ArrowLeft' ? 'previousElementSibling' : undefined
        const next = by && event.currentTarget[by]
        if (!(next instanceof HTMLElement)) return
        event.preventDefault()
        next.focus()
        next.click()
      }}
      className="-mb-px flex h-11 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-3 font-medium text-ink-2 -outline-offset-2 hover:text-ink aria-selected:border-ink aria-selected:text-ink"
    >
      {children}
    </button>
  )
}
