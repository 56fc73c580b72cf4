import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import type { Device, ProfileSection } from './schema.ts'

/** Explicit word on a device: `{ platform, token }`, or of a browser `{ platform: 'web', subscription: { endpoint, keys } }`. */
export const DEVICE_REGISTERED = 'Device Registered'
export const DEVICE_REMOVED = 'Device Removed'

/** The newest stay: somebody with more has long lost the others. */
export const DEVICE_LIMIT = 10
const LONGEST_TOKEN = 4_096

type Devices = ProfileSection['devices']

/** What one event says about the devices of a person: registered, gone, or merely there (`context.device.token`, as Segment's mobile libraries send it). */
export function withDevices(devices: Devices, record: EventRecord): Devices {
  const { name, props, at, type } = record
  if (name === DEVICE_REMOVED) return without(devices, tokenOf(props))
  if (type === 'system')
    return name === 'message.bounced' && typeof props['device'] === 'string' ? without(devices, props['device']) : devices
  const seen = name === DEVICE_REGISTERED ? props : fieldsOf(record.context?.['device'])
  const platform = platformOf(seen)
  const token = tokenOf(seen)
  if (platform === undefined || token === undefined) return devices
  return withDevice(devices, { platform, token, at })
}

/** Two profiles turned out to be one person. */
export function absorbDevices(ours: Devices, theirs: Devices): Devices {
  return (theirs ?? []).reduce<Devices>(withDevice, ours)
}

/** As newest, unless it is known to have been seen later. The order does not hang on who comes first. */
function withDevice(devices: Devices = [], device: Device): Devices {
  const old = devices.find(({ token }) => token === device.token)
  if (old && old.at >= device.at) return devices
  const all = [...devices.filter(({ token }) => token !== device.token), device]
  return all.sort((a, b) => a.at - b.at || (a.token < b.token ? -1 : 1)).slice(-DEVICE_LIMIT)
}

function without(devices: Devices, token: string | undefined): Devices {
  if (!devices || token === undefined) return devices
  const rest = devices.filter((each) => each.token !== token && endpointOf(each.token) !== token)
  return rest.length === devices.length ? devices : rest
}

const isFields = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: Json | undefined): JsonObject => (isFields(value) ? value : {})

function platformOf(fields: JsonObject): Device['platform'] | undefined {
  const said = fields['platform'] ?? fields['type']
  const word = typeof said === 'string' ? said.toLowerCase() : ''
  return word === 'ios' || word === 'android' || word === 'web' ? word : undefined
}

/** A registration token, or a browser's subscription as JSON text with its parts in a fixed order. */
function tokenOf(fields: JsonObject): string | undefined {
  const { endpoint, keys } = fieldsOf(fields['subscription'])
  const { p256dh, auth } = fieldsOf(keys)
  const token =
    typeof endpoint === 'string' && typeof p256dh === 'string' && typeof auth === 'string'
      ? JSON.stringify({ endpoint, keys: { p256dh, auth } })
      : (fields['token'] ?? fields['endpoint'])
  return typeof token === 'string' && token !== '' && token.length <= LONGEST_TOKEN ? token : undefined
}

const ENDPOINT = /^\{"endpoint":("(?:[^"\\]|\\.)*")/
/** The address within a browser's subscription. */
function endpointOf(token: string): string | undefined {
  const found = ENDPOINT.exec(token)
  return found ? (JSON.parse(found[1]!) as string) : undefined
}
