import { Journey } from '#journeys/schema.ts'
import { DAY, started } from './sample-shop.ts'

/** A journey that goes out to many people every week. */
export const NEWS: Journey = Journey.parse({
  kind: 'journey',
  id: 'weekly-news',
  name: 'Weekly news',
  goal: { event: 'Order Completed', within: '3d' },
  entry: { schedule: { every: 'week', on: ['mon'], time: '09:00', zone: 'profile' }, audience: 'profile.newsletter == true' },
  steps: [{ kind: 'email', id: 'mail', template: 'news', otherwise: [] }],
}) as Journey

type Status = 'running' | 'paused' | 'cancelled' | 'done'

export const broadcast = (status: Status, weeksAgo = 0) => ({
  occurrence: weeksAgo === 0 ? '2026-03-09T09:00' : '2026-03-02T09:00',
  kind: 'scheduled' as const,
  version: 1,
  status,
  due: started - weeksAgo * 7 * DAY,
  beganAt: started - weeksAgo * 7 * DAY,
  endedAt: status === 'done' ? started - weeksAgo * 7 * DAY + 90_000 : null,
  people: 100_000,
  looked: weeksAgo === 0 ? 42_000 : 100_000,
  reached: weeksAgo === 0 ? 17_310 : 41_200,
  reason: '',
})
