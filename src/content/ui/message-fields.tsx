import type { NameOption } from '#content/liquid-names.ts'
import type { ReadContentNames } from '#content/list-api.ts'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { Area, Choose, Line } from './fields.tsx'
import { InsertName } from './insert-name.tsx'
import { STUDIO_WORDS } from './studio-words.ts'

export type Body = Readonly<Record<string, Json | undefined>>
type Known = OutputOf<typeof ReadContentNames>

export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

export interface MessageFieldsProps {
  readonly body: Body
  /** '' for the default language, else `/locales/de`. */
  readonly under: string
  /** The words of the language that is shown. */
  readonly words: Body
  readonly names: readonly NameOption[]
  readonly known: Known | undefined
  readonly set: (at: string, value: Json | undefined) => void
  readonly channel: string
}

/** One text with values at its end. */
export function Written({
  label,
  name,
  hint,
  rows = 1,
  one = true,
  ...props
}: MessageFieldsProps & { label: string; name: string; hint?: string; rows?: number; one?: boolean }) {
  const { names, set, under, words, body } = props
  const value = textOf(words[name])
  const at = `${under}/${name}`
  const change = (text: string) => set(at, (one ? text.replace(/\n/g, ' ') : text) || undefined)
  const shown = value === '' && under !== '' ? textOf(body[name]) : ''
  return (
    <Area
      label={label}
      rows={rows}
      value={value}
      place={at}
      hint={[hint, shown].filter(Boolean).join(' · ')}
      aside={<InsertName names={names} onInsert={(text) => change(value + text)} />}
      onChange={change}
    />
  )
}

/** Subject and preheader of a mail, with how long they are. */
export function MailHead(props: MessageFieldsProps) {
  const say = useWords(STUDIO_WORDS)
  const { words } = props
  return (
    <>
      <Written
        {...props}
        label={say.message.subject}
        name="subject"
        hint={say.message.subjectCount([...textOf(words['subject'])].length)}
      />
      <Written
        {...props}
        label={say.message.preheader}
        name="preheader"
        hint={say.message.preheaderCount([...textOf(words['preheader'])].length)}
      />
    </>
  )
}

/** Title, words, address and picture of a notification; the words of a text message. */
export function Texts(props: MessageFieldsProps) {
  const say = useWords(STUDIO_WORDS)
  if (props.channel === 'push' || props.channel === 'inapp')
    return (
      <>
        <Written {...props} label={say.message.title} name="title" />
        <Written {...props} label={say.message.body} name="body" rows={3} one={false} />
        <Written {...props} label={say.message.url} name="url" />
        <Written {...props} label={say.message.image} name="image" />
      </>
    )
  return <Written {...props} label={say.message.sms} name="text" rows={4} one={false} />
}

/** Who writes, why and about what; the text part of a mail. */
export function About({ body, channel, known, set, under, ...props }: MessageFieldsProps) {
  const say = useWords(STUDIO_WORDS)
  const sender = known?.senders.find(({ id }) => id === textOf(body['sender']))
  if (under !== '')
    return channel === 'email' ? (
      <Written
        {...props}
        {...{ body, channel, known, set, under }}
        label={say.message.text}
        name="text"
        hint={say.message.textHint}
        rows={3}
        one={false}
      />
    ) : null
  const choices = (first: string, list: readonly { id: string; name: string }[], value: string) => [
    { value: '', label: first },
    ...(value === '' || list.some(({ id }) => id === value) ? [] : [{ value, label: value }]),
    ...list.map(({ id, name }) => ({ value: id, label: name })),
  ]
  const choose = (
    name: string,
    { label, first, list, hint }: { label: string; first: string; list: readonly { id: string; name: string }[]; hint?: string },
  ) => (
    <Choose
      label={label}
      value={textOf(body[name])}
      hint={hint}
      choices={choices(first, list, textOf(body[name]))}
      onChange={(value) => set(`/${name}`, value || undefined)}
    />
  )
  return (
    <>
      <Line
        label={say.message.name}
        value={textOf(body['name'])}
        hint={say.message.nameHint}
        place="/name"
        onChange={(value) => set('/name', value || undefined)}
      />
      {channel === 'email' &&
        choose('sender', {
          label: say.message.sender,
          first: say.message.senderOwn,
          list: (known?.senders ?? []).map(({ id, from }) => ({ id, name: from })),
          ...(sender?.replyTo && { hint: say.message.replyTo(sender.replyTo) }),
        })}
      {channel === 'email' && choose('brand', { label: say.message.brand, first: say.message.brandOwn, list: known?.brands ?? [] })}
      <Choose
        label={say.message.purpose}
        value={textOf(body['purpose']) || 'marketing'}
        choices={[
          { value: 'marketing', label: say.message.marketing },
          { value: 'transactional', label: say.message.transactional },
        ]}
        onChange={(value) => set('/purpose', value === 'marketing' ? undefined : value)}
      />
      {choose('topic', { label: say.message.topic, first: say.message.topicOwn, list: known?.topics ?? [] })}
      <Line
        label={say.message.locale}
        value={textOf(body['locale'])}
        hint={say.languageHint}
        onChange={(value) => set('/locale', value || undefined)}
      />
      {channel === 'email' && (
        <Area
          label={say.message.text}
          rows={3}
          value={textOf(body['text'])}
          hint={say.message.textHint}
          place="/text"
          onChange={(value) => set('/text', value || undefined)}
        />
      )}
    </>
  )
}
