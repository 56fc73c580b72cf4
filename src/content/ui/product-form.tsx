import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Failure, Refused } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { problemsOf } from '#kit/form/from-zod.ts'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import type { InputOf } from '#lib/action.ts'
import { GetProduct, ImportProducts, ListProducts, Product } from '../catalogue.ts'
import { GOODS_FIELD_WORDS } from './goods-field-words.ts'
import { Problems } from './problems.tsx'

const WORDS = words(
  {
    add: 'New product',
    change: (name: string) => `Change ${name}`,
    save: 'Save product',
    saved: (name: string) => `${name} is in the catalogue`,
    cancel: 'Cancel',
    from: 'Templates show it from now on. A feed or an import that names the same id writes over it.',
  },
  {
    de: {
      add: 'Neues Produkt',
      change: (name) => `${name} ändern`,
      save: 'Produkt speichern',
      saved: (name) => `${name} ist im Katalog`,
      cancel: 'Abbrechen',
      from: 'Vorlagen zeigen es ab jetzt. Ein Feed oder ein Import mit derselben Kennung überschreibt es.',
    },
  },
)

/** Without what is kept besides. */
export type Goods = InputOf<typeof ImportProducts>['products'] extends (infer Row)[] | undefined ? Row : never

const BLANK: Goods = { id: '', title: '', url: 'https://', price: 0, currency: 'EUR' }
const PARTS = Object.keys(Product.shape)

/** A product as a form: a new one, or one that is in the catalogue. */
export function ProductForm({ product, onClose }: { product?: Readonly<Record<string, unknown>>; onClose: () => void }) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  const [value, setValue] = useState<Readonly<Record<string, unknown>>>(() => (product ? known(product) : BLANK))
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const problems = problemsOf(Product, value)
  const save = async () => {
    setTried(true)
    if (busy || problems.length > 0) return
    setBusy(true)
    setFailure(undefined)
    try {
      const change = await call(ImportProducts, { products: [value as Goods] })
      if (change.taken === 0) return setFailure({ code: 'product.row', status: 422, title: change.faults[0]?.title ?? '' } as Failure)
      await client.invalidateQueries({ predicate: ({ queryKey }) => [ListProducts.name, GetProduct.name].includes(String(queryKey[0])) })
      notify(say.saved(String(value['title'])))
      onClose()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={product ? say.change(String(product['title'])) : say.add} open onClose={onClose} wide>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <p className="text-ink-2">{say.from}</p>
        <SchemaForm
          schema={Product}
          value={value}
          onChange={(next) => setValue((next ?? {}) as Readonly<Record<string, unknown>>)}
          problems={tried ? problems : []}
          words={GOODS_FIELD_WORDS}
          {...(product && { fields: SETTLED })}
        />
        {failure && <Problems problems={failure.problems ?? [failure]} />}
        <div className="flex gap-2 border-t border-line pt-4">
          <Button look="primary" type="submit" busy={busy}>
            {say.save}
          </Button>
          <Button onClick={onClose}>{say.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

/** The id of a product that is there is settled. */
const SETTLED = { id: null }

const known = (product: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(PARTS.filter((name) => name in product).map((name) => [name, product[name]]))
