import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DeliveryFact, TransitionFact } from '#events/reaction.ts'
import type { OutputOf } from '#lib/action.ts'
import { halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { anyRun, DAY, FactWorld, JOURNEY, NOW, type Run, someRun, told } from '../../test/fixtures/facts.ts'
import { exactDifference } from './inference/figures.ts'
import { ReadJourneyReport, ReadPeople, ReadStepCounts } from './schema.ts'

const world = FactWorld.forThisFile()

const refusals = fc.array(
  fc.record({
    person: fc.constantFrom('ada', 'bob'),
    version: fc.integer({ min: 1, max: 2 }),
    reason: fc.constantFrom('reentry', 'too_old'),
  }),
)
const deliveries = fc.array(
  fc.record({
    number: fc.integer({ min: 1, max: 6 }),
    status: fc.constantFrom<DeliveryFact['status'][]>('queued', 'sent', 'delivered', 'opened', 'skipped', 'failed'),
    reason: fc.constantFrom('', 'expired', 'failed:550'),
  }),
)

test('every number of a report is what a naive count says, and lists as many people as it says', async () => {
  let turn = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyRun, { maxLength: 40 }), refusals, deliveries, async (runs, refused, sent) => {
      const workspace = `shop-${++turn}`
      const transitions = [
        ...runs.flatMap((one, number) => told(workspace, one, number)),
        ...refused.map(
          ({ person, version, reason }): TransitionFact => ({
            ...told(workspace, someRun({ person, version }), 0)[0]!,
            enrollment_id: '',
            kind: 'refused',
            to_step: '',
            reason,
          }),
        ),
      ]
      const messages = sent.map(
        ({ number, status, reason }): DeliveryFact => ({
          workspace_id: workspace,
          profile_id: `person-${number % 3}`,
          effect_id: `message-${number}`,
          journey_id: JOURNEY,
          version: 1 + (number % 2),
          enrollment_id: 'run-0',
          step_id: 'nudge',
          channel: 'email',
          status,
          reason,
          at: NOW - number,
        }),
      )
      await world.record({ transitions, deliveries: messages })
      // What belongs to someone else must not be counted.
      await world.record({ transitions: transitions.slice(0, 3).map((row) => ({ ...row, journey_id: 'other' })) })

      const report = await world.call(ReadJourneyReport, workspace, { id: JOURNEY })
      for (const figures of [report.total, ...report.versions]) {
        const mine = <T extends { version: number }>(rows: T[]) =>
          rows.filter((row) => figures.version === null || row.version === figures.version)
        checkMoves(figures, { runs: mine(runs), refused: mine(refused) })
        checkArms(figures, mine(runs))
        checkMessages(figures, mine(messages))
        await checkPeople(workspace, figures)
      }
      assert.deepEqual(
        report.versions.map(({ version }) => version),
        [...new Set([...transitions, ...messages].map(({ version }) => version))].sort((a, b) => b - a),
      )
      await checkSteps(workspace, transitions)
    }),
    { numRuns: 15 },
  )
})

type Figures = OutputOf<typeof ReadJourneyReport>['total']
const count = <T>(list: readonly T[], by: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(list, by)].map(([key, of]) => [key, of.length]))

function checkMoves(figures: Figures, { runs, refused }: { runs: Run[]; refused: { reason: string }[] }): void {
  const treated = runs.filter(({ arm }) => arm === 'treated')
  const heldOut = runs.length - treated.length
  assert.deepEqual(figures.entered, { all: runs.length, treated: treated.length, heldOut })
  const waiting = treated.filter(({ leaves }) => leaves === null)
  assert.equal(figures.waiting.all, waiting.length)
  assert.deepEqual(
    Object.fromEntries(figures.waiting.steps.map(({ step, runs: n }) => [step, n])),
    count(waiting, ({ path }) => path.at(-1)!),
  )
  assert.equal(figures.entered.all, figures.waiting.all + figures.left.all)
  const reasons = runs.flatMap(({ arm, leaves }) => (arm === 'held_out' ? ['holdout'] : leaves === null ? [] : [leaves]))
  assert.deepEqual(
    Object.fromEntries(figures.left.reasons.map(({ reason, runs: n }) => [reason, n])),
    count(reasons, (reason) => reason),
  )
  assert.ok(
    figures.left.reasons.every(({ sentence }) => /^[A-Z].*\.$/.test(sentence)),
    'reasons are told in sentences',
  )
  assert.deepEqual(
    Object.fromEntries(figures.refused.reasons.map(({ reason, times }) => [reason, times])),
    count(refused, ({ reason }) => reason),
  )
}

