/** One contact with a person, as caps count it. Channel, topic and lane are those of the moment: later changes do not touch the past. */
export interface Contact {
  /** Effect id, or message id of an event that counts as a contact. */
  readonly id: string
  /** `email`, `sms`, `ads`, … */
  readonly channel: string
  readonly topic: string
  readonly lane: 'transactional' | 'marketing'
  /** Epoch ms: of the decision while it is reserved, of the hand-over when it is confirmed. */
  readonly at: number
  readonly status: 'reserved' | 'confirmed'
}

/** The contacts section of a profile's keyed state: what caps can still count, oldest first. */
export interface ContactsSection {
  readonly sends: readonly Contact[]
}

export const NO_CONTACTS_YET: ContactsSection = { sends: [] }
