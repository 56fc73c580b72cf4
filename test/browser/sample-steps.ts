import { Journey } from '#journeys/schema.ts'

/** Every kind of step, for the canvas, the outline and the panel. */
export const EVERY_KIND = Journey.parse({
  kind: 'journey',
  id: 'every-kind',
  name: 'Every kind of step',
  goal: { event: 'Order Completed', within: '90d' },
  entry: { event: 'Signed Up' },
  default: { otherwise: 'continue' },
  steps: [
    {
      kind: 'wait',
      id: 'office',
      window: { days: ['mon', 'tue'], from: '09:00', to: '17:00', except: ['2026-12-25', 'de'], spread: '15m' },
    },
    {
      kind: 'wait',
      id: 'renewal',
      until: { date: 'profile.renewal_date', offset: '-14d', time: '09:00' },
      otherwise: [{ kind: 'exit', id: 'none' }],
    },
    {
      kind: 'call',
      id: 'score',
      url: 'https://ml.example.com/score',
      save: 'score',
      otherwise: [{ kind: 'stop', id: 'halt', journey: 'welcome' }],
    },
    {
      kind: 'hold',
      id: 'ask',
      note: 'Forty percent for this one?',
      upTo: '2d',
      then: [{ kind: 'start', id: 'go', journey: 'welcome', with: { gift: true } }],
    },
    {
      kind: 'repeat',
      id: 'again',
      times: 3,
      until: 'profile.paid == true',
      steps: [
        {
          kind: 'message',
          id: 'alert',
          ways: [{ email: { template: 'cart-warm' } }, { webhook: { url: 'https://sms.example.com/send' } }],
        },
        {
          kind: 'waitFor',
          id: 'reply',
          mode: 'ranked',
          upTo: '1d',
          on: [
            { id: 'bought', label: 'Bought', event: 'Order Completed' },
            {
              id: 'looked',
              label: 'Looked',
              event: 'Product Viewed',
              steps: [{ kind: 'notify', id: 'tell', to: ['sales@shop.example'], text: 'Call {{ profile.name }}' }],
            },
          ],
        },
      ],
    },
    {
      kind: 'split',
      id: 'tenth',
      cohort: 'spring',
      arms: [
        { id: 'test', percent: 10, steps: [] },
        { id: 'rest', percent: 90, steps: [] },
      ],
    },
  ],
})

/** Who waits for a decision there. */
export const HELD = {
  profile: 'p_1',
  enrollment: 'enr7',
  journey: EVERY_KIND.id,
  journeyName: 'Every kind of step',
  version: 1,
  step: 'ask',
  stepName: 'Hold for a decision',
  note: 'Forty percent for this one?',
  for: 'approvals:decide' as const,
  since: Date.now() - 3_600_000,
  until: Date.now() + 86_400_000,
}
