import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instant } from './instant.ts'

test('ISO 8601 texts are the instants that Temporal reads', () => {
  const pad = (size: number) => (value: number) => String(value).padStart(size, '0')
  const two = (max: number) => fc.integer({ min: 0, max }).map(pad(2))
  const date = fc.tuple(fc.integer({ min: 1890, max: 2210 }).map(pad(4)), two(13), two(32)).map((parts) => parts.join('-'))
  const seconds = fc.oneof(
    fc.constant(''),
    fc.tuple(two(60), fc.constantFrom('', '.5', '.123', '.999999999', '.1234567890')).map(([s, fraction]) => `:${s}${fraction}`),
  )
  const zone = fc.oneof(
    fc.constantFrom('', 'Z'),
    fc.tuple(fc.constantFrom('+', '-'), two(15), two(60)).map(([sign, h, m]) => `${sign}${h}:${m}`),
  )
  const time = fc.tuple(fc.constantFrom('T', ' '), two(24), two(60), seconds, zone).map(([t, h, m, s, z]) => `${t}${h}:${m}${s}${z}`)
  let real = 0
  fc.assert(
    fc.property(date, fc.oneof(fc.constant(''), time), (day, clock) => {
      const read = instant(`${day}${clock}`)
      if (Number.isNaN(read)) return
      real++
      const zoned = /(Z|[+-]\d\d:\d\d)$/.test(clock)
      assert.equal(read, Temporal.Instant.from(`${day}${clock === '' ? 'T00:00' : clock}${zoned ? '' : 'Z'}`).epochMilliseconds)
    }),
    { numRuns: 4_000 },
  )
  assert.ok(real > 1_000, `most texts must be real dates: ${real}`)
})

test('every day from 1901 to 2199 is read, and no other', () => {
  for (let year = 1901; year <= 2199; year++)
    for (let month = 1; month <= 12; month++) {
      const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
      for (let day = 1; day <= 32; day++) {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        const read = instant(text)
        if (day <= days) assert.equal(read, Date.UTC(year, month - 1, day), text)
        else assert.ok(Number.isNaN(read), text)
      }
    }
  for (const text of [
    '',
    '1900-12-31',
    '2200-01-01',
    '2026-1-1',
    '2026-01-31T24:00',
    '2026-01-31T10:00:60Z',
    '2026-01-31T10',
    '31.01.2026',
    '2026-01-31\n',
    '2026-01-31T10:00+0200',
    '١٩٩٩-01-01',
  ])
    assert.ok(Number.isNaN(instant(text)), text)
})
