import { DAY, started } from './sample-shop.ts'

export const segmentLines = () => [
  {
    id: 'regulars',
    name: 'Regulars in Germany',
    description: 'Ordered at least three times in 30 days.',
    when: 'profile.country == "DE" and count("Order Completed" within 30d) >= 3',
    sentence: 'country is “DE” and “Order Completed” happened at least 3 times in 30 days',
    status: 'built' as const,
    count: 1_204,
    entered7d: 88,
    left7d: 41,
    at: started - DAY,
  },
  {
    id: 'quiet',
    name: 'Gone quiet',
    description: '',
    when: 'last("Page Viewed") < now - 30d',
    sentence: '“Page Viewed” happened last more than 30 days ago',
    status: 'building' as const,
    count: 0,
    entered7d: 0,
    left7d: 0,
    at: started,
  },
]

export const segmentView = (line: ReturnType<typeof segmentLines>[number]) => ({
  ...line,
  draft: false,
  build: line.status === 'building' ? { done: 0.4, reviews: 19_200, beganAt: started, error: '' } : null,
  growth: [
    { day: '2026-11-20', entered: 12, left: 3 },
    { day: '2026-11-21', entered: 20, left: 8 },
  ],
  usedBy: [{ kind: 'journey', id: 'welcome', name: 'Welcome series' }],
})
