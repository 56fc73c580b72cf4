import { useQueryClient } from '@tanstack/react-query'
import { ShoppingBag, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call, type Failure, Refused, useRead } from '#kit/api.ts'
import { Button, ButtonLink, IconButton } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { SearchField } from '#kit/field.tsx'
import { amount, count } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Card, Facts } from '#kit/page.tsx'
import { toDocuments } from '#kit/paths.ts'
import { Empty, Loaded, NoResults } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { InputOf, OutputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { type CatalogueChange, GetProduct, ImportProducts, ListProducts, RemoveProducts } from '../catalogue.ts'
import { ContentPage } from './content-page.tsx'
import { Area, Line } from './fields.tsx'
import { GOODS_WORDS } from './goods-words.ts'
import { LIST_WORDS } from './list-words.ts'
import { Problems } from './problems.tsx'
import { ProductForm } from './product-form.tsx'

export interface ProductFilter {
  readonly q?: string | undefined
  readonly category?: string | undefined
  /** The product that is looked at. */
  readonly product?: string | undefined
}
type Rows = Pick<InputOf<typeof ImportProducts>, 'csv' | 'products'>
type Product = OutputOf<typeof ListProducts>['products'][number]

const money = (value: number, currency: string): string => `${amount(value)} ${currency}`

/** The catalogue: what is sold, for how much, how many are left. */
export function ProductList({ filter, onFilter }: { filter: ProductFilter; onFilter: (filter: ProductFilter) => void }) {
  const say = useWords(GOODS_WORDS)
  const all = useWords(LIST_WORDS)
  const mayWrite = useMay('documents:write')
  const [importing, setImporting] = useState(false)
  const q = filter.q ?? ''
  const query = useRead(ListProducts, { q, category: filter.category, limit: 200 }, { keep: true })
  const [making, setMaking] = useState(false)
  const add = mayWrite && (
    <span className="flex flex-wrap gap-2">
      <Button look="primary" onClick={() => setImporting(true)}>
        {say.import}
      </Button>
      <Button onClick={() => setMaking(true)}>{say.oneProduct}</Button>
      <ButtonLink href={toDocuments('product-feed')}>{say.feeds}</ButtonLink>
    </span>
  )
  return (
    <ContentPage tab="products" actions={add}>
      <div className="mb-4">
        <SearchField label={say.searchProducts} value={q} onSearch={(text) => onFilter({ ...filter, q: text || undefined })} />
      </div>
      <Card flush>
        <Loaded query={query} lines={6}>
          {({ products, total }) =>
            products.length === 0 ? (
              q !== '' ? (
                <NoResults of={say.matching(q)} clear={() => onFilter({})} />
              ) : (
                <Empty icon={<ShoppingBag size={20} aria-hidden="true" />} title={say.none} action={add}>
                  {say.noneLead}
                </Empty>
              )
            ) : (
              <>
                <Table
                  label={all.tabs.products}
                  rows={products}
                  rowKey={({ id }) => id}
                  columns={[
                    {
                      name: say.columns.product,
                      cell: ({ id, title }) => (
                        <>
                          <button
                            type="button"
                            onClick={() => onFilter({ ...filter, product: id })}
                            className="hit max-w-full truncate text-left font-medium hover:underline"
                          >
                            {title}
                          </button>
                          <code className="block truncate text-meta text-ink-3">{id}</code>
                        </>
                      ),
                    },
                    { name: say.columns.price, width: 'w-32', right: true, cell: (row) => <Price row={row} /> },
                    { name: say.columns.stock, width: 'w-28', right: true, from: 'sm', cell: (row) => <Stock row={row} /> },
                    {
                      name: say.columns.categories,
                      width: 'w-48',
                      from: 'lg',
                      cell: ({ categories }) => <span className="block truncate">{categories.join(', ')}</span>,
                    },
                    {
                      name: say.columns.changed,
                      width: 'w-32',
                      right: true,
                      from: 'md',
                      cell: ({ updatedAt }) => <Moment at={updatedAt} />,
                    },
                    { name: say.columns.more, width: 'w-14', right: true, hideName: true, cell: (row) => mayWrite && <Remove row={row} /> },
                  ]}
                />
                <p className="border-t border-line px-4 py-2.5 text-dense text-ink-3">{say.total(total)}</p>
              </>
            )
          }
        </Loaded>
      </Card>
      {making && <ProductForm onClose={() => setMaking(false)} />}
      {importing && <Import onClose={() => setImporting(false)} />}
      {filter.product !== undefined && <OneProduct id={filter.product} onClose={() => onFilter({ ...filter, product: undefined })} />}
    </ContentPage>
  )
}

function Price({ row: { price, sale_price: sale, currency } }: { row: Product }) {
  const say = useWords(GOODS_WORDS)
  const isLower = sale !== null && sale < price
  return (
    <>
      <span className="num">{money(isLower ? sale : price, currency)}</span>
      {isLower && <span className="block text-meta text-ink-3">{say.was(money(price, currency))}</span>}
    </>
  )
}

function Stock({ row: { stock, lowStock } }: { row: Product }) {
  const say = useWords(GOODS_WORDS)
  if (stock === null) return <span className="text-ink-3">{say.notCounted}</span>
  if (stock === 0) return <Chip tone="bad">{say.out}</Chip>
  return (
    <span className="inline-flex items-center gap-2">
      {lowStock && <Chip tone="warn">{say.low}</Chip>}
      <span className="num">{count(stock)}</span>
    </span>
  )
}

function Remove({ row: { id, title } }: { row: Product }) {
  const say = useWords(GOODS_WORDS)
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const run = async () => {
    await call(RemoveProducts, { ids: [id] })
    await client.invalidateQueries({ queryKey: [ListProducts.name] })
    notify(say.removed(title))
    setAsking(false)
  }
  return (
    <>
      <IconButton label={say.remove(title)} onClick={() => setAsking(true)}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
      <Dialog title={say.remove(title)} open={asking} onClose={() => setAsking(false)}>
        <div className="flex flex-col gap-4 text-left whitespace-normal">
          <p>{say.removeAsk}</p>
          <div className="flex gap-2">
            <Button look="bad" onClick={() => void run()}>
              {say.removeNow}
            </Button>
            <Button onClick={() => setAsking(false)}>{say.cancel}</Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}

function OneProduct({ id, onClose }: { id: string; onClose: () => void }) {
  const say = useWords(GOODS_WORDS)
  const mayWrite = useMay('documents:write')
  const query = useRead(GetProduct, { id })
  const [changing, setChanging] = useState(false)
  if (changing && query.data) return <ProductForm product={query.data.product} onClose={() => setChanging(false)} />
  return (
    <Dialog title={say.details(query.data?.product.title ?? id)} open onClose={onClose}>
      {mayWrite && (
        <div className="mb-4">
          <Button onClick={() => setChanging(true)}>{say.change}</Button>
        </div>
      )}
      <Loaded query={query}>
        {({ product, prices, counts }) => (
          <Facts
            rows={[
              [say.identity, <code key="id">{product.id}</code>],
              [say.columns.price, money(product.sale_price ?? product.price, product.currency)],
              [say.columns.stock, product.stock === null ? say.notCounted : count(product.stock)],
              [say.columns.categories, product.categories.join(', ')],
              [say.viewed, `${count(counts.views7)} · ${count(counts.views28)}`],
              [say.bought, `${count(counts.purchases7)} · ${count(counts.purchases28)}`],
              [
                say.prices,
                <ul key="prices">
                  {prices.slice(0, 8).map((each) => (
                    <li key={each.at}>
                      {money(each.sale_price ?? each.price, each.currency)} · <Moment at={each.at} />
                    </li>
                  ))}
                </ul>,
              ],
              [say.page, <code key="page">{product.url}</code>],
            ]}
          />
        )}
      </Loaded>
    </Dialog>
  )
}

/** A JSON list, or CSV as it is. */
function given(text: string): { csv: string } | { products: JsonObject[] } | undefined {
  if (!/^\s*[[{]/.test(text)) return text.trim() === '' ? undefined : { csv: text }
  try {
    const read = JSON.parse(text) as unknown
    return Array.isArray(read) ? { products: read as JsonObject[] } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** First what would happen, row by row; then the import. */
function Import({ onClose }: { onClose: () => void }) {
  const say = useWords(GOODS_WORDS)
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [currency, setCurrency] = useState('EUR')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const [tried, setTried] = useState<CatalogueChange>()
  const [done, setDone] = useState<CatalogueChange>()
  const rows = given(text)
  const isCurrency = /^[A-Z]{3}$/.test(currency)
  const run = async (dryRun: boolean) => {
    if (!rows || !isCurrency) return
    setBusy(true)
    setFailure(undefined)
    try {
      const change = await call(ImportProducts, { ...(rows as Rows), currency, dryRun })
      if (dryRun) return setTried(change)
      setDone(change)
      await client.invalidateQueries({ queryKey: [ListProducts.name] })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
    } finally {
      setBusy(false)
    }
  }
  const write = (next: string) => {
    setText(next)
    setTried(undefined)
  }
  const shown = done ?? tried
  return (
    <Dialog title={say.import} open onClose={onClose} wide>
      <div className="flex flex-col gap-4">
        {!done && (
          <>
            <label className="flex flex-col gap-1 text-dense font-medium">
              {say.file}
              <input
                type="file"
                accept=".csv,.json,text/csv,application/json"
                className="font-normal"
                onChange={(event) => void event.target.files?.[0]?.text().then(write)}
              />
              <span className="text-meta font-normal text-ink-3">{say.fileHint}</span>
            </label>
            <div className="max-h-56 overflow-y-auto">
              <Area label={say.paste} mono rows={4} value={text} error={text !== '' && !rows ? say.badFile : undefined} onChange={write} />
            </div>
            <Line
              label={say.currency}
              value={currency}
              error={isCurrency ? undefined : say.currencyBad}
              onChange={(value) => setCurrency(value.toUpperCase())}
            />
          </>
        )}
        {shown && (
          <div role="status" className="flex flex-col gap-1">
            <p className="font-medium">{done ? say.took(shown.taken, shown.rows) : say.wouldTake(shown.taken, shown.rows)}</p>
            {shown.rejected > 0 && <p className="text-bad">{say.rejected(shown.rejected)}</p>}
            <ul className="max-h-40 overflow-y-auto text-dense">
              {shown.faults.map(({ row, title }) => (
                <li key={row}>
                  {say.row(row)}: {title}
                </li>
              ))}
            </ul>
          </div>
        )}
        {failure && <Problems problems={failure.problems ?? [failure]} />}
        <div className="flex gap-2 border-t border-line pt-4">
          {done ? (
            <Button onClick={onClose}>{say.close}</Button>
          ) : (
            <>
              <Button look={tried ? 'plain' : 'primary'} busy={busy} onClick={() => void run(true)}>
                {busy ? say.trying : say.tryIt}
              </Button>
              {tried && tried.taken > 0 && (
                <Button look="primary" busy={busy} onClick={() => void run(false)}>
                  {say.takeNow(tried.taken)}
                </Button>
              )}
            </>
          )}
        </div>
      </div>
    </Dialog>
  )
}
