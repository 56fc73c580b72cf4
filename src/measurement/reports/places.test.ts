import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { egress } from '#platform/egress.ts'
import { objectStore } from '../../../test/stand-ins/s3.ts'
import type { MadeFile } from './adapters/files.ts'
import { putFile } from './adapters/folder.ts'
import { putObject, type S3 } from './adapters/s3.ts'
import { Destination } from './saved.ts'

const file: MadeFile = { name: 'weekly-2026-05-04.csv', type: 'text/csv; charset=utf-8', bytes: Buffer.from('Channel,Sent\r\nemail,3\r\n') }

test('a file lies in the bucket under its name, signed so that S3 takes it; a wrong key is told in its words', async () => {
  const store = await objectStore({ accessKeyId: 'AKIDEXAMPLE', secret: 'right', region: 'eu-central-1' })
  const way = egress({ allowPrivate: [`127.0.0.1:${store.port}`] })
  const to = (more: object): S3 =>
    Destination.parse({
      to: 's3',
      endpoint: store.url,
      region: 'eu-central-1',
      bucket: 'reports',
      prefix: "weekly/(all)!'",
      accessKeyId: 'AKIDEXAMPLE',
      secretKey: 's3',
      ...more,
    }) as S3
  const put = (destination: S3, secret: string | undefined) =>
    putObject(file, destination, { egress: way, secret: async () => secret, now: () => Date.UTC(2026, 4, 4, 6) })
  try {
    assert.deepEqual(await put(to({}), 'right'), { kind: 'done' })
    assert.deepEqual(
      [...store.objects].map(([key, bytes]) => [key, String(bytes)]),
      [["reports/weekly/(all)!'/weekly-2026-05-04.csv", String(file.bytes)]],
    )
    assert.deepEqual(await put(to({}), 'wrong'), { kind: 'retry', detail: 'The store answered 403 (SignatureDoesNotMatch)' })
    assert.equal((await put(to({}), undefined)).kind, 'retry')
    const hidden = await putObject(file, to({ endpoint: 'http://127.0.0.1:9' }), {
      egress: egress({}),
      secret: async () => 'right',
      now: Date.now,
    })
    assert.equal(hidden.kind, 'failed', 'what is not public is not reached')
  } finally {
    await way.close()
    await store.stop()
  }
})

test('a file is whole in the operator’s folder, and nowhere else', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cadenza-reports-'))
  const elsewhere = await mkdtemp(join(tmpdir(), 'cadenza-elsewhere-'))
  try {
    assert.deepEqual(await putFile(file, { root, folder: 'w1/finance' }), { kind: 'done' })
    assert.deepEqual(await readdir(join(root, 'w1/finance')), [file.name], 'nothing half written is left')
    assert.deepEqual(await readFile(join(root, 'w1/finance', file.name)), file.bytes)
    await symlink(elsewhere, join(root, 'w1/out'))
    assert.equal((await putFile(file, { root, folder: 'w1/out' })).kind, 'failed')
    assert.deepEqual(await readdir(elsewhere), [])
    assert.match(String((await putFile(file, { root: undefined, folder: 'w1' })).detail), /REPORTS_DIR/)
  } finally {
    await rm(root, { recursive: true })
    await rm(elsewhere, { recursive: true })
  }
})
