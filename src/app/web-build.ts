import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { webState } from './web-assets.ts'

/** Builds the screens when they are missing or older than their sources. Rejects with what the build said. */
export async function buildWebIfNeeded(root: string): Promise<'fresh' | 'built' | 'cannot'> {
  if (webState(root) === 'fresh') return 'fresh'
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  // Installed without development packages: the server runs, and the page says how to build.
  if (!existsSync(vite)) return 'cannot'
  await run([vite, 'build', '--logLevel', 'error'], root)
  return 'built'
}

function run(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const hear = (part: Buffer) => {
      said += part.toString()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`The screens could not be built (exit ${code}):\n${said}`))))
  })
}
