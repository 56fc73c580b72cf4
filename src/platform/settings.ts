import { z } from 'zod'

/** One setting as an operator sees it. */
export interface Setting {
  readonly schema: z.ZodType<unknown, string>
  /** As text; '' for none. */
  readonly default: string
  /** What it is for, in one sentence. */
  readonly does: string
  /** What may be given. */
  readonly allowed: string
  /** How to mend a bad value. */
  readonly mend: string
  /** May be given by a file (`NAME_FILE`) and is never shown. */
  readonly secret?: boolean
}

const whole = (least: number, most: number) => z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most))
const items = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)
const address = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol)) satisfies z.ZodType<string, string>
const optional = <T>(schema: z.ZodType<T, string>) =>
  z.string().transform((text, context): T | undefined => {
    if (text === '') return undefined
    const outcome = schema.safeParse(text)
    if (outcome.success) return outcome.data
    context.addIssue({ code: 'custom', message: 'not allowed' })
    return z.NEVER
  })

export const list = (values: readonly string[]): string => (values.length === 0 ? '(none)' : values.join(','))

const HOST_AND_PORT = /^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const ROLES = ['ingest', 'engine', 'delivery', 'web', 'jobs'] as const

export const SETTINGS = {
  DATA_DIR: {
    schema: z.string().min(1),
    default: './.cadenza',
    does: 'The directory that holds the built-in databases and the secret key.',
    allowed: 'a directory that this user may write',
    mend: 'Example: DATA_DIR=/var/lib/cadenza.',
  },
  DATABASE_URL: {
    schema: optional(address('postgres:', 'postgresql:')),
    default: '',
    does: 'A PostgreSQL server (16 or newer) to use instead of the built-in one.',
    allowed: 'an address that starts with postgres://',
    mend: 'Example: DATABASE_URL=postgres://user:password@db.example.com:5432/cadenza; unset it for the built-in one.',
    secret: true,
  },
  CLICKHOUSE_URL: {
    schema: optional(address('http:', 'https:')),
    default: '',
    does: 'A ClickHouse server to use instead of the built-in one.',
    allowed: 'an address that starts with http:// or https://',
    mend: 'Example: CLICKHOUSE_URL=https://user:password@clickhouse.example.com:8443/cadenza; unset it for the built-in one.',
    secret: true,
  },
  NATS_URL: {
    schema: optional(
      items.pipe(
        z
          .array(z.string().refine((text) => URL.canParse(text) && ['nats:', 'tls:'].includes(new URL(text).protocol)))
          .min(1)
          .max(16),
      ),
    ),
    default: '',
    does: 'Servers of a NATS cluster with JetStream, which carries events in front of the database.',
    allowed: 'addresses that start with nats:// or tls://, separated by commas',
    mend: 'Example: NATS_URL=nats://n1:4222,nats://n2:4222,nats://n3:4222; unset it to take events straight into the database.',
    secret: true,
  },
  NATS_CREDENTIALS: {
    schema: optional(z.string().min(16).max(16_384)),
    default: '',
    does: 'What a `.creds` file of NATS holds: the name and key of this server there.',
    allowed: 'the text of a .creds file',
    mend: 'Give the file: NATS_CREDENTIALS_FILE=/run/secrets/cadenza.creds.',
    secret: true,
  },
  NATS_CA: {
    schema: optional(z.string().startsWith('-----BEGIN CERTIFICATE-----')),
    default: '',
    does: 'The certificate of the authority that signed those of the NATS servers, when it is one of your own.',
    allowed: 'a certificate in PEM',
    mend: 'Give the file: NATS_CA_FILE=/run/secrets/ca.pem.',
    secret: true,
  },
  NATS_SHARDS: {
    schema: whole(1, 256),
    default: '4',
    does: 'The streams that events are divided over on their way to the database. The events of one person keep their order.',
    allowed: 'a whole number from 1 to 256',
    mend: 'Unset it for 4.',
  },
  NATS_ACK: {
    schema: z.enum(['log', 'stream']),
    default: 'log',
    does: 'What the answer 200 waits for: until events are on the log in the database, as long as it answers (else the stream must do); or for the stream alone.',
    allowed: 'log or stream',
    mend: 'Unset it for log, which loses nothing while the database works.',
  },
  NATS_REPLICAS: {
    schema: optional(z.enum(['1', '3', '5']).transform(Number)) as z.ZodType<number | undefined, string>,
    default: '',
    does: 'The NATS servers that keep each event. Without it: 3 in a cluster, 1 with a single server.',
    allowed: '1, 3 or 5',
    mend: 'Unset it, or set NATS_REPLICAS=3.',
  },
  NATS_BUFFER_MB: {
    schema: whole(16, 1_000_000),
    default: '1024',
    does: 'The most that each stream holds, in megabytes. When it is full, senders are told to come back later.',
    allowed: 'a whole number from 16 to 1000000',
    mend: 'Unset it for 1024.',
  },
  SMTP_URL: {
    schema: optional(address('smtp:', 'smtps:')),
    default: '',
    does: 'The mail server that messages leave by.',
    allowed: 'an address that starts with smtp:// or smtps://',
    mend: 'Example: SMTP_URL=smtps://user:password@mail.example.com:465.',
    secret: true,
  },
  MAILBOX: {
    schema: z.enum(['off', 'local']),
    default: 'off',
    does: 'Where mail goes when there is no mail server: nowhere, or to the built-in mailbox where only you see it.',
    allowed: 'off or local',
    mend: 'Set MAILBOX=local to try things out, or unset it.',
  },
  REPORTS_DIR: {
    schema: optional(z.string().min(1)),
    default: '',
    does: 'The folder that saved reports may be written to, each workspace in a folder of its own.',
    allowed: 'a directory that this user may write',
    mend: 'Example: REPORTS_DIR=/var/lib/cadenza/reports; unset it and no report is written to a folder.',
  },
  MAIL_RATE: {
    schema: optional(
      z
        .string()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number)
        .pipe(z.number().positive().max(100_000)),
    ),
    default: '',
    does: 'The most messages a second that are handed to the mail server.',
    allowed: 'a number above 0, up to 100000',
    mend: 'Example: MAIL_RATE=14 (a new Amazon SES account); unset it for no limit.',
  },
  MAIL_IN: {
    schema: optional(z.string().regex(HOST_AND_PORT)),
    default: '',
    does: 'Where this process takes bounces, complaints and unsubscribe mails by SMTP: the mail server of your bounce domain sends them on to it.',
    allowed: 'host:port of this machine',
    mend: 'Example: MAIL_IN=127.0.0.1:2526; unset it to take none.',
  },
  HOST: {
    schema: z.string().regex(/^[^\s/]+$/),
    default: '127.0.0.1',
    does: 'The address that the server listens on.',
    allowed: 'an address or name of this machine, without port',
    mend: 'Use 127.0.0.1 behind a proxy on the same machine, 0.0.0.0 in a container.',
  },
  PORT: {
    schema: whole(0, 65_535),
    default: '8080',
    does: 'The port that the server listens on.',
    allowed: 'a whole number from 0 (any free one) to 65535',
    mend: 'Unset it for 8080.',
  },
  PUBLIC_URL: {
    schema: optional(address('http:', 'https:')),
    default: '',
    does: 'Where people reach this server: links in mail start with it.',
    allowed: 'an address that starts with https:// (or http://)',
    mend: 'Example: PUBLIC_URL=https://cadenza.example.com.',
  },
  ROLES: {
    schema: items.pipe(z.array(z.enum(ROLES)).min(1)),
    default: ROLES.join(','),
    does: 'What this process does, of: taking events in, running journeys, delivering messages, the web app, background jobs.',
    allowed: `one or more of ${ROLES.join(',')}`,
    mend: 'Unset it for all of them.',
  },
  PARTITIONS: {
    schema: whole(1, 1_024),
    default: '16',
    does: 'The parts that the log is divided into, which is how many workers can share it. Fixed at the first start.',
    allowed: 'a whole number from 1 to 1024',
    mend: 'Unset it for 16.',
  },
  LOG_LEVEL: {
    schema: z.enum(LOG_LEVELS),
    default: 'info',
    does: 'How much is logged.',
    allowed: `one of ${LOG_LEVELS.join(', ')}`,
    mend: 'Unset it for info.',
  },
  SECRET_KEY: {
    schema: optional(z.string().min(32).max(4_096)),
    default: '',
    does: 'Signs links and sessions and encrypts stored passwords. Without it everything encrypted is lost.',
    allowed: 'a text of at least 32 characters',
    mend: 'Make one with `openssl rand -base64 48`.',
    secret: true,
  },
  AUDIT_ANCHORS: {
    schema: items.pipe(z.array(z.string().regex(/^(\/|https?:\/\/)/)).max(8)),
    default: '',
    does: 'Where signed points of the audit log go besides DATA_DIR: folders (better on another disk) and addresses that they are posted to.',
    allowed: 'absolute folders and addresses that start with https://, separated by commas',
    mend: 'Example: AUDIT_ANCHORS=/mnt/worm/cadenza,https://notary.example.com/anchors.',
  },
  ALLOW_PRIVATE_EGRESS: {
    schema: items.pipe(z.array(z.string().regex(HOST_AND_PORT))),
    default: '',
    does: 'Private addresses that webhooks may reach; all others are refused.',
    allowed: 'host:port pairs, separated by commas',
    mend: 'Example: ALLOW_PRIVATE_EGRESS=crm.internal:8443,10.0.0.7:80.',
  },
  DATABASE_CONNECTIONS: {
    schema: whole(4, 500),
    default: '40',
    does: 'The most connections to PostgreSQL that this process holds.',
    allowed: 'a whole number from 4 to 500',
    mend: 'Unset it for 40.',
  },
  LEARNING_THREADS: {
    schema: whole(1, 16),
    default: '1',
    does: 'How many models this process trains at once, each in a thread of its own (role jobs).',
    allowed: 'a whole number from 1 to 16',
    mend: 'Unset it for 1.',
  },
  MODEL_SNAPSHOT_DAYS: {
    schema: whole(1, 3_650),
    default: '400',
    does: 'How many days what models had learned is kept, so that old decisions can be recomputed. The newest is always kept.',
    allowed: 'a whole number from 1 to 3650',
    mend: 'Unset it for 400.',
  },
  TRUSTED_PROXIES: {
    schema: items,
    default: '',
    does: 'Addresses of proxies in front of this server, whose word on the client address is believed.',
    allowed: 'addresses or networks (10.0.0.0/8), separated by commas',
    mend: 'Unset it when there is no proxy.',
  },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof SETTINGS
