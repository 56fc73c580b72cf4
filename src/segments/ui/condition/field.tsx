import { Frame } from '#kit/form/frame.tsx'
import { type OwnField, type Spot, useForm } from '#kit/form/spot.ts'
import { ConditionBuilder } from './builder.tsx'
import type { PlaceName } from './subjects.ts'

/** A condition as a part of a form (see `#kit/form`); `place`: what it can ask. */
export const conditionField = (place: PlaceName): OwnField =>
  function ConditionField(spot: Spot) {
    const { readOnly } = useForm()
    return (
      <Frame spot={spot} group>
        {() => (
          <ConditionBuilder
            label={spot.label}
            place={place}
            readOnly={readOnly}
            value={typeof spot.value === 'string' ? spot.value : ''}
            onChange={(text) => spot.onChange(text === '' && !spot.required ? undefined : text)}
          />
        )}
      </Frame>
    )
  }
