import type { z } from 'zod'
import { ApprovalPolicy } from './schema.ts'

const policy = (given: z.input<typeof ApprovalPolicy>): ApprovalPolicy => ApprovalPolicy.parse(given)

/** Kinds that decide what may be sent to whom, and by whom. */
const GUARDRAILS = ['approval-policy', 'contact-policy', 'policy', 'policy-pack', 'provider', 'sender']

/** Sets of policies to begin with. A new workspace has none: nobody is held up until a policy is published. */
export const STARTERS: Readonly<Record<'team' | 'bank', readonly ApprovalPolicy[]>> = {
  team: [
    policy({
      kind: 'approval-policy',
      id: 'large-or-risky',
      name: 'A second pair of eyes on what is large or risky',
      when: [
        { kind: 'reach', people: 10_000 },
        { kind: 'discount', percent: 30 },
        { kind: 'firstSend' },
        { kind: 'autonomy' },
        { kind: 'documents', kinds: GUARDRAILS },
      ],
      quorum: 1,
      deadline: '3d',
      otherwise: 'hold',
    }),
  ],
  bank: [
    policy({
      kind: 'approval-policy',
      id: 'everything',
      name: 'Nothing is sent that one other person has not seen',
      when: [{ kind: 'always' }],
      quorum: 1,
      deadline: '5d',
      otherwise: 'reject',
    }),
    policy({
      kind: 'approval-policy',
      id: 'credit',
      name: 'Offers of credit: two people',
      description:
        'FCRA firm offers of credit (15 U.S.C. 1681a(l)), Reg Z trigger terms (12 CFR 1026.16, 1026.24), UDAAP (12 U.S.C. 5531).',
      when: [{ kind: 'category', any: ['credit-offer', 'credit', 'loan', 'mortgage', 'insurance'] }],
      quorum: 2,
      deadline: '5d',
      otherwise: 'reject',
      sample: 10,
    }),
    policy({
      kind: 'approval-policy',
      id: 'guardrails',
      name: 'Policies, providers and senders: two people',
      when: [{ kind: 'documents', kinds: GUARDRAILS }],
      for: ['publish'],
      quorum: 2,
    }),
    policy({
      kind: 'approval-policy',
      id: 'large',
      name: 'Many people, much money or risky words: two people',
      when: [{ kind: 'reach', people: 50_000 }, { kind: 'spend', amount: 10_000 }, { kind: 'brandVoice', score: 40 }, { kind: 'autonomy' }],
      quorum: 2,
      deadline: '2d',
      otherwise: 'deterministic',
      sample: 10,
    }),
  ],
}
