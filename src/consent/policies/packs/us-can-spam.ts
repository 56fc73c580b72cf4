import { law, OWNER, type Pack } from './pack.ts'

const email = { channels: ['email' as const] }

export const usCanSpam: Pack = {
  id: 'us-can-spam',
  name: 'CAN-SPAM',
  about: 'Commercial e-mail to the United States: a way out that works, a postal address, honest subject lines.',
  owner: OWNER,
  policies: [
    law({
      id: 'can-spam-unsubscribe',
      name: 'Every commercial mail lets its reader unsubscribe',
      rule: { kind: 'disclosure', part: 'unsubscribe' },
      applies: email,
      jurisdiction: 'US',
      citation: '15 USC 7704(a)(3), (a)(5)(A)(ii)',
      from: '2004-01-01',
    }),
    law({
      id: 'can-spam-postal-address',
      name: 'Every commercial mail holds the sender’s postal address',
      rule: { kind: 'disclosure', part: 'postal-address' },
      applies: email,
      jurisdiction: 'US',
      citation: '15 USC 7704(a)(5)(A)(iii)',
      from: '2004-01-01',
    }),
    law({
      id: 'can-spam-opt-out',
      name: 'Nobody who has opted out is mailed',
      rule: { kind: 'consent', needs: 'not-withdrawn' },
      applies: email,
      jurisdiction: 'US',
      citation: '15 USC 7704(a)(4)',
      from: '2004-01-01',
      note: 'The law gives ten business days; here it holds at once.',
    }),
    law({
      id: 'can-spam-subject',
      name: 'A subject line does not pretend to be an answer or an official notice',
      rule: {
        kind: 'wording',
        in: 'subject',
        forbid: ['re:', 'fw:', 'fwd:', 'final notice', 'legal notice', 'your account has been suspended', 'action required by law'],
      },
      applies: email,
      jurisdiction: 'US',
      citation: '15 USC 7704(a)(2)',
      from: '2004-01-01',
    }),
  ],
}
