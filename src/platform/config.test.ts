import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Environment, explain, readConfig, withSecretKey } from './config.ts'

const root = await mkdtemp(join(tmpdir(), 'cadenza-config-'))
after(() => rm(root, { recursive: true, force: true }))
const KEY = 'k'.repeat(48)

test('with nothing set, everything runs here, on built-in parts', () => {
  const config = readConfig({})
  assert.deepEqual(
    [
      config.database.kind,
      config.analytics.kind,
      config.mail.kind,
      config.host,
      config.port,
      config.publicUrl,
      config.partitions,
      config.roles.size,
    ],
    ['embedded', 'embedded', 'none', '127.0.0.1', 8080, 'http://127.0.0.1:8080', 16, 5],
  )
  assert.match(config.warnings.join('\n'), /No mail will leave: set SMTP_URL, or MAILBOX=local/)
})

const wrong: readonly [Environment, RegExp][] = [
  [{ PORT: 'eighty' }, /PORT is "eighty".*whole number from 0.*to 65535\. Unset it for 8080/],
  [{ PORT: '65536' }, /PORT is "65536"/],
  [{ NATS_URL: 'http://n1:4222' }, /NATS_URL is set.*start with nats:\/\/ or tls:\/\//],
  [{ NATS_REPLICAS: '2' }, /NATS_REPLICAS is "2".*1, 3 or 5/],
  [{ DATABASE_URL: 'postgres://db/x', SECRET_KEY: KEY, ROLES: 'web,engine' }, /ROLES has web and not jobs.*Set CLICKHOUSE_URL/],
  [{ DATABASE_URL: 'postgres://db/x', SECRET_KEY: KEY, ROLES: 'jobs' }, /ROLES has jobs and not web.*Set CLICKHOUSE_URL/],
  [{ CADENZA_PORT: '-1' }, /PORT is "-1"/],
  [
    { DATABASE_URL: 'mysql://root:hush@db/x', SECRET_KEY: KEY },
    /DATABASE_URL is set \(22 characters, not shown\).*starts with postgres:\/\//,
  ],
  [{ DATABASE_URL: 'postgres://db/x' }, /SECRET_KEY is missing.*openssl rand/],
  [{ SECRET_KEY: 'short' }, /SECRET_KEY is set \(5 characters, not shown\).*at least 32/],
  [{ CLICKHOUSE_URL: 'clickhouse:9000' }, /CLICKHOUSE_URL.*http:\/\//],
  [{ SMTP_URL: 'mail.example.com' }, /SMTP_URL.*smtp:\/\//],
  [{ SMTP_URL: 'smtp://mail', MAILBOX: 'local' }, /SMTP_URL and MAILBOX=local are both set/],
  [{ MAILBOX: 'yes' }, /MAILBOX is "yes".*off or local/],
  [{ MAIL_RATE: '0' }, /MAIL_RATE is "0".*above 0/],
  [{ ROLES: 'ingest,brain' }, /ROLES is "ingest,brain".*one or more of ingest,engine/],
  [{ ROLES: ',' }, /ROLES is ","/],
  [{ PARTITIONS: '0' }, /PARTITIONS is "0".*1 to 1024/],
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL is "loud".*one of fatal, error/],
  [{ PUBLIC_URL: 'cadenza.example.com' }, /PUBLIC_URL is "cadenza.example.com".*https:\/\//],
  [{ ALLOW_PRIVATE_EGRESS: 'localhost' }, /ALLOW_PRIVATE_EGRESS is "localhost".*host:port/],
  [{ SECRET_KEY_FILE: '/nowhere' }, /SECRET_KEY_FILE is "\/nowhere", which cannot be read \(ENOENT\)/],
  [{ SECRET_KEY: KEY, SECRET_KEY_FILE: '/nowhere' }, /both set: unset one/],
]
for (const [env, message] of wrong) {
  test(`refused: ${Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`, () => {
    assert.throws(
      () => readConfig(env),
      (error: Error) => {
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /hush/, 'a secret is not repeated')
        return true
      },
    )
  })
}

test('everything that is wrong is told at once', () => {
  assert.throws(
    () => readConfig({ PORT: 'x', LOG_LEVEL: 'y', PARTITIONS: 'z' }),
    (error: Error) => error.message.split('\n').length === 3,
  )
})

test('a name may carry the prefix, which wins; a misspelt one is pointed out', () => {
  const config = readConfig({ PORT: '1000', CADENZA_PORT: '2000', CADENZA_PROT: '3000', CADENZA_COLOUR: 'red', MAILBOX: 'local' })
  assert.equal(config.port, 2000)
  assert.deepEqual(config.warnings, [
    'CADENZA_PROT is not a setting and changes nothing; did you mean CADENZA_PORT?',
    'CADENZA_COLOUR is not a setting and changes nothing.',
  ])
})

test('a secret may lie in a file', async () => {
  const path = join(root, 'key')
  await writeFile(path, `${KEY}\n`)
  const config = readConfig({ SECRET_KEY_FILE: path, DATABASE_URL: 'postgres://db/x' })
  assert.equal(config.secretKey, KEY)
  assert.equal(config.sources.SECRET_KEY, 'file')
})

test('the settings can be shown: no secret is in them', () => {
  const shown = explain(
    readConfig({
      SECRET_KEY: `hush${KEY}`,
      DATABASE_URL: 'postgres://ada:hush@db.test/x?sslpassword=hush',
      SMTP_URL: 'smtps://ada:hush@mail.test',
      CLICKHOUSE_URL: 'https://ada:hush@ch.test:8443/x',
      PUBLIC_URL: 'https://cadenza.test/',
    }),
  )
  assert.doesNotMatch(JSON.stringify(shown), /hush/)
  const value = Object.fromEntries(shown.map((setting) => [setting.name, `${setting.value} (${setting.source})`]))
  assert.equal(value.DATABASE_URL, 'postgres://ada:***@db.test/x?sslpassword=*** (environment)')
  assert.equal(value.PUBLIC_URL, 'https://cadenza.test (environment)')
  assert.equal(value.PORT, '8080 (default)')
})

test('without a secret key one is made at the first start, for this user only, and kept', async () => {
  const config = readConfig({ DATA_DIR: join(root, 'data') })
  const [first, again] = await Promise.all([withSecretKey(config), withSecretKey(config), withSecretKey(config), withSecretKey(config)])
  assert.ok(first.secretKey.length >= 64)
  assert.equal(again.secretKey, first.secretKey)
  assert.equal((await withSecretKey(config)).secretKey, first.secretKey)
  const path = join(root, 'data/secret')
  assert.deepEqual(await readdir(join(root, 'data')), ['secret'])
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal(await readFile(path, 'utf8'), first.secretKey)
  await writeFile(path, 'cut')
  await assert.rejects(withSecretKey(config), /cut short.*backup/)
})

test('servers of NATS are given as a list; a token or a password in them is not shown', () => {
  const config = readConfig({ NATS_URL: 'nats://name:hush@n1:4222, nats://s3cret@n2:4222', NATS_SHARDS: '8' })
  assert.equal(config.nats?.servers.length, 2)
  assert.equal(config.nats?.shards, 8)
  assert.equal(config.nats?.replicas, undefined)
  const shown = explain(config).find(({ name }) => name === 'NATS_URL')!.value
  assert.doesNotMatch(shown, /hush|s3cret/)
  assert.match(shown, /n1:4222.*n2:4222/)
})
