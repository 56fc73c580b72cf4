import { mkdir, writeFile } from 'node:fs/promises'
import { jsonSchema } from '#journeys/schema-json.ts'

const folder = new URL('../docs/schema/', import.meta.url)
await mkdir(folder, { recursive: true })
await writeFile(new URL('journey.json', folder), `${JSON.stringify(jsonSchema(), null, 2)}\n`)
