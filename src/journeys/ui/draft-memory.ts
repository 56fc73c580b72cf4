import type { Kept } from './studio-world.ts'

const STORE = 'drafts'

/** Drafts of this browser, by workspace and document, with their history. */
export class DraftMemory {
  #db: Promise<IDBDatabase> | undefined
  /** The newest that is to be written, by name, while one is being written. */
  readonly #waiting = new Map<string, Kept>()
  readonly #writing = new Map<string, Promise<void>>()

  #open(): Promise<IDBDatabase> {
    this.#db ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open('cadenza-studio', 1)
      asked.addEventListener('upgradeneeded', () => asked.result.createObjectStore(STORE))
      asked.addEventListener('success', () => resolve(asked.result))
      asked.addEventListener('error', () => reject(asked.error ?? new Error('The browser keeps nothing')))
    })
    return this.#db
  }

  async recall(name: string): Promise<Kept | undefined> {
    const db = await this.#open()
    return done<Kept | undefined>(db.transaction(STORE).objectStore(STORE).get(name))
  }

  /** Writes the newest; what was asked for while one was written is written once. */
  remember(name: string, kept: Kept): Promise<void> {
    this.#waiting.set(name, kept)
    const running = this.#writing.get(name) ?? this.#write(name).finally(() => this.#writing.delete(name))
    this.#writing.set(name, running)
    return running
  }

  async #write(name: string): Promise<void> {
    const db = await this.#open()
    for (let next = this.#waiting.get(name); next; next = this.#waiting.get(name)) {
      this.#waiting.delete(name)
      await done(db.transaction(STORE, 'readwrite').objectStore(STORE).put(next, name))
    }
  }

  async forget(name: string): Promise<void> {
    const db = await this.#open()
    await done(db.transaction(STORE, 'readwrite').objectStore(STORE).delete(name))
  }
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The browser could not keep the draft')))
  })
