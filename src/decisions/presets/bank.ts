import type { Preset } from './schema.ts'

export const BANK: Preset = {
  industry: 'bank',
  name: 'Bank',
  about: 'Applications, and accounts that are closed. Words are reviewed by people here, so no model chooses among them.',
  documents: [
    {
      kind: 'model',
      id: 'apply',
      type: 'propensity',
      name: 'Applies within a month',
      description: 'How likely each customer applies for a card within thirty days.',
      outcome: { kind: 'converted', event: 'Card Application Submitted', within: '30d' },
      crossings: [{ id: 'likely', above: 0.2, by: 0.05 }],
    },
    {
      kind: 'model',
      id: 'churn',
      type: 'propensity',
      name: 'Closes the account',
      description: 'How likely each account is closed within thirty days.',
      outcome: { kind: 'churned', contract: true, event: 'Account Closed', within: '30d' },
      crossings: [{ id: 'at-risk', above: 0.15, by: 0.05 }],
    },
    {
      kind: 'model',
      id: 'next-offer',
      type: 'choice',
      name: 'Next best offer',
      description: 'Which offer a customer is told of. Eligibility, disclosure and opt-out are asked before it and after it.',
      within: '30d',
      // The goal's value is what a new contract brings, all told.
      margin: 1,
      unsubscribeCost: 40,
    },
    {
      kind: 'model',
      id: 'hours',
      type: 'send-time',
      name: 'Best hour',
      description: 'When each customer reads.',
      events: ['message.clicked', 'Signed In', 'Page Viewed', 'Screen Viewed'],
    },
    {
      kind: 'model',
      id: 'pressure',
      type: 'pressure',
      name: 'How much is too much',
      description: 'How answers and unsubscribes move with the number of messages, tried on a tenth of customers.',
      caps: [1, 2, 3],
    },
  ],
}
