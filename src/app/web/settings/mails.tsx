import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, keyOf, useRead } from '#kit/api.ts'
import { Card } from '#kit/page.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { GetMailChoices, type MailKind, PutMailChoice } from '#workspaces/mail-choices-api.ts'
import { RECORD_WORDS } from './record-words.ts'

/** Which mails of the programme the reader gets. */
export function Mails() {
  const say = useWords(RECORD_WORDS)
  const client = useQueryClient()
  const read = useRead(GetMailChoices, {})
  const choose = useMutation({
    mutationFn: (choice: { kind: MailKind; wanted: boolean }) => call(PutMailChoice, choice),
    onSuccess: (answer) => {
      client.setQueryData(keyOf(GetMailChoices, {}), answer)
      notify(say.chosen)
    },
    onSettled: () => setChosen({}),
  })
  // What was chosen shows at once; a refusal puts it back.
  const [chosen, setChosen] = useState<Partial<Record<MailKind, boolean>>>({})
  const put = (kind: MailKind, wanted: boolean) => {
    setChosen({ ...chosen, [kind]: wanted })
    choose.mutate({ kind, wanted })
  }
  return (
    <Card title={say.mailOn}>
      <Loaded query={read} lines={3}>
        {({ choices, possible }) => (
          <div className="flex flex-col gap-2">
            <p className="text-ink-2">{say.mailsLead}</p>
            {!possible && <p className="text-dense text-warn">{say.mailsNot}</p>}
            {choices.map(({ kind, wanted }) => (
              <label key={kind} className="flex min-h-9 items-center gap-3">
                <input
                  type="checkbox"
                  className="size-5"
                  checked={chosen[kind] ?? wanted}
                  onChange={(event) => put(kind, event.target.checked)}
                />
                {say.mails[kind]}
              </label>
            ))}
          </div>
        )}
      </Loaded>
      {choose.isError && <ErrorView error={choose.error} />}
    </Card>
  )
}
