import { law, OWNER, type Pack } from './pack.ts'

const channels = ['email' as const, 'sms' as const, 'whatsapp' as const]

export const caCasl: Pack = {
  id: 'ca-casl',
  name: 'CASL',
  about: 'Commercial electronic messages to Canada: consent that the sender can prove, who sends, a way out.',
  owner: OWNER,
  policies: [
    law({
      id: 'casl-consent',
      name: 'Express consent, or implied consent that has not run out',
      rule: {
        kind: 'consent',
        needs: 'granted',
        basis: ['consent', 'implied-purchase', 'implied-inquiry'],
      },
      applies: { channels },
      jurisdiction: 'CA',
      citation: 'S.C. 2010 c.23 ss.6(1), 10(1), 10(9)-(10), 13',
      from: '2014-07-01',
      note: 'Implied by a purchase or contract: two years; by an inquiry: six months. Such permits end by themselves.',
    }),
    law({
      id: 'casl-identity',
      name: 'The mail says where the sender can be reached',
      rule: { kind: 'disclosure', part: 'postal-address' },
      applies: { channels: ['email'] },
      jurisdiction: 'CA',
      citation: 'S.C. 2010 c.23 s.6(2)(a)-(b)',
      from: '2014-07-01',
    }),
    law({
      id: 'casl-unsubscribe',
      name: 'The mail lets its reader unsubscribe',
      rule: { kind: 'disclosure', part: 'unsubscribe' },
      applies: { channels: ['email'] },
      jurisdiction: 'CA',
      citation: 'S.C. 2010 c.23 ss.6(2)(c), 11',
      from: '2014-07-01',
    }),
    law({
      id: 'casl-unsubscribe-text',
      name: 'The text message says how to stop',
      rule: { kind: 'disclosure', says: ['stop', 'unsubscribe', 'arret'] },
      applies: { channels: ['sms', 'whatsapp'] },
      jurisdiction: 'CA',
      citation: 'S.C. 2010 c.23 ss.6(2)(c), 11',
      from: '2014-07-01',
    }),
  ],
}
