import type { Queryable } from '#platform/log.ts'
import type { Channel, PreparedInapp } from '../channel.ts'
import { putInInbox } from '../inbox-store.ts'

/** The inbox of the workspace's own app or site: kept here, fetched by the SDK. */
export const inappChannel = ({ db, now }: { db: Queryable; now: () => number }): Channel<PreparedInapp> => ({
  kind: 'inapp',
  async send(prepared) {
    await putInInbox(db, prepared, now())
    return { kind: 'sent', providerId: '' }
  },
  close: async () => undefined,
})
