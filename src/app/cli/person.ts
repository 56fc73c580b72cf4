import { createWriteStream, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { ErasePerson, ExportPerson, ExportPersonEvents, ExportPersonPage, GetErasure } from '#profiles/privacy-api.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { visible } from './paint.ts'
import { ask, download, SERVER_FLAGS, serverOf } from './server.ts'

const FILES = [
  ['person.json', ExportPerson],
  ['person.html', ExportPersonPage],
  ['events.csv', ExportPersonEvents],
] as const

export const exportPerson: Command = {
  name: 'export-person',
  does: 'Writes everything that is stored about a person into a folder: JSON, a page to read, and the events as CSV.',
  takes: '<profile id>',
  count: [1, 1],
  flags: { out: { type: 'string', takes: '<dir>', does: 'the folder (one named like the profile, if left out)' }, ...SERVER_FLAGS },
  more: 'The files hold personal data: only you can read them (mode 0600). Needs a key with people:export.',
  async run(call): Promise<Outcome<Result>> {
    const server = serverOf(call)
    if (isRefusal(server)) return server
    const id = call.positionals[0]!
    const folder = resolve(call.cwd, text(call, 'out') ?? id.replace(/[^\w-]/g, '_'))
    const files: string[] = []
    for (const [name, { route }] of FILES) {
      const answer = await download(server, route.replace(':id', encodeURIComponent(id)))
      if (isRefusal(answer)) return answer
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const file = join(folder, name)
      await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file, { mode: 0o600 }))
      files.push(file)
    }
    return {
      code: 0,
      json: { profile: id, files },
      text: files.map((file) => `${call.paint('green', 'written')}  ${visible(file)}`).join('\n'),
    }
  },
}

const EVERY_MS = 500

export const erasePerson: Command = {
  name: 'erase-person',
  does: 'Erases a person for good, waits until it is done, and shows the receipt.',
  takes: '<profile id>',
  count: [1, 1],
  flags: { yes: { type: 'boolean', does: 'do not ask' }, ...SERVER_FLAGS },
  more: 'There is no way back. Without a terminal and without --yes it ends with 2. Needs a key with people:erase.',
  async run(call): Promise<Outcome<Result>> {
    const server = serverOf(call)
    if (isRefusal(server)) return server
    const id = call.positionals[0]!
    const sure = call.flags['yes'] === true || (await call.confirm?.(`Erase ${visible(id)} from every store, for good?`)) === true
    if (!sure) return { code: 2, json: { erased: false }, text: 'Nothing was erased: add --yes to erase without being asked.' }
    const begun = await ask(server, ErasePerson, { id })
    if (isRefusal(begun)) return begun
    for (let said = ''; ; ) {
      const erasure = await ask(server, GetErasure, { id: begun.erasure })
      if (isRefusal(erasure)) return erasure
      const { status, step, error, receipt, receiptHash } = erasure
      if (status === 'done' && receipt)
        return { code: 0, json: { erased: true, receipt, receiptHash }, text: receiptText(call, { receipt, receiptHash }) }
      const now = error === '' ? step : `${step}: ${error}`
      if (now !== said) call.tell(call.paint('dim', `${now} …`))
      said = now
      await new Promise((done) => setTimeout(done, EVERY_MS))
    }
  },
}

type Done = {
  receipt: { erasure: string; stores: readonly { store: string; holds: string; count: number }[]; documentsThatMention: readonly string[] }
  receiptHash: string
}

function receiptText({ paint }: Call, { receipt, receiptHash }: Done): string {
  const lines = receipt.stores
    .filter(({ count }) => count > 0)
    .map(({ store, holds, count }) => `${String(count).padStart(8)}  ${store.padEnd(30)} ${paint('dim', holds)}`)
  const mention = receipt.documentsThatMention.map((name) => `${paint('yellow', 'mentions')} ${visible(name)}: change it`)
  return [`Erased. Receipt ${receipt.erasure}, SHA-256 ${receiptHash}`, ...lines, ...mention].join('\n')
}
