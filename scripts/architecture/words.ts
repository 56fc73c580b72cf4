import { matches, type Report, type Rule, type Source } from './rule.ts'

const free = (name: string): RegExp => new RegExp(`(?<![.\\w$#])${name}`, 'g')

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [free('Date\\s*\\.\\s*now\\b'), '$ asks the clock: take `now` (epoch ms) as an argument'],
  [free('new\\s+Date(?:\\s*\\(\\s*\\)|(?![\\w$]|\\s*\\())'), '$ asks the clock: take `now` (epoch ms) as an argument'],
  [free('Temporal\\s*\\.\\s*Now\\b'), '$ asks the clock: take `now` (epoch ms) as an argument'],
  [free('performance\\s*\\.'), '$ asks the clock: measure in the shell'],
  [
    free('(?:process|crypto|globalThis|Buffer|localStorage|sessionStorage|navigator)\\s*\\.'),
    '$ is not the same everywhere: take what is needed as an argument',
  ],
  [
    free('(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame|fetch)\\s*\\('),
    '$ acts on the world: return an effect',
  ],
  [free('console\\s*\\.'), '$ writes to the world: return what is to be said'],
  [
    /\.(?:toLocale\w*|localeCompare)\s*\(/g,
    '$ depends on the language of the machine: compare by code units, or format with `Intl` and a named locale',
  ],
  [
    /\.get(?:Hours|Minutes|Date|Day|Month|FullYear|TimezoneOffset)\s*\(/g,
    '$ depends on the time zone of the machine: use `Temporal` with a named zone',
  ],
  [/\bnew\s+Intl\s*\.\s*\w+\s*\(\s*\)/g, '$ depends on the language of the machine: name the locale'],
  [/^(?:export\s+)?(?:let|var)\s/gm, 'a pure file keeps no state of its own: pass it in, or make it `const`'],
]

export const purity: Rule = {
  name: 'purity',
  on: ({ place, code }) => (place.side === 'pure' && !place.test && !place.path.endsWith('.d.ts') ? matches(code, IMPURE) : []),
}

const inSource = (source: Source): boolean => source.place.folder !== ''

export const dice: Rule = {
  name: 'no-dice',
  on: (source) =>
    inSource(source)
      ? matches(source.code, [
          [
            /\bMath\s*\.\s*random\b/g,
            '$ cannot be replayed and is no secret: use `chance(salt, key)` of lib/hash.ts, or node:crypto for secrets',
          ],
        ])
      : [],
}

const EVAL: readonly (readonly [RegExp, string])[] = [
  [free('eval\\s*\\('), '$ runs text as code: there is no sandbox that holds'],
  [free('(?:new\\s+)?Function\\s*\\('), '$ runs text as code: there is no sandbox that holds'],
]

export const evaluation: Rule = {
  name: 'no-eval',
  *on(source) {
    if (!inSource(source)) return
    yield* matches(source.code, EVAL)
    for (const { from, start } of source.imports) {
      if (/^(?:node:)?vm$|^vm2$|^isolated-vm$/.test(from))
        yield { at: start, says: `${from} runs text as code: there is no sandbox that holds` }
    }
  },
}

const SWALLOWED: readonly (readonly [RegExp, string])[] = [
  [/\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}/g, 'an empty catch hides bugs: handle the one case that is expected, throw the rest'],
  [
    /\.catch\(\s*(?:async\s*)?(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}|undefined|null|void 0)\s*,?\s*\)/g,
    'this catch hides bugs: handle the one case that is expected, throw the rest',
  ],
]

export const swallowing: Rule = { name: 'no-empty-catch', on: ({ code }) => matches(code, SWALLOWED) }

export const forms: Rule = {
  name: 'form',
  on: ({ code }) =>
    matches(code, [
      [/(?<![.\w$])export\s+default\b/g, 'no default exports: a thing has one name'],
      [/(?<![.\w$])export\s*\{[^}]*\bas\s+default\b/g, 'no default exports: a thing has one name'],
      [/(?<![.\w$])(?:const\s+)?enum\s+\w+\s*\{/g, 'no enums: use a union of literals or z.enum'],
      [
        /(?<![.\w$])export\s+(?:const|let|function|class|type|interface)\s+\w+?V\d+\b/g,
        'no versions in names (`$`): unite the two and delete the old',
      ],
    ]),
}

const HOLLOW = /^(?:utils?|helpers?|misc|common|shared|services?|managers?|stuff|v\d+)$/i

export const names: Rule = {
  name: 'name',
  *on({ place }): Iterable<Report> {
    for (const part of place.path.replace(/(?:\.test)?\.tsx?$|\.d\.ts$/, '').split('/')) {
      const word = part.split(/[-._]|(?<=[a-z])(?=[A-Z])/).at(-1)!
      if (HOLLOW.test(word)) yield { at: 0, says: `"${part}" says nothing: name a folder for what it is about, a file for what it answers` }
    }
  },
}

/** Lines that a file may have; the aim is 200. */
const MOST_LINES = 400

export const size: Rule = {
  name: 'file-length',
  *on({ text }): Iterable<Report> {
    const lines = text.trimEnd().split('\n').length
    if (lines > MOST_LINES) yield { at: text.length - 1, says: `${lines} lines are too many (${MOST_LINES} at most): split it by idea` }
  },
}

/** A rejected promise that nobody waits for fails no test. */
export const vainTests: Rule = {
  name: 'vain-test',
  *on({ place, code }): Iterable<Report> {
    if (!place.test && !place.path.startsWith('test/')) return
    yield* matches(code, [
      [
        /(?<!await\s|return\s|=>\s|yield\s|[.\w$([,:?]\s*)assert\s*\.\s*(?:rejects|doesNotReject)\s*\(/g,
        '$ is not awaited, so it can never fail: write `await`',
      ],
      [/(?<![\w$])mock\s*\.\s*module\s*\(/g, '$ tests a fake: use the real part, or an adapter behind its port'],
    ])
  },
}

export const WORD_RULES: readonly Rule[] = [purity, dice, evaluation, swallowing, forms, names, size, vainTests]
