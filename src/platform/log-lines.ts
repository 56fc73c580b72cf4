import { type DestinationStream, type Logger, pino } from 'pino'

/** Names under which personal data or secrets might reach a log line; their values are replaced. */
const REDACTED = ['email', 'phone', 'address', 'password', 'token', 'secret', 'authorization', 'cookie', 'traits', 'properties', 'name']

export interface LogOptions {
  readonly level: string
  /** Where lines go; standard output when left out. */
  readonly to?: DestinationStream
}

/** JSON lines with ISO times and without personal data: log ids, counts and codes, not people. */
export function logger({ level, to }: LogOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorLine },
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `headers["${name}"]`]), censor: '•••' },
  }
  return to ? pino(options, to) : pino(options)
}

/** Of an error only what finds the bug: database errors carry row values in `detail` and `where`. */
function errorLine(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code } = error as { code?: unknown }
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' && { code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: errorLine(error.cause) }),
  }
}
