import { decodePropensity } from '#decisions/propensity/body.ts'
import { calibrated, calibrationOf } from '#decisions/propensity/calibration.ts'
import { forestOf } from '#decisions/propensity/challenge.ts'
import { encode, type Features, rowOf } from '#decisions/propensity/encoding.ts'
import { type PropensityData, propensityLearner } from '#decisions/propensity/fit.ts'
import { learn, logitOf, newFtrl } from '#decisions/propensity/ftrl.ts'
import type { Sparse } from '#decisions/propensity/hashing.ts'
import type { Example } from '#decisions/propensity/labels.ts'
import { told } from '#decisions/propensity/score.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import { predictTrees } from '#lib/numeric/gbdt.ts'
import { random } from '#lib/numeric/random.ts'

/** What a prediction or an update with 50 features may cost (µs): `intelligence.md` A1 says 2 to 5 by operation count. */
const LIMIT = 5
const SIZES = [10, 50, 100, 200]
const EXAMPLES = 4_000

const round = (value: number): number => Number(value.toFixed(2))

/** The fastest of several rounds, in µs a call: what others do on the machine only adds. */
function micros(calls: number, call: (i: number) => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 7; turn++) {
    const from = performance.now()
    for (let i = 0; i < calls; i++) call(i)
    least = Math.min(least, ((performance.now() - from) * 1_000) / calls)
  }
  return round(least)
}

function crowd(size: number): Example[] {
  const r = random(`bench ${size}`)
  return Array.from({ length: EXAMPLES }, (_, i) => {
    const features = Object.fromEntries(Array.from({ length: size }, (_each, j) => [`feature ${j}`, Math.round(r.uniform() * 1_000) / 10]))
    return { id: String(i), at: i, features, label: r.uniform() < features['feature 0']! / 200 ? 1 : 0, halvings: 0 }
  })
}

/** Predictions and updates by number of features, what a score costs with all around it, and trees. Fails where 50 features cost more than the limit. */
export function learning(): object {
  const sizes = SIZES.map(measured)
  const fifty = sizes.find(({ features }) => features === 50)!
  if (Math.max(fifty.predictMicros, fifty.updateMicros) > LIMIT) process.exitCode = 1
  return { sizes, trees: trees(), limits: { predictMicros: LIMIT, updateMicros: LIMIT, atFeatures: 50 } }
}

function measured(features: number) {
  const examples = crowd(features)
  const model = Model.parse({ kind: 'model', id: 'm', type: 'propensity', outcome: { kind: 'opened' } }) as ModelOf<'propensity'>
  const data: PropensityData = { fresh: examples, until: EXAMPLES, late: 0, immature: 0, nightly: null }
  const began = performance.now()
  const trained = propensityLearner.fit({ workspace: 'w', model, version: 1, previous: null, now: EXAMPLES }, data)!
  const fitMicros = ((performance.now() - began) * 1_000) / EXAMPLES
  const body = decodePropensity(trained.body)
  const rows: Sparse[] = examples.map((each) => encode(body.encoding, each.features))
  const online = newFtrl()
  let sum = 0
  const updateMicros = micros(EXAMPLES, (i) => (sum += learn(online, rows[i]!, { label: examples[i]!.label })))
  const predictMicros = micros(EXAMPLES, (i) => (sum += logitOf(online, rows[i]!)))
  const scoreMicros = micros(EXAMPLES, (i) => (sum += pOf(body, examples[i]!.features)))
  if (!Number.isFinite(sum)) throw new Error('an answer that is no number')
  return {
    features,
    predictMicros,
    updateMicros,
    predictionsPerSecond: Math.round(1e6 / predictMicros),
    updatesPerSecond: Math.round(1e6 / updateMicros),
    /** Encoding, prediction and calibration: what the engine pays for a score. */
    scoreMicros,
    /** Of a training, for each example: statistics, encoding, update, calibration, report, text. */
    fitMicros: round(fitMicros),
    snapshotBytes: trained.body.length,
  }
}

function pOf(body: ReturnType<typeof decodePropensity>, features: Features): number {
  const said = told(body, features)
  if (typeof said === 'string') throw new Error(said)
  return said.p
}

function trees() {
  const examples = crowd(50)
  const names = Object.keys(examples[0]!.features)
  const began = performance.now()
  const forest = forestOf(names, examples)
  const fitSeconds = round((performance.now() - began) / 1_000)
  const rows = examples.map(({ features }) => rowOf(names, features))
  const curve = calibrationOf({
    logits: rows.map((row) => row[0]! / 50),
    labels: examples.map(({ label }) => label),
    weights: rows.map(() => 1),
  })
  let sum = 0
  const predictMicros = micros(EXAMPLES, (i) => (sum += predictTrees(forest.trees, rows[i]!)))
  const calibrateMicros = micros(EXAMPLES, (i) => (sum += calibrated(curve, rows[i]![0]! / 50)))
  if (!Number.isFinite(sum)) throw new Error('an answer that is no number')
  return { examples: EXAMPLES, features: names.length, trees: forest.trees.trees.length, fitSeconds, predictMicros, calibrateMicros }
}
