import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { KEY_PLACE, snippets } from '#events/ui/snippets.ts'
import { startWorld, type World } from './world.ts'

const run = promisify(execFile)
const cwd = join(import.meta.dirname, '../..')
let world: World
before(async () => {
  world = await startWorld()
})
after(async () => {
  await world?.stop()
})

const textOf = (id: string): string => snippets(world.url, world.writeKey).find((each) => each.id === id)!.text
/** Events of Ada so far, by name. */
async function heard(): Promise<string[]> {
  await world.settled()
  return (await world.timeline('ada', 'event')).map(({ name }) => name)
}

/** How each is run; PHP is not installed where these tests are, and the two for browsers are held by `sdk` and `browser-client`. */
const RUNS: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
  node: (text) => run(process.execPath, ['--input-type=module', '-e', text], { cwd }),
  rudder: (text) => run(process.execPath, ['--input-type=module', '-e', text], { cwd }),
  curl: (text) => run('sh', ['-c', text]),
  python: (text) => run('python3', ['-c', text]),
}

for (const [id, start] of Object.entries(RUNS))
  test(`the snippet for ${id}, as it is pasted, brings an event`, async () => {
    const before = (await heard().catch(() => [])).length
    await start(textOf(id))
    assert.ok((await heard()).length > before)
  })

test('every snippet holds the address and the key, and without a key its place', () => {
  for (const { id, text } of snippets('https://cadenza.example.com', 'wk_mine')) {
    assert.ok(text.includes('cadenza.example.com') && text.includes('wk_mine'), id)
  }
  for (const { id, text } of snippets('https://cadenza.example.com')) assert.ok(text.includes(KEY_PLACE), id)
})
