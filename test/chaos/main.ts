import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { chaosOfACluster } from './cluster.ts'
import { chaos } from './run.ts'
import { straceIsThere } from './syscalls.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '40' },
    calls: { type: 'string', default: '15' },
    people: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(1e9)) },
    cluster: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
  },
})
const write = (line: string): void => void process.stdout.write(`${line}\n`)
write(`seed ${values.seed}`)
const started = performance.now()
if (values.cluster) await ofACluster()
else await ofOneServer()

async function ofACluster(): Promise<void> {
  const report = await chaosOfACluster({
    seed: values.seed,
    forMs: Number(values.minutes) * 60_000,
    stillMs: 60_000,
    people: Number(values.people),
    say: (line) => write(`${Math.round((performance.now() - started) / 1_000)} s: ${line}`),
  })
  const { violations, serverErrors, figures, ...rest } = report
  for (const [text, times] of Object.entries(serverErrors)) write(`the workers wrote down ${times} times: ${text}`)
  for (const { rule, times, samples } of violations) write(`BROKEN (${times}): ${rule}\n  ${samples.join('\n  ')}`)
  write(JSON.stringify({ ...rest, ...figures, violations: violations.length, seconds: Math.round((performance.now() - started) / 1_000) }))
  process.exitCode = violations.length > 0 ? 1 : 0
}

async function ofOneServer(): Promise<void> {
  const strace = straceIsThere()
  if (!strace) write('strace is not there: the kills at system calls are LEFT OUT (install the package strace)')
  const report = await chaos({
    seed: values.seed,
    kills: Number(values.kills),
    callKills: strace ? Number(values.calls) : 0,
    people: Number(values.people),
    say: write,
  })
  const { violations, serverErrors, figures, ...rest } = report
  for (const [text, times] of Object.entries(serverErrors)) write(`the server wrote down ${times} times: ${text}`)
  for (const { rule, times, samples } of violations) write(`BROKEN (${times}): ${rule}\n  ${samples.join('\n  ')}`)
  const slow = report.readyMs.max > 10_000
  if (slow) write(`BROKEN: ready after ${report.readyMs.max} ms, 10,000 allowed`)
  if (violations.length > 0)
    write(
      `The data is kept in ${report.dataDir}. Again: npm run chaos -- --seed ${values.seed} --kills ${values.kills} --calls ${values.calls} --people ${values.people}`,
    )
  write(
    JSON.stringify({
      ...rest,
      dataDir: undefined,
      ...figures,
      violations: violations.length,
      seconds: Math.round((performance.now() - started) / 1_000),
    }),
  )
  process.exitCode = violations.length > 0 || slow ? 1 : 0
}
