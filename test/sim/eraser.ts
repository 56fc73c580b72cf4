import { ConnectionLost, type Process } from './process.ts'
import type { World } from './world.ts'

/** An erasure that was asked for, as app/erasure.ts keeps it: where it stands, and whom it is about. */
export interface ErasureRow {
  /** The profile that was named, later all that became one person with it. */
  readonly profile: string
  family: readonly string[]
  step: 'suppress' | 'quiet' | 'sever' | 'log' | 'facts' | 'done'
  /** Last record of each partition when the person was severed. */
  heads: readonly number[]
}

const LOOK_MS = 100

/** As app/erasure.ts, step by step; each may happen again when a process dies in it. True: there may be more. */
export async function runEraser(process: Process, world: World): Promise<boolean> {
  const { office } = world
  const row = office.erasures.find(({ step }) => step !== 'done')
  if (!row) return false
  const held = await process.call('hold erasures', () => {
    if (process.alive && office.eraser === '') office.eraser = process.name
    return office.eraser === process.name
  })
  if (!held) return false
  try {
    await steps(process, world, row)
  } catch (error) {
    if (error instanceof ConnectionLost && office.eraser === process.name) office.eraser = ''
    throw error
  }
  return true
}

async function steps(process: Process, world: World, row: ErasureRow): Promise<void> {
  const { db, shop, bug, timeline } = world
  if (row.step === 'suppress')
    await process.call('suppress', () => {
      for (const address of shop.addressesOf(row.family)) db.outbox.suppress({ address, topic: '' }, 'erased')
      row.step = 'quiet'
    })
  if (row.step === 'quiet') {
    await process.call('stop sending', () => db.outbox.stopSending(row.family))
    if (bug !== 'erased-while-sent')
      while (await process.call('on their way?', () => db.outbox.onTheirWay(row.family))) await process.sleep(LOOK_MS)
    await process.call('quiet', () => {
      if (row.step === 'quiet') row.step = 'sever'
    })
  }
  if (row.step === 'sever') await process.call('sever', () => sever(world, row))
  if (row.step === 'log')
    await process.call('bury', () => {
      if (bug !== 'old-records-stay') db.bury(row.family, (partition) => ({ after: 0, upTo: row.heads[partition]! }))
      row.step = 'facts'
    })
  if (row.step === 'facts')
    await process.call('purge facts', () => {
      db.purgeFacts(row.family, row.heads)
      row.step = 'done'
      timeline.tell(`${row.family.join(', ')} is erased`)
    })
}

/** In one instant the person is no more: state, queued messages, and records that nobody has handled yet. */
function sever(world: World, row: ErasureRow): void {
  const { db, shop, judge, bug, timeline } = world
  if (row.step !== 'sever') return
  row.family = shop.familyOf(row.family)
  timeline.tell(`${row.family.join(', ')} is severed`)
  judge.severed(row.family)
  const partitions = new Set(row.family.map((key) => db.log.partitionOf(key)))
  if (bug !== 'erased-without-fence') db.fenceOff(partitions)
  db.bury(row.family, (partition) => ({ after: db.leases[partition]!.done, upTo: db.log.partitions[partition]!.head }))
  db.forget(row.family)
  shop.forget(row.family)
  row.heads = db.log.partitions.map(({ head }) => head)
  row.step = 'log'
}
