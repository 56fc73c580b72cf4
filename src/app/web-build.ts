import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sdkState, webState } from './web-assets.ts'

const SDK_CONFIG = 'sdk/vite.config.ts'

/** Builds the screens, and the script for pages of customers, when they are missing or older than their sources. Rejects with what the build said. */
export async function buildWebIfNeeded(root: string): Promise<'fresh' | 'built' | 'cannot'> {
  const [web, sdk] = [webState(root) === 'fresh', sdkState(root) === 'fresh']
  if (web && sdk) return 'fresh'
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  // Installed without development packages: the server runs, and the page says how to build.
  if (!existsSync(vite)) return 'cannot'
  if (!web) await run([vite, 'build', '--logLevel', 'error'], root)
  if (!sdk)
    for (const mode of ['cadenza', 'push-worker'])
      await run([vite, 'build', '--config', SDK_CONFIG, '--mode', mode, '--logLevel', 'error'], root)
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
