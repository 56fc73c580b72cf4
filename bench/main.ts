import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const HELP = `npm run bench -- w1 [--people 10000] [--profile <dir>]
npm run bench -- w3 [--people 100000] [--events 1000000]
npm run bench -- w2 [--people 100000]
npm run bench -- curves [--people 1000000] [--timers 100000] [--rate 1000]
npm run bench -- engine [--curves]
npm run bench -- gates [--messages 8000]
npm run bench -- learn
npm run bench -- render [--messages 5000]
npm run bench -- patterns [--people 2000]
npm run bench -- decide
npm run bench -- web [--seconds 60] [--only weights,screens,canvas,table,memory]
npm run bench -- reports [--events 10000000] [--people 1000000] [--only <report>]

w1      Measures the whole road on this machine, and in the same run the limits that it is held against.
w3      Measures segments: the first build and another, a count while a condition is written, and what segments cost an event.
w2      Sends a journey to 100,000 people [--people n], and a receipt a second meanwhile; against the same client with ready-made messages.
curves  Measures what people who wait cost, and what happens when 100,000 timers are due at once.
engine  Measures the pure engine on one core; with --curves also how an event's cost grows.
render  Measures rendering on one core, against bare liquidjs on the same templates.
patterns Measures pattern models on one core: a step of the network (fails above 25 µs), an event with all around it, training.
decide  Measures choices on one core by number of arms and features, beside the multiplications they take; fails above 50 ms of engine time (p99).
learn   Measures propensities on one core by number of features: updates/s, predictions/s, a score; fails above 5 µs at 50 features.
reports Reads every report on 10 M events of 1 M people [--events n --people n], cold and warm, beside a plain scan of the same rows; fails above
        1 s or 3 scans.
web     Measures the screens in a browser: weight, first paint, shifts, blocking, answers to input, frames of a canvas of 300 steps, a long table, memory of
        the studio; fails when a limit is missed.
gates   Asks the rules of all packs of messages that were rendered in the same run; fails above 15 % of rendering.
The last line is one JSON object.
`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    people: { type: 'string' },
    events: { type: 'string' },
    only: { type: 'string' },
    timers: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    profile: { type: 'string' },
    messages: { type: 'string', default: '5000' },
    curves: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** Each bench is loaded only when asked for: the pure one must not pay for database clients. */
const BENCHES: Readonly<Record<string, () => Promise<object>>> = {
  w1: async () => (await import('./w1.ts')).w1({ people: Number(values.people ?? 10_000), profile: values.profile }),
  w2: async () => (await import('./w2.ts')).w2({ people: Number(values.people ?? 100_000), profile: values.profile }),
  w3: async () => (await import('./w3.ts')).w3({ people: Number(values.people ?? 100_000), events: Number(values.events ?? 1_000_000) }),
  reports: async () =>
    (await import('./reports.ts')).reports(
      { people: Number(values.people ?? 1_000_000), events: Number(values.events ?? 10_000_000) },
      values.only,
    ),
  curves: async () =>
    (await import('./curves.ts')).curves({
      waiting: Number(values.people ?? 1_000_000),
      timers: Number(values.timers),
      rate: Number(values.rate),
    }),
  render: async () => (await import('./render.ts')).render({ messages: Number(values.messages) }),
  web: async () => (await import('./web.ts')).web({ seconds: Number(values.seconds), only: values.only }),
  gates: async () => (await import('./gates.ts')).gates({ messages: Number(values.messages ?? 8_000) }),
  patterns: async () => (await import('./patterns.ts')).patterns({ people: Number(values.people ?? 2_000) }),
  decide: async () => (await import('./decide.ts')).decisions(),
  learn: async () => (await import('./learn.ts')).learning(),
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
