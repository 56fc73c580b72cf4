import { law, OWNER, type Pack } from './pack.ts'

const direct = ['email' as const, 'sms' as const, 'whatsapp' as const, 'push' as const]
const jurisdictions = ['EEA', 'GB']

export const euPrivacy: Pack = {
  id: 'eu-privacy',
  name: 'GDPR and ePrivacy',
  about:
    'Direct marketing to people in the European Economic Area and the United Kingdom: opt-in or soft opt-in, and an objection that is absolute.',
  owner: OWNER,
  policies: [
    law({
      id: 'eprivacy-consent',
      name: 'Electronic marketing needs consent, or the soft opt-in of an own customer',
      rule: { kind: 'consent', needs: 'granted', basis: ['consent', 'soft-opt-in'] },
      applies: { channels: direct, jurisdictions },
      jurisdiction: 'EEA',
      citation: 'Directive 2002/58/EC Art. 13(1)-(2); GDPR Art. 7(1)',
      from: '2018-05-25',
      note: 'Soft opt-in: address got with a sale, similar products of one’s own, opt-out offered then and in each message.',
    }),
    law({
      id: 'gdpr-objection',
      name: 'An objection to direct marketing is absolute',
      rule: { kind: 'consent', needs: 'not-withdrawn' },
      applies: { jurisdictions },
      jurisdiction: 'EEA',
      citation: 'GDPR Art. 7(3), 21(2)-(3)',
      from: '2018-05-25',
    }),
    law({
      id: 'eprivacy-way-out',
      name: 'Every marketing mail offers a way out',
      rule: { kind: 'disclosure', part: 'unsubscribe' },
      applies: { channels: ['email'], jurisdictions },
      jurisdiction: 'EEA',
      citation: 'Directive 2002/58/EC Art. 13(2), 13(4)',
      from: '2018-05-25',
    }),
    law({
      id: 'eprivacy-way-out-text',
      name: 'Every marketing text offers a way out',
      rule: { kind: 'disclosure', says: ['stop', 'stopp', 'unsubscribe', 'opt out', 'abmelden', 'meld deg av'] },
      applies: { channels: ['sms', 'whatsapp'], jurisdictions },
      jurisdiction: 'EEA',
      citation: 'Directive 2002/58/EC Art. 13(2), 13(4)',
      from: '2018-05-25',
    }),
  ],
}
