// What Node and every browser both have, and pure files may use. No clock, no dice, no network: leave those out on purpose.

interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number }
}
declare var TextEncoder: { new (): TextEncoder }

interface TextDecoder {
  decode(input?: ArrayBuffer | ArrayBufferView): string
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder }

interface URLSearchParams {
  append(name: string, value: string): void
  delete(name: string): void
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  sort(): void
  toString(): string
  [Symbol.iterator](): IterableIterator<[string, string]>
}
declare var URLSearchParams: { new (init?: string | Record<string, string> | Iterable<readonly [string, string]>): URLSearchParams }

interface URL {
  hash: string
  host: string
  hostname: string
  href: string
  readonly origin: string
  password: string
  pathname: string
  port: string
  protocol: string
  search: string
  readonly searchParams: URLSearchParams
  username: string
  toString(): string
  toJSON(): string
}
declare var URL: {
  new (url: string | URL, base?: string | URL): URL
  canParse(url: string | URL, base?: string | URL): boolean
  parse(url: string | URL, base?: string | URL): URL | null
}

declare function structuredClone<T>(value: T): T
declare function atob(data: string): string
declare function btoa(data: string): string

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
}
