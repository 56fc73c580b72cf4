import { useMutation } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Download, ScrollText } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Mono } from '#kit/copy.tsx'
import { download } from '#kit/download.ts'
import { Field } from '#kit/field.tsx'
import { Card, Facts } from '#kit/page.tsx'
import { AUDIT } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, NoResults } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ExportAudit, ListAudit, VerifyAudit } from '#workspaces/api.ts'
import { AUDIT_SAYINGS, auditSaying } from '#workspaces/ui/audit-sayings.ts'
import { useQueryText, withView } from '../rules/use-view.ts'
import { RECORD_WORDS } from './record-words.ts'

type Page = OutputOf<typeof ListAudit>
type Line = Page['lines'][number]

const NAMES = ['actor', 'action', 'object', 'from', 'to'] as const
const DAY = 86_400_000
const momentOf = (day: string | undefined, after = 0): number | undefined => {
  const at = Date.parse(`${day}T00:00:00`)
  return Number.isNaN(at) ? undefined : at + after
}

/** Who did what; and whether it still is what was written. */
export function Audit() {
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <Verification />
      <Log />
    </div>
  )
}

function Verification() {
  const say = useWords(RECORD_WORDS)
  const check = useMutation({ mutationFn: () => call(VerifyAudit, {}) })
  const save = useMutation({ mutationFn: () => download(ExportAudit, {}) })
  return (
    <Card title={say.verifyTitle}>
      <p className="max-w-[72ch] text-ink-2">{say.verifyLead}</p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button look="primary" busy={check.isPending} onClick={() => check.mutate()}>
          {say.verify}
        </Button>
        <Button busy={save.isPending} onClick={() => save.mutate()}>
          <Download size={15} aria-hidden="true" />
          {say.export}
        </Button>
        <span className="text-meta text-ink-3">{say.exportHint}</span>
      </div>
      <div role="status" className="mt-3 empty:hidden">
        {check.isPending && <p className="text-dense text-ink-2">{say.checking}</p>}
        {check.data && <Verdict check={check.data} />}
      </div>
      {check.isError && <ErrorView error={check.error} />}
      {save.isError && <ErrorView error={save.error} />}
    </Card>
  )
}

function Verdict({ check }: { check: OutputOf<typeof VerifyAudit> }) {
  const say = useWords(RECORD_WORDS)
  const { lines, fault, sentence, anchored, unanchored, anchorFaults } = check
  return (
    <div className={`rounded-card p-3 text-dense ${fault || anchorFaults.length > 0 ? 'bg-bad-soft text-bad' : 'bg-ok-soft text-ok'}`}>
      <p className="font-medium">{fault ? say.broken : say.sound(lines)}</p>
      {sentence !== '' && <p>{sentence}</p>}
      {anchorFaults.length > 0 && <p>{say.anchorFaults(anchorFaults.length)}</p>}
      <p>{say.anchored(anchored, unanchored)}</p>
    </div>
  )
}

function Log() {
  const say = useWords(RECORD_WORDS)
  const router = useRouter()
  const asked = useQueryText()
  const [before, setBefore] = useState<readonly number[]>([])
  const { actor, action, object, from, to } = asked
  const range = { from: momentOf(from), to: momentOf(to, DAY) }
  const first = useRead(ListAudit, { actor, action, object, ...range, limit: 50 }, { keep: true })
  const isFiltered = NAMES.some((name) => asked[name] !== undefined)
  const show = (query: Readonly<Record<string, string | undefined>>) => {
    setBefore([])
    router.history.push(withView(AUDIT, query))
  }
  return (
    <Card title={say.log} flush>
      <Filter key={JSON.stringify(asked)} asked={asked} names={first.data?.names ?? {}} onShow={show} />
      <Loaded query={first} lines={8}>
        {(page) =>
          page.lines.length === 0 ? (
            isFiltered ? (
              <NoResults of={say.filtered} clear={() => show({})} />
            ) : (
              <Empty icon={<ScrollText size={20} aria-hidden="true" />} title={say.none} />
            )
          ) : (
            <>
              <Lines page={page} />
              {before.map((seq) => (
                <Older
                  key={seq}
                  input={{ actor, action, object, ...range, limit: 50, before: seq }}
                  onMore={(next) => setBefore([...before, next])}
                  last={seq === before.at(-1)}
                />
              ))}
              {before.length === 0 && page.next !== null && <MoreLines onMore={() => setBefore([page.next!])} />}
            </>
          )
        }
      </Loaded>
    </Card>
  )
}

