import type { z } from 'zod'
import type { MessageSummary } from '#channels/api.ts'
import { explain } from '#journeys/reasons.ts'
import { refuse } from '#lib/problem.ts'
import type { TimelineItem } from '#measurement/schema.ts'
import type { Key } from '#workspaces/schema.ts'
import { CART, DAY, MAIL_HTML, PEOPLE, started, WELCOME } from './sample-shop.ts'

export const sampleKeys = (): Key[] => [
  {
    id: 'k1',
    kind: 'write',
    name: 'Website',
    lastFour: 'a91f',
    scopes: [],
    createdAt: started - 40 * DAY,
    createdBy: 'Ada',
    expiresAt: null,
    revokedAt: null,
    usedAt: started - 20_000,
  },
  {
    id: 'k2',
    kind: 'secret',
    name: 'Continuous integration',
    lastFour: '77c0',
    scopes: ['documents:read', 'documents:write', 'journeys:publish'],
    createdAt: started - 12 * DAY,
    createdBy: 'Ada',
    expiresAt: null,
    revokedAt: null,
    usedAt: null,
  },
  {
    id: 'k3',
    kind: 'write',
    name: 'Old shop',
    lastFour: '0bd2',
    scopes: [],
    createdAt: started - 90 * DAY,
    createdBy: 'Ada',
    expiresAt: null,
    revokedAt: started - 30 * DAY,
    usedAt: started - 31 * DAY,
  },
]

type Summary = z.output<typeof MessageSummary>

export function messages(): Summary[] {
  const subjects = [
    'You left a lamp behind',
    'Ten percent, until Friday',
    'Welcome to the harbour',
    'Your cart is waiting, and so is a very long subject line that nobody should ever write',
    '',
  ]
  const outcomes = [
    ['sent', ''],
    ['dead', 'dead:connection refused'],
    ['skipped', 'consent_withdrawn'],
    ['ready', ''],
    ['ambiguous', ''],
    ['failed', 'failed:mailbox unknown'],
  ] as const
  return Array.from({ length: 12 }, (_, i) => {
    const [status, reason] = outcomes[i % outcomes.length]!
    return {
      id: `enr${i}:warm-mail`,
      channel: 'email' as const,
      status,
      reason,
      sentence: reason ? explain(reason) : '',
      profile: `p_${(i % 6) + 1}`,
      to: PEOPLE[i % 6]![1] ?? '',
      subject: subjects[i % subjects.length]!,
      journey: CART.id,
      journeyName: 'Abandoned cart',
      version: 3,
      step: i % 2 ? 'plain-mail' : 'warm-mail',
      lane: 'marketing' as const,
      topic: 'offers',
      attempts: status === 'dead' ? 8 : 1,
      createdAt: started - i * 200_000,
      at: started - i * 180_000,
    }
  })
}

const HEADERS: [string, string][] = [
  ['Message-ID', '<3f9c2e6a1b@mail.example.com>'],
  ['From', 'Harbour Shop <hello@mail.example.com>'],
  ['To', 'ada@example.com'],
  ['List-Unsubscribe', '<https://cadenza.example.com/u/eyJ3IjoiMSJ9.8f2b7c>, <mailto:unsubscribe@mail.example.com>'],
  ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ['Feedback-ID', 'abandoned-cart:3:offers:cadenza'],
]

export const messageView = (message: Summary) => ({
  message,
  enrollment: 'enr0',
  template: { id: 'cart-warm', version: 2 },
  history: [
    { status: 'queued', reason: '', sentence: '', at: message.createdAt },
    { status: message.status, reason: message.reason, sentence: message.sentence, at: message.at },
    ...(message.status === 'sent'
      ? [{ status: 'opened', reason: '', sentence: 'The picture that counts opens was loaded.', at: message.at + 60_000 }]
      : []),
  ],
  rendered:
    message.status === 'skipped'
      ? null
      : {
          subject: message.subject,
          html: MAIL_HTML,
          text: 'You left a lamp behind\n\nHello Ada, your cart is still here: one Harbour lamp for 39.00 EUR.\n',
        },
  archived: null,
  headers: HEADERS,
  body: null,
})

export const mailView = (id: string) => ({
  mail: {
    id,
    from: 'Harbour Shop <hello@mail.example.com>',
    to: PEOPLE[Number(id.slice(5)) % 3]![1] ?? '',
    subject: 'You left a lamp behind',
    preview: 'Hello Ada, your cart is still here: one Harbour lamp for 39.00 EUR.',
    messageId: '<3f9c2e6a1b@mail.example.com>',
    at: started - Number(id.slice(5)) * 70_000,
    size: 4_711,
  },
  html: MAIL_HTML,
  text: 'You left a lamp behind\n\nHello Ada, your cart is still here: one Harbour lamp for 39.00 EUR.\n',
  headers: HEADERS,
  source: `${HEADERS.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\nYou left a lamp behind\r\n`,
})