function checkArms(figures: Figures, runs: Run[]): void {
  for (const [arm, result] of [
    ['treated', figures.treated],
    ['held_out', figures.heldOut],
  ] as const) {
    const people = Map.groupBy(
      runs.filter((one) => one.arm === arm),
      ({ person }) => person,
    )
    const converted = [...people.values()].filter((of) => of.some(({ worth }) => worth !== null)).length
    const cents = [...people.values()].flat().reduce((sum, { worth }) => sum + Math.round((worth ?? 0) * 100), 0)
    assert.equal(result.people, people.size)
    assert.equal(result.converted, converted)
    assert.equal(result.rate, people.size === 0 ? 0 : converted / people.size)
    assert.equal(result.value, cents / 100)
  }
  const { lift, noLiftBecause, treated, heldOut, version } = figures
  if (heldOut.people === 0) assert.equal(noLiftBecause, 'no_holdout')
  else if (version === null && new Set(runs.map((one) => one.version)).size > 1) assert.equal(noLiftBecause, 'several_versions')
  else {
    const rates = [treated, heldOut].map(({ people: n, converted: sum }) => ({ kind: 'proportion', n, sum }) as const)
    const { low, high } = exactDifference({ treated: rates[0]!, control: rates[1]! }, 0.05)!
    assert.deepEqual([lift?.conversion.low, lift?.conversion.high], [low, high])
    assert.equal(lift?.valuePerPerson, null, 'nothing is said of money before it can be')
    assert.equal(lift?.tooEarly, true, 'nine people are never enough')
  }
  assert.equal(lift === null, noLiftBecause !== null)
}

function checkMessages(figures: Figures, messages: DeliveryFact[]): void {
  const wanted = [...Map.groupBy(messages, ({ status, reason }) => `${status} ${reason}`)].map(([key, of]) => [
    key,
    new Set(of.map((row) => row.effect_id)).size,
    new Set(of.map((row) => row.profile_id)).size,
  ])
  const found = figures.messages.map(({ status, reason, messages: n, people }) => [`${status} ${reason}`, n, people])
  assert.deepEqual(new Set(found.map(String)), new Set(wanted.map(String)))
}

/** Walks the pages of the list behind each number. */
async function checkPeople(workspace: string, figures: Figures): Promise<void> {
  const version = figures.version ?? undefined
  const list = async (query: Record<string, unknown>) => {
    const people: OutputOf<typeof ReadPeople>['people'] = []
    for (let cursor: string | undefined; ; ) {
      const answer = await world.call(ReadPeople, workspace, { id: JOURNEY, version, limit: 7, cursor, ...query })
      people.push(...answer.people)
      if (answer.next === null) return people
      cursor = answer.next
    }
  }
  const numbers: [Record<string, unknown>, number][] = [
    [{ of: 'entered' }, figures.entered.all],
    [{ of: 'entered', arm: 'held_out' }, figures.entered.heldOut],
    [{ of: 'refused' }, figures.refused.all],
    [{ of: 'waiting' }, figures.waiting.all],
    [{ of: 'left' }, figures.left.all],
    [{ of: 'in_arm', arm: 'treated' }, figures.treated.people],
    [{ of: 'converted', arm: 'treated' }, figures.treated.converted],
    [{ of: 'converted', arm: 'held_out' }, figures.heldOut.converted],
    ...figures.waiting.steps.slice(0, 1).map(({ step, runs }): [Record<string, unknown>, number] => [{ of: 'waiting', step }, runs]),
    ...figures.left.reasons.slice(0, 1).map(({ reason, runs }): [Record<string, unknown>, number] => [{ of: 'left', reason }, runs]),
    ...figures.messages
      .slice(0, 2)
      .map(({ status, reason, channel, messages }): [Record<string, unknown>, number] => [
        { of: 'message', status, reason, channel },
        messages,
      ]),
  ]
  for (const [query, number] of numbers) {
    const people = await list(query)
    assert.equal(people.length, number, JSON.stringify(query))
    // A person can be refused several times; every other unit has a name.
    const units = new Set(people.map(({ profileId, of }) => `${profileId} ${of}`))
    if (query['of'] !== 'refused') assert.equal(units.size, people.length, 'nobody is listed twice')
    if (query['step']) assert.ok(people.every(({ step }) => step === query['step']))
  }
}

