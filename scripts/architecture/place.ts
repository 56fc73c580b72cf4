/** The order of the house: a folder imports only from folders before it. */
export const ORDER = [
  'lib',
  'platform',
  'kit',
  'workspaces',
  'events',
  'profiles',
  'accounts',
  'segments',
  'consent',
  'content',
  'channels',
  'decisions',
  'approvals',
  'journeys',
  'measurement',
  'agents',
  'app',
] as const

/** Where a file runs: pure files run everywhere, shell files in the server, browser files in the browser. */
export type Side = 'pure' | 'shell' | 'browser'

/** What a file is within its capability. `part` is any pure file (schema.ts, api.ts, react.ts, check.ts, …). */
export type Role = 'part' | 'store' | 'adapter' | 'actions' | 'on' | 'ui'

export interface Place {
  /** Path from the root of the project, with `/`. */
  readonly path: string
  /** Capability under `src/`; '' for files outside of it. */
  readonly folder: string
  readonly side: Side
  readonly role: Role
  readonly test: boolean
}

export function placeOf(path: string): Place {
  const parts = path.split('/')
  const folder = parts[0] === 'src' && parts.length > 2 ? parts[1]! : ''
  const file = parts.at(-1)!
  const test = /\.test\.tsx?$/.test(file)
  const role = roleOf(parts.slice(2, -1), file)
  return { path, folder, role, test, side: sideOf(path, folder, role) }
}

function roleOf(folders: readonly string[], file: string): Role {
  const name = file.replace(/(\.test)?\.tsx?$/, '')
  if (folders.includes('ui')) return 'ui'
  if (folders.includes('adapters')) return 'adapter'
  if (name === 'store' || name.endsWith('-store')) return 'store'
  if (name === 'actions') return 'actions'
  return name.startsWith('on-') ? 'on' : 'part'
}

function sideOf(path: string, folder: string, role: Role): Side {
  if (role === 'ui' || folder === 'kit' || path.startsWith('src/app/web/')) return 'browser'
  if (folder === 'platform' || folder === 'app' || folder === '') return 'shell'
  return role === 'part' ? 'pure' : 'shell'
}

/** The project path that an import leads to; undefined for packages. */
export function target(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`
  if (!specifier.startsWith('.')) return undefined
  const parts = from.split('/').slice(0, -1)
  for (const step of specifier.split('/')) {
    if (step === '..') parts.pop()
    else if (step !== '.') parts.push(step)
  }
  return parts.join('/')
}
