import { z } from 'zod'

/** What a number is, so that it can be written: `share` 0…1, `points` a difference of shares, `duration` ms, `time` epoch ms, `money` in the workspace's currency. */
export const ColumnType = z.enum(['text', 'count', 'number', 'share', 'points', 'money', 'time', 'duration'])
export type ColumnType = z.output<typeof ColumnType>

export const Cell = z.union([z.string(), z.number(), z.null()])
export type Cell = z.output<typeof Cell>

/** Of what kind the codes in the cells of a column are, where they are codes of ours (`cells.ts` has their words). */
export const Codes = z.enum([
  'measured',
  'standing',
  'role',
  'verdict',
  'arm',
  'period',
  'group',
  'move',
  'outcome',
  'channel',
  'cost',
  'weekday',
  'domain',
  'touch',
])
export type Codes = z.output<typeof Codes>
