import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ProofPack } from '#channels/api.ts'
import { Retention } from '#channels/retention.ts'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { download } from '#kit/download.ts'
import { Field } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { PEOPLE } from '#kit/paths.ts'
import { Scroll } from '#kit/scroll.tsx'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ListErasures } from '#profiles/privacy-api.ts'
import { DocumentEditor } from '../rules/document-editor.tsx'
import { RECORD_WORDS } from './record-words.ts'
import { RETENTION_FORM } from './retention-words.ts'

const OF = { kind: 'retention', id: 'default' }
const BLANK = { otherwise: '730d', rules: [] }

/** What is kept, what goes, and how both are shown later. */
export function RetentionSettings() {
  const say = useWords(RECORD_WORDS)
  const [mayErase, mayExport] = [useMay('people:erase'), useMay('people:export')]
  const mayProve = useMay('audit:read') && mayExport
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <Kept />
      <Card title={say.policy}>
        <p className="mb-3 text-dense text-ink-2">{say.policyLead}</p>
        <div className="max-w-[720px]">
          <DocumentEditor of={OF} schema={Retention} words={RETENTION_FORM} needs="policies:publish" blank={BLANK} />
        </div>
      </Card>
      {mayErase && <Erasures />}
      {mayProve && <Proof />}
      {mayExport && (
        <p className="text-dense text-ink-2">
          {say.personExport} <Link href={PEOPLE}>{say.people}</Link>
        </p>
      )}
    </div>
  )
}

function Kept() {
  const say = useWords(RECORD_WORDS)
  return (
    <Card title={say.kept} flush>
      <Scroll label={say.howLong} className="overflow-x-auto">
        <table className="w-full min-w-[560px] border-collapse text-dense">
          <thead>
            <tr className="border-y border-line text-left text-meta text-ink-3">
              {[say.store, say.howLong, say.erasure].map((name) => (
                <th key={name} scope="col" className="h-9 px-4 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Object.entries(say.rows).map(([name, { what, howLong, erased }]) => (
              <tr key={name} className="border-b border-line align-top last:border-0">
                <th scope="row" className="px-4 py-2 text-left font-normal">
                  {what}
                </th>
                <td className="px-4 py-2">{howLong}</td>
                <td className="px-4 py-2 text-ink-2">{erased}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

type Erasure = OutputOf<typeof ListErasures>['erasures'][number]

/** A receipt is made on the server; here it only becomes a file. */
function saveReceipt({ id, receipt, receiptHash }: Erasure): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify({ receipt, sha256: receiptHash }, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `erasure-${id}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function Erasures() {
  const say = useWords(RECORD_WORDS)
  const erasures = useRead(ListErasures, {}, { every: 5_000 })
  return (
    <Card title={say.erasures} flush>
      <Loaded query={erasures} lines={2}>
        {(data) =>
          data.erasures.length === 0 ? (
            <p className="px-4 py-3 text-ink-2">{say.noErasures}</p>
          ) : (
            <Table<Erasure>
              label={say.erasures}
              rows={data.erasures}
              rowKey={({ id }) => id}
              columns={[
                { name: say.asked, cell: ({ askedAt }) => <Moment at={askedAt} exact /> },
                {
                  name: say.state,
                  cell: ({ status, step, error }) => (
                    <>
                      <Chip tone={status === 'done' ? 'ok' : 'accent'}>{status === 'done' ? say.done : say.running(step)}</Chip>
                      {error !== '' && <span className="block text-bad wrap-anywhere">{error}</span>}
                    </>
                  ),
                },
                {
                  name: say.receipt,
                  right: true,
                  width: 'w-48',
                  cell: (each) =>
                    each.receipt && (
                      <Button look="quiet" title={`${say.receiptHash}: ${each.receiptHash}`} onClick={() => saveReceipt(each)}>
                        {say.saveReceipt}
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  )
}

function Proof() {
  const say = useWords(RECORD_WORDS)
  const [missing, setMissing] = useState(false)
  const make = useMutation({
    mutationFn: (of: { person?: string; journey?: string }) => download(ProofPack, of),
    onSuccess: () => notify(say.proofMade),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [person, journey] = [String(form.get('person')).trim(), String(form.get('journey')).trim()]
    setMissing(person === '' && journey === '')
    if (person !== '') make.mutate({ person })
    else if (journey !== '') make.mutate({ journey })
  }
  return (
    <Card title={say.proof}>
      <form onSubmit={submit} className="flex max-w-[640px] flex-col gap-3">
        <p className="text-ink-2">{say.proofLead}</p>
        <Field label={say.proofPerson} name="person" maxLength={320} {...(missing && { error: say.proofOne })} />
        <Field label={say.proofJourney} name="journey" maxLength={64} />
        {make.isError && <ErrorView error={make.error} />}
        <Button className="self-start" type="submit" busy={make.isPending}>
          <Download size={15} aria-hidden="true" />
          {say.proofMake}
        </Button>
      </form>
    </Card>
  )
}
