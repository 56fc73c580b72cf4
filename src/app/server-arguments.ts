import { SetupError } from '#platform/setup-error.ts'

const HELP = `Usage: npm start

Starts the server of Cadenza. It takes no arguments: settings come from the environment
(PORT, HOST, DATA_DIR, DATABASE_URL, …); docs/guides/operate.md lists them. npx cadenza --help names the commands
that work with a running server or its files.
`

/** What to print instead of starting; undefined to start. Throws a SetupError for arguments, which the server does not take. */
export function insteadOfStarting(given: readonly string[]): string | undefined {
  if (given.length === 0) return undefined
  if (given.every((each) => each === '--help' || each === '-h')) return HELP
  throw new SetupError(
    `The server takes no arguments, and was given “${given.join(' ')}”.`,
    'Set PORT, HOST, DATA_DIR and the others in the environment; for commands: npx cadenza --help.',
  )
}
