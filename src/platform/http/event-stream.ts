import type { FastifyReply } from 'fastify'

export interface StreamOptions {
  /** A comment line this often keeps proxies from closing the stream (ms). */
  readonly heartbeatMs?: number
  /** Bytes waiting for a slow reader before it is cut off; it reconnects and starts from the present. */
  readonly maxBuffered?: number
}

/** Server-sent events to one reader. */
export interface EventStream {
  /** False when the reader is gone or was cut off. Data is sent as JSON. */
  send(data: unknown, event?: string): boolean
  close(): void
  /** Aborts when the reader goes, is too slow, or the server stops. */
  readonly closed: AbortSignal
}

/** Turns the reply into an event stream. The caller keeps sending until `closed`. */
export function sse(reply: FastifyReply, { heartbeatMs = 15_000, maxBuffered = 262_144 }: StreamOptions = {}): EventStream {
  const { raw } = reply
  reply.hijack()
  const headers = {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  }
  raw.writeHead(200, headers as Record<string, string>)
  raw.flushHeaders()
  const gone = new AbortController()
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs)
  const end = (): void => {
    clearInterval(heartbeat)
    if (!gone.signal.aborted) gone.abort()
    if (!raw.writableEnded) raw.end()
  }
  const write = (text: string): boolean => {
    if (gone.signal.aborted) return false
    if (raw.writableLength + text.length > maxBuffered) {
      raw.destroy()
      return false
    }
    raw.write(text)
    return true
  }
  raw.once('close', end)
  raw.once('error', end)
  return {
    send: (data, event) => write(`${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`),
    close: end,
    closed: gone.signal,
  }
}
