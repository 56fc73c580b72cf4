/** The package has no types; this is what we use of it. */
declare module 'smpp' {
  interface Options {
    readonly host: string
    readonly port: number
    readonly tls?: boolean
    readonly servername?: string
    readonly auto_enquire_link_period?: number
  }
  // biome-ignore lint/style/noDefaultExport: a CommonJS package is imported as a whole
  export default library
  const library: {
    connect(options: Options): import('./smpp-pdu.ts').Session
    createServer(listener: (session: import('./smpp-pdu.ts').Session) => void): import('node:net').Server
  }
}
