import { getRouteApi } from '@tanstack/react-router'
import { Suspense, useCallback } from 'react'
import { ACCOUNT_WORDS } from '#accounts/ui/account-words.ts'
import { Mail } from '#channels/ui/mail.tsx'
import { Mailbox } from '#channels/ui/mailbox.tsx'
import { Message } from '#channels/ui/message.tsx'
import { type MessageFilter, MessageList } from '#channels/ui/message-list.tsx'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { COMPANIES } from '#kit/paths.ts'
import { Skeleton } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { PeopleBehind } from '#measurement/ui/people-behind.tsx'
import { type PeopleFilter, PeopleList } from '#profiles/ui/people-list.tsx'
import { ListSegments } from '#segments/api.ts'

const ConditionBuilder = lazyPart(() => import('#segments/ui/condition/builder.tsx'), 'ConditionBuilder')

const people = getRouteApi('/inside/people')
const messages = getRouteApi('/inside/messages')
const message = getRouteApi('/inside/messages/$id')
const mailbox = getRouteApi('/inside/mailbox')
const mail = getRouteApi('/inside/mailbox/$id')
const behind = getRouteApi('/inside/journeys/$id/people')

/** Only what says something, so that the address stays short. */
const filled = (filter: PeopleFilter): PeopleFilter => Object.fromEntries(Object.entries(filter).filter(([, value]) => value))

export function PeoplePage() {
  const say = useWords(ACCOUNT_WORDS)
  const filter = people.useSearch()
  const navigate = people.useNavigate()
  const segments = useRead(ListSegments, {}).data?.segments ?? []
  const onFilter = useCallback((next: PeopleFilter) => void navigate({ search: filled(next), replace: true }), [navigate])
  const condition = (label: string, when: string, onChange: (when: string) => void) => (
    <Suspense fallback={<Skeleton lines={2} />}>
      <ConditionBuilder label={label} value={when} onChange={onChange} />
    </Suspense>
  )
  return (
    <PeopleList
      filter={filter}
      onFilter={onFilter}
      segments={segments.map(({ id, name }) => ({ value: id, label: name }))}
      condition={condition}
      actions={<ButtonLink href={COMPANIES}>{say.companies}</ButtonLink>}
    />
  )
}

export function MailboxPage() {
  const { q } = mailbox.useSearch()
  const navigate = mailbox.useNavigate()
  return <Mailbox q={q} onSearch={useCallback((text: string) => void navigate({ search: { q: text }, replace: true }), [navigate])} />
}

export function MessagesPage() {
  const navigate = messages.useNavigate()
  return <MessageList filter={messages.useSearch()} onFilter={(filter: MessageFilter) => void navigate({ search: filter })} />
}

export const MessagePage = () => <Message id={message.useParams().id} />
export const MailPage = () => <Mail id={mail.useParams().id} />
export const BehindPage = () => <PeopleBehind journey={behind.useParams().id} query={behind.useSearch()} />
