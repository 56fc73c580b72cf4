import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import { Mail } from '#channels/ui/mail.tsx'
import { Mailbox } from '#channels/ui/mailbox.tsx'
import { Message } from '#channels/ui/message.tsx'
import { type MessageFilter, MessageList } from '#channels/ui/message-list.tsx'
import { PeopleBehind } from '#measurement/ui/people-behind.tsx'
import { PeopleList } from '#profiles/ui/people-list.tsx'

const people = getRouteApi('/inside/people')
const messages = getRouteApi('/inside/messages')
const message = getRouteApi('/inside/messages/$id')
const mailbox = getRouteApi('/inside/mailbox')
const mail = getRouteApi('/inside/mailbox/$id')
const behind = getRouteApi('/inside/journeys/$id/people')

export function PeoplePage() {
  const { q } = people.useSearch()
  const navigate = people.useNavigate()
  return <PeopleList q={q} onSearch={useCallback((text: string) => void navigate({ search: { q: text }, replace: true }), [navigate])} />
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