/** A full cap, one with room, a forbidden channel, a night, and what followed from them. */
export function pressure() {
  const sent = { id: 'e1:mail', channel: 'email', topic: 'cart', at: started - 3_600_000, status: 'confirmed' as const }
  const cap = { topic: null, lane: 'marketing' as const, freeAt: started, counted: [] }
  return {
    policy: true,
    zone: 'Europe/Oslo',
    zoneKnown: true,
    caps: [
      { ...cap, id: 'daily', channel: 'email', max: 1, per: 'day', used: 1, freeAt: started + DAY, counted: [sent] },
      { ...cap, id: 'weekly', channel: null, max: 5, per: 'week', used: 1, counted: [sent] },
      { ...cap, id: 'no-calls', channel: 'call', max: 0, per: 'day', used: 0, freeAt: null },
    ],
    quiet: [
      { channel: 'email', state: 'open' as const, until: null, reason: '', sentence: '' },
      {
        channel: 'sms',
        state: 'quiet' as const,
        until: started + DAY / 2,
        reason: 'quiet_hours',
        sentence: 'It waits for the end of the quiet hours.',
      },
    ],
    waiting: [
      {
        journey: 'welcome',
        journeyName: 'Welcome',
        version: 1,
        step: 'hello',
        stepName: 'Say hello',
        since: started - 3_600_000,
        due: started + DAY,
      },
    ],
    held: [
      {
        at: started - 1_800_000,
        channel: 'email',
        journey: 'welcome',
        journeyName: 'Welcome',
        step: 'hello',
        reason: 'capped:daily',
        sentence: 'They have had as many messages as cap “daily” allows.',
      },
    ],
  }
}

export function profile(id: string) {
  const person = PEOPLE[Number(id.slice(2)) - 1]
  if (!person)
    return refuse({
      code: 'profile.unknown',
      status: 404,
      title: 'There is no such person.',
      detail: id,
      hint: 'Search by e-mail address, user id or profile id.',
    })
  const [name, email, userId] = person
  return {
    id,
    name,
    mergedInto: null,
    ids: {
      ...(userId ? { user_id: [userId] } : {}),
      ...(email ? { email: [email] } : {}),
      anonymous_id: ['5f1c9a20-6c1e-4a55-9c4e-2a9d1f0b7e11'],
    } as Record<string, string[]>,
    attributes: [
      { name: 'plan', value: 'pro', at: started - 3 * DAY },
      { name: 'timezone', value: 'Europe/Oslo', at: started - 30 * DAY },
      { name: 'address', value: { city: 'Oslo', country: 'NO' }, at: started - 30 * DAY },
      { name: 'cart_reminder_ignored', value: true, at: started - 80_000 },
    ],
    activity: [
      { name: 'Page Viewed', count: 48, first: started - 30 * DAY, last: started - 60_000 },
      { name: 'Product Added', count: 3, first: started - 9 * DAY, last: started - 4_000_000 },
      { name: 'Order Completed', count: 1, first: started - 8 * DAY, last: started - 8 * DAY },
    ],
    consent: {
      permits: [
        { channel: 'email', topic: 'offers', status: 'withdrawn' as const, at: started - 2 * DAY, source: 'one-click' },
        { channel: 'email', topic: 'news', status: 'granted' as const, at: started - 30 * DAY, source: 'identify' },
      ],
      blocked: id === 'p_2' && email ? [{ address: email, reason: 'bounced' as const }] : [],
    },
    journeys: [
      {
        journey: CART.id,
        journeyName: 'Abandoned cart',
        version: 3,
        enrollment: 'enr0',
        key: 'c-1',
        step: 'settle',
        stepName: 'Wait 30 minutes',
        enteredAt: started - 900_000,
        since: started - 900_000,
        due: started + 900_000,
      },
      {
        journey: WELCOME.id,
        journeyName: 'Welcome series',
        version: 7,
        enrollment: 'enr1',
        key: '',
        step: 'hello',
        stepName: 'Send welcome-1',
        enteredAt: started - 60_000,
        since: started - 60_000,
        due: null,
      },
    ],
    firstSeen: started - 30 * DAY,
    lastSeen: started - 60_000,
  }
}

