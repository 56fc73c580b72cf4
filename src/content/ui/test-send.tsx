import { useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call, type Failure, Refused, useRead } from '#kit/api.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { useMe } from '#kit/me.ts'
import { toMessage } from '#kit/paths.ts'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { AddTestAddress, ConfirmTestAddress, ListTestAddresses, RemoveTestAddress, TestTemplate } from '../check-api.ts'
import type { Template } from '../schema.ts'
import { Line, Tick } from './fields.tsx'
import type { Body } from './message-fields.tsx'
import { textOf } from './message-fields.tsx'
import { PREVIEW_WORDS } from './preview-words.ts'
import { Problems } from './problems.tsx'

interface TestSendProps {
  readonly body: Body
  readonly profileId: string | undefined
  readonly locale: string | undefined
  readonly onClose: () => void
}
type Channel = Template['channel']

/** Sends the draft to colleagues, marked, by the way that messages go. */
export function TestSend({ body, profileId, locale, onClose }: TestSendProps) {
  const say = useWords(PREVIEW_WORDS)
  const me = useMe()
  const channel = (textOf(body['channel']) || 'email') as Channel
  const addresses = useRead(ListTestAddresses, {})
  const own = channel === 'email' && me.person ? [me.person.email] : []
  const [to, setTo] = useState<readonly string[]>(own)
  const [other, setOther] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure>()
  const [sent, setSent] = useState<readonly { id: string; to: string }[]>()
  const all = [...to, ...(other.trim() === '' ? [] : [other.trim()])]
  const known = (addresses.data?.addresses ?? []).filter((each) => each.channel === channel)
  const send = async () => {
    setBusy(true)
    setFailure(undefined)
    try {
      const { messages } = await call(TestTemplate, { draft: body as unknown as Template, profileId, locale, to: [...all] })
      setSent(messages)
      notify(say.testDone(messages.length))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
    } finally {
      setBusy(false)
    }
  }
  const toggle = (address: string) => (on: boolean) => setTo(on ? [...to, address] : to.filter((each) => each !== address))
  if (sent) return <Sent sent={sent} onAgain={() => setSent(undefined)} onClose={onClose} />
  return (
    <Dialog title={say.testTitle} open onClose={onClose} wide>
      <div className="flex flex-col gap-4">
        <p className="text-ink-2">{say.testLead}</p>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium">{say.testTo}</legend>
          {own.map((address) => (
            <Tick key={address} label={`${say.testOwn}: ${address}`} checked={to.includes(address)} onChange={toggle(address)} />
          ))}
          {known.map(({ address, confirmed }) =>
            confirmed ? (
              <KnownAddress key={address} channel={channel} address={address} checked={to.includes(address)} onToggle={toggle(address)} />
            ) : (
              <Confirm key={address} channel={channel} address={address} />
            ),
          )}
          {channel === 'email' && <Line label={say.testOther} type="email" value={other} onChange={setOther} />}
        </fieldset>
        <AddAddress channel={channel} />
        {failure && <Problems problems={failure.problems ?? [failure]} />}
        {all.length > 5 && <p className="text-bad">{say.testMost}</p>}
        <div className="flex flex-wrap items-center gap-3 border-t border-line pt-4">
          <Button look="primary" busy={busy} onClick={() => all.length > 0 && all.length <= 5 && void send()}>
            {say.testSend(all.length)}
          </Button>
          {all.length === 0 && <span className="text-dense text-ink-3">{say.testNone}</span>}
        </div>
      </div>
    </Dialog>
  )
}

function Sent({ sent, onAgain, onClose }: { sent: readonly { id: string; to: string }[]; onAgain: () => void; onClose: () => void }) {
  const say = useWords(PREVIEW_WORDS)
  return (
    <Dialog title={say.testTitle} open onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p role="status" className="font-medium text-ok">
          {say.testDone(sent.length)}
        </p>
        <ul className="flex flex-col gap-1">
          {sent.map(({ id, to }) => (
            <li key={id}>
              <Link href={toMessage(id)}>{say.testFollow(to)}</Link>
            </li>
          ))}
        </ul>
        <div className="flex gap-2">
          <Button onClick={onAgain}>{say.testAgain}</Button>
          <Button onClick={onClose}>{say.close}</Button>
        </div>
      </div>
    </Dialog>
  )
}

function KnownAddress(props: { channel: Channel; address: string; checked: boolean; onToggle: (on: boolean) => void }) {
  const say = useWords(PREVIEW_WORDS)
  const client = useQueryClient()
  const { channel, address, checked, onToggle } = props
  const remove = async () => {
    await call(RemoveTestAddress, { channel, address })
    onToggle(false)
    await client.invalidateQueries({ queryKey: [ListTestAddresses.name] })
    notify(say.testRemoved(address))
  }
  return (
    <div className="flex items-center justify-between gap-2">
      <Tick label={address} checked={checked} onChange={onToggle} />
      <IconButton label={say.remove(address)} onClick={() => void remove()}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
    </div>
  )
}

/** Runs a change of test addresses, and keeps what was refused. */
function useAddressChange() {
  const client = useQueryClient()
  const [failure, setFailure] = useState<Failure>()
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setFailure(undefined)
    try {
      await work()
      await client.invalidateQueries({ queryKey: [ListTestAddresses.name] })
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
      return false
    }
  }
  return { failure, run }
}

function AddAddress({ channel }: { channel: Channel }) {
  const say = useWords(PREVIEW_WORDS)
  const { failure, run } = useAddressChange()
  const [address, setAddress] = useState('')
  const add = async () => {
    const written = address.trim()
    if (written.length < 3 || !(await run(() => call(AddTestAddress, { channel, address: written })))) return
    setAddress('')
    notify(say.testCodeSent(written))
  }
  return (
    <details>
      <summary className="w-fit font-medium text-accent">{say.testNew}</summary>
      <div className="mt-2 flex flex-wrap items-end gap-2">
        <div className="min-w-52 flex-1">
          <Line label={say.testAddress} value={address} onChange={setAddress} />
        </div>
        <Button onClick={() => void add()}>{say.testSendCode}</Button>
      </div>
      {failure && <Problems problems={[failure]} />}
    </details>
  )
}

function Confirm({ channel, address }: { channel: Channel; address: string }) {
  const say = useWords(PREVIEW_WORDS)
  const { failure, run } = useAddressChange()
  const [code, setCode] = useState('')
  return (
    <div className="rounded-input bg-sunken p-2">
      <p className="text-dense">
        {address} · <span className="text-warn">{say.testUnconfirmed}</span>
      </p>
      <div className="flex flex-wrap items-end gap-2">
        <Line label={say.testCode} value={code} onChange={setCode} />
        <Button onClick={() => void run(() => call(ConfirmTestAddress, { channel, address, code: code.trim() }))}>{say.testConfirm}</Button>
      </div>
      {failure && <Problems problems={[failure]} />}
    </div>
  )
}
