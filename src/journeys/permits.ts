import { placeOf } from '#consent/age.ts'
import { permissionOf as asked } from '#consent/gate.ts'
import { lapse } from '#consent/lapse.ts'
import { type Contact, hearConsent, type Permission, type Question } from '#consent/react.ts'
import { type Change, consentFact } from '#consent/record.ts'
import type { Effect } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import { digest } from '#lib/hash.ts'
import { attributesOf } from '#profiles/react.ts'
import { cuts } from './deeds.ts'
import { followPermits } from './membership.ts'
import type { Standing } from './node.ts'
import { reach } from './nodes/reach.ts'
import type { Turn } from './turn.ts'

/** Whether a message may be decided for the person now. */
export const permissionOf = (
  { profile, consent, definitions, now }: Pick<Standing, 'profile' | 'consent' | 'definitions' | 'now'>,
  contact: Pick<Contact, 'channel' | 'topic' | 'address' | 'lane'>,
): Permission => asked({ profile, consent }, contact, { topics: definitions.topics, mode: definitions.consent, now })

/** What the event says about permission: the state follows, each thing said is a fact, and whom it asks to confirm gets a message. */
export function hearPermits(turn: Turn, record: EventRecord): void {
  const { profile, consent } = turn.person
  const { topics, wordings } = turn.context.definitions
  const heard = hearConsent(consent, record, { topics, wordings, place: topics.size === 0 ? '' : placeOf(profile) })
  if (heard.changes.length === 0) return
  if (heard.section !== consent) turn.person = { ...turn.person, consent: heard.section }
  tellChanges(turn, record.id, heard.changes)
  for (const question of heard.questions) askToConfirm(turn, record, question)
}

/** What has ended by itself. Returns what journeys hear of it. */
export function lapsePermits(turn: Turn): readonly EventRecord[] {
  const before = turn.person
  const { section, changes } = lapse(before.consent, turn.context.now)
  if (section === before.consent) return []
  turn.person = { ...before, consent: section }
  // Named by when it ended, so that a replay tells the same.
  for (const change of changes) tellChanges(turn, `ended:${change.at}`, [change])
  return followPermits(turn, before)
}

function tellChanges(turn: Turn, id: string, changes: readonly Change[]): void {
  const { definitions, now } = turn.context
  const place = { ws: definitions.workspace, key: turn.person.profile.id, id, at: now }
  for (const change of changes) turn.facts.push({ table: 'consents', row: consentFact(place, change) })
}

const QUESTION_WITHIN = 86_400_000

/** Puts the question into the outbox. It answers what the person did, so neither consent nor caps are asked; a blocked address still gets nothing. */
function askToConfirm(turn: Turn, record: EventRecord, { channel, topic, template }: Question): void {
  const { definitions, now } = turn.context
  const { profile, consent } = turn.person
  const published = definitions.templates.get(template)
  const reached = reach(channel, profile)
  if (!published || 'reason' in reached || Object.hasOwn(consent.blocked, reached.address)) return
  const ws = definitions.workspace
  const id = `confirm-${digest(`${ws} ${profile.id} ${channel} ${topic} ${record.id}`)}:question`
  const place = { journey_id: '', version: 0, enrollment_id: '', step_id: '' }
  const effect: Effect = {
    id,
    ws,
    key: profile.id,
    channel,
    address: reached.address,
    topic,
    lane: 'transactional',
    due: now,
    expires: now + QUESTION_WITHIN,
    payload: {
      ...place,
      template,
      template_version: published.version,
      sender: published.sender ?? '',
      data: {
        profile: { ...attributesOf(profile), id: profile.id },
        event: { name: record.name, properties: record.props },
      },
      confirm: true,
    },
  }
  turn.effects.push(effect)
  turn.facts.push({
    table: 'deliveries',
    row: {
      workspace_id: ws,
      profile_id: profile.id,
      effect_id: id,
      ...place,
      channel,
      status: 'queued',
      reason: '',
      at: now,
      ...cuts(effect),
    },
  })
}
