import { readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { screensIn } from './scripts/web-screens.ts'

/** Kilobytes, gzipped. A screen that needs more is split or done without. */
const BUDGET = { script: 190, style: 15, screen: 60, aria: 75 }
/** Menus, dialogs and fields that choose: one library, fetched in parts when the first screen asks for each, and weighed once. */
const ARIA = /node_modules\/(@?react-aria|@?react-stately|@internationalized)/
/** Screens that bring an editor along, by the file that is loaded for them; panels and dialogs of the journey studio are parts of it. */
const STUDIOS: Readonly<Record<string, number>> = {
  canvas: 110,
  studio: 110,
  'step-panel': 110,
  'deed-dialogs': 110,
  settings: 110,
  'content-studio': 330,
  'code-editor': 200,
}

/** The latin text face is needed by the first paint: ask for it before the styles do. */
const preloadFont: Plugin = {
  name: 'cadenza:preload-font',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const face = Object.keys(bundle ?? {}).find((name) => /inter-latin-wght-normal.*\.woff2$/.test(name))
      if (!face) return []
      return [
        { tag: 'link', attrs: { rel: 'preload', href: `/${face}`, as: 'font', type: 'font/woff2', crossorigin: '' }, injectTo: 'head' },
      ]
    },
  },
}

/** Prints what each part weighs beside its limit, and writes it down. */
const weigh: Plugin = {
  name: 'cadenza:weigh',
  apply: 'build',
  writeBundle(options, bundle) {
    const kb = (code: string | Uint8Array) => Math.round(gzipSync(code).length / 102.4) / 10
    const chunks = Object.values(bundle).filter((part) => part.type === 'chunk')
    const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
    const closure = (from: string, seen = new Set<string>()): Set<string> => {
      if (!seen.has(from)) for (const next of byName.get(seen.add(from) && from)?.imports ?? []) closure(next, seen)
      return seen
    }
    const entry = chunks.find((chunk) => chunk.isEntry)
    const initial = closure(entry!.fileName)
    // Home is the first screen after sign-in: what it needs counts as initial.
    for (const chunk of chunks)
      if (chunk.facadeModuleId?.endsWith('/app/web/home.tsx')) for (const name of closure(chunk.fileName)) initial.add(name)
    const ariaIn = (name: string): number => {
      const modules = Object.entries(byName.get(name)?.modules ?? {})
      const length = (some: typeof modules) => some.reduce((total, [, module]) => total + module.renderedLength, 0)
      return length(modules.filter(([id]) => ARIA.test(id))) / Math.max(1, length(modules))
    }
    const rounded = (size: number) => Math.round(size * 10) / 10
    const total = (names: Iterable<string>, part: (name: string) => number) =>
      rounded([...names].reduce((size, name) => size + kb(byName.get(name)?.code ?? '') * part(name), 0))
    const sum = (names: Iterable<string>) => total(names, (name) => (initial.has(name) ? 1 : 1 - ariaIn(name)))
    const styles = Object.values(bundle).filter((part) => part.type === 'asset' && part.fileName.endsWith('.css'))
    const findings: [string, number, number][] = [
      ['initial scripts', sum(initial), BUDGET.script],
      ['all styles', styles.reduce((total, part) => total + kb(part.type === 'asset' ? part.source : ''), 0), BUDGET.style],
    ]
    const later = chunks.map((chunk) => chunk.fileName).filter((name) => !initial.has(name))
    findings.push(['menus, dialogs, choices', total(later, ariaIn), BUDGET.aria])
    for (const chunk of chunks) {
      if (!chunk.isDynamicEntry || initial.has(chunk.fileName)) continue
      const extra = [...closure(chunk.fileName)].filter((name) => !initial.has(name))
      findings.push([`${chunk.name} extra`, sum(extra), STUDIOS[chunk.name] ?? BUDGET.screen])
    }
    for (const [what, size, limit] of findings)
      process.stdout.write(`${size > limit ? 'OVER ' : '     '}${what.padEnd(24)} ${size.toFixed(1).padStart(6)} KB of ${limit} KB gz\n`)
    // `test/browser/weight.test.ts` holds every part to its limit; a build in the middle of work is not refused.
    const parts = findings.map(([what, size, limit]) => ({ what, size, limit }))
    writeFileSync(join(options.dir ?? '.', 'weights.json'), JSON.stringify(parts, null, 1))
  },
}

