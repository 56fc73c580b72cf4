import { join } from 'node:path'
import { systemClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger as createLogger } from '#platform/log-lines.ts'
import { SetupError } from '#platform/setup-error.ts'
import { insteadOfStarting } from './server-arguments.ts'
import { startApp } from './start.ts'
import { buildWebIfNeeded } from './web-build.ts'

const ROOT = join(import.meta.dirname, '../..')
/** A stop that takes longer is cut off: the crash paths are as safe as the clean one. */
const LONGEST_STOP = 20_000

async function main(): Promise<void> {
  const instead = insteadOfStarting(process.argv.slice(2))
  if (instead !== undefined) {
    process.stdout.write(instead)
    return
  }
  const config = await withSecretKey(readConfig(process.env))
  const logger = createLogger({ level: config.logLevel })
  for (const warning of config.warnings) logger.warn(warning)
  if (config.roles.has('web')) {
    const built = await buildWebIfNeeded(ROOT)
    if (built === 'built') logger.info('the screens were built')
  }
  const clock = systemClock({ onJump: (jump) => logger.error(jump, 'the clock of this machine was set') })
  const onFatal = (error: Error): void => {
    logger.fatal({ err: error }, 'Cadenza cannot go on')
    process.exit(1)
  }
  const app = await startApp({ config, clock, logger, onFatal })
  let stopping = false
  const stop = (signal: string): void => {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), LONGEST_STOP).unref()
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGTERM', () => stop('SIGTERM'))
  logger.info({ url: app.url }, 'Cadenza is ready')
  if (app.setupToken !== '')
    console.log(`\nOpen ${app.url}/setup and make your workspace with this token (15 minutes):\n\n  ${app.setupToken}\n`)
}

main().catch((error: unknown) => {
  console.error(error instanceof SetupError ? `Cadenza cannot start.\n${error.message}` : error)
  process.exit(1)
})
