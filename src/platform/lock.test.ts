import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { LOCK_FILE, lockDirectory } from './lock.ts'

const root = await mkdtemp(join(tmpdir(), 'cadenza-lock-'))
await chmod(root, 0o711)
after(() => rm(root, { recursive: true, force: true }))
const fresh = (): Promise<string> => mkdtemp(join(root, 'd-'))
const onLost = (error: Error): never => {
  throw error
}
const QUICK = { beatMs: 20, staleMs: 400 }
const STRANGER = JSON.stringify({ pid: 7, host: 'other-container', realm: 'another boot', token: 'x' })

test('a directory has one owner at a time', async () => {
  const directory = await fresh()
  const lock = await lockDirectory(directory, { onLost })
  await assert.rejects(lockDirectory(directory, { onLost }), new RegExp(`in use by process ${process.pid} `))
  await lock.release()
  assert.deepEqual(await readdir(directory), [])
  await (await lockDirectory(directory, { onLost })).release()
})

test('of many that open it at once, one gets it', async () => {
  const directory = await fresh()
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory, { onLost })))
  const got = outcomes.filter((outcome) => outcome.status === 'fulfilled')
  assert.equal(got.length, 1)
  await got[0]!.value.release()
})

test('kill -9 of the owner frees it at once, also through another path to the directory', async () => {
  const directory = await fresh()
  const code = `const { lockDirectory } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))})
    await lockDirectory(${JSON.stringify(directory)}, { onLost: () => {} }); console.log('locked'); setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await assert.rejects(lockDirectory(join(directory, '../', directory.split('/').at(-1)!), { onLost }), new RegExp(`process ${child.pid} `))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const began = performance.now()
  await (await lockDirectory(directory, { onLost })).release()
  assert.ok(performance.now() - began < 1_000)
})

test('an owner in another container whose heartbeat goes on keeps it', async () => {
  const directory = await fresh()
  const path = join(directory, LOCK_FILE)
  await writeFile(path, STRANGER)
  const beat = setInterval(() => void utimes(path, new Date(), new Date()), 20)
  await assert.rejects(lockDirectory(directory, { onLost, ...QUICK }), /in use by process 7 on other-container/)
  clearInterval(beat)
})

test('an owner in another container that is not heard of any more loses it', async () => {
  const directory = await fresh()
  await writeFile(join(directory, LOCK_FILE), STRANGER)
  const began = performance.now()
  const lock = await lockDirectory(directory, { onLost, ...QUICK })
  assert.ok(performance.now() - began >= QUICK.staleMs)
  await lock.release()
})

test('an owner that was taken for dead notices, and leaves the file to the new owner', async () => {
  const directory = await fresh()
  const lost: Error[] = []
  const lock = await lockDirectory(directory, { onLost: (error) => lost.push(error), ...QUICK })
  await writeFile(join(directory, LOCK_FILE), STRANGER)
  for (const end = performance.now() + 5_000; lost.length === 0; await pause(5)) assert.ok(performance.now() < end)
  assert.match(lost[0]!.message, /not ours any more/)
  await lock.release()
  assert.deepEqual(await readdir(directory), [LOCK_FILE])
})

test('a lock file cut short by a crash is no obstacle', async () => {
  const directory = await fresh()
  await writeFile(join(directory, LOCK_FILE), '{"pid":')
  await (await lockDirectory(directory, { onLost })).release()
})
