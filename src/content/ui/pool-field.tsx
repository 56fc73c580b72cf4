import { useRead } from '#kit/api.ts'
import { Combobox } from '#kit/form/combobox.tsx'
import { Frame } from '#kit/form/frame.tsx'
import { type Spot, useForm } from '#kit/form/spot.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'

/** A pool of coupons, by its name; one that is not there yet may be named before it is made. */
export function PoolField(spot: Spot) {
  const { readOnly } = useForm()
  const { data } = useRead(ListDocuments, { kind: 'coupon-pool' })
  const choices = (data?.documents ?? []).map(({ id, name }) => ({
    value: id,
    label: name || id,
    ...(name && name !== id && { note: id }),
  }))
  return (
    <Frame spot={spot}>
      {(ids) => (
        <Combobox
          {...ids}
          readOnly={readOnly}
          value={typeof spot.value === 'string' ? spot.value : ''}
          placeholder=""
          choices={choices}
          onChange={(text) => spot.onChange(text === '' && !spot.required ? undefined : text)}
        />
      )}
    </Frame>
  )
}
