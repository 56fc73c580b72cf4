import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

/** What a file came to be. */
export interface Written {
  /** Of the compressed file. */
  readonly bytes: number
  readonly sha256: string
}

export interface LinesFile {
  /** Resolves when more may come. */
  write(line: string): Promise<void>
  /** Resolves when the file is on disk. */
  end(): Promise<Written>
}

/** A new file of gzipped lines that only its owner may read. Throws when there is one already. */
export function linesFile(path: string): LinesFile {
  const gzip = createGzip()
  const hash = createHash('sha256')
  let bytes = 0
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  const writing = pipeline(gzip, hashing, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
  // Heard at the next line, or at the end.
  let failed: Error | undefined
  writing.catch((error: Error) => {
    failed = error
  })
  return {
    async write(line) {
      if (failed) throw failed
      if (gzip.write(`${line}\n`)) return
      await Promise.race([new Promise((resolve) => gzip.once('drain', resolve)), writing])
    },
    async end() {
      gzip.end()
      await writing
      return { bytes, sha256: hash.digest('hex') }
    },
  }
}

/** Throws as the file system does when there is none. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Lines of a gzipped file; only \n parts them. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const source = createReadStream(path)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  source.pipe(gunzip).setEncoding('utf8')
  let rest = ''
  for await (const chunk of gunzip) {
    const lines = (rest + (chunk as string)).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') throw new Error(`${path} ends in the middle of a line`)
}
