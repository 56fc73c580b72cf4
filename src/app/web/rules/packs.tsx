import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { RequestApproval } from '#approvals/ui/request.tsx'
import { ListPacks } from '#consent/policies/api.ts'
import { call, Refused, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { useMay, useMe } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ArchiveDocument } from '#workspaces/documents/api.ts'
import { POLICY_WORDS } from './policies-words.ts'
import { useStored, useWriting } from './use-document.ts'

type Pack = OutputOf<typeof ListPacks>['packs'][number]
type Rule = Pack['policies'][number]
interface Without {
  readonly policy: string
  readonly why: string
  readonly owner: string
}

/** Rules that come with Cadenza, by law: switched on as a whole, left out one by one with a reason. */
export function Packs() {
  const say = useWords(POLICY_WORDS)
  const packs = useRead(ListPacks, {})
  return (
    <Loaded query={packs} lines={6}>
      {(data) => (
        <div className="flex flex-col gap-4">
          <p className="text-dense text-ink-2">{say.notAdvice}</p>
          {data.packs.map((pack) => (
            <PackCard key={pack.id} pack={pack} />
          ))}
        </div>
      )}
    </Loaded>
  )
}

function PackCard({ pack }: { pack: Pack }) {
  const say = useWords(POLICY_WORDS)
  const mayWrite = useMay('documents:write')
  const mayPublish = useMay('policies:publish')
  const [switching, setSwitching] = useState(false)
  const [leaving, setLeaving] = useState<Rule>()
  const may = mayWrite && mayPublish
  return (
    <Card
      title={pack.name}
      aside={
        <span className="flex items-center gap-2">
          <Chip tone={pack.on ? 'ok' : 'neutral'}>{pack.on ? say.on : say.off}</Chip>
          {may && <Button onClick={() => setSwitching(true)}>{pack.on ? say.switchOff : say.switchOn}</Button>}
        </span>
      }
    >
      <p className="mb-2 max-w-[80ch] text-dense text-ink-2">{pack.about}</p>
      <details className="text-dense">
        <summary className="hit w-fit cursor-pointer font-medium text-accent">{say.rules(pack.policies.length)}</summary>
        <ul className="mt-2 flex flex-col divide-y divide-line">
          {pack.policies.map((rule) => (
            <li key={rule.id} className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 py-2">
              <span className="min-w-0 flex-1 basis-64 wrap-anywhere">
                <span className={rule.replaced === 'no' ? 'font-medium' : 'text-ink-3 line-through'}>{rule.name}</span>
                <span className="block text-meta text-ink-3">
                  {rule.citation} · {rule.jurisdiction} · {say.from} {rule.from}
                  {rule.until !== null && ` ${say.until(rule.until)}`}
                </span>
                {rule.note !== '' && <span className="block text-meta text-ink-2">{rule.note}</span>}
              </span>
              {rule.replaced === 'own' && <Chip>{say.replaced}</Chip>}
              {rule.replaced === 'left-out' && <Chip tone="warn">{say.leftOut}</Chip>}
              {may && pack.on && rule.replaced !== 'own' && (
                <Button look="quiet" onClick={() => setLeaving(rule)}>
                  {rule.replaced === 'no' ? say.leaveOut : say.takeBack}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </details>
      {switching && <Switch pack={pack} onClose={() => setSwitching(false)} />}
      {leaving && <LeaveOut pack={pack} rule={leaving} onClose={() => setLeaving(undefined)} />}
    </Card>
  )
}

const KIND = 'policy-pack'

function Switch({ pack, onClose }: { pack: Pack; onClose: () => void }) {
  const say = useWords(POLICY_WORDS)
  const me = useMe()
  const client = useQueryClient()
  const writing = useWriting({ kind: KIND, id: pack.id })
  const [needs, setNeeds] = useState(false)
  const stop = useMutation({
    mutationFn: () => call(ArchiveDocument, { kind: KIND, id: pack.id }),
    onSuccess: async () => {
      await client.invalidateQueries()
      notify(say.done)
      onClose()
    },
    onError: (error) => setNeeds(error instanceof Refused && error.failure.code === 'approval.needed'),
  })
  const wanted = useMemo(() => {
    const name = { kind: KIND, id: pack.id }
    return pack.on ? { kind: 'publish' as const, archive: [name] } : { kind: 'publish' as const, drafts: [name] }
  }, [pack.id, pack.on])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pack.on) return stop.mutate()
    const owner = String(new FormData(event.currentTarget).get('owner'))
    return writing.mutate(
      { body: { owner, without: [] }, live: true },
      {
        onSuccess: (done) => {
          if (done.kind === 'needs-approval') return setNeeds(true)
          notify(say.done)
          return onClose()
        },
      },
    )
  }
  if (needs) return <RequestApproval wanted={wanted} onClose={onClose} />
  const n = pack.policies.length
  return (
    <Dialog title={pack.on ? say.switchOffTitle(pack.name) : say.switchOnTitle(pack.name)} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">{pack.on ? say.switchOffMore(n) : say.switchOnMore(n)}</p>
        {!pack.on && <Field label={say.owner} name="owner" required maxLength={200} defaultValue={me.person?.name ?? ''} />}
        {(writing.isError || stop.isError) && <ErrorView error={writing.error ?? stop.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look={pack.on ? 'bad' : 'primary'} type="submit" busy={writing.isPending || stop.isPending}>
            {pack.on ? say.switchOff : say.switchOn}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A rule that is left out stays on record with who says so and why; taken back in it holds again. */
function LeaveOut({ pack, rule, onClose }: { pack: Pack; rule: Rule; onClose: () => void }) {
  const say = useWords(POLICY_WORDS)
  const me = useMe()
  const stored = useStored({ kind: KIND, id: pack.id })
  const writing = useWriting({ kind: KIND, id: pack.id })
  const [needs, setNeeds] = useState(false)
  const wanted = useMemo(() => ({ kind: 'publish' as const, drafts: [{ kind: KIND, id: pack.id }] }), [pack.id])
  const isIn = rule.replaced === 'no'
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const before = (stored.data?.body?.['without'] ?? []) as readonly Without[]
    const others = before.filter(({ policy }) => policy !== rule.id)
    const left = { policy: rule.id, why: String(form.get('why')), owner: me.person?.name ?? me.person?.email ?? '' }
    writing.mutate(
      { body: { ...stored.data?.body, without: isIn ? [...others, left] : others }, live: true },
      {
        onSuccess: (done) => {
          if (done.kind === 'needs-approval') return setNeeds(true)
          notify(say.done)
          return onClose()
        },
      },
    )
  }
  if (needs) return <RequestApproval wanted={wanted} onClose={onClose} />
  return (
    <Dialog title={isIn ? say.leaveOutTitle(rule.name) : say.takeBack} open onClose={onClose}>
      <Loaded query={stored} lines={3}>
        {() => (
          <form onSubmit={submit} className="flex flex-col gap-4">
            <p className="text-ink-2">{rule.citation}</p>
            {isIn && <Field label={say.why} name="why" hint={say.whyHint} required minLength={10} maxLength={500} />}
            {writing.isError && <ErrorView error={writing.error} />}
            <div className="flex justify-end gap-2">
              <Button onClick={onClose}>{say.cancel}</Button>
              <Button look={isIn ? 'bad' : 'primary'} type="submit" busy={writing.isPending}>
                {isIn ? say.leaveOut : say.takeBack}
              </Button>
            </div>
          </form>
        )}
      </Loaded>
    </Dialog>
  )
}
