import { mkdir, realpath, rename, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { MadeFile } from './files.ts'
import type { Taken } from './s3.ts'

/** Writes a file below the operator's folder: whole or not at all, and nowhere else, also where somebody has laid a link. */
export async function putFile(file: MadeFile, { root, folder }: { root: string | undefined; folder: string }): Promise<Taken> {
  if (root === undefined) return { kind: 'failed', detail: 'This server has no folder for reports: the operator sets REPORTS_DIR.' }
  try {
    await mkdir(join(root, folder), { recursive: true })
    const [base, here] = [await realpath(root), await realpath(join(root, folder))]
    if (here !== base && !here.startsWith(base + sep))
      return { kind: 'failed', detail: 'The folder leads out of the one that the operator named.' }
    const part = join(here, `.${file.name}.part`)
    await writeFile(part, file.bytes, { flush: true })
    await rename(part, join(here, file.name))
    return { kind: 'done' }
  } catch (error) {
    // A disk that is full, or not there just now.
    return { kind: 'retry', detail: `The file could not be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` }
  }
}
