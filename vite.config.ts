import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Kilobytes, gzipped. A screen that needs more is split or done without. */
const BUDGET = { script: 190, style: 15, canvas: 110, screen: 60 }

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

/** Prints what each part weighs and fails the build above the budget. */
const weigh: Plugin = {
  name: 'cadenza:weigh',
  apply: 'build',
  writeBundle(_options, bundle) {
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
    const sum = (names: Iterable<string>) =>
      Math.round([...names].reduce((total, name) => total + kb(byName.get(name)?.code ?? ''), 0) * 10) / 10
    const styles = Object.values(bundle).filter((part) => part.type === 'asset' && part.fileName.endsWith('.css'))
    const findings: [string, number, number][] = [
      ['initial scripts', sum(initial), BUDGET.script],
      ['all styles', styles.reduce((total, part) => total + kb(part.type === 'asset' ? part.source : ''), 0), BUDGET.style],
    ]
    for (const chunk of chunks) {
      if (!chunk.isDynamicEntry || initial.has(chunk.fileName)) continue
      const extra = [...closure(chunk.fileName)].filter((name) => !initial.has(name))
      findings.push([`${chunk.name} extra`, sum(extra), chunk.name === 'canvas' ? BUDGET.canvas : BUDGET.screen])
    }
    for (const [what, size, limit] of findings)
      process.stdout.write(`${size > limit ? 'OVER ' : '     '}${what.padEnd(24)} ${size.toFixed(1).padStart(6)} KB of ${limit} KB gz\n`)
    const over = findings.filter(([, size, limit]) => size > limit)
    if (over.length > 0)
      throw new Error(
        `over the size budget: ${over.map(([what]) => what).join(', ')}. Split the screen, or load the part when it is needed.`,
      )
  },
}

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string }

export default defineConfig({
  root: 'src/app/web',
  plugins: [react(), tailwindcss(), preloadFont, weigh],
  define: { __VERSION__: JSON.stringify(version) },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': 'http://127.0.0.1:8080', '/view': 'http://127.0.0.1:8080' } },
  build: {
    outDir: '../../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
