import { z } from 'zod'

const Name = z.string().min(1).max(200)
/** What people are put into groups by: as they are now, or what the event that began it said. */
export const Grouping = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('attribute'), attribute: Name }),
  z.strictObject({ by: z.literal('segment'), segment: Name }),
  z.strictObject({ by: z.literal('property'), property: Name }),
])
export type Grouping = z.output<typeof Grouping>

/** More groups than these are put together, the smallest ones. */
export const MOST_GROUPS = 12
export const OTHERS = 'others'
/** The group of everybody, where nobody is parted. */
export const EVERYBODY = 'everybody'

/** What groups mean, for the definitions beside the numbers. */
export function groupsInWords(grouping: Grouping | undefined): string {
  switch (grouping?.by) {
    case undefined:
      return 'Everybody stands together.'
    case 'attribute':
      return `By the attribute “${grouping.attribute}” as it is now, not as it was then.`
    case 'segment':
      return `Whether they are in the segment “${grouping.segment}” now; whoever stays long has had more time to come into it.`
    case 'property':
      return `By “${grouping.property}” of the event that began it.`
  }
}
