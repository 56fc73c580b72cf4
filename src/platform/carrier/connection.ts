import {
  JetStreamApiError,
  type JetStreamClient,
  JetStreamError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node'
import type { NatsConfig } from '../config.ts'
import { SetupError } from '../setup-error.ts'

/** A connection to NATS that mends itself. */
export interface Nats {
  readonly connection: NatsConnection
  readonly streams: JetStreamManager
  readonly publisher: JetStreamClient
  close(): Promise<void>
}

interface Watch {
  /** The connection broke or came back. */
  readonly onStatus: (what: string) => void
}

/** A server that stands still is given up after two of these (ms). */
const PING_MS = 2_000
const REQUEST_MS = 3_000

/** Connects to any of the servers. Throws a SetupError when none answers; later it comes back by itself. */
export async function openNats(config: NatsConfig, { onStatus }: Watch): Promise<Nats> {
  const servers = config.servers.map((each) => new URL(each))
  try {
    const connection = await connect({
      servers: servers.map((url) => `${url.protocol}//${url.host}`),
      name: 'cadenza',
      authenticator: authenticatorOf(config, servers),
      ...(config.ca || servers.some((url) => url.protocol === 'tls:') ? { tls: config.ca ? { ca: config.ca } : {} } : {}),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 100,
      pingInterval: PING_MS,
      maxPingOut: 2,
      timeout: REQUEST_MS,
      // Only servers that were named: addresses that a cluster gossips are often not reachable from here.
      ignoreClusterUpdates: true,
    })
    void listen(connection, onStatus)
    return {
      connection,
      streams: await jetstreamManager(connection, { timeout: REQUEST_MS, checkAPI: false }),
      publisher: jetstream(connection, { timeout: REQUEST_MS }),
      close: () => connection.close(),
    }
  } catch (error) {
    throw new SetupError(
      `No NATS server of NATS_URL answers: ${(error as Error).message}.`,
      'Start them with JetStream (`nats-server -js`), or unset NATS_URL to take events straight into the database.',
      error,
    )
  }
}

function authenticatorOf({ credentials }: NatsConfig, servers: readonly URL[]) {
  if (credentials) return credsAuthenticator(new TextEncoder().encode(credentials))
  const named = servers.find((url) => url.username !== '')
  if (!named) return undefined
  const name = decodeURIComponent(named.username)
  return named.password === '' ? tokenAuthenticator(name) : usernamePasswordAuthenticator(name, decodeURIComponent(named.password))
}

async function listen(connection: NatsConnection, onStatus: (what: string) => void): Promise<void> {
  for await (const { type } of connection.status()) if (['disconnect', 'reconnect', 'staleConnection'].includes(type)) onStatus(type)
}

/** JetStream's error code (not HTTP's), if this is an answer of JetStream. */
export const codeOf = (error: unknown): number | undefined => (error instanceof JetStreamApiError ? error.code : undefined)
export const isFromJetStream = (error: unknown): boolean => error instanceof JetStreamError
