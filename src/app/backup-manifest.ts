import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonical } from '#lib/json.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import { deriveKey } from '#platform/secrets.ts'
import { sha256Of } from './backup-file.ts'

const File = z.object({
  store: z.enum(['postgres', 'clickhouse']),
  table: z.string().regex(/^[a-z_][a-z0-9_]*$/),
  file: z.string().regex(/^[a-z0-9_.-]+$/),
  rows: z.int(),
  /** Rows and records that only a key opens. */
  sealed: z.int(),
  /** Of the file. */
  bytes: z.int(),
  sha256: z.string(),
})

const Body = z.object({
  format: z.literal(1),
  id: z.string(),
  /** ISO 8601. */
  madeAt: z.string(),
  /** Numbers of the newest migrations. */
  schema: z.object({ postgres: z.int(), clickhouse: z.int() }),
  partitions: z.int(),
  /** The last record of each partition that is in it. */
  log: z.array(z.object({ partition: z.int(), seq: z.int() })),
  files: z.array(File),
  /** Where counting goes on. */
  sequences: z.array(z.object({ name: z.string(), last: z.string().regex(/^\d+$/) })),
})
const Signed = Body.extend({ mac: z.string() })

/** What a back-up holds; written last, so a back-up without it was not finished. */
export type Manifest = z.output<typeof Body>
export type ManifestFile = z.output<typeof File>

const NAME = 'manifest.json'

export async function writeManifest(directory: string, manifest: Manifest, secretKey: string): Promise<void> {
  const signed = { ...manifest, mac: macOf(manifest, secretKey) }
  await writeFile(join(directory, NAME), `${JSON.stringify(signed, null, 2)}\n`, { flag: 'wx', mode: 0o600, flush: true })
}

/** The manifest, when it is whole and this installation's own. */
export async function readManifest(directory: string, secretKey: string): Promise<Outcome<Manifest>> {
  const path = join(directory, NAME)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined)
    return refuse({
      code: 'backup.none',
      status: 400,
      title: `${directory} holds no finished back-up`,
      detail: `There is no ${NAME}, which is written last.`,
      hint: 'Name the folder that “cadenza backup --out” wrote, or use an older back-up.',
    })
  const read = Signed.safeParse(jsonOf(text))
  if (!read.success) return refuse(damaged([{ file: NAME, why: 'it is cut short or of another version' }]))
  const { mac, ...manifest } = read.data
  const own = Buffer.from(macOf(manifest, secretKey))
  if (own.length === mac.length && timingSafeEqual(own, Buffer.from(mac))) return manifest
  return refuse({
    code: 'backup.other_key',
    status: 400,
    title: `${path} was changed, or made under another SECRET_KEY`,
    hint: 'Set SECRET_KEY to that of the installation that made it (the file “secret” of its data directory); a back-up does not hold it.',
  })
}

const macOf = (manifest: Manifest, secretKey: string): string =>
  createHmac('sha256', deriveKey(secretKey, 'manifests of back-ups')).update(canonical(manifest)).digest('hex')

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is as bad as JSON of another shape, and is told in the same words.
    return undefined
  }
}

/** Refuses with the names of all files that are not as they were written. */
export async function checkFiles(directory: string, { files }: Manifest): Promise<Outcome<null>> {
  const bad: { file: string; why: string }[] = []
  for (const { file, sha256 } of files) {
    const found = await sha256Of(join(directory, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (found === undefined) bad.push({ file, why: 'it is missing' })
    else if (found !== sha256) bad.push({ file, why: 'it is not as it was written (SHA-256)' })
  }
  return bad.length === 0 ? null : refuse(damaged(bad))
}

const damaged = (bad: readonly { file: string; why: string }[]) => ({
  code: 'backup.damaged',
  status: 400,
  title: 'The back-up is damaged: nothing was restored',
  detail: bad.map(({ file, why }) => `${file}: ${why}`).join('\n'),
  hint: 'Take another copy of these files, or an older back-up.',
})
