import { DiscardPolicy, type JetStreamManager, RetentionPolicy, StorageType, type StreamConfig, type StreamInfo } from '@nats-io/jetstream'
import { SetupError } from '../setup-error.ts'
import { codeOf, type Nats } from './connection.ts'

export const streamOf = (shard: number): string => `CADENZA_INGEST_${shard}`
export const subjectOf = (shard: number): string => `cadenza.ingest.${shard}`

/** A repeated publish within this time is the same message (ns). */
const DUPLICATES_NS = 120_000_000_000

const STREAM_NOT_FOUND = 10_059
const MESSAGE_NOT_FOUND = 10_037
const NAME_IN_USE = 10_058

interface Shape {
  readonly replicas: number
  readonly bufferBytes: number
}

/** What the cluster keeps of each event: three copies in a cluster, one with a single server, unless the operator says otherwise. */
export const replicasOf = ({ connection }: Nats, wanted: number | undefined): number => wanted ?? (connection.info?.cluster ? 3 : 1)

/** Makes the stream of a shard unless it is there. Nothing leaves it by age: what is full refuses. */
export async function ensureStream(streams: JetStreamManager, shard: number, shape: Shape): Promise<StreamInfo> {
  const there = await streamInfo(streams, shard)
  if (there) return there
  const config = {
    name: streamOf(shard),
    subjects: [subjectOf(shard)],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: shape.bufferBytes,
    num_replicas: shape.replicas,
    duplicate_window: DUPLICATES_NS,
    deny_delete: true,
  } satisfies Partial<StreamConfig>
  try {
    return await streams.streams.add(config)
  } catch (error) {
    if (codeOf(error) === NAME_IN_USE) return streams.streams.info(streamOf(shard))
    throw new SetupError(
      `NATS does not make the stream ${config.name} with ${shape.replicas} replicas: ${(error as Error).message}.`,
      'JetStream must be on (`nats-server -js`), with as many servers as NATS_REPLICAS and room for NATS_BUFFER_MB on each.',
      error,
    )
  }
}

/** Undefined when there is no such stream. */
export async function streamInfo(streams: JetStreamManager, shard: number): Promise<StreamInfo | undefined> {
  try {
    return await streams.streams.info(streamOf(shard))
  } catch (error) {
    if (codeOf(error) === STREAM_NOT_FOUND) return undefined
    throw error
  }
}

/** The id of the message at a place; undefined when there is none. */
export async function messageIdAt(streams: JetStreamManager, shard: number, seq: number): Promise<string | undefined> {
  try {
    const found = await streams.streams.getMessage(streamOf(shard), { seq })
    return found?.header.get(MESSAGE_ID) ?? undefined
  } catch (error) {
    if (codeOf(error) === MESSAGE_NOT_FOUND) return undefined
    throw error
  }
}

export const MESSAGE_ID = 'Nats-Msg-Id'
