import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { w1 } from './w1.ts'

const HELP = `npm run bench -- w1 [--people 10000] [--profile <dir>]

Measures the whole road on this machine, and in the same run the limits that it is held against.
The last line is one JSON object.
`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { people: { type: 'string', default: '10000' }, profile: { type: 'string' }, help: { type: 'boolean', default: false } },
})

if (values.help || positionals[0] !== 'w1') {
  process.stderr.write(HELP)
  process.exitCode = values.help ? 0 : 1
} else {
  if (values.profile !== undefined) await mkdir(values.profile, { recursive: true })
  console.log(JSON.stringify(await w1({ people: Number(values.people), profile: values.profile })))
}