async function checkSteps(workspace: string, transitions: TransitionFact[]): Promise<void> {
  const { steps } = await world.call(ReadStepCounts, workspace, { id: JOURNEY })
  const naive = (of: TransitionFact[], step: string) => ({
    arrived: of.filter(({ to_step }) => to_step === step).length,
    passed: of.filter(({ from_step, kind }) => from_step === step && kind === 'moved').length,
    left: of.filter(({ from_step, kind }) => from_step === step && kind === 'exited').length,
  })
  const mine = transitions.filter(({ kind }) => kind !== 'converted' && kind !== 'refused')
  for (const { step, in: now, last24h, ...all } of steps) {
    const wanted = naive(mine, step)
    assert.deepEqual(all, wanted)
    assert.equal(now, wanted.arrived - wanted.passed - wanted.left)
    assert.deepEqual(
      last24h,
      naive(
        mine.filter(({ at }) => at >= NOW - DAY),
        step,
      ),
    )
  }
  assert.deepEqual(
    new Set(steps.map(({ step }) => step)),
    new Set(mine.flatMap(({ from_step, to_step }) => [from_step, to_step]).filter((step) => step !== '')),
  )
}

test('with enough people the lift is told with its interval, for conversions and for value', async () => {
  const runs = Array.from({ length: 1_000 }, (_, i): Run => {
    const heldOut = i % 5 === 0
    const buys = heldOut ? i % 25 === 0 : i % 4 === 1
    return {
      person: `p${i}`,
      version: 4,
      arm: heldOut ? 'held_out' : 'treated',
      path: ['settle'],
      leaves: null,
      worth: buys ? 10 + (i % 7) : null,
      at: NOW - DAY + i,
    }
  })
  await world.record({ transitions: runs.flatMap((one, number) => told('lift', one, number)) })
  const { total } = await world.call(ReadJourneyReport, 'lift', { id: JOURNEY, version: '4' })
  assert.deepEqual([total.treated.people, total.treated.converted, total.heldOut.people, total.heldOut.converted], [800, 200, 200, 40])
  assert.equal(total.lift?.tooEarly, false)
  const { difference, low, high } = total.lift!.conversion
  assert.ok(Math.abs(difference - 0.05) < 1e-12 && low < difference && difference < high)
  // By hand: means of the value per person, with the variances of each side.
  const side = (arm: string) => runs.filter((one) => one.arm === arm).map(({ worth }) => worth ?? 0)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = (values: number[]) => values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1)
  const [a, b] = [side('treated'), side('held_out')]
  const error = Math.sqrt(variance(a) / a.length + variance(b) / b.length)
  const value = total.lift!.valuePerPerson!
  assert.ok(Math.abs(value.difference - (mean(a) - mean(b))) < 1e-9)
  // Valid at every look, so wider than Student's 1.96 standard errors.
  const wanted = halfWidth(1_000, error * error * 1_000, { alpha: 0.05, rho: tuning(0.05, 5_000) })
  assert.ok(Math.abs((value.high - value.low) / 2 - wanted) < 1e-9 && wanted > 1.96 * error)
  assert.match(total.lift!.sentence, /^Not decided: so far people in the journey reached the goal 5\.00 percentage points more often/)
})
