import { useState } from 'react'
import type { PlannedItem } from '#journeys/campaign-api.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { useWords } from '#kit/words.ts'
import { CALENDAR_WORDS } from './calendar-words.ts'

/** Moves what goes out once, without a pointer. */
export function MoveDialog({ item, onClose, onMove }: { item: PlannedItem; onClose: () => void; onMove: (to: string) => void }) {
  const say = useWords(CALENDAR_WORDS)
  const [to, setTo] = useState(item.local)
  return (
    <Dialog title={say.moveNamed(item.name)} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (to !== '') onMove(to)
        }}
      >
        <Field
          label={say.moveTo}
          hint={say.moveHint(item.zone === 'profile' ? say.ownTime : item.zone)}
          type="datetime-local"
          required
          value={to}
          onChange={({ target }) => setTo(target.value.slice(0, 16))}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit">
            {say.moveNow}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
