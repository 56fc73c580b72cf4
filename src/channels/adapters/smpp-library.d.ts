/** The package has no types; this is what we use of it. */
declare module 'smpp' {
  interface Options {
    readonly host: string
    readonly port: number
    readonly tls?: boolean
    readonly servername?: string
    readonly auto_enquire_link_period?: number
  }
  export const connect: (options: Options) => import('./smpp-pdu.ts').Session
}
