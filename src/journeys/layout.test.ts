import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import fc from 'fast-check'
import { lanes, places } from './lanes.ts'
import { type Box, layout } from './layout.ts'
import type { Step } from './steps.ts'

/** Any structured program; ids are given afterwards so that each is unique. */
const { steps: anySteps } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => {
  const below = fc.array(tie('step'), { maxLength: 3 })
  const wait = fc.constant({ kind: 'wait', id: '', for: '1d' } as Step)
  const exit = fc.constant({ kind: 'exit', id: '' } as Step)
  const branch = fc.record({ first: below, second: below, otherwise: below }).map(
    ({ first, second, otherwise }): Step => ({
      kind: 'branch',
      id: '',
      branches: [
        { id: 'a', when: 'profile.plan == "pro"', steps: first },
        { id: 'b', when: 'profile.plan == "free"', steps: second },
      ],
      otherwise,
    }),
  )
  const waitFor = fc
    .record({ then: below, otherwise: below })
    .map((ways): Step => ({ kind: 'waitFor', id: '', event: 'Order Completed', upTo: '1d', ...ways }))
  const split = fc
    .array(below, { minLength: 2, maxLength: 4 })
    .map((arms): Step => ({ kind: 'split', id: '', arms: arms.map((steps, i) => ({ id: `arm${i}`, weight: 1, steps })) }))
  const repeat = below.map((steps): Step => ({ kind: 'repeat', id: '', times: 3, steps }))
  return {
    step: fc.oneof({ depthSize: 'small', withCrossShrink: true }, wait, wait, exit, branch, waitFor, split, repeat),
    steps: fc.array(tie('step'), { maxLength: 8 }),
  }
})

/** Gives ids in written order. */
function named(steps: Step[]): Step[] {
  const copy = JSON.parse(JSON.stringify(steps)) as Step[]
  for (const [i, place] of places(copy).entries()) (place.step as { id: string }).id = `s${i}`
  return copy
}

const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

test('no two boxes overlap, and nothing stands outside the picture', () => {
  fc.assert(
    fc.property(anySteps.map(named), (steps) => {
      const { boxes, width, height } = layout(steps)
      for (const [i, box] of boxes.entries()) {
        assert.ok(box.x >= -0.01 && box.x + box.width <= width + 0.01, `${box.id} stands outside`)
        assert.ok(box.y + box.height <= height + 0.01)
        for (const other of boxes.slice(i + 1)) assert.ok(!overlap(box, other), `${box.id} covers ${other.id}`)
      }
    }),
    { numRuns: 300 },
  )
})

test('every step has one box, lanes keep their order from left to right, and the flow goes down', () => {
  fc.assert(
    fc.property(anySteps.map(named), (steps) => {
      const picture = layout(steps)
      const boxes = new Map(picture.boxes.map((box) => [box.id, box]))
      const all = places(steps)
      assert.equal(picture.boxes.filter((box) => box.kind === 'step').length, all.length)
      for (const { step } of all) {
        const firsts = lanes(step).map((lane) =>
          picture.lines.find((line) => line.from === step.id && !line.back && line.label === lane.label),
        )
        const openings = firsts.map((line) => line?.labelAt.x ?? Number.NaN).filter((x) => !Number.isNaN(x))
        assert.deepEqual(
          openings,
          [...openings].sort((a, b) => a - b),
        )
      }
      for (const line of picture.lines) {
        if (line.back) assert.equal(line.from, line.to)
        else assert.ok(boxes.get(line.from)!.y < boxes.get(line.to)!.y)
        for (const [i, point] of line.points.slice(1).entries())
          assert.ok(point.x === line.points[i]!.x || point.y === line.points[i]!.y, 'pieces are straight')
      }
    }),
    { numRuns: 300 },
  )
})

test('no line runs through a box', () => {
  fc.assert(
    fc.property(anySteps.map(named), (steps) => {
      const { boxes, lines } = layout(steps)
      for (const line of lines)
        for (const [i, end] of line.points.slice(1).entries()) {
          const start = line.points[i]!
          const piece = {
            x: Math.min(start.x, end.x) - 0.01,
            y: Math.min(start.y, end.y),
            width: Math.abs(start.x - end.x) + 0.02,
            height: Math.abs(start.y - end.y),
          }
          for (const box of boxes) assert.ok(!overlap(box, { ...box, ...piece }), `${line.id} runs through ${box.id}`)
        }
    }),
    { numRuns: 300 },
  )
})

test('what follows a branch stands below all of its lanes; a lane that leaves has no line on', () => {
  const steps: Step[] = [
    {
      kind: 'branch',
      id: 'plan',
      branches: [
        {
          id: 'pro',
          when: 'profile.plan == "pro"',
          steps: [
            { kind: 'wait', id: 'long', for: '3d' },
            { kind: 'exit', id: 'gone' },
          ],
        },
      ],
      otherwise: [],
    },
    { kind: 'wait', id: 'after', for: '1d' },
  ]
  const { boxes, lines } = layout(steps)
  const y = (id: string) => boxes.find((box) => box.id === id)!.y
  assert.ok(y('after') > y('gone'))
  assert.deepEqual(
    lines.map((line) => [line.from, line.to, line.label]),
    [
      ['@entry', 'plan', ''],
      ['plan', 'long', 'profile.plan == "pro"'],
      ['long', 'gone', ''],
      ['plan', 'after', 'Otherwise'],
      ['after', '@end', ''],
    ],
  )
})

