import { useMutation } from '@tanstack/react-query'
import { ChevronDown, Download, Eraser } from 'lucide-react'
import { type FormEvent, Suspense, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { download } from '#kit/download.ts'
import { Field } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { PEOPLE } from '#kit/paths.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { ErasePerson, ExportPerson, ExportPersonEvents, ExportPersonPage, GetErasure } from '#profiles/privacy-api.ts'
import type { Profile } from '#profiles/ui/identity.tsx'
import { PERSON_WORDS } from './person-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

const EXPORTS = { json: ExportPerson, page: ExportPersonPage, events: ExportPersonEvents } as const
const ITEM = 'flex min-h-9 cursor-pointer items-center gap-2 rounded-button px-2.5 outline-none data-[focused]:bg-sunken'

/** What can be done with all that is known of a person: give it out, or erase it. Nothing is shown to whoever may do neither. */
export function PersonData({ profile }: { profile: Profile }) {
  const say = useWords(PERSON_WORDS)
  const [mayExport, mayErase] = [useMay('people:export'), useMay('people:erase')]
  const [erasing, setErasing] = useState(false)
  const exporting = useMutation({ mutationFn: (what: keyof typeof EXPORTS) => download(EXPORTS[what], { id: profile.id }) })
  if (!mayExport && !mayErase) return null
  const act = (key: string | number) => {
    if (key === 'erase') setErasing(true)
    else exporting.mutate(key as keyof typeof EXPORTS)
  }
  return (
    <>
      <MenuTrigger>
        <AriaButton className="inline-flex h-9 items-center gap-2 rounded-button border border-line-strong bg-surface px-3 font-medium hover:bg-sunken">
          {say.data}
          <ChevronDown size={15} aria-hidden="true" />
        </AriaButton>
        <Popover className="min-w-56 rounded-card border border-line bg-surface p-1 shadow-float">
          <Menu onAction={act} aria-label={say.data} className="outline-none">
            {mayExport && <Item id="json" text={say.exportJson} />}
            {mayExport && <Item id="page" text={say.exportPage} />}
            {mayExport && <Item id="events" text={say.exportEvents} />}
            {mayErase && (
              <MenuItem id="erase" textValue={say.erase} className={`${ITEM} text-bad`}>
                <Eraser size={15} aria-hidden="true" />
                {say.erase}
              </MenuItem>
            )}
          </Menu>
        </Popover>
      </MenuTrigger>
      {exporting.isError && <ErrorView error={exporting.error} />}
      {erasing && (
        <Suspense>
          <Dialog title={say.eraseTitle} open onClose={() => setErasing(false)}>
            <Erase profile={profile} onKeep={() => setErasing(false)} />
          </Dialog>
        </Suspense>
      )}
    </>
  )
}

function Item({ id, text }: { id: string; text: string }) {
  return (
    <MenuItem id={id} textValue={text} className={ITEM}>
      <Download size={15} aria-hidden="true" />
      {text}
    </MenuItem>
  )
}

function Erase({ profile, onKeep }: { profile: Profile; onKeep: () => void }) {
  const say = useWords(PERSON_WORDS)
  const name = profile.name || profile.id
  const [typed, setTyped] = useState('')
  const erase = useMutation({ mutationFn: () => call(ErasePerson, { id: profile.id }) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() === name) erase.mutate()
  }
  if (erase.data) return <Progress id={erase.data.erasure} />
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>{say.eraseWhy}</p>
      <Field label={say.eraseType(name)} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      {erase.isError && <ErrorView error={erase.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="bad" busy={erase.isPending} disabled={typed.trim() !== name}>
          {say.eraseDo}
        </Button>
        <Button onClick={onKeep}>{say.keep}</Button>
      </div>
    </form>
  )
}

const REFRESH = 1_000

function Progress({ id }: { id: string }) {
  const say = useWords(PERSON_WORDS)
  const erasure = useRead(GetErasure, { id }, { every: REFRESH })
  return (
    <Loaded query={erasure} lines={3}>
      {({ status, step, error, receipt }) => (
        <div className="flex flex-col gap-4">
          <p role="status" className="font-medium">
            {status === 'done' ? say.erased : `${say.erasing}: ${step}`}
          </p>
          {error && <p className="text-bad">{error}</p>}
          {receipt && (
            <>
              <p>{say.erasedWhy(receipt.stores.length)}</p>
              <Code label={say.receipt} text={JSON.stringify(receipt, null, 2)} />
              <ButtonLink href={PEOPLE}>{say.backToPeople}</ButtonLink>
            </>
          )}
        </div>
      )}
    </Loaded>
  )
}
