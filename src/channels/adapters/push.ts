import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Device } from '#profiles/schema.ts'
import type { PreparedPush } from '../channel.ts'
import { type Connection, type ProviderReceipt, provider, type Tools } from '../provider.ts'
import { ApnsSettings, apnsSender } from './apns.ts'
import { type DeviceSender, type Taken, together } from './device.ts'
import { FcmSettings, fcmSender } from './fcm.ts'
import { WebPushSettings, webPushSender } from './web-push.ts'

const Settings = z
  .strictObject({ web: WebPushSettings.optional(), fcm: FcmSettings.optional(), apns: ApnsSettings.optional() })
  .refine(({ web, fcm, apns }) => web || fcm || apns, 'give at least one of web, fcm and apns')
type Settings = z.output<typeof Settings>

/** One message on all devices of a person, each by its own service; iPhones by Firebase where no APNs key is given. */
export const push = provider<Settings, PreparedPush>({
  type: 'push',
  channel: 'push',
  does: 'Push messages to browsers (Web Push), Android (FCM) and iPhones (APNs, or FCM)',
  settings: Settings as z.ZodType<Settings>,
  secrets: {
    vapidPrivateKey: 'Web Push: the VAPID private key, base64url',
    fcmPrivateKey: 'Firebase: private_key of the service account (PEM)',
    apnsKey: 'Apple: the .p8 key (PEM)',
  },
  idempotent: false,
  connect(connection, tools) {
    const senders = sendersOf(connection, tools)
    return {
      kind: 'push',
      async send(prepared, signal) {
        const taken = await Promise.all(
          prepared.devices.map(async (device): Promise<readonly [Device, Taken]> => {
            const sender = senders.find(({ platforms }) => platforms.has(device.platform))
            return [device, sender ? await sender.send(device, prepared, signal) : NO_SERVICE]
          }),
        )
        const gone = taken.filter(([, { kind }]) => kind === 'gone').map(([{ token }]) => goneReceipt(prepared.id, token, tools.now()))
        if (gone.length > 0) await tools.told({ receipts: gone, inbound: [] })
        return together(taken.map(([, each]) => each))
      },
      close: async () => undefined,
    }
  },
})

const NO_SERVICE = { kind: 'failed', reason: 'push_no_service', address: false } as const

function sendersOf(connection: Connection<Settings>, tools: Tools): DeviceSender[] {
  const { web, fcm, apns } = connection.settings
  const senders: DeviceSender[] = []
  if (web) senders.push(webPushSender(web, connection, tools))
  if (apns) senders.push(apnsSender(apns, connection, tools))
  if (fcm) senders.push(fcmSender(fcm, connection, { tools, platforms: new Set(apns ? ['android'] : ['android', 'ios']) }))
  return senders
}

const goneReceipt = (effect: string, token: string, at: number): ProviderReceipt => ({
  effect,
  name: 'message.bounced',
  at,
  once: createHash('sha256').update(token).digest('base64url').slice(0, 12),
  reason: 'push_device_gone',
  permanent: false,
  props: { device: token },
})