function Filter({
  asked,
  names,
  onShow,
}: {
  asked: Readonly<Record<string, string>>
  names: Readonly<Record<string, string>>
  onShow: (query: Readonly<Record<string, string>>) => void
}) {
  const say = useWords(RECORD_WORDS)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    onShow(Object.fromEntries(NAMES.flatMap((name) => (form.get(name) ? [[name, String(form.get(name))]] : []))))
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3 border-b border-line px-4 py-3">
      <label className="flex flex-col gap-1">
        <span className="text-dense font-medium">{say.who}</span>
        <select name="actor" defaultValue={asked['actor'] ?? ''} className="h-9 rounded-input border border-line-strong bg-surface px-2">
          <option value="">{say.everybody}</option>
          {Object.entries(names).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value="system:">{say.system}</option>
        </select>
      </label>
      <Field label={say.what} name="action" defaultValue={asked['action']} list="audit-actions" className="w-52" />
      <datalist id="audit-actions">
        {Object.keys(AUDIT_SAYINGS.en.said).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field label={say.object} name="object" defaultValue={asked['object']} className="w-44" />
      <Field label={say.from} name="from" type="date" defaultValue={asked['from']} className="w-36" />
      <Field label={say.to} name="to" type="date" defaultValue={asked['to']} className="w-36" />
      <Button type="submit">{say.filter}</Button>
      {NAMES.some((name) => asked[name] !== undefined) && (
        <Button look="quiet" onClick={() => onShow({})}>
          {say.clear}
        </Button>
      )}
    </form>
  )
}

function Older({
  input,
  last,
  onMore,
}: {
  input: Parameters<typeof call<typeof ListAudit.input, typeof ListAudit.output>>[1]
  last: boolean
  onMore: (next: number) => void
}) {
  const page = useRead(ListAudit, input)
  return (
    <Loaded query={page} lines={4}>
      {(data) => (
        <>
          <Lines page={data} />
          {last && data.next !== null && <MoreLines onMore={() => onMore(data.next!)} />}
        </>
      )}
    </Loaded>
  )
}

function MoreLines({ onMore }: { onMore: () => void }) {
  const say = useWords(RECORD_WORDS)
  return (
    <div className="flex justify-center border-t border-line p-3">
      <Button look="quiet" onClick={onMore}>
        {say.older}
      </Button>
    </div>
  )
}

function Lines({ page }: { page: Page }) {
  return (
    <ol>
      {page.lines.map((line) => (
        <Entry key={line.seq} line={line} names={page.names} />
      ))}
    </ol>
  )
}

function Entry({ line, names }: { line: Line; names: Page['names'] }) {
  const say = useWords(RECORD_WORDS)
  const sayings = useWords(AUDIT_SAYINGS)
  const [kind = '', id = ''] = line.actor.split(/:(.*)/s)
  const who = names[line.actor] ?? (kind === 'key' ? say.key(id) : kind === 'system' ? say.system : line.actor)
  return (
    <li className="border-b border-line last:border-0">
      <details>
        <summary className="flex min-h-11 cursor-pointer flex-wrap items-baseline gap-x-3 px-4 py-2 text-dense hover:bg-sunken">
          <Moment at={line.at} className="w-24 text-ink-3" />
          <span className="min-w-0 flex-1 basis-64 wrap-anywhere">
            <span className="font-medium">{who}</span> {auditSaying(line, sayings)}
          </span>
          <span className="text-meta text-ink-3 num">{line.seq}</span>
        </summary>
        <div className="bg-sunken px-4 py-3">
          <Facts
            rows={[
              [say.when, <Moment key="at" at={line.at} exact />],
              [say.who, <code key="who">{line.actor}</code>],
              [say.action, <code key="action">{line.action}</code>],
              [say.object, <code key="object">{line.object}</code>],
              ...(
                [
                  ['before', line.beforeHash],
                  ['after', line.afterHash],
                  ['request', line.requestId],
                  ['hash', line.hash],
                  ['previous', line.previous],
                ] as const
              )
                .filter(([, value]) => value !== '')
                .map(([name, value]) => [say[name], <Mono key={name}>{value}</Mono>] as const),
            ]}
          />
        </div>
      </details>
    </li>
  )
}
