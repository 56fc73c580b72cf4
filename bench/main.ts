import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const HELP = `npm run bench -- w1 [--people 10000] [--profile <dir>]
npm run bench -- engine [--curves]

w1      Measures the whole road on this machine, and in the same run the limits that it is held against.
engine  Measures the pure engine on one core; with --curves also how an event's cost grows.
The last line is one JSON object.
`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    people: { type: 'string', default: '10000' },
    profile: { type: 'string' },
    curves: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** Each bench is loaded only when asked for: the pure one must not pay for database clients. */
const BENCHES: Readonly<Record<string, () => Promise<object>>> = {
  w1: async () => (await import('./w1.ts')).w1({ people: Number(values.people), profile: values.profile }),
  engine: async () => (await import('./engine.ts')).engine({ curves: values.curves }),
}

const bench = BENCHES[positionals[0] ?? '']
if (values.help || !bench) {
  process.stderr.write(HELP)
  process.exitCode = values.help ? 0 : 1
} else {
  if (values.profile !== undefined) await mkdir(values.profile, { recursive: true })
  console.log(JSON.stringify(await bench()))
}
