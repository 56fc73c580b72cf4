import { useQueryClient } from '@tanstack/react-query'
import { Scissors } from 'lucide-react'
import { useState } from 'react'
import { call, type Failure, Refused, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toDocument } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { PublishDraft } from '#workspaces/documents/api.ts'
import { GenerateCoupons, ImportCoupons, ListCoupons } from '../coupons.ts'
import { idFrom } from '../gallery.ts'
import { ContentPage } from './content-page.tsx'
import { Area, Line } from './fields.tsx'
import { GOODS_WORDS } from './goods-words.ts'
import { LIST_WORDS } from './list-words.ts'
import { Problems } from './problems.tsx'
import { saveDraft } from './use-draft.ts'

/** Pools of codes: how many are left, and more of them. */
export function CouponList() {
  const say = useWords(GOODS_WORDS)
  const all = useWords(LIST_WORDS)
  const mayWrite = useMay('documents:write')
  const query = useRead(ListCoupons, {})
  const [making, setMaking] = useState(false)
  const [open, setOpen] = useState<{ pool: string; as: 'generate' | 'import' }>()
  const add = mayWrite && (
    <Button look="primary" onClick={() => setMaking(true)}>
      {say.newPool}
    </Button>
  )
  return (
    <ContentPage tab="coupons" actions={add}>
      <Card flush>
        <Loaded query={query} lines={4}>
          {({ pools }) =>
            pools.length === 0 ? (
              <Empty icon={<Scissors size={20} aria-hidden="true" />} title={say.noPools} action={add}>
                {say.noPoolsLead}
              </Empty>
            ) : (
              <Table
                label={all.tabs.coupons}
                rows={pools}
                rowKey={({ pool }) => pool}
                columns={[
                  {
                    name: say.pool,
                    cell: ({ pool }) => (
                      <Link href={toDocument('coupon-pool', pool)} className="font-medium wrap-anywhere">
                        {pool}
                      </Link>
                    ),
                  },
                  {
                    name: say.free,
                    width: 'w-28',
                    right: true,
                    cell: ({ free, low }) => (
                      <span className="inline-flex items-center gap-2">
                        {low && <Chip tone="warn">{say.lowPool}</Chip>}
                        {count(free)}
                      </span>
                    ),
                  },
                  { name: say.held, width: 'w-28', right: true, from: 'lg', cell: ({ held }) => count(held) },
                  { name: say.sent, width: 'w-24', right: true, from: 'sm', cell: ({ sent }) => count(sent) },
                  { name: say.redeemed, width: 'w-24', right: true, from: 'md', cell: ({ redeemed }) => count(redeemed) },
                  { name: say.expired, width: 'w-24', right: true, from: 'lg', cell: ({ expired }) => count(expired) },
                  {
                    name: say.doubtful,
                    width: 'w-24',
                    right: true,
                    from: 'lg',
                    cell: ({ doubtful }) => <span title={say.doubtfulHint}>{count(doubtful)}</span>,
                  },
                  {
                    name: say.columns.more,
                    width: 'w-36 sm:w-72',
                    right: true,
                    hideName: true,
                    cell: ({ pool }) =>
                      mayWrite && (
                        <fieldset className="flex flex-wrap justify-end gap-1 py-1">
                          <legend className="sr-only">{say.actions(pool)}</legend>
                          <Button onClick={() => setOpen({ pool, as: 'generate' })}>{say.generate}</Button>
                          <Button onClick={() => setOpen({ pool, as: 'import' })}>{say.addCodes}</Button>
                        </fieldset>
                      ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
      {making && <NewPool taken={new Set(query.data?.pools.map(({ pool }) => pool))} onClose={() => setMaking(false)} />}
      {open?.as === 'generate' && <Generate pool={open.pool} onClose={() => setOpen(undefined)} />}
      {open?.as === 'import' && <Import pool={open.pool} onClose={() => setOpen(undefined)} />}
    </ContentPage>
  )
}

/** Runs a change of pools, and keeps what was refused. */
function useChange() {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const run = async <T,>(work: () => Promise<T>): Promise<T | undefined> => {
    setBusy(true)
    setFailure(undefined)
    try {
      const made = await work()
      await client.invalidateQueries({ queryKey: [ListCoupons.name] })
      return made
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { busy, failure, run }
}

/** Epoch ms of the end of a day in the reader's zone; undefined for none. */
const endOf = (day: string): number | undefined =>
  day === '' ? undefined : Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(Temporal.Now.timeZoneId()).epochMilliseconds - 1

function NewPool({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const say = useWords(GOODS_WORDS)
  const { busy, failure, run } = useChange()
  const [name, setName] = useState('')
  const [low, setLow] = useState('100')
  const make = async () => {
    const id = idFrom(name, taken)
    const made = await run(async () => {
      const { hash } = await saveDraft({ kind: 'coupon-pool', id }, { kind: 'coupon-pool', id, name: name.trim(), lowWater: Number(low) })
      return call(PublishDraft, { kind: 'coupon-pool', id, hash })
    })
    if (made) onClose()
  }
  return (
    <Dialog title={say.newPool} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && name.trim() !== '' && /^\d+$/.test(low)) void make()
        }}
      >
        <Line label={say.poolName} value={name} onChange={setName} />
        <Line label={say.lowWater} type="number" value={low} onChange={setLow} />
        {failure && <Problems problems={failure.problems ?? [failure]} />}
        <div className="flex gap-2">
          <Button look="primary" type="submit" busy={busy}>
            {say.create}
          </Button>
          <Button onClick={onClose}>{say.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

function Generate({ pool, onClose }: { pool: string; onClose: () => void }) {
  const say = useWords(GOODS_WORDS)
  const { busy, failure, run } = useChange()
  const [many, setMany] = useState('100')
  const [prefix, setPrefix] = useState('')
  const [expires, setExpires] = useState('')
  const [codes, setCodes] = useState<readonly string[]>()
  const generate = async () => {
    const made = await run(() => call(GenerateCoupons, { pool, count: Number(many), prefix, expires: endOf(expires) }))
    if (made) setCodes(made.codes)
  }
  return (
    <Dialog title={`${say.generate}: ${pool}`} open onClose={onClose}>
      {codes ? (
        <div className="flex flex-col gap-3">
          <p role="status" className="font-medium text-ok">
            {say.generated(codes.length)}
          </p>
          <p className="text-ink-2">{say.forShop}</p>
          <div className="max-h-64 overflow-y-auto">
            <Code label={say.actions(pool)} text={codes.join('\n')} />
          </div>
          <Button onClick={onClose}>{say.close}</Button>
        </div>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (!busy && Number(many) > 0) void generate()
          }}
        >
          <Line label={say.count} type="number" value={many} onChange={setMany} />
          <Line label={say.prefix} value={prefix} hint={say.prefixHint} onChange={(text) => setPrefix(text.toUpperCase())} />
          <Line label={say.expires} type="date" value={expires} onChange={setExpires} />
          {failure && <Problems problems={failure.problems ?? [failure]} />}
          <div className="flex gap-2">
            <Button look="primary" type="submit" busy={busy}>
              {say.generateNow(Number(many) || 0)}
            </Button>
            <Button onClick={onClose}>{say.cancel}</Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function Import({ pool, onClose }: { pool: string; onClose: () => void }) {
  const say = useWords(GOODS_WORDS)
  const { busy, failure, run } = useChange()
  const [text, setText] = useState('')
  const [faults, setFaults] = useState<readonly { row: number; title: string }[]>([])
  const add = async () => {
    const codes = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const made = await run(() => call(ImportCoupons, { pool, codes }))
    if (!made) return
    notify(say.imported(made.added, made.known))
    if (made.rejected === 0) onClose()
    else setFaults(made.faults)
  }
  return (
    <Dialog title={`${say.addCodes}: ${pool}`} open onClose={onClose}>
      <div className="flex flex-col gap-4">
        <div className="max-h-64 overflow-y-auto">
          <Area label={say.codes} mono rows={6} value={text} onChange={setText} />
        </div>
        {faults.length > 0 && (
          <ul className="max-h-40 overflow-y-auto text-dense text-bad">
            {faults.map(({ row, title }) => (
              <li key={row}>
                {say.row(row)}: {title}
              </li>
            ))}
          </ul>
        )}
        {failure && <Problems problems={failure.problems ?? [failure]} />}
        <div className="flex gap-2">
          <Button look="primary" busy={busy} onClick={() => text.trim() !== '' && void add()}>
            {say.importNow}
          </Button>
          <Button onClick={onClose}>{say.cancel}</Button>
        </div>
      </div>
    </Dialog>
  )
}
