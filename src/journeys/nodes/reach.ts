import { address as checked } from '#channels/address.ts'
import { phoneNumber } from '#channels/phone.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { attribute, emailOf, phoneOf } from '#profiles/react.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import type { Reason } from '../reasons.ts'
import type { TemplatedChannel } from '../sends.ts'

/** Where a channel finds a person, and what of it the message carries; or why it finds nobody. */
export type Reached = { readonly address: string; readonly payload?: JsonObject } | { readonly reason: Reason }

export function reach(channel: TemplatedChannel, profile: ProfileSection): Reached {
  switch (channel) {
    case 'email': {
      const given = emailOf(profile)
      if (given === undefined) return { reason: 'no_address' }
      const valid = checked(given)
      return isRefusal(valid) ? { reason: 'address_invalid' } : { address: valid.address }
    }
    case 'sms':
    case 'whatsapp': {
      const given = phoneOf(profile)
      if (given === undefined) return { reason: 'no_address' }
      const number = phoneNumber(given)
      return number === undefined ? { reason: 'address_invalid' } : { address: number }
    }
    case 'push': {
      const devices = profile.devices ?? []
      return devices.length === 0
        ? { reason: 'no_address' }
        : { address: profile.id, payload: { devices: devices.map((each) => ({ ...each })) } }
    }
    case 'inapp':
      return { address: profile.id }
    case 'slack': {
      const id = attribute(profile, 'slack_id')
      return typeof id === 'string' && /^[A-Z0-9]{2,30}$/.test(id) ? { address: id } : { reason: 'no_address' }
    }
  }
}
