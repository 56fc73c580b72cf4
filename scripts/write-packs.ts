import { readFile, writeFile } from 'node:fs/promises'
import { packTable } from '#consent/policies/packs/table.ts'

/** Writes the table of packs into the guide, between its marks; `test/roads/guides.test.ts` holds them equal. */
const path = new URL('../docs/guides/compliance.md', import.meta.url)
const text = await readFile(path, 'utf8')
await writeFile(
  path,
  text.replace(/(<!-- packs -->\n)[\s\S]*(<!-- \/packs -->)/, (_all, begin: string, end: string) => `${begin}${packTable()}${end}`),
)
