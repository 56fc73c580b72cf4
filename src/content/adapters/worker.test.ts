import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { type LiquidSource, type Pieces, parsePieces, renderPieces } from './pieces.ts'
import { type Renderer, type RendererOptions, renderer } from './worker.ts'

const open: Renderer[] = []
const started = (options: RendererOptions = {}): Renderer => {
  const made = renderer({ threads: 1, ...options })
  open.push(made)
  return made
}
after(() => Promise.all(open.map((each) => each.close())))

function pieces(text: string, escaping: LiquidSource['escaping'] = 'html'): Pieces {
  const parsed = parsePieces({ '/html': { text, escaping } })
  assert.ok(!isRefusal(parsed), isRefusal(parsed) ? parsed.refused.title : '')
  return parsed
}
const scope = {
  profile: { name: 'Ada <b>', list: ['a', 'b'], long: 'x'.repeat(200), bad: '<script'.repeat(200) },
  message: { at: '2026-11-22T10:00:00Z' },
}
/** Filters of one output: the template engine looks at its clock only between outputs. */
const endless = pieces(`{{ profile.rows${' | where: "a", 1'.repeat(60)} | size }}`)
const rows = Array.from({ length: 50_000 }, () => ({ a: 1 }))
/** Writes eight megabytes again and again, escaped each time: the engine counts no memory for that, and its clock is far away. */
const hungry = pieces('{% for i in (1..9999) %}{{ profile.long8 }}{% endfor %}', 'slack')
const endlessText = pieces('{% for i in (1..9999) %}{{ profile.long8 }}{% endfor %}', 'text')
const long8 = `<${'xy'.repeat(4_000_000)}`
const wide = '%9999999Y'.repeat(100)

suite('rendering in threads', () => {
  test('gives the same bytes as in this thread, for every message, with small pieces here or there', async () => {
    const texts = [
      'Hello {{ profile.name }}',
      '{{ profile.name | raw }}|{{ profile.list | join: "," }}',
      '{% tablerow i in (1..6) cols:2 %}{{ i }}{% endtablerow %}',
      '{% for i in profile.list %}{% for j in profile.list %}{{ i }}{{ j }}{% endfor %}{% endfor %}',
      '{{ profile | json }}',
      '{{ profile.nobody.there }}',
      '{{ "now" | date: "%A" }}',
    ].map((text) => pieces(text))
    const [both, threads] = [started({ threads: 2, killMs: 10_000 }), started({ hereMs: 0, killMs: 10_000 })]
    const all = Array.from({ length: 300 }, (_, i) => ({ each: texts[i % texts.length]!, scope: { ...scope, n: i } }))
    const [a, b] = await Promise.all([both, threads].map((made) => Promise.all(all.map(({ each, scope }) => made.render(each, scope)))))
    const here = all.map(({ each, scope }) => renderPieces(each, scope, 10_000))
    assert.deepEqual(a, here)
    assert.deepEqual(b, here)
  })

  test('a message that never ends is given up, and all others of its batch arrive', async () => {
    const made = started({ killMs: 200 })
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => made.render(hungryless, scope)),
      made.render(endless, { profile: { rows } }),
      ...Array.from({ length: 20 }, () => made.render(hungryless, scope)),
    ])
    const refused = answers.filter(isRefusal)
    assert.deepEqual(
      refused.map(({ refused: { code } }) => code),
      ['render_timeout'],
    )
    assert.ok(answers.every((each, i) => i === 20 || (!isRefusal(each) && each['/html'] === 'a,b')))
    assert.ok(!isRefusal(await made.render(hungryless, scope)), 'the thread is replaced')
  })

  test('a message that eats all memory is refused, and the process lives on', async () => {
    const made = started({ killMs: 30_000 })
    const answer = await made.render(hungry, { ...scope, profile: { long8 } })
    assert.ok(isRefusal(answer))
    assert.equal(answer.refused.code, 'render_memory')
    const long = await made.render(endlessText, { profile: { long8 } })
    assert.ok(isRefusal(long), 'a text that is too long for the language itself')
    assert.ok(!isRefusal(await made.render(hungryless, scope)))
  })

  test('nothing hostile holds up this process for more than 50 ms', async () => {
    const made = started({ killMs: 300 })
    await made.render(hungryless, scope)
    const hostile = [
      endless,
      pieces('{% for a in (1..9999) %}{% for b in (1..9999) %}{% assign c = a | times: b %}{% endfor %}{% endfor %}'),
      pieces('{{ profile.bad | replace: "<", profile.bad | size }}'),
      pieces('{{ "now" | date: profile.wide }}'),
      pieces('{{ profile.bad | split: "" | uniq | size }}'),
      pieces('{% for a in profile.list %}{{ a }}{% endfor %}'.repeat(150)),
      pieces('{{ profile.bad | escape | escape | escape | escape | escape | escape }}'),
    ]
    const bad = {
      profile: { ...scope.profile, wide, rows, list: Array.from({ length: 9_000 }, (_, i) => `n${i}`) },
      message: scope.message,
    }
    const worst: { text: string; ms: number }[] = []
    for (const each of hostile) {
      // The processor's time of this thread: other processes of a busy machine do not count.
      let cpu = process.threadCpuUsage()
      let ms = 0
      const look = (): void => {
        const { user, system } = process.threadCpuUsage(cpu)
        ms = Math.max(ms, (user + system) / 1_000)
        cpu = process.threadCpuUsage()
      }
      const pending = made.render(each, bad)
      look()
      const looking = setInterval(look, 1)
      await pending
      clearInterval(looking)
      worst.push({ text: each.sources['/html']!.text.slice(0, 60), ms })
    }
    assert.deepEqual(
      worst.filter(({ ms }) => ms > 50),
      [],
    )
  })
})

/** Not small, because of its filter; and cheap. */
const hungryless = pieces('{{ profile.list | join: "," }}')
