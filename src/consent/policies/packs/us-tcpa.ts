import { law, NEEDS_COUNSEL, OWNER, type Pack } from './pack.ts'

const texts = { channels: ['sms' as const] }
const TCPA = '2013-10-16'
type Windows = readonly {
  readonly days?: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
  readonly from: string
  readonly to: string
}[]
const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const every = (from: string, to: string): Windows => [{ from, to }]
const notSundays = (from: string, to: string): Windows => [{ days: week, from, to }]
const DISAGREE = 'Secondary tables (referrizer.com, dropcowboy.com, 2025-11-01)'

interface State {
  readonly state: string
  readonly name: string
  readonly windows: Windows
  readonly citation: string
  readonly from: string
  readonly note?: string
}

const hoursOf = ({ state, name, windows, citation, from, note }: State) =>
  law({
    id: `hours-${state.toLowerCase()}`,
    name: `Texts that sell, in ${name}: only at these hours`,
    rule: { kind: 'hours', windows: windows.map(({ days, ...times }) => ({ ...times, ...(days && { days: [...days] }) })) },
    applies: texts,
    jurisdiction: `US-${state}`,
    citation,
    from,
    ...(note === undefined ? {} : { note }),
  })

const dailyOf = ({ state, name, citation, from }: Omit<State, 'windows'>) =>
  law({
    id: `daily-${state.toLowerCase()}`,
    name: `Texts that sell, in ${name}: at most three within 24 hours`,
    rule: { kind: 'frequency', max: 3, within: '24h' },
    applies: texts,
    jurisdiction: `US-${state}`,
    citation,
    from,
    note: 'The statute counts those on the same subject; here all marketing texts count.',
  })

const counsel = (state: string, name: string, windows: Windows): State => ({
  state,
  name,
  windows,
  citation: DISAGREE,
  from: '2024-01-01',
  note: NEEDS_COUNSEL,
})

const FLORIDA = { state: 'FL', name: 'Florida', citation: 'Fla. Stat. 501.616(6)(a)-(b)', from: '2021-07-01' }
const OKLAHOMA = { state: 'OK', name: 'Oklahoma', citation: '15 O.S. 775C.4', from: '2022-11-01' }
const MARYLAND = { state: 'MD', name: 'Maryland', citation: 'Md. Com. Law 14-4502', from: '2024-01-01' }

export const usTcpa: Pack = {
  id: 'us-tcpa',
  name: 'TCPA and state telemarketing laws',
  about:
    'Marketing texts to the United States: written consent, hours by every clock the person may live by, and the daily limits of the states.',
  owner: OWNER,
  policies: [
    law({
      id: 'tcpa-written-consent',
      name: 'Marketing texts need prior express written consent',
      rule: { kind: 'consent', needs: 'granted', basis: ['consent'], written: true },
      applies: texts,
      jurisdiction: 'US',
      citation: '47 CFR 64.1200(a)(2), (f)(9)',
      from: TCPA,
    }),
    law({
      id: 'tcpa-revocation',
      name: 'Nobody who has said stop is texted',
      rule: { kind: 'consent', needs: 'not-withdrawn' },
      applies: texts,
      jurisdiction: 'US',
      citation: '47 CFR 64.1200(a)(10)-(12)',
      from: '2025-04-11',
      note: 'The law gives ten business days; here it holds at once. “Revoke all” is put off to 2027-01-31 (DA 26-12).',
    }),
    law({
      id: 'tcpa-hours',
      name: 'Solicitations between 8:00 and 21:00 by the clock of whom they reach',
      rule: {
        kind: 'hours',
        windows: [{ from: '08:00', to: '21:00' }],
        unknown: {
          zones: ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles'],
          windows: [{ from: '12:00', to: '20:00' }],
        },
      },
      applies: texts,
      jurisdiction: 'US',
      citation: '47 CFR 64.1200(c)(1)',
      from: TCPA,
      note: 'Where no clock is known: 12:00 to 20:00 by every clock from Eastern to Pacific (a rule of prudence).',
    }),
    law({
      id: 'tcpa-stop-words',
      name: 'A marketing text says how to stop',
      rule: { kind: 'disclosure', says: ['stop'] },
      applies: texts,
      jurisdiction: 'US',
      citation: '47 CFR 64.1200(a)(10); CTIA Messaging Principles 5.1.3',
      from: TCPA,
    }),
    hoursOf({ ...FLORIDA, windows: every('08:00', '20:00') }),
    dailyOf(FLORIDA),
    hoursOf({ ...OKLAHOMA, windows: every('08:00', '20:00') }),
    dailyOf(OKLAHOMA),
    hoursOf({ ...MARYLAND, windows: every('08:00', '20:00') }),
    dailyOf(MARYLAND),
    hoursOf({
      state: 'TX',
      name: 'Texas',
      windows: [
        { days: week, from: '09:00', to: '21:00' },
        { days: ['sun'], from: '12:00', to: '21:00' },
      ],
      citation: 'Tex. Bus. & Com. Code 301.051; SB 140 (2025)',
      from: '2025-09-01',
      note: 'Texts count as solicitations from 2025-09-01.',
    }),
    hoursOf(counsel('CT', 'Connecticut', every('09:00', '20:00'))),
    hoursOf(counsel('AL', 'Alabama', notSundays('08:00', '20:00'))),
    hoursOf(counsel('LA', 'Louisiana', notSundays('08:00', '20:00'))),
    hoursOf(counsel('MS', 'Mississippi', notSundays('08:00', '20:00'))),
    hoursOf(
      counsel('RI', 'Rhode Island', [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' },
        { days: ['sat', 'sun'], from: '10:00', to: '17:00' },
      ]),
    ),
    hoursOf(counsel('KY', 'Kentucky', every('10:00', '21:00'))),
    hoursOf(counsel('NJ', 'New Jersey', every('08:00', '20:00'))),
    hoursOf(counsel('MA', 'Massachusetts', every('08:00', '20:00'))),
    hoursOf(counsel('WA', 'Washington', every('08:00', '20:00'))),
  ],
}
