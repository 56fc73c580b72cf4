import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { registerSdk, registerWeb } from './web-assets.ts'

const TEXT = 'export const many = "the same words again and again, ";\n'.repeat(60)
const FILE = '/assets/main-AbCd1234.js'
let folder: string
let server: FastifyInstance
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cadenza-web-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Cadenza</title>')
  writeFileSync(join(folder, FILE), TEXT)
  writeFileSync(join(folder, `${FILE}.br`), brotliCompressSync(TEXT))
  writeFileSync(join(folder, `${FILE}.gz`), gzipSync(TEXT))
  writeFileSync(join(folder, 'cadenza.js'), TEXT)
  server = fastify()
  Object.assign(server, { routeLines: [] })
  await registerSdk(server, folder)
  await registerWeb(server, { folder })
})
after(async () => {
  await server?.close()
  rmSync(folder, { recursive: true })
})

const ask = (url: string, encoding: string) => server.inject({ url, headers: { 'accept-encoding': encoding, accept: '*/*' } })

test('a browser gets what it can unpack: brotli, gzip, or the text itself', async () => {
  for (const url of [FILE, '/sdk/cadenza.js']) {
    const [br, gz, plain] = [await ask(url, 'gzip, deflate, br, zstd'), await ask(url, 'gzip'), await ask(url, 'identity')]
    assert.deepEqual(
      [br.headers['content-encoding'], gz.headers['content-encoding'], plain.headers['content-encoding']],
      ['br', 'gzip', undefined],
    )
    assert.deepEqual([brotliDecompressSync(br.rawPayload).toString(), gunzipSync(gz.rawPayload).toString(), plain.body], [TEXT, TEXT, TEXT])
    for (const answer of [br, gz, plain]) {
      assert.match(String(answer.headers['content-type']), /javascript/)
      assert.match(String(answer.headers['vary']).toLowerCase(), /accept-encoding/)
    }
  }
  assert.match(String((await ask(FILE, 'br')).headers['cache-control']), /immutable/)
})

test('what is packed is no file of its own', async () => {
  const { statusCode, headers } = await server.inject({ url: `${FILE}.br`, headers: { accept: 'text/html' } })
  assert.deepEqual([statusCode, String(headers['content-type'])], [200, 'text/html; charset=utf-8'], 'it gets the page, as any address')
})
