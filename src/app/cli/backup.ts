import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { type Config, readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import { createPool } from '#platform/postgres/pool.ts'
import { secretBox } from '#platform/secrets.ts'
import { type BackupParts, makeBackup } from '../backup.ts'
import { readManifest } from '../backup-manifest.ts'
import { readLedger } from '../erasure-ledger-file.ts'
import { type KeyRingLine, keyRingOf, readKeyRing, writeKeyRing } from '../key-ring-file.ts'
import { openParts } from '../open-parts.ts'
import { type Restored, restoreBackup } from '../restore.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { count, visible } from './paint.ts'

/** One statement may read or write for so long (ms). */
const LONGEST = 3_600_000
const ledgerOf = (config: Config): string => join(config.dataDir, 'erased.jsonl')

export const backup: Command = {
  name: 'backup',
  does: 'Writes both databases, of one moment, into a new folder; whatever is about a person is sealed with that person’s key.',
  takes: '',
  count: [0, 0],
  flags: {
    out: { type: 'string', takes: '<dir>', does: 'the folder: a new one for each back-up' },
    keys: { type: 'string', takes: '<file>', does: 'also (or only) copies the key ring there, with the list of the erased' },
  },
  more: [
    'With the built-in databases stop the server first. With DATABASE_URL and CLICKHOUSE_URL it may run.',
    'Reads the same environment as “npm start”. Use the version that the server has: it brings the databases up to date.',
    'The keys are not in the back-up: they lie in keyring/ of DATA_DIR. Keep a copy of them apart from the back-ups, and only the newest one:',
    'an old copy opens what was about people who were erased since. SECRET_KEY is in neither: keep it where you keep passwords.',
  ].join('\n'),
  async run(call): Promise<Outcome<Result>> {
    const [out, keys] = [text(call, 'out'), text(call, 'keys')]
    if (out === undefined && keys === undefined)
      return refuse({
        code: 'cli.usage',
        status: 400,
        title: 'Say where to: --out <dir>, --keys <file>, or both',
        hint: 'See “cadenza backup --help”.',
      })
    const config = readConfig(call.env)
    const lines: string[] = []
    const json: Record<string, unknown> = {}
    if (out !== undefined) {
      const folder = resolve(call.cwd, out)
      const made = await withParts(config, call, (parts) => makeBackup(parts, { out: folder }))
      if (isRefusal(made)) return made
      const rows = made.files.reduce((sum, file) => sum + file.rows, 0)
      const sealed = made.files.reduce((sum, file) => sum + file.sealed, 0)
      Object.assign(json, { folder, rows, sealed, log: made.log, madeAt: made.madeAt })
      lines.push(`${call.paint('green', 'written')}  ${visible(folder)}: ${count(rows, 'row')}, ${sealed} sealed for their people`)
    }
    if (keys !== undefined) {
      const file = resolve(call.cwd, keys)
      const copied = await copyKeys(config, file)
      if (isRefusal(copied)) return copied
      Object.assign(json, { keyRing: file, keys: copied })
      lines.push(`${call.paint('green', 'written')}  ${visible(file)}: ${count(copied, 'key')}. Throw older copies away.`)
    }
    return { code: 0, json, text: lines.join('\n') }
  },
}

/** Resolves with how many keys. */
async function copyKeys(config: Config, file: string): Promise<Outcome<number>> {
  const ring = await readKeyRing(keyRingOf(config.dataDir))
  if (!ring)
    return refuse({
      code: 'backup.no_keys',
      status: 400,
      title: `There is no key ring in ${config.dataDir}`,
      hint: 'It is made with the first back-up: “cadenza backup --out <dir>”, with the same DATA_DIR.',
    })
  const erased = (await readLedger(ledgerOf(config))).map((line): KeyRingLine => ({ kind: 'erased', line }))
  const pages = async function* () {
    yield ring.filter(({ kind }) => kind !== 'erased')
    yield erased
  }
  await writeKeyRing(file, pages())
  return ring.filter(({ kind }) => kind === 'subject').length
}

export const restore: Command = {
  name: 'restore',
  does: 'Puts a back-up into empty databases, without the people who were erased since.',
  takes: '',
  count: [0, 0],
  flags: {
    from: { type: 'string', takes: '<dir>', does: 'the folder that “cadenza backup --out” wrote' },
    keys: { type: 'string', takes: '<file>', does: 'the newest copy of the key ring (that of DATA_DIR, if left out)' },
  },
  more: 'Needs the SECRET_KEY and the version of Cadenza that the back-up was made with, and no running server. Damaged files are named, and nothing is restored then.',
  async run(call): Promise<Outcome<Result>> {
    const dir = text(call, 'from')
    if (dir === undefined)
      return refuse({ code: 'cli.usage', status: 400, title: 'Say what to restore: --from <dir>', hint: 'See “cadenza restore --help”.' })
    const config = readConfig(call.env)
    if (config.secretKey === undefined && !existsSync(join(config.dataDir, 'secret')))
      return refuse({
        code: 'backup.no_secret',
        status: 400,
        title: 'The SECRET_KEY of the installation that made the back-up is missing',
        hint: `Set SECRET_KEY, or put the file “secret” of the old data directory into ${config.dataDir}. No back-up holds it.`,
      })
    const { secretKey } = await withSecretKey(config)
    const from = resolve(call.cwd, dir)
    const manifest = await readManifest(from, secretKey)
    if (isRefusal(manifest)) return manifest
    const keys = text(call, 'keys')
    const done = await withParts(config, call, (parts) =>
      restoreBackup(
        { ...parts, ledger: ledgerOf(config) },
        { from, manifest, keys: keys === undefined ? parts.keyRing : resolve(call.cwd, keys) },
      ),
    )
    if (isRefusal(done)) return done
    return { code: 0, json: { from, madeAt: manifest.madeAt, ...done }, text: restoredText(call, manifest.madeAt, done) }
  },
}

function restoredText({ paint }: Call, madeAt: string, { rows, lost }: Restored): string {
  const lines = [`${paint('green', 'restored')}  ${count(rows, 'row')}, as they were at ${madeAt}`]
  const say = (what: string, why: string) => lines.push(`${paint('yellow', 'left out')}  ${what}: ${why}`)
  if (lost.person.rows > 0)
    say(
      `${count(lost.person.rows, 'row or record', 'rows and records')} of ${count(lost.person.keys, 'person', 'people')}`,
      'their keys were destroyed',
    )
  if (lost.address.rows > 0)
    say(`${count(lost.address.rows, 'row')} of ${count(lost.address.keys, 'address', 'addresses')}`, 'their keys were destroyed')
  if (lost.mentions.rows > 0) say(count(lost.mentions.rows, 'text'), 'somebody who was erased may be mentioned in them')
  return lines.join('\n')
}

/** The databases with pools that have time, opened for one piece of work. */
async function withParts<T>(config: Config, call: Call, work: (parts: BackupParts) => Promise<T>): Promise<T> {
  const { secretKey, dataDir, partitions } = await withSecretKey(config)
  const log = logger({ level: 'silent' })
  let fatal: Error | undefined
  const parts = await openParts(config, {
    logger: log,
    onFatal: (error) => {
      fatal = error
    },
  })
  const pool = createPool({ url: parts.url, name: 'cadenza backup', max: 4, statementMs: LONGEST })
  try {
    const { url, analytics, schema } = parts
    const own = { url, pool, analytics, schema, partitions, secretKey, box: secretBox(secretKey), keyRing: keyRingOf(dataDir) }
    return await work({ ...own, now: Date.now, logger: log, tell: (said) => call.tell(call.paint('dim', said)) })
  } catch (error) {
    throw fatal ?? error
  } finally {
    await pool.end()
    await parts.close()
  }
}
