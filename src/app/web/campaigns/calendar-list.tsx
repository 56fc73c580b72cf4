import { Button } from '#kit/button.tsx'
import { stampWithZone } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toJourney, toPeopleBehind } from '#kit/paths.ts'
import { Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import type { ShownProps } from './calendar-grid.tsx'
import { CALENDAR_WORDS } from './calendar-words.ts'

/** The same as the grid, read from top to bottom, with everything said in words. */
export function CalendarList({ items, may, onMove }: ShownProps) {
  const say = useWords(CALENDAR_WORDS)
  return (
    <Card flush className="mb-6">
      <Table
        label={say.calendar}
        rows={items}
        rowKey={(item) => item.key}
        columns={[
          {
            name: say.what,
            cell: (item) => (
              <>
                <Link href={toJourney(item.journey)}>{item.name}</Link>
                <span className="block text-meta text-ink-3">
                  {say.kinds[item.kind]} · {say.status[item.status]}
                </span>
              </>
            ),
          },
          {
            name: say.when,
            cell: (item) =>
              item.zone === 'profile' && item.local !== '' ? `${item.local.replace('T', ' ')}, ${say.ownTime}` : stampWithZone(item.begins),
          },
          { name: say.who, from: 'md', cell: (item) => item.audience.sentence || say.ownTime },
          {
            name: say.howMany,
            from: 'sm',
            cell: (item) => {
              const text = item.people === null ? say.unknown : say.people(item.people, item.exact.people)
              return item.kind === 'sent' ? <Link href={toPeopleBehind(item.journey, { of: 'entered' })}>{text}</Link> : text
            },
          },
          { name: say.sure, from: 'lg', cell: (item) => (item.exact.time ? say.exactTime : say.estimatedTime) },
          {
            name: say.deeds,
            hideName: true,
            width: 'w-32',
            right: true,
            cell: (item) =>
              may &&
              item.movable && (
                <Button aria-label={say.moveNamed(item.name)} onClick={() => onMove(item)}>
                  {say.move}
                </Button>
              ),
          },
        ]}
      />
    </Card>
  )
}
