import { createInterface } from 'node:readline/promises'
import { run, type World } from './cli/program.ts'

const { stdin, stdout, stderr } = process

// A reader that has seen enough (`| head`) is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}

const world: World = {
  env: process.env,
  cwd: process.cwd(),
  terminal: stdout.isTTY === true,
  out: (text) => void stdout.write(`${text}\n`),
  error: (text) => void stderr.write(`${text}\n`),
  confirm: stdin.isTTY === true && stderr.isTTY === true ? confirm : undefined,
}

process.exitCode = await run(process.argv.slice(2), world)
