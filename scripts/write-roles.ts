import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ACTIONS } from '#app/actions.ts'
import { roleTableText } from '#app/role-table.ts'

/** Writes docs/roles.md from all actions that the server binds; `--stdout` prints it instead. */
const text = roleTableText(ACTIONS)
if (process.argv.includes('--stdout')) process.stdout.write(text)
else await writeFile(join(import.meta.dirname, '../docs/roles.md'), text)
