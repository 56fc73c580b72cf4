import { ORDER, type Place, placeOf, target } from './place.ts'
import type { Report, Rule, Source } from './rule.ts'
import type { Import } from './scan.ts'

interface Edge {
  readonly from: Place
  readonly to: Place
  readonly imported: Import
}

function* edges({ place, imports }: Source): Iterable<Edge> {
  for (const imported of imports) {
    const path = target(place.path, imported.from)
    if (path?.startsWith('src/')) yield { from: place, to: placeOf(path), imported }
  }
}

const rank = (folder: string): number => ORDER.indexOf(folder as (typeof ORDER)[number])

export const folderOrder: Rule = {
  name: 'folder-order',
  *on(source) {
    const { place } = source
    if (place.folder !== '' && rank(place.folder) < 0) {
      yield {
        at: 0,
        says: `src/${place.folder} is not a folder of the house: use one of ${ORDER.join(', ')}, or add it to the order with an ADR`,
      }
      return
    }
    if (place.folder === '') return
    for (const { from, to, imported } of edges(source)) {
      if (rank(to.folder) <= rank(from.folder)) continue
      yield {
        at: imported.start,
        says: `${from.folder} stands above ${to.folder} and may not import ${imported.from}: emit an event or an effect, or declare a port here that ${to.folder} fills`,
      }
    }
  },
}

/** Within a capability a file may import files of its own layer and of deeper ones. */
const LAYER = { part: 0, store: 1, adapter: 2, actions: 3, on: 4, ui: 5 } as const

export const roleOrder: Rule = {
  name: 'role-order',
  *on(source) {
    for (const { from, to, imported } of edges(source)) {
      const says = from.test || from.folder === '' ? undefined : roleProblem(from, to, imported.from)
      if (says) yield { at: imported.start, says }
    }
  },
}

function roleProblem(from: Place, to: Place, specifier: string): string | undefined {
  if (to.test) return `${specifier} is a test: move what is shared into test/fixtures/ or into a file of its own`
  if (from.side === 'browser' || to.side === 'browser') return undefined
  if (from.side === 'pure' && to.side === 'shell')
    return `a pure file may not import ${specifier}, which touches the world: take what it needs as an argument`
  if (from.folder !== to.folder) return foreignShell(from, to, specifier)
  if (from.folder === 'platform' || from.folder === 'app') return undefined
  if (LAYER[from.role] >= LAYER[to.role]) return undefined
  return `${from.role} may not import ${to.role} (${specifier}): the order is pure < store < adapters < actions < on-*; pass it by hand from above`
}

function foreignShell(from: Place, to: Place, specifier: string): string | undefined {
  if (to.side === 'pure' || to.folder === 'platform' || from.folder === 'app') return undefined
  return `${specifier} touches the world of ${to.folder}: import only its pure files, and let app/ hand in the rest`
}

/** npm libraries that pure files may use: zod is the schema language, the others compute from their arguments alone. */
const PURE_LIBRARIES = new Set(['zod', 'ipaddr.js', 'libphonenumber-js', 'yaml'])

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
const isNode = (specifier: string): boolean => specifier.startsWith('node:')

export const pureImports: Rule = {
  name: 'pure-imports',
  *on({ place, imports }) {
    if (place.side !== 'pure' || place.test) return
    for (const { from, start } of imports) {
      if (/^[.#]/.test(from) || PURE_LIBRARIES.has(packageOf(from))) continue
      yield {
        at: start,
        says: `a pure file may not import ${from}: move the use to store.ts, actions.ts, on-*.ts or adapters/, and pass the result in`,
      }
    }
  },
}

const SERVER_ONLY =
  /^(?:pg|pg-copy-streams|fastify|@fastify\/.+|better-auth|chdb|@clickhouse\/client|undici|nodemailer|pino|graphile-worker|mjml|kysely)$/

export const wall: Rule = {
  name: 'browser-wall',
  *on(source) {
    const { place } = source
    if (place.test) return
    for (const { from, to, imported } of edges(source)) {
      const says = wallProblem(from, to, imported.from)
      if (says) yield { at: imported.start, says }
    }
    if (place.side !== 'browser') return
    for (const { from, start } of source.imports) {
      if (isNode(from) || SERVER_ONLY.test(packageOf(from)))
        yield { at: start, says: `browser code may not import ${from}: ask the server by a declared action` }
    }
  },
}

function wallProblem(from: Place, to: Place, specifier: string): string | undefined {
  if (from.side === 'browser' && to.side === 'shell')
    return `browser code may not import ${specifier}: call the declared action of the capability instead`
  if (from.side !== 'browser' && from.folder !== '' && to.side === 'browser')
    return `server and pure files may not import browser code (${specifier}): move what both need into a pure file`
  if (from.folder === 'kit' && to.folder !== 'kit' && to.folder !== 'lib')
    return `kit knows no domain and may import only lib, not ${specifier}`
  return undefined
}

const EXTENSION = /\.(?:tsx?|css|json|svg|png|woff2|d\.ts)(?:\?\w+)?$/

export const importForm: Rule = {
  name: 'import-form',
  *on({ place, imports }) {
    for (const imported of imports) {
      const says = formProblem(place, imported)
      if (says) yield { at: imported.start, says }
    }
  },
}

function formProblem(place: Place, { from }: Import): string | undefined {
  const path = target(place.path, from)
  if (path === undefined) return undefined
  if (!EXTENSION.test(from)) return `${from} needs its file ending (.ts or .tsx)`
  const folder = placeOf(path).folder
  if (from.startsWith('#')) {
    const sibling = path.slice(0, path.lastIndexOf('/')) === place.path.slice(0, place.path.lastIndexOf('/'))
    return sibling ? `${from} lies beside this file: write ./${path.split('/').at(-1)}` : undefined
  }
  const intoTests = place.test && path.startsWith('test/')
  if (folder === place.folder || intoTests) return undefined
  return `${from} leaves the folder: write #${path.replace(/^src\//, '')}`
}

export const barrels: Rule = {
  name: 'no-barrel',
  *on({ place, imports }): Iterable<Report> {
    if (/(?:^|\/)index\.tsx?$/.test(place.path))
      yield { at: 0, says: 'index files hide where things are: name the file for what it answers' }
    for (const { kind, start, from } of imports) {
      if (kind === 'export') yield { at: start, says: `re-exports ${from}: import from the file itself` }
    }
  },
}

export const IMPORT_RULES: readonly Rule[] = [folderOrder, roleOrder, pureImports, wall, importForm, barrels]