test('a line leads from the end of a round back to its repeat; who leaves in every round has none', () => {
  const again = (steps: Step[]): Step => ({ kind: 'repeat', id: 'again', times: 3, steps })
  const pause: Step = { kind: 'wait', id: 'pause', for: '1d' }
  const picture = layout([again([pause]), { kind: 'wait', id: 'after', for: '1d' }])
  const [back] = picture.lines.filter((line) => line.back)
  const box = (id: string) => picture.boxes.find((each) => each.id === id)!
  const [start, end] = [back!.points[0]!, back!.points.at(-1)!]
  assert.ok(start.y > box('pause').y + box('pause').height && start.y < box('after').y)
  assert.deepEqual(end, { x: box('again').x - 2, y: box('again').y + box('again').height / 2 })
  assert.deepEqual(
    layout([again([{ kind: 'exit', id: 'out' }])]).lines.filter((line) => line.back),
    [],
  )
})

/** The places of a program: first in every list, and after each step that can be gone on from. */
const spotsOf = (steps: readonly Step[], parent = '', lane = ''): string[] => [
  ...Array.from({ length: steps.length + 1 }, (_, index) => index)
    .filter((index) => index === 0 || goesOn(steps[index - 1]!))
    .map((index) => `${parent}/${lane}/${index}`),
  ...steps.flatMap((step) => lanes(step).flatMap((way) => (way.through ? [] : spotsOf(way.steps, step.id, way.id)))),
]
const goesOn = (step: Step): boolean => {
  const ways = lanes(step)
  return step.kind !== 'exit' && (ways.length === 0 || ways.some(({ steps }) => steps.length === 0 || goesOn(steps.at(-1)!)))
}

test('there is a place before and after every step that somebody comes by, none is under a box, and none under another', () => {
  fc.assert(
    fc.property(anySteps.map(named), (steps) => {
      const { boxes, spots } = layout(steps)
      assert.deepEqual(spots.map(({ id }) => id).sort(), spotsOf(steps).sort())
      for (const spot of spots) {
        const area = { x: spot.x - 12, y: spot.y - 12, width: 24, height: 24 }
        for (const box of boxes) assert.ok(!overlap(box, { ...box, ...area }), `${spot.id} lies on ${box.id}`)
        for (const other of spots)
          assert.ok(
            other === spot || Math.abs(other.x - spot.x) >= 24 || Math.abs(other.y - spot.y) >= 24,
            `${spot.id} lies on ${other.id}`,
          )
      }
    }),
    { numRuns: 300 },
  )
})

test('what is folded away leaves its step, how many are in it, and the way on below it', () => {
  const wait = (id: string): Step => ({ kind: 'wait', id, for: '1d' })
  const fork: Step = {
    kind: 'branch',
    id: 'fork',
    branches: [{ id: 'a', when: 'profile.a == 1', steps: [wait('x'), wait('y')] }],
    otherwise: [],
  }
  const { boxes, lines } = layout([fork, wait('after')], new Set(['fork']))
  assert.deepEqual(
    boxes.map(({ id, folded }) => [id, folded]),
    [
      ['@entry', 0],
      ['fork', 2],
      ['after', 0],
      ['@end', 0],
    ],
  )
  assert.deepEqual(
    lines.map(({ from, to }) => [from, to]),
    [
      ['@entry', 'fork'],
      ['fork', 'after'],
      ['after', '@end'],
    ],
  )
})

test('300 steps are placed within 5 ms', () => {
  const block = (i: number): Step => ({
    kind: 'branch',
    id: `b${i}`,
    branches: [
      {
        id: 'yes',
        when: 'profile.a == 1',
        steps: [
          { kind: 'wait', id: `w${i}`, for: '1d' },
          { kind: 'wait', id: `v${i}`, for: '1d' },
        ],
      },
    ],
    otherwise: [
      {
        kind: 'split',
        id: `p${i}`,
        arms: [
          { id: 'a', weight: 1, steps: [{ kind: 'wait', id: `x${i}`, for: '1d' }] },
          { id: 'b', weight: 1, steps: [] },
        ],
      },
    ],
  })
  const steps = Array.from({ length: 60 }, (_, i) => block(i))
  assert.equal(places(steps).length, 300)
  const times = Array.from({ length: 21 }, () => {
    const from = performance.now()
    layout(steps)
    return performance.now() - from
  }).sort((a, b) => a - b)
  assert.ok(times[10]! < 5, `median ${times[10]} ms`)
})
