import type { Permit } from '#consent/schema.ts'
import type { KeyedRecord } from '#events/schema.ts'
import type { Enrollment } from '#journeys/enrollment.ts'
import type { Person } from '#journeys/person.ts'
import { nextDue } from '#journeys/react.ts'
import type { KeyedWrite } from '#platform/keyed-state.ts'
import type { Bug } from './bugs.ts'
import { asJsonb } from './tables.ts'

/** How a planted bug spoils what is stored of a person; without one it is stored as it is. */
export function spoiled(bug: Bug | null, person: Person, before: Person | undefined): Person {
  const { sends } = person.contacts
  switch (bug) {
    case 'cap-not-reserved':
      return { ...person, contacts: { sends: sends.filter(({ status }) => status !== 'reserved') } }
    case 'cap-not-released':
      return { ...person, contacts: { sends: sends.map((each) => (each.status === 'released' ? { ...each, status: 'reserved' } : each)) } }
    case 'delta-told-twice':
      return { ...person, segments: { ...person.segments, holds: {} } }
    case 'occurrence-forgotten': {
      const appointments = Object.entries(person.journeys.appointments ?? {}).map(([id, each]) => [id, { ...each, done: [] }])
      return { ...person, journeys: { ...person.journeys, appointments: Object.fromEntries(appointments) } }
    }
    case 'follow-restarts-wait':
      return withRuns(person, before, (run, old) => (run.due === null || run.step !== old.step ? run : { ...run, due: run.due + 4_000 }))
    case 'pause-forgotten': {
      const { paused: _paused, ...consent } = person.consent
      return { ...person, consent }
    }
    case 'unconfirmed-counts':
      return withPermits(person, (permit) => (permit.status === 'pending' ? { ...permit, status: 'granted' } : permit))
    case 'migrate-strands':
      return withRuns(person, before, (run, old) => (old.step === 'rest' || old.step === 'repose' ? { ...run, step: old.step } : run))
    default:
      return person
  }
}

/** Changes runs that have come into another version. */
function withRuns(person: Person, before: Person | undefined, change: (run: Enrollment, old: Enrollment) => Enrollment): Person {
  const { journeys } = person
  const enrollments = journeys.enrollments.map((run) => {
    const old = before?.journeys.enrollments.find(({ id }) => id === run.id)
    return old && old.version !== run.version ? change(run, old) : run
  })
  return { ...person, journeys: { ...journeys, enrollments } }
}

function withPermits(person: Person, change: (permit: Permit) => Permit): Person {
  const permits = Object.entries(person.consent.permits).map(([key, permit]) => [key, change(permit)])
  return { ...person, consent: { ...person.consent, permits: Object.fromEntries(permits) } }
}

/** The index of timers of somebody whose permissions have none. */
function dueWithout({ consent: { due: _due, ...consent }, ...person }: Person): number | null {
  return nextDue({ ...person, consent })
}

/** When the person's next timer is due, as the index of timers has it (epoch ms). */
export function indexed(bug: Bug | null, { state, nextDue }: KeyedWrite<Person>): number | null {
  if (bug === 'consent-timer-lost' || bug === 'expiry-ignored-at-handover') return dueWithout(state)
  if (bug !== 'window-timer-lost') return nextDue
  const dues = state.journeys.enrollments.flatMap(({ due }) => due ?? [])
  return dues.length > 0 ? Math.min(...dues) : null
}

/** A record as it is put on the log. */
export function carried(bug: Bug | null, record: KeyedRecord): KeyedRecord {
  if (record.kind !== 'absorb' || record.state === null) return record
  const state = record.state as unknown as Person
  if (bug === 'absorb-forgets-pending') {
    const permits = Object.entries(state.consent.permits).filter(([, { status }]) => status !== 'pending')
    return {
      ...record,
      state: asJsonb({ ...state, consent: { ...state.consent, permits: Object.fromEntries(permits) } }) as typeof record.state,
    }
  }
  if (bug !== 'merge-forgets-windows') return record
  return { ...record, state: asJsonb({ ...state, segments: { ...state.segments, windows: {} } }) as typeof record.state }
}