export function timeline(): TimelineItem[] {
  const cart = { journeyId: CART.id, version: 3, enrollmentId: 'enr0' }
  const move = { kind: 'transition' as const, ...cart, arm: 'treated' as const, value: 0, cause: '' }
  return [
    {
      kind: 'event',
      at: started - 60_000,
      type: 'page',
      name: 'Page Viewed',
      messageId: 'm9',
      properties: '{"path":"/lamps","title":"Lamps"}',
      verdict: 'accepted',
    },
    {
      ...move,
      at: started - 200_000,
      move: 'exited',
      fromStep: 'rest',
      toStep: '',
      reason: 'exit_condition:Order Completed',
      sentence: explain('exit_condition:Order Completed'),
    },
    {
      ...move,
      at: started - 210_000,
      move: 'converted',
      fromStep: '',
      toStep: '',
      value: 139.5,
      reason: 'goal',
      sentence: explain('goal'),
    },
    {
      kind: 'event',
      at: started - 211_000,
      type: 'track',
      name: 'Order Completed',
      messageId: 'm8',
      properties: '{"cart_id":"c-1","total":139.5,"currency":"EUR","items":[{"sku":"lamp","price":39}]}',
      verdict: 'accepted',
    },
    {
      kind: 'event',
      at: started - 212_000,
      type: 'track',
      name: 'Order Completed',
      messageId: 'm8',
      properties: '{}',
      verdict: 'duplicate',
    },
    {
      kind: 'delivery',
      at: started - 400_000,
      ...cart,
      effectId: 'enr0:warm-mail',
      step: 'warm-mail',
      channel: 'email',
      status: 'opened',
      reason: '',
      sentence: '',
    },
    {
      kind: 'delivery',
      at: started - 460_000,
      ...cart,
      effectId: 'enr0:warm-mail',
      step: 'warm-mail',
      channel: 'email',
      status: 'sent',
      reason: '',
      sentence: '',
    },
    { kind: 'decision', at: started - 461_000, ...cart, step: 'tone', arm: 'warm', propensity: 0.5, sentence: '' },
    { ...move, at: started - 461_500, move: 'moved', fromStep: 'settle', toStep: 'tone', reason: 'waited', sentence: explain('waited') },
    { ...move, at: started - 2_261_500, move: 'entered', fromStep: '', toStep: 'settle', reason: 'entered', sentence: explain('entered') },
    { ...move, at: started - 2 * DAY, move: 'refused', fromStep: '', toStep: '', reason: 'reentry', sentence: explain('reentry') },
  ]
}

export function report(journeyId: string, heldOut: boolean) {
  const because = (reason: string) => ({ reason, sentence: reason ? explain(reason) : '' })
  const figures = (version: number | null, scale: number) => {
    const n = (value: number) => Math.round(value * scale)
    const arm = (people: number, converted: number, value: number) => ({
      people,
      converted,
      rate: people ? converted / people : 0,
      value,
      valuePerPerson: people ? value / people : 0,
    })
    const early = scale < 0.2
    return {
      version,
      entered: { all: n(9_870), treated: n(8_880), heldOut: heldOut ? n(990) : 0 },
      refused: {
        all: n(311),
        reasons: [
          { ...because('already_in'), times: n(240) },
          { ...because('reentry'), times: n(71) },
        ],
      },
      waiting: {
        all: n(1_104),
        steps: [
          { step: 'settle', runs: n(640) },
          { step: 'opened', runs: n(310) },
          { step: 'rest', runs: n(154) },
        ],
      },
      left: {
        all: n(9_870) - n(1_104),
        reasons: [
          { ...because('completed'), runs: n(5_170) },
          { ...because('exit_condition:Order Completed'), runs: n(2_606) },
          { ...because('holdout'), runs: n(990) },
        ],
      },
      messages: [
        { channel: 'email', status: 'queued' as const, ...because(''), messages: n(7_210), people: n(6_900) },
        { channel: 'email', status: 'sent' as const, ...because(''), messages: n(6_880), people: n(6_700) },
        { channel: 'email', status: 'skipped' as const, ...because('consent_withdrawn'), messages: n(272), people: n(270) },
        { channel: 'email', status: 'failed' as const, ...because('failed:mailbox unknown'), messages: n(58), people: n(58) },
        { channel: 'email', status: 'opened' as const, ...because(''), messages: n(2_834), people: n(2_800) },
        { channel: 'email', status: 'clicked' as const, ...because(''), messages: n(431), people: n(430) },
      ],
      treated: arm(n(8_880), n(679), n(61_234)),
      heldOut: heldOut ? arm(n(990), n(52), n(4_120)) : arm(0, 0, 0),
      lift:
        heldOut && version !== null
          ? {
              conversion: { difference: 0.0239, low: early ? -0.012 : 0.0079, high: 0.0371, level: 0.95 as const },
              valuePerPerson: { difference: 2.73, low: -0.4, high: 5.9, level: 0.95 as const },
              tooEarly: early,
              tooEarlyBecause: early ? 'Too early: one side has 99 people, and each needs 100 before its figures hold.' : null,
              sentence: early
                ? 'Too early: one side has 99 people, and each needs 100 before its figures hold.'
                : 'People in the journey reached the goal 2.39 percentage points more often (between 0.79 and 3.71 percentage points; 95 %, valid however often you look).',
            }
          : null,
      noLiftBecause: !heldOut ? ('no_holdout' as const) : version === null ? ('several_versions' as const) : null,
    }
  }
  return { journeyId, asOf: Date.now(), total: figures(null, 1), versions: [figures(3, 0.9), figures(2, 0.1)] }
}
