#!/usr/bin/env node
// Runs src/app/cli.ts with the pinned Node, so that any Node from 20 on can start it. Plain JavaScript: an older Node reads this file.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cli = join(root, 'src', 'app', 'cli.ts')
const PINNED = 26

function pinnedNode() {
  if (Number(process.versions.node.split('.')[0]) >= PINNED) return process.execPath
  const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const found = [join(folder, 'bin', name), join(folder, '..', '.bin', name)].find((path) => existsSync(path))
  if (found) return found
  console.error(
    `cadenza needs Node ${PINNED}, and the copy that npm installs is missing. Run "npm ci" in ${root} (install scripts allowed).`,
  )
  process.exit(1)
}

const child = spawn(pinnedNode(), [cli, ...process.argv.slice(2)], { stdio: 'inherit' })
// The terminal sends Ctrl-C to the child too: wait for its own clean end instead of dying first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`cadenza could not start: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (signal) process.removeAllListeners(signal)
  if (signal) process.kill(process.pid, signal)
  else process.exit(code ?? 1)
})
