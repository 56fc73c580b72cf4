// What no file of the project may do, and what no version of it may ship.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { after, test } from 'node:test'
import { findings, line } from '../../scripts/check-architecture.ts'
import { supplyFindings } from '../../scripts/check-supply.ts'
import { testDatabase } from '../fixtures/database.ts'

const ROOT = join(import.meta.dirname, '../..')
const database = await testDatabase()
after(() => database.stop())

/** Files that are shipped, by path; without tests. */
const SHIPPED = ['src', 'sdk', 'bin'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:tsx?|js)$/.test(entry.name) && !/\.test\.tsx?$|\.d\.ts$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/')),
)
const sources = new Map(SHIPPED.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
/** Lines of shipped files that the pattern finds, without comments. */
const having = (pattern: RegExp, where: (path: string) => boolean = () => true): string[] =>
  [...sources]
    .filter(([path]) => where(path))
    .flatMap(([path, text]) =>
      text
        .split('\n')
        .flatMap((each, i) =>
          pattern.test(each) && !/^\s*(?:\/\/|\/?\*)/.test(each) ? [`${path}:${i + 1} ${each.trim().slice(0, 120)}`] : [],
        ),
    )

test('nothing runs text as code, nothing throws dice, and one function reaches out (n8n CVE-2025-68613, Mautic CVE-2021-27913, Novu #10912)', () => {
  const held = new Set(['no-eval', 'no-dice', 'egress', 'sql-place'])
  assert.deepEqual(
    findings(ROOT)
      .filter(({ rule }) => held.has(rule))
      .map(line),
    [],
  )
  assert.ok(sources.size > 400, `${sources.size} files`)
  assert.deepEqual(
    having(/(?<![.\w$])eval\s*\(|(?<![.\w$])(?:new\s+)?Function\s*\(|(?:node:)?\bvm2?'|isolated-vm|\bset(?:Timeout|Interval)\(\s*['"`]/),
    [],
  )
  // The script for pages of customers waits a random time between tries: nothing there is a secret.
  assert.deepEqual(
    having(/Math\.random/).map((each) => each.split(':')[0]),
    ['sdk/queue.ts'],
  )
})

test('screens make elements, never HTML (Mautic CVE-2020-35124, listmonk CVE-2026-21483)', () => {
  assert.deepEqual(
    having(
      /dangerouslySetInnerHTML|\.innerHTML\b|\.outerHTML\s*=|insertAdjacentHTML|document\.write|srcDoc|createContextualFragment|allow-same-origin|allow-scripts/,
    ),
    [],
  )
})

/** The files that touch the disk, and where their paths come from. A new one is put here by somebody who has looked. */
const ON_DISK: Readonly<Record<string, string>> = {
  'src/platform/': 'DATA_DIR, MIGRATIONS and packages, as the operator set them',
  'src/app/cli/': 'folders that the user of the command named',
  'src/app/demo': 'the demonstration’s own files',
  'src/app/backup': 'folders that the operator named, and DATA_DIR',
  'src/app/key-ring': 'a file that the operator named',
  'src/app/authored-files.ts': 'folders that the user of the command named',
  'src/app/open-parts.ts': 'DATA_DIR',
  'src/app/erasure-ledger-file.ts': 'DATA_DIR',
  'src/app/list-import.ts': 'a folder of its own under a random name; the name that was sent is never a path',
  'src/app/web-assets.ts': 'files that were there when the server started, by exact name',
  'src/app/web-build.ts': 'the project itself',
  'src/app/about.ts': 'one file of the project, by its name',
  'src/app/gallery.ts': 'examples/gallery of the project: names that were there when it was read',
  'src/measurement/reports/adapters/folder.ts':
    'below REPORTS_DIR, as the operator set it: a folder whose name has no dots ahead, resolved and held to lie below; the file’s name is ours',
  'src/workspaces/adapters/anchoring.ts': 'DATA_DIR',
  'src/workspaces/adapters/anchor-file.ts': 'DATA_DIR',
}

test('only known files touch the disk, and none of them by a name out of a request (n8n CVE-2026-21877, CVE-2026-21858)', () => {
  const touching = [...sources].filter(
    ([path, text]) => path.startsWith('src/') && /(?:from|import\()\s*'node:fs(?:\/promises)?'/.test(text),
  )
  const strays = touching.map(([path]) => path).filter((path) => !Object.keys(ON_DISK).some((known) => path.startsWith(known)))
  assert.deepEqual(strays, [])
  for (const known of Object.keys(ON_DISK))
    assert.ok(
      touching.some(([path]) => path.startsWith(known)),
      `${known} touches no disk any more`,
    )
  assert.deepEqual(
    having(
      /\.(?:filepath|originalFilename)\b|\breq(?:uest)?\.file\b|multipart/i,
      (path) => path.startsWith('src/app') && !path.includes('/cli/'),
    ),
    [],
  )
})

test('no statement for ClickHouse reaches out of it (PostHog CVE-2025-1521)', () => {
  assert.deepEqual(
    having(
      /\b(?:from|into function|in|join)\s+(?:url|file|postgresql|mysql|remote|remoteSecure|s3|hdfs|odbc|jdbc|executable|mongodb|redis|sqlite)\s*\(/i,
    ),
    [],
  )
})

test('row-level security looks at the workspace of the request and at no role, and PostgreSQL is new enough (CVE-2024-10976)', async () => {
  const { rows } = await database.pool.query<{ name: string; roles: string[]; using: string | null; check: string | null }>(
    `select tablename || '.' || policyname as name, roles::text[] as roles, qual as using, with_check as check from pg_policies where schemaname = 'public'`,
  )
  assert.ok(rows.length > 30, `${rows.length} policies`)
  for (const { name, roles, using, check } of rows) {
    const condition = `${using ?? ''} ${check ?? ''}`
    assert.doesNotMatch(condition, /current_user|session_user|pg_has_role|current_role/, name)
    assert.match(condition, /current_setting\(|\btrue\b/, `${name}: ${condition}`)
    if (/^\s*true\b|\btrue\s*$/.test(condition))
      assert.ok(!roles.includes('cadenza_app') && !roles.includes('public'), `${name} is open to ${roles}`)
  }
  const [{ version }] = (await database.pool.query(`select current_setting('server_version_num')::int as version`)).rows
  const least: Record<string, number> = { 15: 150_009, 16: 160_005, 17: 170_001 }
  assert.ok(version >= (least[Math.floor(version / 10_000)] ?? 180_000), `${version}`)
})

test('every shipped package is new enough, from npm, of a licence that was read, and runs no script that nobody decided on', () => {
  assert.deepEqual(supplyFindings(ROOT), [])
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'security/min-versions.json'), 'utf8')) as { packages: Record<string, object> }
  for (const name of ['fastify', 'liquidjs', 'nodemailer', 'ipaddr.js']) assert.ok(packages[name], `${name} has a least version`)
})