/** Writes down which files each screen is drawn by, so that its page can name them before any script has run (`src/app/web-pages.ts`). */
const listParts: Plugin = {
  name: 'cadenza:parts',
  apply: 'build',
  writeBundle(options, bundle) {
    const chunks = Object.values(bundle).filter((part) => part.type === 'chunk')
    const closure = (name: string, seen: Set<string>): Set<string> => {
      const chunk = chunks.find((each) => each.fileName === name)
      if (!chunk || seen.has(name)) return seen
      seen.add(name)
      for (const next of chunk.imports) closure(next, seen)
      return seen
    }
    const first = closure(chunks.find((chunk) => chunk.isEntry)!.fileName, new Set())
    const parts = screensIn(new URL('src/app/web/routes/', import.meta.url)).map(({ path, sources }) => {
      const files = new Set<string>()
      for (const source of sources) {
        const chunk = chunks.find((each) => each.moduleIds.some((id) => id.endsWith(`/src/${source}`)))
        if (!chunk) throw new Error(`${path}: nothing was built from ${source}`)
        closure(chunk.fileName, files)
      }
      const later = chunks.filter(({ fileName }) => files.has(fileName) && !first.has(fileName))
      const styles = later.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])])
      return { path, scripts: later.map(({ fileName }) => fileName), styles }
    })
    writeFileSync(join(options.dir ?? '.', 'parts.json'), JSON.stringify(parts, null, 1))
  },
}

/** Smaller files gain nothing that a packet would notice. */
const LEAST_BYTES = 1_000

/** Writes each text beside itself as brotli and gzip, which is how browsers get it (`src/app/web-assets.ts`). */
const compress: Plugin = {
  name: 'cadenza:compress',
  apply: 'build',
  async writeBundle(options, bundle) {
    const folder = options.dir ?? '.'
    const parameters = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    await Promise.all(
      Object.values(bundle).map(async (part) => {
        const text = Buffer.from(part.type === 'chunk' ? part.code : part.source)
        if (!/\.(?:js|css|svg)$/.test(part.fileName) || text.length < LEAST_BYTES) return
        const file = join(folder, part.fileName)
        await writeFile(`${file}.br`, await promisify(brotliCompress)(text, { params: parameters }))
        await writeFile(`${file}.gz`, await promisify(gzip)(text, { level: 9 }))
      }),
    )
  },
}

type ModuleInfoOf = (id: string) => { readonly importers: readonly string[]; readonly dynamicImporters: readonly string[] } | null

/** The parts, each fetched by an `import()`, that a module comes with. */
function partsWith(id: string, infoOf: ModuleInfoOf): ReadonlySet<string> {
  const seen = new Set([id])
  const parts = new Set<string>()
  for (const each of seen) {
    const { importers = [], dynamicImporters = [] } = infoOf(each) ?? {}
    if (dynamicImporters.length > 0) parts.add(each)
    for (const importer of importers) seen.add(importer)
  }
  return parts
}

/** Parts that are fetched together for the first paint of the journey studio. */
const STUDIO_PARTS = ['app/web/journey-page.tsx', 'app/web/journey/studio.tsx', 'app/web/journey/looked.tsx', 'journeys/ui/canvas.tsx']
/** A test run is another part of it, with a limit of its own. */
const IN_STUDIO = /src\/(?:app\/web\/journey(?:-page\.tsx|\/(?!test-))|journeys\/ui\/)/
const IN_CONTENT = /src\/(?:app\/web\/|)content[-/]/

/** The file that a module of several parts comes in: home's, or that of those parts of a studio that show it; else the bundler says. */
function sharedIn(id: string, infoOf: ModuleInfoOf): string | null {
  if (ARIA.test(id)) return null
  const parts = [...partsWith(id, infoOf)]
  const shows = (part: string) => parts.some((each) => each.endsWith(`/src/${part}`))
  if (shows('app/web/home.tsx')) return 'home'
  const showing = STUDIO_PARTS.flatMap((part, at) => (shows(part) ? [at] : []))
  if (showing.length > 0 && parts.every((part) => IN_STUDIO.test(part))) return `journey-${showing.join('')}`
  if (shows('app/web/content-studio.tsx') && parts.every((part) => IN_CONTENT.test(part))) return 'content'
  return null
}

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  root: 'src/app/web',
  plugins: [react(), tailwindcss(), preloadFont, weigh, listParts, compress],
  define: { __VERSION__: JSON.stringify(version) },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': 'http://127.0.0.1:8080', '/view': 'http://127.0.0.1:8080' } },
  build: {
    outDir: process.env['CADENZA_WEB_DIST'] ?? '../../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Over HTTP/1.1 each file of its own waits for one of six connections, so a screen comes in few files: what the first paint
        // needs in one, icons in one, and what several screens share by who shares it.
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 3 },
            { name: 'icons', test: /node_modules\/lucide-react/, minShareCount: 2, priority: 2 },
            {
              name: (id, context) => sharedIn(id, (each) => context.getModuleInfo(each)),
              minShareCount: 2,
              priority: 1,
              includeDependenciesRecursively: false,
            },
          ],
        },
      },
    },
  },
})
