// A workspace in which everything that strangers and colleagues may write is a script, in forty ways: every route of the app and every page that the server makes, in a real browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type House, house } from '../browser/house.ts'
import { furnish, inside, routesOfTheRouter, STOPS, stops } from '../browser/stops.ts'
import { colleaguesWrite, Hostile, rewrite, strangersWrite } from './hostile.ts'
import { marks, walk, watched } from './walk.ts'

const hostile = new Hostile()
let written: Awaited<ReturnType<typeof rewrite>>
/** Pages that the server itself makes: what mails lead to, and what stands in frames. */
const served: string[] = []
const at = house({ sample: 'shop', prepare: inhabit })

async function inhabit(house: House): Promise<void> {
  written = await rewrite(house, hostile)
  await furnish(house)
  const { messages } = (await house.ask('GET /api/messages?journey=win-back&limit=1')) as { messages: { id: string; profile: string }[] }
  const { id, profile } = messages[0]!
  const { ids } = (await house.ask(`GET /api/profiles/${profile}`)) as { ids: Record<string, string[]> }
  await strangersWrite(house, hostile, ids['user_id']![0]!)
  await colleaguesWrite(house, hostile)
  await house.settled()
  const { mail } = (await house.ask('GET /api/mailbox')) as { mail: { id: string; to: unknown }[] }
  const links = new Set<string>()
  // One to a customer: what goes to colleagues has none of these links.
  for (const each of mail.filter(({ to }) => /@people\.example/.test(String(to))).slice(0, 3)) {
    const { text } = (await house.ask(`GET /api/mailbox/${each.id}`)) as { text: string }
    for (const [, path] of text.matchAll(/https?:\/\/[^/\s]+(\/[upwy]\/[\w.~-]+)/g)) links.add(path!)
  }
  served.push(...links, `/view/messages/${id}`, `/view/mailbox/${mail[0]!.id}?images=1`, '/view/preferences')
}

test('everything that can be written is hostile', () => {
  assert.ok(written.documents >= 30, `${written.documents} documents`)
  for (const kind of ['journey', 'template', 'segment', 'experiment', 'goal', 'model', 'report', 'topic', 'sender', 'coupon-pool'])
    assert.ok(written.kinds.includes(kind), `a ${kind} says what its author likes: ${written.left.join('\n')}`)
})

test('every route of the app: no script, no element of theirs, no word of the policy, no request elsewhere', async () => {
  const paths = inside().map(([path]) => path)
  const walks = await Promise.all(
    [0, 1].map((half) =>
      walk(
        at,
        paths.filter((_, i) => i % 2 === half),
      ),
    ),
  )
  const shown = new Set(walks.flatMap((each) => [...each.shown]))
  const quiet = routesOfTheRouter().filter((route) =>
    (STOPS()[route] ?? [[route, /./] as const]).every(([path, , as]) => as !== 'nobody' && !shown.has(path)),
  )
  assert.deepEqual([walks.flatMap(({ found }) => found), quiet], [[], []], 'what ran; routes on which nothing hostile stood')
})

test('pages before sign-in, pages that mails lead to, and what stands in frames', async () => {
  const { page, harm } = await watched(at, 'nobody')
  const found: string[] = []
  const signedIn = await watched(at)
  for (const path of [
    ...stops()
      .filter(([, , as]) => as === 'nobody')
      .map(([path]) => path),
    ...served,
    '/api/docs',
  ]) {
    const { page: on, harm: of } = path.startsWith('/view/') ? signedIn : { page, harm }
    await on.goto(at.url + path)
    await on.waitForLoadState('load')
    // The word of these tests on which workspace is meant is a script as well: the sandbox refuses it.
    const ran = of.splice(0).filter((each) => !(path.startsWith('/view/') && /sandboxed/.test(each)))
    found.push(...[...ran, ...(await marks(on))].map((each) => `${path}: ${each}`))
  }
  for (const way of ['/u/', '/p/'])
    assert.ok(
      served.some((path) => path.startsWith(way)),
      `${way}: ${served}`,
    )
  await Promise.all([page.context().close(), signedIn.page.context().close()])
  assert.deepEqual(found, [])
})
