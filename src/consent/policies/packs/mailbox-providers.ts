import { law, OWNER, type Pack } from './pack.ts'

const email = { channels: ['email' as const] }
const GMAIL = 'Gmail sender guidelines (support.google.com/a/answer/14229414); Yahoo Sender Best Practices'

export const mailboxProviders: Pack = {
  id: 'mailbox-providers',
  name: 'Gmail and Yahoo bulk rules',
  about: 'What the large mailbox providers ask of marketing mail, whoever it goes to.',
  owner: OWNER,
  policies: [
    law({
      id: 'bulk-one-click',
      name: 'Marketing mail unsubscribes with one click',
      rule: { kind: 'disclosure', part: 'one-click' },
      applies: email,
      citation: `${GMAIL}; RFC 8058`,
      from: '2024-06-01',
    }),
    law({
      id: 'bulk-visible-link',
      name: 'Marketing mail shows an unsubscribe link in its body',
      rule: { kind: 'disclosure', part: 'unsubscribe' },
      applies: email,
      citation: GMAIL,
      from: '2024-02-01',
    }),
  ],
}
