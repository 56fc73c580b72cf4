import { readdirSync, readFileSync } from 'node:fs'

const JOURNEY = ['app/web/journey/ahead.ts', 'app/web/journey/studio.tsx', 'app/web/journey/looked.tsx']
/** What a screen shows first besides its own file, by the address of its route; `?tab`: where the query says that. */
const FIRST_SHOWN: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '/journeys/$id': { '': [...JOURNEY, 'journeys/ui/canvas.tsx'], '?tab': JOURNEY },
  '/content/templates/$id': { '': ['content/ui/ahead.ts'] },
}
const ROUTE = /const (\w+) = createRoute\(\{([\s\S]*?)\n?\}\)\n/g

/** A screen by the address of its route (`/journeys/$id`, `/journeys/$id?tab`), and the source files below `src/` that it is drawn by. */
export interface ScreenSources {
  readonly path: string
  readonly sources: readonly string[]
}

/** The screens that the routes of this folder lead to. It reads their text: a route needs the browser's libraries to run. */
export const screensIn = (folder: URL): ScreenSources[] =>
  readdirSync(folder).flatMap((file) => screensOf(readFileSync(new URL(file, folder), 'utf8')))

function screensOf(text: string): ScreenSources[] {
  const routes = [...text.matchAll(ROUTE)].map(([, name = '', body = '']) => ({
    name,
    parent: /getParentRoute: \(\) => (\w+)/.exec(body)?.[1] ?? '',
    path: /\bpath: '([^']*)'/.exec(body)?.[1] ?? '',
    file: fileOf(text, /component: lazyPart\(([^)]*(?:\)[^)]*)?\)?)/.exec(body)?.[1]),
  }))
  return routes.flatMap(({ parent, path, file }) => {
    if (file === undefined) return []
    const above = routes.find(({ name }) => name === parent)?.path ?? ''
    const whole = `${above}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')
    const own = file.replace(/^\.\.\//, 'app/web/').replace(/^#/, '')
    return Object.entries(FIRST_SHOWN[whole] ?? { '': [] }).map(([query, more]) => ({ path: whole + query, sources: [own, ...more] }))
  })
}

/** `() => import('../home.tsx'), 'Home'`, or the name of a constant that is such a function. */
function fileOf(text: string, loaded: string | undefined): string | undefined {
  if (loaded === undefined) return undefined
  const direct = /import\('([^']+)'/.exec(loaded)?.[1]
  const name = /^\w+/.exec(loaded)?.[0] ?? ''
  return direct ?? new RegExp(`const ${name} = \\(\\) => import\\('([^']+)'\\)`).exec(text)?.[1]
}
