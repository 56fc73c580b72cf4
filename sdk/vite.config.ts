import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/** Bytes, gzipped: it is on every page of somebody else's shop. */
const BUDGET = 5_120

const weigh: Plugin = {
  name: 'cadenza:weigh-sdk',
  writeBundle(_options, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk') continue
      const size = gzipSync(part.code, { level: 9 }).length
      process.stdout.write(`${part.fileName} ${size} of ${BUDGET} bytes gz\n`)
      if (size > BUDGET) throw new Error(`${part.fileName} has ${size} bytes gzipped; the budget is ${BUDGET}`)
    }
  },
}

/** `--mode push-worker` builds the service worker, everything else the script of pages. Each is one file that needs no other. */
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  plugins: [weigh],
  build: {
    lib: { entry: `${nameOf(mode)}.ts`, formats: ['iife'], name: 'cadenza', fileName: () => `${nameOf(mode)}.js` },
    outDir: '../dist/sdk',
    emptyOutDir: false,
    target: 'es2022',
    reportCompressedSize: false,
  },
}))

const nameOf = (mode: string): string => (mode === 'push-worker' ? mode : 'cadenza')
